/** A server that limits the rate, a line that breaks, and a flow that sends: hours of them in an instant, by a clock of their own. */
import { Pace } from "../../src/delivery/pace";
import { RateLimiter, type RateLimit } from "../../simulator/rateLimit";

export const MINUTE = 60_000;

export interface Circumstances {
  readonly minutes: number;
  /** Of the server; as the real one it closes the connection at one too many, which costs no budget. */
  readonly limit?: Omit<RateLimit, "now">;
  /** What the flow sends in a minute, evenly. Default: there is always one. */
  readonly sends?: number;
  /** How often the line breaks in a minute, at random. */
  readonly breaks?: number;
  readonly breaksUntil?: number;
  /** The part of them that is a clean close; the others are resets. */
  readonly clean?: number;
  /** Each waits for the next downlink, and hits it before it is acknowledged. */
  readonly aimed?: boolean;
  readonly seed: number;
}

export interface Outcome {
  /** Acknowledged, in each minute. */
  readonly through: readonly number[];
  /** When the server has closed the connection over its limit, in minutes. */
  readonly refusedAt: readonly number[];
  /** In doubt because the line broke. */
  readonly broken: number;
  /** The pace in each minute. */
  readonly paces: readonly (number | undefined)[];
  readonly warnings: number;
  readonly pace: Pace;
  /** ms, at the end. */
  readonly now: number;
}

const ROUND_TRIP_MS = 50;
/** What waits for its pace looks again: it may have been lifted. */
const LOOK_AGAIN_MS = 1_000;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function outcomeOf(given: Circumstances): Outcome {
  const { minutes, limit, sends = Infinity, breaks = 0, breaksUntil = minutes, clean = 1 / 3, aimed } = given;
  const chance = chanceOf(given.seed);
  const pace = new Pace();
  const through = new Array<number>(minutes).fill(0);
  const refusedAt: number[] = [];
  const paces: (number | undefined)[] = [];
  let [now, sent, broken, warnings, openedAt, shortLives] = [0, 0, 0, 0, 0, 0];
  const limiter = new RateLimiter(limit && { ...limit, now: () => now });

  const nextBreak = (): number => {
    const at = breaks === 0 ? Infinity : now - (Math.log(1 - chance()) * MINUTE) / breaks;
    return at < breaksUntil * MINUTE ? at : Infinity;
  };
  let breakAt = nextBreak();
  const goOnAt = (time: number): void => {
    now = time;
    while (paces.length <= Math.min(minutes - 1, now / MINUTE)) paces.push(pace.perMinute(now));
  };
  const reconnect = (closed: boolean, publishedAt?: number): void => {
    const end = { now, closed, ...(publishedAt === undefined ? {} : { publishedAt }) };
    if (pace.ended(end).slowedTo !== undefined) warnings += 1;
    shortLives = now - openedAt > 5_000 ? 0 : shortLives + 1;
    goOnAt(now + Math.min(60_000, 1_000 * 2 ** shortLives) * (0.8 + 0.4 * chance()) + 2 * ROUND_TRIP_MS);
    openedAt = now;
    while (breakAt < now) breakAt = nextBreak();
  };
  const breakDown = (publishedAt?: number): void => {
    breakAt = nextBreak();
    reconnect(chance() < clean, publishedAt);
  };

  while (now < minutes * MINUTE) {
    const at = Math.max(now, sends === Infinity ? 0 : (sent * MINUTE) / sends, pace.nextAt(now));
    if (breakAt <= at && !aimed) {
      goOnAt(breakAt);
      breakDown();
      continue;
    }
    goOnAt(Math.min(at, now + LOOK_AGAIN_MS));
    if (now < at) continue;
    const publishedAt = now;
    pace.published(now);
    sent += 1;
    const took = ROUND_TRIP_MS * (0.9 + 0.2 * chance());
    if (breakAt < now + took) {
      goOnAt(aimed ? now + took : breakAt);
      broken += 1;
      breakDown(publishedAt);
      continue;
    }
    now += took / 2;
    const isTaken = limiter.take("key");
    goOnAt(now + took / 2);
    if (isTaken) {
      pace.acknowledged(now, took);
      const minute = Math.floor(now / MINUTE);
      if (minute < minutes) through[minute] = (through[minute] ?? 0) + 1;
    } else {
      refusedAt.push(now / MINUTE);
      reconnect(true, publishedAt);
    }
  }
  return { through, refusedAt, broken, paces, warnings, pace, now };
}
