import { inOrderOfSize, LastTen, medianOf, middleOf } from "./lastTen";
import { MEDIANS } from "./silenceLimits";

/** How much longer than other intervals a pause is. */
export const PAUSE_TIMES = MEDIANS;
/** What has just been may come again, a little longer. */
export const AGAIN_TIMES = 1.25;
/** A pause that has not come for so many times its length is no habit. */
const HABIT_TIMES = 3;
/** One pause may have been a fault. */
const FEWEST = 2;

/**
 * The last ten pauses. They are a habit only while they are a good part of the time: what has sent for three times as long as it pauses
 * was away.
 */
export class Pauses {
  #last: LastTen;
  #median: number | undefined;
  /** How long it has sent since, in ms. Time in which it could not be heard, or paused again, is left out. */
  since: number;

  constructor(pauses?: readonly number[], since = 0) {
    this.#last = new LastTen(pauses);
    this.since = since;
  }

  /** @param length ms */
  add(length: number): void {
    if (!this.#isHabit) this.#last = new LastTen();
    this.#last.add(length);
    this.#median = undefined;
    this.since = 0;
  }

  /** Another interval. Something may have been lost in a pause, too. */
  pass(length: number): void {
    const usual = this.#length;
    if (PAUSE_TIMES * length <= usual) this.since += length;
    else if (length >= usual / AGAIN_TIMES && length <= usual * AGAIN_TIMES) this.since = 0;
  }

  /** In ms; none where they are no habit. */
  get values(): readonly number[] {
    return this.#isHabit ? this.#last.values : [];
  }

  /** The median, in ms; 0 where they are no habit. */
  get usual(): number {
    return this.values.length < FEWEST ? 0 : this.#length;
  }

  /** The latest last. */
  get inOrder(): number[] {
    return this.#last.inOrder;
  }

  get #length(): number {
    this.#median ??= this.#last.size === 0 ? 0 : medianOf(this.#last.values);
    return this.#median;
  }

  get #isHabit(): boolean {
    return this.since === 0 || this.since <= HABIT_TIMES * this.#length;
  }
}

/** How long pauses may last, in ms; 0 where there were too few. The longest may have been a fault. */
export function limitOfPauses(pauses: readonly number[], medians: number): number {
  const sorted = inOrderOfSize(pauses);
  const longest = sorted.at(-FEWEST);
  return longest === undefined ? 0 : Math.max(medians * middleOf(sorted), AGAIN_TIMES * longest);
}
