// Node-RED's settings for `npm start` and `npm run dev`: this package, a user directory of its own, only on this machine.
const { randomBytes } = require("node:crypto");
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const path = require("node:path");

const userDir = path.resolve(__dirname, "../.node-red");
const secretFile = path.join(userDir, "credential-secret");
mkdirSync(userDir, { recursive: true });
if (!existsSync(secretFile)) writeFileSync(secretFile, randomBytes(32).toString("hex"), { mode: 0o600 });

module.exports = {
  uiHost: "127.0.0.1",
  uiPort: Number(process.env.PORT ?? 1880),
  userDir,
  flowFile: "flows.json",
  credentialSecret: readFileSync(secretFile, "utf8"),
  nodesDir: [path.resolve(__dirname, "..")],
  editorTheme: { tours: false },
  telemetry: { enabled: false, updateNotification: false },
};
