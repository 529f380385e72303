// Node-RED without editor, with the flow given in the file that the first argument names.
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { createServer } = require("node:http");
const { tmpdir } = require("node:os");
const path = require("node:path");
const RED = require("node-red");

const { flow, credentials } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const userDir = mkdtempSync(path.join(tmpdir(), "tts-bench-"));
process.on("exit", () => rmSync(userDir, { recursive: true, force: true }));
writeFileSync(path.join(userDir, "flows.json"), JSON.stringify(flow));
writeFileSync(path.join(userDir, "flows_cred.json"), JSON.stringify(credentials));

RED.init(createServer(), {
  userDir,
  flowFile: "flows.json",
  credentialSecret: false,
  httpAdminRoot: false,
  httpNodeRoot: false,
  nodesDir: [path.resolve(__dirname, ".."), path.resolve(__dirname, "nodes")],
  editorTheme: { projects: { enabled: false } },
  telemetry: { enabled: false },
  logging: { console: { level: "error", metrics: false, audit: false } },
});
RED.events.once("flows:started", () => process.send("ready"));
void RED.start();
