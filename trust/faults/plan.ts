import type { Random } from "../random";
import type { Fault } from "./faults";
import { SPEED, type Scene, type Side } from "./scene";
import type { Target } from "./target";

export interface Step {
  readonly fault: Fault;
  readonly sides: readonly Side[];
}

/** So many faults: all there are, again and again, each time in another order and on another line. */
export function planOf(
  all: readonly Fault[],
  count: number,
  { sides, target }: Pick<Scene, "sides" | "target">,
  random: Random,
): readonly Step[] {
  const possible = all.filter((fault) => isPossible(fault, target));
  const steps: Step[] = [];
  while (steps.length < count)
    for (const fault of random.shuffled(possible).slice(0, count - steps.length))
      steps.push({ fault, sides: sidesOf(fault, sides, random) });
  return steps;
}

const isPossible = ({ needs }: Fault, target: Target): boolean =>
  needs === undefined || target[needs] !== undefined;

function sidesOf({ both, tlsOnly }: Fault, sides: readonly Side[], random: Random): readonly Side[] {
  if (both) return sides;
  if (tlsOnly) return sides.filter(({ name }) => name === "tls");
  return [random.of(sides)];
}

const FIRST = { ordinary: 1, refused: 4 };
const LONGEST = 60;
const JITTER = 0.2;

/**
 * Seconds until the connection is back at the latest: what the package says of its pauses. The first is 1 s, after a refused login 4 s,
 * doubled each time up to 60 s, and as long as if each login of the last minute were a failure; each ±20 %.
 * @param logins in the last minute
 * @param lasted seconds that the fault was there for
 */
export function statedPause({ refused, noticed = 0 }: Fault, logins: number, lasted: number): number {
  const pause = (attempts: number): number =>
    Math.min(LONGEST, FIRST[refused ? "refused" : "ordinary"] * 2 ** (attempts - 1));
  // The last attempt that can fail while the fault is there is the one with the longest pause.
  let begun = 0;
  let attempts = Math.max(1, logins);
  while (begun + pause(attempts) * (1 - JITTER) < lasted && attempts < 8) {
    begun += pause(attempts) * (1 - JITTER);
    attempts += 1;
  }
  return noticed + pause(attempts) * (1 + JITTER);
}

/** ms of this process in seconds of the package. */
export const inPackage = (ms: number): number => (ms * SPEED) / 1_000;
