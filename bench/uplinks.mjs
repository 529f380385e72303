/** CPU time per uplink: warm, and of the first ones after a start. */
import { devicesOf } from "./broker.mjs";
import { startChild } from "./child.mjs";

const WARM_UP = 30_000;
const MESSAGES = 20_000;
/** A Raspberry Pi with a few devices never gets much further. */
const FIRST = 500;
/** Of this many uplinks one has an event. */
const PER_EVENT = 10;

export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Each case: what runs, for which devices, and what else happens with an uplink. */
export function casesOf({ port, flows, events }) {
  const one = devicesOf(1);
  return {
    "bare mqtt.js, JSON.parse": {
      what: { script: "bare.cjs", args: [`mqtt://127.0.0.1:${port}`] },
      devices: one,
    },
    "cheapest node": { what: flows.cheapest, devices: one },
    "cheapest node, 1000 devices": { what: flows.cheapest, devices: devicesOf(1000) },
    "core mqtt in, 1 node": { what: flows.core(1), devices: one },
    "core mqtt in, 100 nodes": { what: flows.core(100), devices: devicesOf(100) },
    "core mqtt in, 10 nodes on one topic": { what: flows.coreOnOneTopic(10), devices: one },
    "tts-uplink, 1 node": { what: flows.ours(1), devices: one },
    "tts-uplink, 100 nodes": { what: flows.ours(100), devices: devicesOf(100) },
    "tts-uplink, 1000 nodes": { what: flows.ours(1000), devices: devicesOf(1000) },
    "tts-uplink, 10 nodes on one topic": { what: flows.oursOnOneTopic(10), devices: one },
    "tts-uplink, 1 node, beside tts-watch": { what: flows.oursWatched(), devices: one },
    "tts-uplink, 1 node, event stream open": { what: flows.oursWithEvents(), devices: one },
    "tts-uplink, 1 node, an event per 10 uplinks": {
      what: flows.oursWithEvents(),
      devices: one,
      each: (sent) => sent % PER_EVENT === 0 && events.decoderFails(),
    },
    "tts-uplink, unwanted": { what: flows.ours(1), devices: ["nobody-wants-this"] },
  };
}

const COLD = [
  "cheapest node",
  "core mqtt in, 1 node",
  "tts-uplink, 1 node",
  "core mqtt in, 100 nodes",
  "tts-uplink, 100 nodes",
];

async function measured({ what, devices, each }, count, warmUp, { publisher, scratch }) {
  const child = await startChild(what, scratch);
  await child.listening(publisher);
  await publisher.uplinks(warmUp, devices);
  const { micros, seen } = await child.measure(publisher, () => publisher.uplinks(count, devices, each));
  await child.end();
  return { micros: micros / count, seen };
}

async function tableOf(cases, rounds, measure, note) {
  const results = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++)
    for (const [name, one] of Object.entries(cases)) {
      const { micros, seen } = await measure(one);
      results[name].push(micros);
      note(`round ${round}  ${name}: ${micros.toFixed(1)} us (${seen} seen)`);
    }
  const medians = Object.fromEntries(Object.entries(results).map(([name, all]) => [name, median(all)]));
  const times = (value, name) => (medians[name] ? (value / medians[name]).toFixed(2) : "");
  return Object.entries(medians).map(([name, value]) => [
    name,
    value.toFixed(1),
    times(value, "bare mqtt.js, JSON.parse"),
    times(value, "cheapest node"),
  ]);
}

const chosen = (cases, isWanted) =>
  Object.fromEntries(Object.entries(cases).filter(([name]) => isWanted(name)));

/** Rows: what, µs CPU per uplink, times bare mqtt.js, times the cheapest node. Median of the rounds. */
export const warmTable = (bench) =>
  tableOf(
    chosen(casesOf(bench), bench.isWanted),
    bench.rounds,
    (one) => measured(one, MESSAGES, WARM_UP, bench),
    bench.note,
  );

/** The same for the first 500 uplinks after the start. */
export const coldTable = (bench) =>
  tableOf(
    chosen(casesOf(bench), (name) => COLD.includes(name) && bench.isWanted(name)),
    bench.rounds * 2,
    (one) => measured(one, FIRST, 0, bench),
    bench.note,
  );

export const HEAD = ["", "µs CPU per uplink", "x bare", "x cheapest"];
export { MESSAGES, FIRST };
