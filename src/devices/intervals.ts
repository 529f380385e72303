/**
 * How often a device is heard, and after how long it counts as silent: four times the median of its last ten intervals, at least ten
 * minutes; a day until two are known. Regular devices get exactly that, however often they were away. Irregular ones get more:
 *
 * - A device that sends in bursts (a sensor that speaks once a day, and ten times a minute in an alarm; a tracker that is moved), or not at
 *   night: where the last ten tell of the burst, its pauses count instead, if there were two of them in which nothing was lost: each a
 *   hundred times as long as what it sends in a burst, or four times as long as the interval right before it.
 * - One whose first interval was such a pause, and that sends in a burst for the first time, keeps the day and an hour, until it has sent
 *   like this for as long as it paused, or for a day.
 * - Of one that sends when something happens, at any time, the longest interval of most days counts: twice that.
 * - After a pause in which nothing was lost it may make the same again: a quarter more than that.
 *
 * A device of which more than a twentieth is lost gets more intervals: `mediansWith`.
 */
import { inOrderOfSize, LastTen, middleOf } from "./lastTen";
import { AGAIN_TIMES, limitOfPauses, Pauses, PAUSE_TIMES } from "./pauses";
import { ABOUT_MS, LIMIT_OF_UNKNOWN, limitUntilKnown, MEDIANS, SHORTEST_LIMIT_MS } from "./silenceLimits";
import { Variation, type StoredVariation } from "./variation";

/** How much longer than the intervals of a burst its pauses are, whatever comes right before them. */
const BURST_TIMES = 100;
/** So many of the last ten are of a burst, if there was one. */
const OF_BURST = 3;

/** As it can be stored. */
export interface StoredIntervals {
  /** The latest last, in ms. */
  readonly last: readonly number[];
  /** The same of the long ones in which nothing was lost, and for how long it has sent since. */
  readonly pauses: readonly number[];
  readonly sincePause: number;
  /** The same of those that came right after a far shorter one. */
  readonly rests: readonly number[];
  readonly sinceRest: number;
  /** The first of all, where it was long and is the only pause; else 0. */
  readonly first: number;
  readonly variation: StoredVariation;
}

export class Intervals {
  readonly #last: LastTen;
  readonly #pauses: Pauses;
  #rests: Pauses | undefined;
  readonly #variation: Variation;
  #first: number;
  /** The last one, and whether nothing that was sent in it is missing. */
  #before: number;
  #isWhole = false;
  #median: number | undefined;
  #short = 0;
  /** Looked at far more often than there is another one. */
  #limit: number | undefined;
  #limitedWith = 0;

  constructor(stored?: StoredIntervals) {
    this.#last = new LastTen(stored?.last);
    this.#pauses = new Pauses(stored?.pauses, stored?.sincePause);
    if (stored && stored.rests.length > 0) this.#rests = new Pauses(stored.rests, stored.sinceRest);
    this.#variation = new Variation(stored?.variation);
    this.#first = stored?.first ?? 0;
    this.#before = stored?.last.at(-1) ?? Infinity;
  }

  /**
   * What can be known without a median costs none: this runs for every message.
   * @param length ms
   * @param isWhole nothing that was sent in it is missing
   */
  add(length: number, isWhole = true): void {
    const isLong = isWhole && length > SHORTEST_LIMIT_MS;
    if (isLong && length >= PAUSE_TIMES * this.#before) (this.#rests ??= new Pauses()).add(length);
    else this.#rests?.pass(length);
    if (isLong) {
      this.#pauses.add(length);
      this.#first = this.#last.size === 0 ? length : 0;
    } else this.#pauses.pass(length);
    this.#variation.add(length, isWhole);
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
    if (median === undefined) return limitUntilKnown(this.#before);
    const medians = mediansWith(lossRate);
    const again = this.#isWhole ? AGAIN_TIMES * this.#before : 0;
    const first = this.#isFirstBurst ? LIMIT_OF_UNKNOWN + ABOUT_MS : 0;
    const besideBursts = this.#pauses.values.filter((pause) => pause >= BURST_TIMES * this.#short);
    const pauses = limitOfPauses(besideBursts, medians);
    const rests = limitOfPauses(this.#rests?.values ?? [], medians);
    return Math.max(SHORTEST_LIMIT_MS, medians * median, pauses, rests, again, first, this.#variation.limit);
  }

  /** Once the median is known. */
  get #isFirstBurst(): boolean {
    return (
      this.#first >= BURST_TIMES * this.#short &&
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
      variation: this.#variation.stored,
    };
  }
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
