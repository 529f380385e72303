/** `npm run faults`: two hundred faults in a row between package and server, uplinks and downlinks under way. */
import { conclude, heading, quantile, table } from "../table";
import { readOptions, refuseUnknown } from "../options";
import { Random } from "../random";
import { leftOf, startNodeRed, type Resources } from "../node-red/nodeRed";
import { checkDownlinks } from "./downlinks";
import { FAULTS, type Fault } from "./faults";
import { inPackage, planOf, statedPause, type Step } from "./plan";
import { HOST, KEEPALIVE, Scene, SPEED, type Side } from "./scene";
import { real } from "./realTarget";
import { simulated } from "./simulatedTarget";
import { IS_REAL } from "./target";

const COUNT = { long: 200, short: 8 };
/** What this process and the machine may take, in seconds of the package. */
const SLACK = 10;
/** ms: after the longest pause there is, and what it takes to notice a silent line. */
const LONGEST_WAIT_MS = (95_000 + 2_500 * KEEPALIVE) / SPEED;
const HEAP_GROWTH_MB = 5;
const HOURS_50 = 50 * 3_600_000;

/** Of one kind of fault. */
interface Row {
  readonly fault: Fault;
  times: number;
  readonly back: number[];
  stated: number;
  findings: number;
}

const rows = new Map<string, Row>();

const { seed, short, only, count } = readOptions();
refuseUnknown(
  only,
  FAULTS.map(({ name }) => name),
);

/** Uplinks that came once, each from the first to the last, but for those that were sent while the line was broken. */
function checkUplinks(
  scene: Scene,
  side: Side,
  logins: number,
  from: number,
  to: number,
  mayMiss: (number: number) => boolean,
): void {
  for (let number = from; number <= to; number++) {
    const times = side.uplinks.get(number) ?? 0;
    if (times === 0 && !mayMiss(number) && !scene.target.unpublished(number))
      side.missing.set(number, { fault: scene.fault, beside: `of ${from} to ${to}, with ${logins} logins` });
    if (times > 1) scene.findings.push(`${scene.fault} (${side.name}): uplink ${number} came ${times} times`);
    side.uplinks.delete(number);
  }
}

/** Those that did not come later either: a busy server may send one behind many others. */
function tellMissing(scene: Scene): void {
  for (const side of scene.sides)
    for (const beside of new Set([...side.missing.values()].map((one) => one.beside))) {
      const missing = [...side.missing].filter(([, one]) => one.beside === beside);
      const [first, { fault }] = missing[0] ?? [0, { fault: "" }];
      const row = rows.get(fault);
      if (row) row.findings += 1;
      scene.findings.push(
        `${fault} (${side.name}): ${missing.length} uplinks are missing, the first is ${first} ${beside}`,
      );
    }
}

async function meet(scene: Scene, { fault, sides }: Step, checked: Map<Side, number>): Promise<boolean> {
  scene.fault = fault.name;
  const row = rows.get(fault.name) ?? { fault, times: 0, back: [], stated: 0, findings: 0 };
  rows.set(fault.name, row);
  row.times += 1;
  const findingsBefore = scene.findings.length;
  // What is under way when a line breaks is lost with it.
  const first = new Map(scene.sides.map((side) => [side, side.latest + 1 - scene.target.disorder]));
  const stated = new Map(sides.map((side) => [side, side.recentLogins]));
  const loginsBefore = new Map(scene.sides.map((side) => [side, side.logins.length]));
  const beganAt = performance.now();
  await fault.happens(scene, sides);
  const endedAt = performance.now();
  const after = scene.nextUplink;

  const backWith = new Map<Side, number>();
  for (const side of sides) {
    if (!(await scene.until(() => side.latest >= after, LONGEST_WAIT_MS))) {
      scene.findings.push(`${fault.name} (${side.name}): not back after ${inPackage(LONGEST_WAIT_MS)} s`);
      return false;
    }
    backWith.set(side, side.latest);
    if (!fault.breaks) continue;
    const seconds = inPackage(Math.max(0, (side.backAt(after) ?? performance.now()) - endedAt));
    const limit = statedPause(fault, (stated.get(side) ?? 0) || 1, inPackage(endedAt - beganAt));
    row.back.push(seconds);
    row.stated = Math.max(row.stated, limit);
    // How long the short form takes is no matter: CI runs it beside other tests.
    if (!short && seconds > limit + SLACK)
      scene.findings.push(
        `${fault.name} (${side.name}): back after ${seconds.toFixed(0)} s, stated are ${limit.toFixed(0)} s`,
      );
  }
  const to = await settled(scene);
  for (const side of scene.sides) {
    const isBroken = fault.breaks && sides.includes(side);
    if (!isBroken && side.logins.length > (loginsBefore.get(side) ?? 0))
      scene.findings.push(`${fault.name} (${side.name}): the connection has ended`);
    // The first that comes again may have been sent behind others, which went while the line was broken.
    const back = (backWith.get(side) ?? 0) + scene.target.disorder;
    checkUplinks(
      scene,
      side,
      side.logins.length - (loginsBefore.get(side) ?? 0),
      checked.get(side) ?? 0,
      to,
      (n) => isBroken && n >= (first.get(side) ?? 0) && n <= back,
    );
    checked.set(side, to + 1);
  }
  row.findings += scene.findings.length - findingsBefore;
  return true;
}

