// `npm run bench`: CPU time per uplink, side by side in one run, from Mosquitto. A table, no test: numbers depend on the machine.
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { connect as connectSocket, createServer } from "node:net";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync } from "mqtt";

const require = createRequire(import.meta.url);
const { START, END } = require("./counter.cjs");
const ROOT = path.resolve(import.meta.dirname, "..");
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const WARM_UP = 30_000;
const MESSAGES = 20_000;
/** Uplinks that go out together, and the pause after them: about 8,000 a second. */
const BATCH = 40;
const PAUSE_MS = 5;

const scratch = await mkdtemp(path.join(tmpdir(), "tts-bench-"));
const port = await freePort();
const url = `mqtt://127.0.0.1:${port}`;

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function startMosquitto() {
  const config = path.join(scratch, "mosquitto.conf");
  await writeFile(config, `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n`);
  const broker = spawn("mosquitto", ["-c", config], {
    stdio: "ignore",
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  });
  broker.on("error", () => {
    console.error("Mosquitto is missing: apt-get install -y --no-install-recommends mosquitto");
    process.exit(1);
  });
  for (;;) {
    const socket = connectSocket(port, "127.0.0.1");
    const up = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (up) return broker;
    await sleep(50);
  }
}

const mosquitto = await startMosquitto();
const publisher = await connectAsync(url);
const captured = (await readFile(path.join(ROOT, "test/fixtures/uplink.jsonl"), "utf8"))
  .split("\n")
  .filter(Boolean);
const { payload } = captured.map((line) => JSON.parse(line)).find(({ name }) => name === "decoded");
const topicOf = (device) => `v3/app1/devices/${device}/up`;

function bodyOf(device) {
  return JSON.stringify({ ...payload, end_device_ids: { ...payload.end_device_ids, device_id: device } });
}

async function publish(count, devices) {
  const messages = devices.map((device) => [topicOf(device), bodyOf(device)]);
  for (let sent = 0; sent < count;) {
    for (let i = 0; i < BATCH && sent < count; i++, sent++)
      publisher.publish(...messages[sent % messages.length]);
    await sleep(PAUSE_MS);
  }
}

/** A flow of `count` copies of a node, each for a device of its own, that all lead to one sink. */
function flowOf(makeNode, count, config = []) {
  const devices = [...Array(count).keys()].map((i) => `device-${i}`);
  const nodes = [...devices, "bench-start", "bench-end"].map((device, i) => ({
    id: `n${i}`,
    z: "tab",
    x: 0,
    y: 0,
    wires: [["sink"]],
    ...makeNode(device),
  }));
  return [
    { id: "tab", type: "tab", label: "" },
    ...config,
    ...nodes,
    { id: "sink", type: "bench-sink", z: "tab", x: 0, y: 0, wires: [] },
  ];
}

const broker = {
  id: "b",
  type: "mqtt-broker",
  broker: "127.0.0.1",
  port: String(port),
  clientid: "",
  autoConnect: true,
  protocolVersion: "4",
  keepalive: "60",
  cleansession: true,
};
const core = (device) => ({
  type: "mqtt in",
  topic: topicOf(device),
  qos: "0",
  datatype: "json",
  broker: "b",
  inputs: 0,
});
const connection = {
  id: "c",
  type: "tts-connection",
  service: "stack",
  host: "127.0.0.1",
  port: String(port),
  useTls: false,
  applicationId: "app1",
  api: "off",
};
const ours = (device) => ({ type: "tts-uplink", connection: "c", devices: device, output: "decoded" });
const nodeRed = (flow, credentials = {}) => ({ script: "node-red.cjs", flow, credentials });
const oursFlow = (count) => nodeRed(flowOf(ours, count, [connection]), { c: { apiKey: "none" } });

const cheapestFlow = nodeRed(
  flowOf(() => ({}), 0)
    .slice(0, 1)
    .concat([
      { id: "n", type: "bench-cheapest", z: "tab", url, x: 0, y: 0, wires: [["sink"]] },
      { id: "sink", type: "bench-sink", z: "tab", x: 0, y: 0, wires: [] },
    ]),
);

