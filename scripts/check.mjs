// Everything that CI checks: `npm run check`. Two lanes side by side, then the browser tests, which want the machine to themselves.
import { spawn } from "node:child_process";

const LANES = [
  ["typecheck", "lint", "fuzz:short"],
  ["test", "check:languages", "test:conformance", "test:broker", "test:package", "test:package:3.1"],
];
const ALONE = ["test:browser", "test:browser:5:short"];

/** Runs an npm script, and prints what it said when it has ended: in one piece, as another one runs at the same time. */
function run(script) {
  const start = performance.now();
  const child = spawn("npm", ["run", script], { stdio: ["ignore", "pipe", "pipe"] });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => said.push(data));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      process.stdout.write(Buffer.concat(said));
      const seconds = Math.round((performance.now() - start) / 1000);
      console.log(`${code === 0 ? "passed" : "FAILED"}: npm run ${script}, ${seconds} s\n`);
      if (code === 0) resolve();
      else reject(new Error(`npm run ${script} failed`));
    });
  });
}

async function inOrder(scripts) {
  for (const script of scripts) await run(script);
}

// A lane that fails does not hide what the other one finds.
const ends = await Promise.allSettled(LANES.map(inOrder));
const failures = ends.filter(({ status }) => status === "rejected").map(({ reason }) => reason.message);
if (failures.length === 0) await inOrder(ALONE).catch(({ message }) => failures.push(message));
for (const failure of failures) console.error(failure);
process.exitCode = failures.length === 0 ? 0 : 1;
