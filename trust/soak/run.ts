/** `npm run soak`: a million uplinks, ten thousand downlinks, an hour of events and two hundred deploys, and what is left of them. */
import { setTimeout as sleep } from "node:timers/promises";
import { startSimulator, type SimulatedDevice } from "../../simulator/simulator";
import { NETWORK_KINDS } from "../../src/stack/kinds";
import { startNodeRed, type Came, type FlowNode, type Measured, type NodeRed } from "../node-red/nodeRed";
import { readOptions } from "../options";
import { conclude, grouped, heading, table } from "../table";
import { Traffic } from "./traffic";

/** An event a second is a busy application: an hour has 3,600, and here it passes in as long as the uplinks take. A cut every five minutes of it. */
const LONG = {
  warmUp: 100_000,
  quiet: 60_000,
  uplinks: 1_000_000,
  downlinks: 10_000,
  events: 3_600,
  cuts: 12,
  deploys: 200,
};
const SHORT = {
  warmUp: 1_000,
  quiet: 1_000,
  uplinks: 7_000,
  downlinks: 60,
  events: 30,
  cuts: 2,
  deploys: 2,
};
const SLOW = 1_000;
const FAST = 5_000;
const DEVICES = 1_000;
const HEAP_MB = 5;
const TYPES = ["full", "nodes", "flows"] as const;

const devices = Array.from({ length: DEVICES }, (_one, index): SimulatedDevice => ({
  id: `device-${index}`,
  class: "C",
  joined: true,
  makeUplink: () => ({ f_port: 1, frm_payload: "AQ==" }),
}));

/** The number in ms at this share of a histogram of tenths. */
function quantileOf({ histogram }: Measured, share: number): number {
  const total = histogram.reduce((sum, [, count]) => sum + count, 0);
  let passed = 0;
  for (const [tenths, count] of histogram) {
    passed += count;
    if (passed >= total * share) return tenths / 10;
  }
  return 0;
}

interface Phase {
  readonly what: string;
  readonly sent: number;
  readonly measured: Measured;
}

async function run(): Promise<void> {
  const { seed, short } = readOptions();
  const size = short ? SHORT : LONG;
  const simulator = await startSimulator({ devices });
  const red = await startNodeRed();
  const traffic = new Traffic(
    simulator,
    devices.map(({ id }) => id),
  );
  const findings: string[] = [];
  const ends = new Map<string, number>();
  let events = 0;
  let deploys = 0;
  let downlinks = 0;
  red.came.on("came", (sink: string, { state, code, completed }: Came) => {
    if (sink === "events") events += 1;
    else if (sink.startsWith("said ") && !completed)
      ends.set(code ?? state ?? "none", (ends.get(code ?? state ?? "none") ?? 0) + 1);
  });
  red.came.on("crash", (text: string) => findings.push(`Node-RED has ended: ${text}`));

  const deploy = async (credentials?: Readonly<Record<string, object>>): Promise<void> => {
    const type = credentials ? "full" : (TYPES[deploys++ % TYPES.length] ?? "full");
    const flows = flowsFor(`deploy ${deploys}`, simulator);
    await red.ask("deploy", { flows, type, ...(credentials && { credentials }) });
  };
  const downlink = (): void => {
    const number = downlinks++;
    const deviceId = `device-${(number + seed) % DEVICES}`;
    // While flows are deployed there is no node for a moment.
    red
      .ask("give", { node: "downlink", messages: [{ number, deviceId, payload: [1, 2, 3] }] })
      .catch(() => downlinks--);
  };
  const phase = async (what: string, count: number, rate: number): Promise<Phase> => {
    await traffic.send(count, rate);
    const measured = await drained(red, count);
    const { handedOn, repeated } = measured;
    if (handedOn !== count)
      findings.push(`${what}: ${grouped(count)} uplinks sent, ${grouped(handedOn)} came`);
    if (repeated > 0) findings.push(`${what}: ${repeated} came again or late`);
    return { what, sent: count, measured };
  };

  await red.ask("tellOf", ["tts-downlink"]);
  await deploy({ connection: { apiKey: simulator.apiKey } });
  for (let left = 500; simulator.subscribes.length < 1 || simulator.eventStreams < 1; left--) {
    if (left === 0) throw new Error("Node-RED did not connect");
    await sleep(20);
  }
  await sleep(500);
  const began = performance.now();
  // What every run leaves behind, such as compiled code and what is known of each device, is there before it is measured.
  await Promise.all([
    traffic.send(size.warmUp, FAST),
    spread(size.downlinks / 20, size.warmUp / FAST, downlink),
  ]);
  for (let left = short ? 1 : 5; left > 0; left--) await deploy();
  await drained(red, size.warmUp);
  await rested(() => total(ends) >= downlinks);
  const before = await red.ask("resources");
  const before_ = { events, downlinks, deploys };
  let published = 0;

  const phases = [
    await phase(`${grouped(SLOW)} a second`, size.quiet, SLOW),
    await phase(`${grouped(FAST)} a second`, size.quiet * 2, FAST),
  ];
  const rest = size.uplinks - 3 * size.quiet;
  const seconds = rest / FAST;
  const [everything] = await Promise.all([
    phase(`${grouped(FAST)} a second, with all else`, rest, FAST),
    spread(size.downlinks, seconds, downlink),
    spread(size.deploys, seconds, deploy),
    spread(size.events, seconds, () => {
      published += simulator.eventStreams > 0 ? 1 : 0;
      simulator.publishEvent("as.up.data.drop", "device-1", { namespace: "pkg/a", name: "no", code: 3 });
    }),
    spread(size.cuts, seconds, () => simulator.endEventStreams()),
  ]);
  await rested(() => total(ends) >= downlinks);
  // A reader that is too slow loses answers: a downlink without any is over after a day.
  if (total(ends) < downlinks) await red.ask("pass", 50 * 3_600_000);
  await rested(() => total(ends) >= downlinks);
  const after = await red.ask("resources");

  const growth = (after.heap - before.heap) / 1e6;
  if (growth > HEAP_MB) findings.push(`the heap has grown by ${growth.toFixed(1)} MB`);
  const timersBefore = kindsOf(before.timers);
  for (const [kind, count] of kindsOf(after.timers))
    if (count > Math.max(1, timersBefore.get(kind) ?? 0))
      findings.push(`${count} timers of ${kind} ms are left`);
  if (JSON.stringify(before.process) !== JSON.stringify(after.process))
    findings.push("listeners of the process are left");
  if (total(ends) !== downlinks) findings.push(`${downlinks} downlinks, ${total(ends)} ends`);
  if (events - before_.events > published)
    findings.push(`${published} events while there was a stream, ${events - before_.events} came`);
  if (simulator.sessions !== 1 || simulator.eventStreams > 1) findings.push("a session is left");
  await red.stop();
  await simulator.stop();

  console.log(`${heading("soak", seed)}\n`);
  console.log(
    table(
      ["uplinks", "sent", "missing", "dropped by Node-RED", "p50", "p99", "p99.9"],
      [...phases, everything].map(({ what, sent, measured }) => [
        ...[what, grouped(sent), sent - measured.handedOn, measured.handedOn - measured.received],
        ...[0.5, 0.99, 0.999].map((share) => `${quantileOf(measured, share).toFixed(1)} ms`),
      ]),
    ),
  );
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log("");
  console.log(
    table(
      ["", "before", "after"],
      [
        ["heap", megabytes(before.heap), megabytes(after.heap)],
        ["timers", before.timers.length, after.timers.length],
        ["uplinks", grouped(size.warmUp), grouped(traffic.sent)],
        ["downlinks that ended", before_.downlinks, grouped(total(ends))],
        ["events of the stream", before_.events, grouped(events)],
        ["deploys", before_.deploys, deploys],
      ],
    ),
  );
  console.log(
    `\nEnds of downlinks: ${[...ends].map(([end, count]) => `${grouped(count)} ${end}`).join(", ")}. ${grouped(size.events)} events and ${size.cuts} cuts of the stream, ${grouped(published)} while it was open. ${Math.round((performance.now() - began) / 1_000)} s.`,
  );
  conclude(findings);
}