const devicesOf = (count) => [...Array(count).keys()].map((i) => `device-${i}`);
const CASES = {
  "bare mqtt.js, JSON.parse": { script: "bare.cjs", devices: devicesOf(1) },
  "cheapest node": { ...cheapestFlow, devices: devicesOf(1) },
  "cheapest node, 1000 devices": { ...cheapestFlow, devices: devicesOf(1000) },
  "core mqtt in, 1 node": { ...nodeRed(flowOf(core, 1, [broker])), devices: devicesOf(1) },
  "core mqtt in, 100 nodes": { ...nodeRed(flowOf(core, 100, [broker])), devices: devicesOf(100) },
  "tts-uplink, 1 node": { ...oursFlow(1), devices: devicesOf(1) },
  "tts-uplink, 100 nodes": { ...oursFlow(100), devices: devicesOf(100) },
  "tts-uplink, 1000 nodes": { ...oursFlow(1000), devices: devicesOf(1000) },
  "tts-uplink, unwanted": { ...oursFlow(1), devices: ["nobody-wants-this"] },
};

/** The child's answer to this mark, whatever it still says to earlier ones. */
async function answerTo(child, topic) {
  for (;;) {
    const [message] = await once(child, "message");
    if ((message === "started") === (topic === START)) return message;
  }
}

/** Publishes a mark and waits for the child's answer to it; repeats it while the child may not be listening yet. */
async function mark(child, topic, device, repeat = false) {
  const answer = answerTo(child, topic);
  const again = repeat ? setInterval(() => publisher.publish(topic, bodyOf(device)), 100) : undefined;
  publisher.publish(topic, bodyOf(device));
  const message = await answer;
  clearInterval(again);
  if (repeat) await sleep(1_000); // marks still under way
  return message;
}

async function measure({ script, flow, credentials, devices }) {
  const args = [url];
  if (flow) {
    args[0] = path.join(scratch, "flow.json");
    await writeFile(args[0], JSON.stringify({ flow, credentials }));
  }
  const child = fork(path.join(import.meta.dirname, script), args);
  await once(child, "message");
  await mark(child, START, "bench-start", true); // when it comes, the subscriptions stand
  await publish(WARM_UP, devices);
  await mark(child, START, "bench-start");
  await publish(MESSAGES, devices);
  const { micros, seen } = await mark(child, END, "bench-end");
  child.kill();
  await once(child, "exit");
  return { micros: micros / MESSAGES, seen };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
/** `npm run bench -- uplink` runs the cases with that in their names. */
const only = process.argv[2];
const results = Object.fromEntries(Object.keys(CASES).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++)
  for (const [name, what] of Object.entries(CASES)) {
    if (only && !new RegExp(only).test(name)) continue;
    const { micros, seen } = await measure(what);
    results[name].push(micros);
    process.stderr.write(`round ${round + 1}  ${name}: ${micros.toFixed(1)} us (${seen} seen)\n`);
  }

const bare = median(results["bare mqtt.js, JSON.parse"]);
const cheapest = median(results["cheapest node"]);
console.log(
  `\nNode.js ${process.version}, ${cpus()[0].model}, ${MESSAGES} uplinks of ${bodyOf("device-0").length} bytes, median of ${ROUNDS}\n`,
);
console.log("| | µs CPU per uplink | x bare | x cheapest |\n| --- | ---: | ---: | ---: |");
for (const [name, micros] of Object.entries(results)) {
  if (micros.length === 0) continue;
  const value = median(micros);
  console.log(
    `| ${name} | ${value.toFixed(1)} | ${(value / bare).toFixed(2)} | ${(value / cheapest).toFixed(2)} |`,
  );
}

await publisher.endAsync();
mosquitto.kill();
await rm(scratch, { recursive: true, force: true });
