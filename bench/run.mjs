// `npm run bench`: what an uplink, a node and a downlink cost, side by side in one run. Tables, no test: numbers depend on the machine.
// `npm run bench -- cold` makes one table (warm, cold, sizes); `npm run bench -- warm "1 node$"` the cases whose names match.
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { bodyOf, connectPublisher, startBroker } from "./broker.mjs";
import { startEventStream } from "./eventStream.mjs";
import { flowsFor } from "./flows.mjs";
import { sizeTable } from "./sizes.mjs";
import { coldTable, FIRST, HEAD, MESSAGES, warmTable } from "./uplinks.mjs";

const [table = "all", pattern = ""] = process.argv.slice(2);
const rounds = Number(process.env.ROUNDS ?? 5);
const scratch = await mkdtemp(path.join(tmpdir(), "tts-bench-"));
const broker = await startBroker(scratch);
const events = await startEventStream();
const publisher = await connectPublisher(broker.port);
const bench = {
  port: broker.port,
  flows: flowsFor(broker.port, events.url),
  events,
  publisher,
  scratch,
  rounds,
  isWanted: (name) => new RegExp(pattern).test(name),
  note: (line) => process.stderr.write(`${line}\n`),
};

const size = bodyOf("device-0").length;
const TABLES = {
  warm: [warmTable, HEAD, `${MESSAGES} uplinks of ${size} bytes, median of ${rounds}`],
  cold: [
    coldTable,
    HEAD,
    `the first ${FIRST} uplinks of ${size} bytes after the start, median of ${2 * rounds}`,
  ],
  sizes: [sizeTable, ["", ""], "memory, time and size"],
};

const line = (cells) => `| ${cells.join(" | ")} |`;
for (const [name, [make, head, title]] of Object.entries(TABLES)) {
  if (table !== "all" && table !== name) continue;
  const rows = await make(bench);
  console.log(`\nNode.js ${process.version}, ${cpus()[0].model}, ${title}\n`);
  console.log([head, ["---", ...head.slice(1).map(() => "---:")], ...rows].map(line).join("\n"));
}

await publisher.end();
events.stop();
broker.stop();
await rm(scratch, { recursive: true, force: true });
