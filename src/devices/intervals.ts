/**
 * How often something is heard, and after how long it counts as silent: four times the median of its last ten intervals, at least ten
 * minutes; a day until two are known. Regular devices get exactly that, however often they were away. Irregular ones get more:
 *
 * - What sends once a day does not do it to the minute. Until two intervals are known that may be anything that was heard: half an hour
 *   more than a day; most likely it is what was heard twice, about a day apart: an hour more.
 * - A device that sends in bursts (a sensor that speaks once a day, and ten times a minute in an alarm; a tracker that is moved): where the
 *   last ten tell of the burst, its pauses count instead, if there were two of them in which nothing was lost: each a hundred times as
 *   long as what it sends in a burst, or four times as long as the interval right before it. They are its habit only where they are a good
 *   part of its time: one that has sent for three times as long as it pauses was away.
 * - One whose first interval was such a pause, and that sends in a burst for the first time, keeps the day and an hour, until it has sent
 *   like this for as long as it paused, or for a day.
 * - After a pause in which nothing was lost it may make the same again: a quarter more than that. The same of the pauses above, but for
 *   the longest, which may have been a fault.
 * - Something heard at random, as a gateway is through which many devices are heard, gets seventeen medians once it was quiet for more
 *   than four of them twice: chance makes more of them once in a hundred thousand times. Its longer pauses count as those of a device do.
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
/** A pause that has not come for so many times its length is no habit. */
const HABIT_TIMES = 3;
/** The same of those that chance makes: they are rare. */
const RANDOM_HABIT_TIMES = 30;
const RANDOM_MEDIANS = 17;

/** What is irregular about it, if anything is. */
export type Habit = "bursts" | "random";

/** As it can be stored. */
export interface StoredIntervals {
  /** The latest last, in ms. */
  readonly last: readonly number[];
  /** The same of the pauses, and for how long it has sent since. */
  readonly pauses: readonly number[];
  readonly sincePause: number;
  /** The same of those that came right after a burst, or are no chance. */
  readonly rests: readonly number[];
  readonly sinceRest: number;
  /** The first of all, where it was long and is the only pause; else 0. */
  readonly first: number;
}

export class Intervals {
  readonly #habit: Habit;
  readonly #last: Latest;
  /** Of what is heard at random, those that chance can make. */
  readonly #pauses: Pauses;
  /** Of what is heard at random, those that it cannot. */
  #rests: Pauses | undefined;
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
    const times = habit === "random" ? RANDOM_HABIT_TIMES : HABIT_TIMES;
    this.#pauses = new Pauses(times, stored?.pauses, stored?.sincePause);
    if (stored && stored.rests.length > 0)
      this.#rests = new Pauses(HABIT_TIMES, stored.rests, stored.sinceRest);
    this.#first = stored?.first ?? 0;
    this.#before = stored?.last.at(-1) ?? Infinity;
  }

  /**
   * @param length ms
   * @param isWhole nothing that was sent in it is missing
   */
  add(length: number, isWhole = true): void {
    if (isWhole && length > SHORTEST_LIMIT_MS) this.#addLong(length);
    else {
      this.#pauses.pass(length);
      this.#rests?.pass(length);
    }
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
    const medians = mediansWith(lossRate);
    const rests = limitOf(this.#rests?.values ?? [], medians);
    const others = this.#habit === "random" ? this.#limitAtRandom(median) : this.#limitBeside(medians);
    return Math.max(SHORTEST_LIMIT_MS, medians * median, rests, others);
  }

  /** As far as the only interval tells. */
  get #isDaily(): boolean {
    return Math.abs(this.#before - LIMIT_OF_UNKNOWN) <= ABOUT_MS;
  }

  #limitAtRandom(median: number): number {
    return this.#pauses.values.length < FEWEST_PAUSES ? 0 : RANDOM_MEDIANS * median;
  }

  /** Of what sends in bursts, once the median is known. */
  #limitBeside(medians: number): number {
    const again = this.#isWhole ? AGAIN_TIMES * this.#before : 0;
    const first = this.#isFirstBurst ? LIMIT_OF_UNKNOWN + ABOUT_MS : 0;
    const long = this.#pauses.values.filter((pause) => pause >= PAUSE_TIMES * this.#short);
    return Math.max(again, first, limitOf(long, medians));
  }

  /** Once the median is known. */
  get #isFirstBurst(): boolean {
    return (
      this.#first >= PAUSE_TIMES * this.#short &&
      this.#pauses.since <= Math.min(this.#first, LIMIT_OF_UNKNOWN)
    );
  }

  get stored(): StoredIntervals {
    return {
      last: this.#last.inOrder,
      pauses: this.#pauses.inOrder,
      sincePause: this.#pauses.since,
      rests: this.#rests?.inOrder ?? [],
      sinceRest: this.#rests?.since ?? 0,
      first: this.#first,
    };
  }

  /** What can be known without a median costs none: this runs for every message. */
  #addLong(length: number): void {
    const isAtRandom = this.#habit === "random";
    const isRest = isAtRandom ? this.#isLonger(length, RANDOM_MEDIANS) : length >= REST_TIMES * this.#before;
    if (isRest) (this.#rests ??= new Pauses(HABIT_TIMES)).add(length);
    else this.#rests?.pass(length);
    if (!isAtRandom || (!isRest && this.#isLonger(length, MEDIANS))) this.#pauses.add(length);
    else this.#pauses.pass(length);
    this.#first = this.#last.size === 0 ? length : 0;
  }

  #isLonger(length: number, medians: number): boolean {
    const { median } = this;
    return median !== undefined && length > medians * median;
  }
}

/** The last ten pauses, until it has sent for so many times their length. */
class Pauses {
  readonly #times: number;
  #last: Latest;
  #length: number | undefined;
  /** How long it has sent since. Time in which it could not be heard, or paused again, is left out. */
  since: number;

  constructor(times: number, pauses?: readonly number[], since = 0) {
    this.#times = times;
    this.#last = new Latest(pauses);
    this.since = since;
  }

  add(length: number): void {
    if (!this.#isHabit) this.#last = new Latest();
    this.#last.add(length);
    this.#length = undefined;
    this.since = 0;
  }

  /** Another interval. Something may have been lost in a pause, too. */
  pass(length: number): void {
    const usual = this.length;
    if (REST_TIMES * length <= usual) this.since += length;
    else if (length >= usual / AGAIN_TIMES && length <= usual * AGAIN_TIMES) this.since = 0;
  }

  /** None where they are no habit. */
  get values(): readonly number[] {
    return this.#isHabit ? this.#last.values : [];
  }

  get inOrder(): number[] {
    return this.#last.inOrder;
  }

  /** The usual one, in ms. */
  get length(): number {
    this.#length ??= this.#last.size === 0 ? 0 : medianOf(this.#last.values);
    return this.#length;
  }

  get #isHabit(): boolean {
    return this.since === 0 || this.since <= this.#times * this.length;
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

/** What pauses allow for; 0 where there were too few. The longest may have been a fault. */
function limitOf(pauses: readonly number[], medians: number): number {
  const sorted = inOrderOfSize(pauses);
  const longest = sorted.at(-FEWEST_PAUSES);
  return longest === undefined ? 0 : Math.max(medians * middleOf(sorted), AGAIN_TIMES * longest);
}

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
