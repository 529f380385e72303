// `node bench/watch.mjs [devices]`: what a tts-watch costs, by hand: CPU per uplink on the receiving path, with and without it, in one
// run and in turns; then memory, and the time of a table, a look and a save of all devices. Numbers depend on the machine.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

/** In one file, as the package is: a call into another module then costs nothing. */
function bundled(names) {
  const contents = Object.entries(names).map(
    ([name, file]) => `export { ${name} } from "../src/${file}.ts";`,
  );
  const resolveDir = fileURLToPath(new globalThis.URL(".", import.meta.url));
  const [{ text }] = buildSync({
    stdin: { contents: contents.join("\n"), resolveDir },
    ...{ bundle: true, write: false, platform: "node", format: "cjs", target: "node18" },
  }).outputFiles;
  const module = { exports: {} };
  new Function("module", "exports", "require", text)(module, module.exports, createRequire(import.meta.url));
  return module.exports;
}

const { Router, DeviceWatch, GatewayWatch, Ledger, toStore, stackService } = bundled({
  Router: "connection/router",
  DeviceWatch: "devices/deviceWatch",
  GatewayWatch: "devices/gatewayWatch",
  Ledger: "devices/ledger",
  toStore: "devices/snapshot",
  stackService: "services/stack",
});

const DEVICES = Number(process.argv[2] ?? 10_000);
const ROUNDS = 9;
const UPLINKS = 20_000;
const INTERVAL_MS = 900_000;
const SERVICE = stackService({ applicationId: "app1", apiKey: "" });
const RULES = { silentAfter: undefined, batteryBelow: 20, lostAbove: 0.2, marginBelow: 3 };

const captured = readFileSync(new globalThis.URL("../test/fixtures/uplink.jsonl", import.meta.url), "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line));
const { payload } = captured.find(({ name }) => name === "decoded");
const begin = Date.parse(payload.received_at);

/** The router of a connection with a node that wants all uplinks, and what a watch of these kinds adds to it. */
function side(kinds) {
  let passed = 0;
  const ledger = new Ledger(SERVICE, () => passed);
  const router = new Router(SERVICE, () => undefined, ledger);
  router.add({
    kinds: new Set(["uplink_message"]),
    everyDevice: true,
    wantsDevice: () => true,
    deliver: () => undefined,
  });
  const now = () => ({ at: begin + passed, clock: passed });
  const common = { ledger, rules: RULES, named: [], stored: [], now: now() };
  const devices = kinds.includes("devices") && new DeviceWatch({ ...common, matches: () => true });
  const gateways = kinds.includes("gateways") && new GatewayWatch(common);
  let told = 0;
  const tell = (changes) => void (told += changes.length);
  if (devices)
    ledger.watch({
      onUplink: (device, step, arrival) => tell(devices.uplink(device, step, arrival)),
      onJoin: (device, arrival) => tell(devices.join(device, arrival)),
    });
  if (gateways)
    ledger.watch({
      onGateway: (gateway, arrival) => tell(gateways.uplink(gateway, arrival)),
    });
  for (const watch of [devices, gateways]) if (watch) watch.setConnected(true, now());
  const uplink = { ...payload.uplink_message };
  let sent = 0;
  /** So many uplinks, each device in turn each quarter of an hour; what makes them is not measured. */
  const send = (count) => {
    const messages = Array.from({ length: count }, () => {
      const index = sent++ % DEVICES;
      const device_id = `device-${index}`;
      const at = (sent / DEVICES) * INTERVAL_MS;
      const body = {
        ...payload,
        end_device_ids: { ...payload.end_device_ids, device_id },
        received_at: new Date(begin + at).toISOString(),
        uplink_message: { ...uplink, f_cnt: Math.floor(sent / DEVICES) },
      };
      return [`v3/app1/devices/${device_id}/up`, Buffer.from(JSON.stringify(body)), at];
    });
    const before = process.cpuUsage();
    for (const [topic, bytes, at] of messages) {
      passed = at;
      router.take(topic, bytes, begin + at);
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / count;
  };
  return { send, devices, now, told: () => told };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const SIDES = { "no watch": [], devices: ["devices"], "devices and gateways": ["devices", "gateways"] };
const sides = Object.entries(SIDES).map(([name, kinds]) => ({ name, micros: [], ...side(kinds) }));
const collect = globalThis.gc ?? (() => undefined);

for (const { send } of sides) send(Math.max(3 * UPLINKS, 3 * DEVICES));
for (let round = 0; round < ROUNDS; round++)
  for (const { send, micros } of round % 2 ? sides.toReversed() : sides) micros.push(send(UPLINKS));
console.log(`Node.js ${process.version}, ${DEVICES} devices, ${ROUNDS} rounds of ${UPLINKS} uplinks`);
const least = (numbers) => Math.min(...numbers);
for (const { name, micros } of sides) {
  const [usual, best] = [median, least].map((of) => [of(micros), of(micros) - of(sides[0].micros)]);
  const shown = [usual, best].map(([all, more]) => `${all.toFixed(2)} us, ${more.toFixed(2)} more`);
  console.log(`${name}: median ${shown[0]}; least ${shown[1]}`);
}

const { devices, now } = sides[1];
const timed = (what, run) => {
  const took = Array.from({ length: 9 }, () => {
    const begun = performance.now();
    run();
    return performance.now() - begun;
  });
  console.log(`${what}: ${median(took).toFixed(1)} ms`);
};
timed("a look at all", () => devices.look(now()));
timed("a table of all", () => [...devices.ids].map((id) => devices.state(id)));
timed("what is to be saved", () => toStore({ devices: devices.stored, gateways: [] }));
const stored = JSON.stringify(toStore({ devices: devices.stored, gateways: [] }));
timed("the same as text", () => JSON.stringify(toStore({ devices: devices.stored, gateways: [] })));
console.log(`text of it: ${(stored.length / 1e6).toFixed(1)} MB`);

if (globalThis.gc) {
  const used = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  for (const [name, kinds] of Object.entries(SIDES)) {
    const before = used();
    const one = side(kinds);
    one.send(12 * DEVICES);
    console.log(`memory, ${name}: ${((used() - before) / 1e6).toFixed(1)} MB`);
    one.send(1);
  }
} else console.log("memory: run it with node --expose-gc");
