// Node-RED's settings for `npm start` and `npm run dev`: this package, a user directory of its own, only on this machine.
const path = require("node:path");

module.exports = {
  uiHost: "127.0.0.1",
  uiPort: Number(process.env.PORT ?? 1880),
  userDir: path.resolve(__dirname, "../.node-red"),
  flowFile: "flows.json",
  nodesDir: [path.resolve(__dirname, "..")],
  editorTheme: { tours: false, projects: { enabled: false } },
  telemetry: { enabled: false, updateNotification: false },
};
