// Node-RED without editor, with the flow given in the file that the first argument names.
const { mkdtempSync, readFileSync, rmSync } = require("node:fs");
const { createServer } = require("node:http");
const { tmpdir } = require("node:os");
const path = require("node:path");
const RED = require("node-red");

const { flow, credentials } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const userDir = mkdtempSync(path.join(tmpdir(), "tts-bench-"));
process.on("exit", () => rmSync(userDir, { recursive: true, force: true }));

RED.init(createServer(), {
  userDir,
  httpAdminRoot: false,
  httpNodeRoot: false,
  nodesDir: [path.resolve(__dirname, ".."), path.resolve(__dirname, "nodes")],
  telemetry: { enabled: false },
  logging: { console: { level: "warn", metrics: false, audit: false } },
});
RED.start()
  .then(() => RED.runtime.flows.setFlows({ flows: { flows: flow, credentials }, deploymentType: "full" }))
  .then(() => process.send("ready"));