/** Until all that was sent so far has come on both lines. Returns the number of the last. */
async function settled(scene: Scene): Promise<number> {
  await scene.pass(2_000);
  const mark = scene.nextUplink - 1;
  for (const side of scene.sides)
    if (!(await scene.until(() => side.latest >= mark, LONGEST_WAIT_MS)))
      scene.findings.push(`${scene.fault} (${side.name}): uplink ${mark} did not come`);
  return mark;
}

/** What is left of a run that was not there before. */
function compare(scene: Scene, before: Resources, after: Resources): void {
  for (const what of ["active", "process", "events"] as const)
    if (JSON.stringify(before[what]) !== JSON.stringify(after[what]))
      scene.findings.push(
        `${what}: ${JSON.stringify(before[what])} before, ${JSON.stringify(after[what])} after`,
      );
  if (after.timers.length > before.timers.length)
    scene.findings.push(
      `${before.timers.length} timers before, ${after.timers.length} after: ${after.timers.join("; ")}`,
    );
  const growth = (after.heap - before.heap) / 1e6;
  if (growth > HEAP_GROWTH_MB) scene.findings.push(`the heap has grown by ${growth.toFixed(1)} MB`);
}

/** Without traffic, all downlinks at their end; ms of the package before and after that. */
async function resting(scene: Scene, ms: number, before?: Resources): Promise<Resources> {
  scene.quiet();
  await scene.pass(ms);
  // What was held goes with the first, is over with the second, and what looks after it ends with the third.
  for (let times = 0; times < 3; times++) {
    await scene.red.ask("pass", HOURS_50);
    await scene.pass(ms);
  }
  return before ? leftOf(scene.red, before) : scene.red.ask("resources");
}

async function run(): Promise<void> {
  const random = new Random(seed);
  const target = await (IS_REAL ? real() : simulated());
  const scene = new Scene(target, await startNodeRed(SPEED), random);
  const began = performance.now();
  await scene.begin();
  const checked = new Map<Side, number>();
  const isUp = await scene.until(() => scene.sides.every(({ latest }) => latest >= 0), 10_000);
  if (!isUp) throw new Error("Node-RED did not connect");
  for (const side of scene.sides) checked.set(side, Math.min(...side.uplinks.keys()));
  // What every run leaves behind, such as compiled code and what is known of devices, is there before it is measured.
  const rest = (short ? 600 : 2_000) * SPEED;
  await scene.pass(rest);
  const before = await resting(scene, rest);
  scene.busy();
  await settled(scene);

  const steps = planOf(
    // What takes its time to be noticed does so in CI, too.
    FAULTS.filter(({ name, noticed }) => (only === undefined ? !short || !noticed : name.includes(only))),
    count ?? (short ? COUNT.short : COUNT.long),
    scene,
    random,
  );
  let met = 0;
  let said = 0;
  for (const step of steps) {
    if (!(await meet(scene, step, checked))) break;
    met += 1;
    if (short) continue;
    process.stderr.write(`${met} ${step.fault.name}: ${scene.findings.length} findings\n`);
    for (; said < scene.findings.length; said++) process.stderr.write(`- ${scene.findings[said]}\n`);
  }
  scene.fault = "at the end";
  const after = await resting(scene, rest, before);
  const outcomes = await checkDownlinks(scene);
  tellMissing(scene);
  compare(scene, before, after);
  for (const { name, line } of scene.sides)
    if (line.open !== 1) scene.findings.push(`${line.open} connections are open (${name})`);
  await scene.stop();

  console.log(`${heading("faults", seed)}, against ${target.name}; ${HOST} at ${SPEED} times the speed\n`);
  console.log(
    table(
      ["fault", "times", "back after, median", "longest", "stated", "findings"],
      [...rows.values()]
        .sort((one, other) => FAULTS.indexOf(one.fault) - FAULTS.indexOf(other.fault))
        .map(({ fault, times, back, stated, findings }) => {
          const sorted = [...back].sort((one, other) => one - other);
          const seconds = (value: number): string => (fault.breaks ? `${value.toFixed(1)} s` : "–");
          return [
            ...[fault.name, times, seconds(quantile(sorted, 0.5)), seconds(sorted.at(-1) ?? 0)],
            ...[seconds(stated), findings],
          ];
        }),
    ),
  );
  console.log(
    `\n${met} faults in ${Math.round((performance.now() - began) / 1_000)} s, ${scene.nextUplink} uplinks to each of two connections, ${scene.downlinks.size} downlinks: ${outcomes}.`,
  );
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(
    `Heap ${megabytes(before.heap)} before, ${megabytes(after.heap)} after; timers ${before.timers.length} and ${after.timers.length}.`,
  );
  conclude(scene.findings);
}

run().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
