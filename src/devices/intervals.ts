/**
 * How often something is heard, and after how long it counts as silent: four times the median of its last ten intervals, at least ten
 * minutes; a day until two are known. Regular devices get exactly that. Irregular ones get more:
 *
 * - What sends once a day does not do it to the minute. Until two intervals are known that may be anything that was heard: half an hour
 *   more than a day; most likely it is what was heard twice, about a day apart: an hour more.
 * - A device that sends in bursts (a sensor that speaks once a day, and ten times a minute in an alarm; a tracker that is moved): where the
 *   last ten tell of the burst, its pauses count instead, if there were two of them in which nothing was lost: each a hundred times as
 *   long as what it sends in a burst, or four times as long as the interval right before it. One that sends more often from now on has
 *   no such pause.
 * - One whose first interval was such a pause, and that sends in a burst for the first time, keeps the day and an hour, until it has sent
 *   like this for as long as it paused, or for a day.
 * - After a pause in which nothing was lost it may make the same again: a quarter more than that.
 * - Something heard at random, as a gateway is through which many devices are heard: intervals longer than the limit count instead, once
 *   there were two.
 *
 * A device of which more than a twentieth is lost gets more intervals: `mediansWith`.
 */

const KEPT = 10;
const MINUTE_MS = 60_000;
const SHORTEST_LIMIT_MS = 10 * MINUTE_MS;
/** Until two intervals are known. */
export const LIMIT_OF_UNKNOWN = 24 * 60 * MINUTE_MS;
/** What sends once a day is early or late by no more, also when summer time begins or ends. */
const ABOUT_MS = 60 * MINUTE_MS;
const MEDIANS = 4;
/** One pause may have been a fault. */
const FEWEST_PAUSES = 2;
/** How much longer than the intervals of a burst a pause is. */
const PAUSE_TIMES = 100;
/** The same of the interval right before the pause: a burst that ends. */
const REST_TIMES = MEDIANS;
/** The pause that it has just made may be its interval from now on. */
const AGAIN_TIMES = 1.25;
/** So many of the last ten are of a burst, if there was one. */
const OF_BURST = 3;
/** A pause that has not come for so many times its length is none of this device any more. */
const REMEMBERED_TIMES = 30;

/** What is irregular about it, if anything is. */
export type Habit = "bursts" | "random";

/** As it can be stored. */
export interface StoredIntervals {
  /** The latest last, in ms. */
  readonly last: readonly number[];
  /** The same of the pauses. */
  readonly pauses: readonly number[];
  /** The same of those that came right after a burst. */
  readonly rests: readonly number[];
  /** All since the last pause, in ms. */
  readonly sincePause: number;
  /** The first of all, where it was long and is the only pause; else 0. */
  readonly first: number;
}

export class Intervals {
  readonly #habit: Habit;
  readonly #last: Latest;
  #pauses: Latest;
  #rests: Latest;
  /** Time in which it could not be heard left out. */
  #sincePause: number;
  #first: number;
  /** The last one, and whether nothing that was sent in it is missing. */
  #before: number;
  #isWhole = false;
  #median: number | undefined;
  #short = 0;
  /** Looked at far more often than there is another one. */
  #limit: number | undefined;
  #limitedWith = 0;

  constructor(habit: Habit, stored?: StoredIntervals) {
    this.#habit = habit;
    this.#last = new Latest(stored?.last);
    this.#pauses = new Latest(stored?.pauses);
    this.#rests = new Latest(stored?.rests);
    this.#sincePause = stored?.sincePause ?? 0;
    this.#first = stored?.first ?? 0;
    this.#before = stored?.last.at(-1) ?? Infinity;
  }

  /**
   * @param length ms
   * @param isWhole nothing that was sent in it is missing
   */
  add(length: number, isWhole = true): void {
    this.#sincePause += length;
    if (length > SHORTEST_LIMIT_MS && isWhole) this.#addLong(length);
    this.#last.add(length);
    this.#before = length;
    this.#isWhole = isWhole;
    this.#median = this.#limit = undefined;
  }

