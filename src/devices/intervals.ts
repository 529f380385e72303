/** How often something is heard, and after how long it counts as silent. */

const KEPT = 10;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const SHORTEST_GRACE_MS = 10 * MINUTE_MS;
/** Until two intervals are known. */
const UNKNOWN_GRACE_MS = DAY_MS;
const MEDIANS = 4;
/** A sensor that speaks once a day, and ten times a minute while it has an alarm, is not silent right after that. */
const LONGEST_TIMES = 1.5;
/** An interval that has not come for so many times its length is none of this device any more. */
const REMEMBERED_TIMES = 14;

/** As it can be stored. */
export interface StoredIntervals {
  /** The latest last, in ms. */
  readonly last: readonly number[];
  readonly longest: number;
  readonly longestAt: number;
}

/** The last ten intervals, and the longest one as long as it counts. */
export class Intervals {
  readonly #ring: number[] = [];
  #next = 0;
  #longest = 0;
  #longestAt = 0;
  #median: number | undefined;

  constructor(stored?: StoredIntervals) {
    if (!stored) return;
    this.#ring = stored.last.slice(-KEPT);
    this.#next = this.#ring.length % KEPT;
    this.#longest = stored.longest;
    this.#longestAt = stored.longestAt;
  }

  /** @param at when it ended, in ms on any clock that is always the same */
  add(length: number, at: number): void {
    this.#ring[this.#next] = length;
    this.#next = (this.#next + 1) % KEPT;
    this.#median = undefined;
    if (length >= this.#longest) {
      this.#longest = length;
      this.#longestAt = at;
    } else if (at - this.#longestAt > REMEMBERED_TIMES * this.#longest) {
      this.#longest = Math.max(...this.#ring);
      this.#longestAt = at;
    }
  }

  /** Of the last ten, in ms. Undefined until two are known. */
  get median(): number | undefined {
    if (this.#ring.length < 2) return undefined;
    this.#median ??= medianOf(this.#ring);
    return this.#median;
  }

  /** How long it may be silent before that means anything, in ms. */
  get grace(): number {
    const { median } = this;
    if (median === undefined) return UNKNOWN_GRACE_MS;
    return Math.max(SHORTEST_GRACE_MS, MEDIANS * median, LONGEST_TIMES * this.#longest);
  }

  get stored(): StoredIntervals {
    const last = [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
    return { last, longest: this.#longest, longestAt: this.#longestAt };
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

/** Nothing is known of it yet. */
export const GRACE_OF_UNKNOWN = UNKNOWN_GRACE_MS;
