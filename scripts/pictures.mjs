// Takes the pictures of README and docs anew, from the browser tests on Node-RED 5 and those of the examples: `npm run pictures`.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "..");

/** Picture in docs/ to the test that takes it, and the test's name of it. */
const PICTURES = {
  demo: ["demo", "demo"],
  "demo-send": ["demo", "demo-send-dark"],
  "tts-connection": ["forms", "tts-connection-stack"],
  "tts-uplink": ["suggestions", "tts-uplink-last-message"],
  "tts-downlink": ["downlink-form", "tts-downlink-fixed"],
};

/** Picture in docs/ that the tests of examples with packages of others take by the same name, to the test. */
const PICTURES_OF_EXAMPLES = {
  "chart-flow": "editor",
  dashboard: "pages",
  "dashboard-switch": "pages",
  map: "pages",
};

const tests = new Set(Object.values(PICTURES).map(([test]) => `test/e2e/${test}.test.ts`));
// Not the file's own configuration: that would add all other tests to these.
const mocha = ["mocha", "--no-config", "--require", "./test/register.cjs", "--timeout", "90000", "--exit"];

const folder = mkdtempSync(path.join(tmpdir(), "pictures-"));
const run = (command, ...parameters) =>
  execFileSync(command, parameters, {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, SCREENSHOTS: folder },
  });
try {
  run("npm", "run", "build");
  run(process.execPath, "scripts/with-node-red.mjs", "node-red-5", "npx", ...mocha, ...tests);
  const examples = new Set(Object.values(PICTURES_OF_EXAMPLES).map((test) => `test/parts/${test}.test.ts`));
  run(process.execPath, "scripts/with-parts.mjs", "npx", ...mocha, ...examples);
  const taken = [
    ...Object.entries(PICTURES).map(([name, [, file]]) => [name, file]),
    ...Object.keys(PICTURES_OF_EXAMPLES).map((name) => [name, name]),
  ].map(([name, file]) => [name, path.join(folder, `${file}.png`)]);
  const missing = taken.filter(([, file]) => !existsSync(file)).map(([name]) => name);
  if (missing.length > 0) throw new Error(`No picture was taken of ${missing.join(", ")}`);
  for (const [name, file] of taken) cpSync(file, path.join(ROOT, "docs", `${name}.png`));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
