/** Memory, times of start and deploy, sizes of files. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { connectAsync } from "mqtt";
import { startChild } from "./child.mjs";

const NODES = 1000;
const DOWNLINKS = 10_000;
const ROOT = path.resolve(import.meta.dirname, "..");

async function heapOf(what, { publisher, scratch }) {
  const child = await startChild(what, scratch);
  if (what.flow.length > 2) await child.listening(publisher);
  const heap = await child.ask("heap");
  await child.end();
  return heap;
}

async function deployOf(what, { flows, scratch }) {
  const child = await startChild(flows.empty, scratch);
  const file = await child.fileOf(what, "next.json");
  const first = await child.ask("deploy", { file });
  const again = await child.ask("deploy", { file });
  await child.end();
  return [first, again];
}

/** Bytes of heap per downlink that was published and waits for its answers. */
async function followed({ port, flows, scratch }) {
  const child = await startChild(flows.downlink(), scratch);
  const counter = await connectAsync(`mqtt://127.0.0.1:${port}`);
  await counter.subscribeAsync("v3/app1/devices/+/down/push");
  const before = await child.ask("heap");
  let seen = 0;
  counter.on("message", () => {
    seen += 1;
    if (seen === DOWNLINKS) counter.emit("bench-all");
  });
  const all = once(counter, "bench-all");
  await child.ask("downlinks", { count: DOWNLINKS, node: "n0" });
  await all;
  const after = await child.ask("heap");
  await counter.endAsync();
  await child.end();
  return (after - before) / DOWNLINKS;
}

const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} kB`;
const milliseconds = (ms) => `${Math.round(ms)} ms`;

/** Rows: what, value. */
export async function sizeTable(bench) {
  const { flows, note } = bench;
  const rows = [];
  const row = (...cells) => {
    rows.push(cells);
    note(cells.join(": "));
  };
  for (const [name, flowWith] of [
    ["core mqtt in", flows.core],
    ["tts-uplink", flows.ours],
  ]) {
    const [few, many] = [await heapOf(flowWith(1), bench), await heapOf(flowWith(NODES + 1), bench)];
    row(`heap per node, ${name}`, kilobytes((many - few) / NODES));
  }
  row("heap per followed downlink", kilobytes(await followed(bench)));
  for (const [name, flowWith] of [
    ["core mqtt in", flows.core],
    ["tts-uplink", flows.ours],
  ]) {
    const [first, again] = await deployOf(flowWith(NODES), bench);
    row(`deploy of ${NODES} nodes, ${name}`, milliseconds(first));
    row(`the same deployed again, ${name}`, milliseconds(again));
  }
  const empty = await startChild(flows.empty, bench.scratch);
  row("start of Node-RED, no flow, all nodes loaded", milliseconds(empty.startMs));
  await empty.end();
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: ROOT, encoding: "utf8" }),
  );
  row("package, packed", kilobytes(packed.size));
  row("package, unpacked", kilobytes(packed.unpackedSize));
  const dist = path.join(ROOT, "dist");
  const pages = readdirSync(dist).filter((file) => file.endsWith(".html"));
  const editor = pages.map((file) => readFileSync(path.join(dist, file)));
  row(
    "editor, all forms",
    kilobytes(pages.reduce((sum, file) => sum + statSync(path.join(dist, file)).size, 0)),
  );
  row("editor, all forms, compressed", kilobytes(gzipSync(Buffer.concat(editor)).length));
  return rows;
}
