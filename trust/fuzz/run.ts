/** `npm run fuzz`: mutated messages and inputs for every decoder, filter, rule, paste and converter. `--only "V2" --case 17` repeats one. */
import { conclude, grouped, heading, quantile, table } from "../table";
import { readOptions, refuseUnknown } from "../options";
import { Random } from "../random";
import type { Target } from "./target";
import { downlinkTargets } from "./targets/downlinks";
import { messageTargets } from "./targets/messages";
import { otherTargets } from "./targets/others";
import { textTargets } from "./targets/texts";

const CASES = { long: 1_000_000, short: 6_000 };
const LONGEST_MS = 50;
/** A slow one is run again: the collector of garbage, or another process, is not its fault. */
const REPEATS = 4;

const TARGETS: readonly Target[] = [...messageTargets, ...downlinkTargets, ...textTargets, ...otherTargets];
const SHARES = TARGETS.reduce((sum, { share }) => sum + share, 0);

/** What all objects have from their prototypes, for comparing. */
const prototypes = (): string =>
  [Object, Array, String, Number, Function, Map, Buffer, Promise]
    .map(({ prototype }: { prototype: object }) => Reflect.ownKeys(prototype).map(String).join())
    .join("\n");

const argument = (name: string): string | undefined => {
  const at = process.argv.indexOf(name);
  return at === -1 ? undefined : process.argv[at + 1];
};

function run(): void {
  const { seed, short, only } = readOptions();
  refuseUnknown(
    only,
    TARGETS.map(({ area }) => area),
  );
  const oneCase = argument("--case");
  const findings: string[] = [];
  const rows: (string | number)[][] = [];
  const pristine = prototypes();
  const began = performance.now();
  let total = 0;

  for (const { area, share, prepare } of TARGETS) {
    if (only !== undefined && !area.includes(only)) continue;
    const count = Math.round(((short ? CASES.short : CASES.long) * share) / SHARES);
    const cases = oneCase === undefined ? [...Array(count).keys()] : [Number(oneCase)];
    const times = new Float64Array(cases.length);
    const before = findings.length;
    for (const [index, number] of cases.entries()) {
      // A case does not depend on those before it.
      const made = (): (() => void) => prepare(new Random((seed * 1_000_003 + number * 7_919) >>> 0));
      let ms = timed(made(), (why) => findings.push(`${area}, case ${number}: ${why}`));
      for (let left = REPEATS; left > 0 && ms > LONGEST_MS; left--) ms = Math.min(ms, busyWith(made()));
      if (ms > LONGEST_MS) findings.push(`${area}, case ${number}: ${ms.toFixed(0)} ms`);
      times[index] = ms;
      if (number % 1_000 === 0 && prototypes() !== pristine) {
        findings.push(`${area}, up to case ${number}: a prototype was changed`);
        break;
      }
    }
    const sorted = [...times.sort()];
    total += cases.length;
    rows.push([
      area,
      grouped(cases.length),
      `${(quantile(sorted, 0.5) * 1_000).toFixed(0)} µs`,
      `${(quantile(sorted, 0.999) * 1_000).toFixed(0)} µs`,
      `${(sorted.at(-1) ?? 0).toFixed(1)} ms`,
      findings.length - before,
    ]);
  }
  if (Reflect.get({}, "polluted") !== undefined || prototypes() !== pristine)
    findings.push("a prototype was changed");

  console.log(`${heading("fuzz", seed)}\n`);
  console.log(table(["given to", "cases", "median", "99.9 %", "slowest", "findings"], rows));
  console.log(`\n${grouped(total)} cases in ${Math.round((performance.now() - began) / 1_000)} s.`);
  conclude(findings);
}

/** ms of the processor: on a busy machine a call takes longer than that. */
function busyWith(call: () => void): number {
  const before = process.cpuUsage();
  timed(call, () => undefined);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** ms. */
function timed(call: () => void, failed: (why: string) => void): number {
  const start = performance.now();
  try {
    call();
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? "").split("\n") : [];
    failed(
      `${String(error)} ${stack
        .filter((line) => /\(.*\/(?:src|nodes|plugins)\//.test(line))
        .slice(0, 2)
        .map((line) => line.trim())
        .join(" ")}`,
    );
  }
  return performance.now() - start;
}

run();
