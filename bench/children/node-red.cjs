// Node-RED without editor, with the flow given in the file that the first argument names. Answers what its parent asks.
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { createServer } = require("node:http");
const { tmpdir } = require("node:os");
const path = require("node:path");
const RED = require("node-red");

const userDir = mkdtempSync(path.join(tmpdir(), "tts-bench-"));
process.on("exit", () => rmSync(userDir, { recursive: true, force: true }));
const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const { flow, credentials = {} } = read(process.argv[2]);
writeFileSync(path.join(userDir, "flows.json"), JSON.stringify(flow));
writeFileSync(path.join(userDir, "flows_cred.json"), JSON.stringify(credentials));

RED.init(createServer(), {
  userDir,
  flowFile: "flows.json",
  credentialSecret: false,
  httpAdminRoot: false,
  httpNodeRoot: false,
  nodesDir: [path.resolve(__dirname, "../.."), path.resolve(__dirname, "nodes")],
  editorTheme: { projects: { enabled: false } },
  telemetry: { enabled: false },
  logging: { console: { level: "error", metrics: false, audit: false } },
});
RED.events.once("flows:started", () => process.send("ready"));

const ASKED = {
  /** Bytes of heap in use, after all garbage is gone. */
  async heap() {
    for (let i = 0; i < 3; i++) {
      global.gc();
      await new Promise(setImmediate);
    }
    return process.memoryUsage().heapUsed;
  },
  /** Milliseconds of a full deploy of the flow in that file. */
  async deploy({ file }) {
    const next = read(file);
    const before = performance.now();
    const started = new Promise((resolve) => RED.events.once("flows:started", resolve));
    await RED.runtime.flows.setFlows({
      flows: { flows: next.flow, credentials: next.credentials ?? {} },
      deploymentType: "full",
    });
    await started;
    return performance.now() - before;
  },
  /** Hands so many downlinks to the node, each to a device of its own. */
  async downlinks({ count, node }) {
    const target = RED.nodes.getNode(node);
    for (let i = 0; i < count; i++)
      target.receive({ deviceId: `device-${i}`, payload: Buffer.from([i & 255]) });
  },
};
process.on("message", ({ ask, ...rest }) => {
  void ASKED[ask]?.(rest).then((answer) => process.send({ answer }));
});
void RED.start();
