// `npm start`: Node-RED with a flow of simulated devices, on this machine only. `--watch` (`npm run dev`) rebuilds and restarts on change.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, watch } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "./build.mjs";

const ROOT = path.resolve(import.meta.dirname, "..");
const USER_DIR = path.join(ROOT, ".node-red");
const PORT = Number(process.env.PORT ?? 1880);
const URL = `http://127.0.0.1:${PORT}`;
const UPLINK_EVERY_MS = 10_000;
const require = createRequire(import.meta.url);

const readFlow = async (file) => JSON.parse(await readFile(path.join(ROOT, "scripts", file), "utf8"));
const DEMO_FLOW = await readFlow("demo-flow.json");
const DEMO_PUBSUB = await readFlow("demo-pubsub.json");

/** Another Node-RED on this port must not be mistaken for ours: the demo flow would replace its flows. */
async function assertFree(port) {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    console.error(`Port ${port} is in use. Another one: PORT=${port + 10} npm start`);
    process.exit(1);
  }
  server.close();
  await once(server, "close");
}

/** The devices, reached in both ways: at the stack's own MQTT server, and by way of another broker. */
async function startDevices() {
  require("../test/register.cjs");
  const { demoDevices } = require("../simulator/devices/demo.ts");
  const simulator = await require("../simulator/simulator.ts").startSimulator({ devices: demoDevices() });
  const broker = await require("../simulator/broker.ts").startDemoBroker();
  const { baseTopic, topics } = DEMO_PUBSUB.find(({ type }) => type === "tts-connection");
  await simulator.connectPubsub({ url: broker.url, baseTopic, topics, publishQos: 1, subscribeQos: 1 });
  return { simulator, broker };
}

const startNodeRed = ({ simulator, broker }) =>
  spawn(
    process.execPath,
    [require.resolve("node-red/red.js"), "--settings", path.join(ROOT, "scripts/settings.cjs")],
    {
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        TTS_SIMULATOR_HOST: simulator.host,
        TTS_SIMULATOR_PORT: String(simulator.port),
        TTS_SIMULATOR_API: simulator.apiUrl,
        TTS_SIMULATOR_APPLICATION: simulator.applicationId,
        TTS_SIMULATOR_KEY: simulator.apiKey,
        TTS_BROKER_HOST: broker.host,
        TTS_BROKER_PORT: String(broker.port),
      },
    },
  );

const hasEnded = ({ exitCode, signalCode }) => exitCode !== null || signalCode !== null;

async function answers(child) {
  while (!hasEnded(child)) {
    try {
      if ((await fetch(`${URL}/flows`)).ok) return true;
    } catch {
      // Not yet.
    }
    await sleep(100);
  }
  return false;
}

/** By way of Node-RED's API, so that the simulator's key is kept as any credential is: encrypted, apart from the flow. */
async function deployDemo() {
  const response = await fetch(`${URL}/flows`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify([...DEMO_FLOW, ...DEMO_PUBSUB]),
  });
  if (!response.ok) throw new Error(`Node-RED refused the demo flow: ${response.status}`);
}

async function run(devices) {
  const firstTime = !existsSync(path.join(USER_DIR, "flows.json"));
  const child = startNodeRed(devices);
  if (await answers(child)) {
    if (firstTime) await deployDemo();
    // Not before: the joins, which come first, would be lost.
    devices.simulator.startSchedule(UPLINK_EVERY_MS);
    console.log(`
  Node-RED with simulated devices:  ${URL}
  Open the debug sidebar (the bug, top right): joins, and an uplink every ten seconds.
  The tab Pub/Sub has the same devices by way of a broker, ${devices.broker.name} on port ${devices.broker.port}.
  The flow is kept in .node-red; remove that folder to start anew. Ctrl-C ends all.
`);
  }
  return child;
}

await assertFree(PORT);
await mkdir(USER_DIR, { recursive: true });
await build();
const devices = await startDevices();
let child = await run(devices);
let stopping = false;
let rebuilding = Promise.resolve();
const watchers = [];

async function stopNodeRed() {
  if (hasEnded(child)) return;
  child.kill("SIGINT");
  await once(child, "exit");
}

async function stop() {
  if (stopping) return;
  stopping = true;
  for (const watcher of watchers) watcher.close();
  await rebuilding;
  await stopNodeRed();
  await devices.simulator.stop();
  await devices.broker.stop();
}
process.on("SIGINT", () => void stop());
process.on("SIGTERM", () => void stop());

/** The simulated devices run in this process, which has loaded them: a change of them takes effect at the next start. */
const isOfDevices = (folder, file) => folder === "src" && String(file).startsWith(`simulator${path.sep}`);

async function rebuild() {
  if (stopping) return;
  try {
    await build();
  } catch (error) {
    console.error(error.message);
    return;
  }
  if (stopping) return;
  await stopNodeRed();
  if (!stopping) child = await run(devices);
}

if (process.argv.includes("--watch")) {
  let timer;
  for (const folder of ["nodes", "src", "icons"])
    watchers.push(
      watch(path.join(ROOT, folder), { recursive: true }, (_, file) => {
        if (isOfDevices(folder, file)) return;
        clearTimeout(timer);
        timer = setTimeout(() => (rebuilding = rebuilding.then(rebuild)), 200);
      }),
    );
} else {
  child.once("exit", (code) => {
    if (!stopping) void stop().then(() => (process.exitCode = code ?? 1));
  });
}
