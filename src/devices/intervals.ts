/** How often something is heard, and after how long it counts as silent. */

const KEPT = 10;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const SHORTEST_GRACE_MS = 10 * MINUTE_MS;
/** Until two intervals are known: a day, and a little more for what sends once a day and is not punctual. */
export const GRACE_OF_UNKNOWN = DAY_MS + 60 * MINUTE_MS;
const MEDIANS = 4;
/** A sensor that speaks once a day, and ten times a minute while it has an alarm, is not silent right after that, nor when one is lost. */
const LONGEST_TIMES = 2.5;
/** An interval that has not come for so many times its length is none of this device any more. */
const REMEMBERED_TIMES = 14;

/** As it can be stored. */
export interface StoredIntervals {
  /** The latest last, in ms. */
  readonly last: readonly number[];
  readonly longest: number;
  readonly longestAt: number;
  /** Since then. */
  readonly longestSince: number;
}

/** The last ten intervals, and the longest one as long as it counts. */
export class Intervals {
  readonly #ring: number[] = [];
  #next = 0;
  #longest = 0;
  #longestAt = 0;
  #longestSince = 0;
  #median: number | undefined;

  constructor(stored?: StoredIntervals) {
    if (!stored) return;
    this.#ring = stored.last.slice(-KEPT);
    this.#next = this.#ring.length % KEPT;
    this.#longest = stored.longest;
    this.#longestAt = stored.longestAt;
    this.#longestSince = stored.longestSince;
  }

  /** @param at when it ended, in ms on any clock that is always the same */
  add(length: number, at: number): void {
    this.#ring[this.#next] = length;
    this.#next = (this.#next + 1) % KEPT;
    this.#median = undefined;
    if (length < this.#longest) this.#longestSince = Math.max(this.#longestSince, length);
    const isOver = at - this.#longestAt > REMEMBERED_TIMES * this.#longest;
    if (length < this.#longest && !isOver) return;
    this.#longest = length < this.#longest ? this.#longestSince : length;
    this.#longestAt = at;
    this.#longestSince = 0;
  }

  /** Of the last ten, in ms. Undefined until two are known. */
  get median(): number | undefined {
    if (this.#ring.length < 2) return undefined;
    this.#median ??= medianOf(this.#ring);
    return this.#median;
  }

  /**
   * How long it may be silent before that means anything, in ms.
   * @param lossRate the part of what it sends that does not come, 0 to 1
   */
  graceWith(lossRate: number): number {
    const { median } = this;
    const longest = LONGEST_TIMES * this.#longest;
    if (median === undefined) return Math.max(GRACE_OF_UNKNOWN, longest);
    return Math.max(SHORTEST_GRACE_MS, mediansWith(lossRate) * median, longest);
  }

  get stored(): StoredIntervals {
    const last = [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
    return { last, longest: this.#longest, longestAt: this.#longestAt, longestSince: this.#longestSince };
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

/** So rarely silence may be nothing but uplinks that were lost in a row, per uplink. */
const CHANCE = 1e-5;
/** Less than this is within four intervals. */
const SOME_LOSS = 0.05;
/** What is known of losses is known of a few uplinks only. */
const UNSURE = 0.1;
const MOST_LOSS = 0.8;

/** Four; more where so many uplinks are lost that four in a row are no wonder. */
function mediansWith(lossRate: number): number {
  if (lossRate <= SOME_LOSS) return MEDIANS;
  const rate = Math.min(MOST_LOSS, lossRate + UNSURE);
  return Math.max(MEDIANS, Math.log(CHANCE) / Math.log(rate));
}
