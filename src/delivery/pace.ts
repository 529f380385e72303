import { Tally } from "./tally";

const MINUTE_MS = 60_000;
/** So long without another end over the rate limit, and a slowed down pace rises by a tenth, at least by one. */
const RISE_AFTER_MS = 600_000;
/** A slowed down pace that has risen to this is none any more. */
const NO_PACE_FROM = 600;
const SLOWEST = 1;
/** Acknowledged in a minute before an end that is taken for one over a limit at once. */
const FEWEST = 3;
/** Where fewer tell nothing of the limit. Hardly one is lower than that; if it is, further ends tell. */
const CAUTIOUS = 6;

/**
 * How fast downlinks may follow each other, in publishes a minute: as set in the connection, or slower when the server has ended
 * connections over its rate limit. Evenly spaced, counted from the acknowledgement of the one before: whatever burst the server
 * allows and however the network delays, the server then never sees more than that.
 */
export class Pace {
  #configured: number | undefined;
  #slowed: number | undefined;
  /** When it was slowed down, or has risen last. */
  #slowedAt = 0;
  /** When a connection ended over the rate limit, or seemed to. */
  #lastEnd = -Infinity;
  #last = -Infinity;
  readonly #acknowledged = new Tally(60);

  constructor(configured?: number) {
    this.#configured = configured;
  }

  configure(perMinute: number | undefined): void {
    this.#configured = perMinute;
  }

  /** Publishes a minute; undefined: no pace. */
  perMinute(now: number): number | undefined {
    this.#rise(now);
    if (this.#slowed === undefined) return this.#configured;
    return Math.min(this.#slowed, this.#configured ?? Infinity);
  }

  /** From when on the next one may go. */
  nextAt(now: number): number {
    const perMinute = this.perMinute(now);
    return perMinute === undefined ? -Infinity : this.#last + MINUTE_MS / perMinute;
  }

  published(now: number): void {
    this.#last = now;
  }

  acknowledged(now: number): void {
    this.#last = now;
    this.#acknowledged.add(1, now);
  }

  /**
   * The server ended the connection instead of acknowledging a publish. From then on as many a minute as it acknowledged in the last
   * one, at each further such end at most half as many as before, one at least. Where it acknowledged fewer than three in that
   * minute, a first such end is taken for chance, as a line that breaks looks the same, and a second one goes down to six.
   * @returns the new pace where it changed
   */
  ended(now: number): number | undefined {
    const acknowledged = this.#acknowledged.sum(now);
    const before = this.perMinute(now);
    const again = now - this.#lastEnd < RISE_AFTER_MS;
    this.#lastEnd = now;
    this.#last = now;
    if (acknowledged < FEWEST && !again) return undefined;
    const half = before === undefined ? Infinity : Math.floor(before / 2);
    const least = acknowledged < FEWEST ? CAUTIOUS : SLOWEST;
    this.#slowed = Math.max(SLOWEST, Math.min(Math.max(acknowledged, least), half));
    this.#slowedAt = now;
    return this.#slowed === before ? undefined : this.#slowed;
  }

  #rise(now: number): void {
    while (this.#slowed !== undefined && now - this.#slowedAt >= RISE_AFTER_MS) {
      this.#slowedAt += RISE_AFTER_MS;
      this.#slowed += Math.max(1, Math.floor(this.#slowed / 10));
      if (this.#slowed >= NO_PACE_FROM) this.#slowed = undefined;
    }
  }
}