const total = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);

/** By their duration. Of what a session sets once for all, such as for the last word on any downlink, one may be set or not. */
function kindsOf(timers: readonly string[]): ReadonlyMap<string, number> {
  const kinds = new Map<string, number>();
  for (const timer of timers) {
    const kind = String(Number(Number.parseFloat(timer).toPrecision(2)));
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return kinds;
}

/** All that were sent have come, or no more come. */
async function drained(red: NodeRed, count: number): Promise<Measured> {
  const sums = new Map<number, number>();
  let [received, repeated, handedOn, quiet] = [0, 0, 0, 0];
  while (received < count && quiet < 100) {
    await sleep(100);
    const part = await red.ask("measured");
    received += part.received;
    repeated += part.repeated;
    handedOn += part.handedOn;
    quiet = part.received === 0 ? quiet + 1 : 0;
    for (const [tenths, number] of part.histogram) sums.set(tenths, (sums.get(tenths) ?? 0) + number);
  }
  return { received, repeated, handedOn, histogram: [...sums].sort(([one], [other]) => one - other) };
}

/** Does it so often, evenly, within these seconds; each time once the one before is done. */
async function spread(times: number, seconds: number, act: () => unknown): Promise<void> {
  const began = performance.now();
  for (let done = 0; done < times; done++) {
    const wait = began + ((done + 1) / times) * seconds * 1_000 - performance.now();
    if (wait > 0) await sleep(wait);
    await act();
  }
}

async function rested(isSo: () => boolean): Promise<void> {
  for (let left = 300; left > 0 && !isSo(); left--) await sleep(100);
  await sleep(1_000);
}

function flowsFor(
  name: string,
  { host, port, apiUrl, userName }: { host: string; port: number; apiUrl: string; userName: string },
): readonly FlowNode[] {
  const node = (type: string, id: string, more: object): FlowNode => ({
    id,
    type,
    z: "tab",
    x: 0,
    y: 0,
    ...more,
  });
  const ours = { name, connection: "connection" };
  return [
    { id: "tab", type: "tab", label: "soak" },
    {
      ...{
        id: "connection",
        type: "tts-connection",
        service: "stack",
        host,
        port: String(port),
        useTls: false,
      },
      ...{ applicationId: userName, api: apiUrl },
    },
    node("tts-uplink", "uplink", { ...ours, output: "decoded", wires: [["uplinks"]] }),
    node("trust-sink", "uplinks", { measures: true }),
    node("tts-downlink", "downlink", { ...ours, report: "sent", wires: [["ends"]] }),
    node("trust-sink", "ends", {}),
    node("tts-event", "event", { ...ours, events: [...NETWORK_KINDS], wires: [["events"]] }),
    node("trust-sink", "events", {}),
  ];
}

run().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