  /** Of the last ten, in ms. Undefined until two are known. */
  get median(): number | undefined {
    if (this.#last.size < 2) return undefined;
    if (this.#median === undefined) {
      const sorted = inOrderOfSize(this.#last.values);
      this.#median = middleOf(sorted);
      this.#short = sorted[OF_BURST - 1] ?? this.#median;
    }
    return this.#median;
  }

  /**
   * How long it may be silent before that means anything, in ms.
   * @param lossRate the part of what it sends that does not come, 0 to 1
   */
  limitWith(lossRate: number): number {
    if (this.#limit === undefined || this.#limitedWith !== lossRate) {
      this.#limit = this.#limitOf(lossRate);
      this.#limitedWith = lossRate;
    }
    return this.#limit;
  }

  #limitOf(lossRate: number): number {
    const { median } = this;
    if (median === undefined) return LIMIT_OF_UNKNOWN + (this.#isDaily ? ABOUT_MS : ABOUT_MS / 2);
    const again = this.#habit === "bursts" && this.#isWhole ? AGAIN_TIMES * this.#before : 0;
    const usual = Math.max(median, lengthOf(this.#pausesBeside()), lengthOf(this.#rests.values));
    const first = this.#isFirstBurst ? LIMIT_OF_UNKNOWN + ABOUT_MS : 0;
    return Math.max(SHORTEST_LIMIT_MS, mediansWith(lossRate) * usual, again, first);
  }

  /** As far as the only interval tells. */
  get #isDaily(): boolean {
    return Math.abs(this.#before - LIMIT_OF_UNKNOWN) <= ABOUT_MS;
  }

  /** Once the median is known. */
  get #isFirstBurst(): boolean {
    return (
      this.#first >= PAUSE_TIMES * this.#short && this.#sincePause <= Math.min(this.#first, LIMIT_OF_UNKNOWN)
    );
  }

  get stored(): StoredIntervals {
    return {
      last: this.#last.inOrder,
      pauses: this.#pauses.inOrder,
      rests: this.#rests.inOrder,
      sincePause: this.#sincePause,
      first: this.#first,
    };
  }

  /** Pauses are no shorter than the least limit. What can be known without a median costs none: this runs for every message. */
  #addLong(length: number): void {
    if (this.#sincePause > REMEMBERED_TIMES * SHORTEST_LIMIT_MS) this.#forgetPauses();
    if (this.#habit === "random" && !this.#isPause(length)) return;
    this.#first = this.#habit === "bursts" && this.#last.size === 0 ? length : 0;
    this.#pauses.add(length);
    if (this.#habit === "bursts" && length >= REST_TIMES * this.#before) this.#rests.add(length);
    this.#sincePause = 0;
  }

  #isPause(length: number): boolean {
    const { median } = this;
    return median !== undefined && length > MEDIANS * median;
  }

  #forgetPauses(): void {
    if (this.#pauses.size === 0 || this.#sincePause <= REMEMBERED_TIMES * medianOf(this.#pauses.values))
      return;
    this.#pauses = new Latest();
    this.#rests = new Latest();
  }

  /** Once the median is known. */
  #pausesBeside(): readonly number[] {
    const { values } = this.#pauses;
    return this.#habit === "random" ? values : values.filter((pause) => pause >= PAUSE_TIMES * this.#short);
  }
}

/** The last ten of something. */
class Latest {
  readonly #ring: number[];
  #next: number;

  constructor(values: readonly number[] = []) {
    this.#ring = values.slice(-KEPT);
    this.#next = this.#ring.length % KEPT;
  }

  add(value: number): void {
    this.#ring[this.#next] = value;
    this.#next = (this.#next + 1) % KEPT;
  }

  get size(): number {
    return this.#ring.length;
  }

  get values(): readonly number[] {
    return this.#ring;
  }

  /** The latest last. */
  get inOrder(): number[] {
    return [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
  }
}

/** Of pauses; 0 where there were too few. */
const lengthOf = (pauses: readonly number[]): number =>
  pauses.length < FEWEST_PAUSES ? 0 : medianOf(pauses);

const inOrderOfSize = (values: readonly number[]): readonly number[] =>
  [...values].sort((one, other) => one - other);

const medianOf = (values: readonly number[]): number => middleOf(inOrderOfSize(values));

function middleOf(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

/** So rarely silence may be nothing but uplinks that were lost in a row, per uplink. */
const CHANCE = 1e-5;
/** A device that loses no more than this is a regular one. */
const SOME_LOSS = 0.05;
/** What is known of losses is known of a few uplinks only. */
const UNSURE = 0.15;
const MOST_LOSS = 0.5;

/** Four; more where more than a twentieth is lost, so that four in a row are no wonder. */
function mediansWith(lossRate: number): number {
  if (lossRate <= SOME_LOSS) return MEDIANS;
  return Math.log(CHANCE) / Math.log(Math.min(MOST_LOSS, lossRate + UNSURE));
}
