/**
 * How often a gateway is heard through the uplinks of its devices, and after how long it counts as silent: four times the median of its
 * last ten intervals, at least ten minutes; a day until two are known. More where its uplinks come irregularly, because they are of many
 * devices or some are lost:
 *
 * - Three times as long as the fifth longest interval of the last days. Four longer ones may have been faults.
 * - Four of the pauses that it makes by habit: all its devices pause at night, or the only one sends in bursts.
 */
import { inOrderOfSize, LastTen, medianOf } from "./lastTen";
import { Pauses } from "./pauses";
import { limitUntilKnown, MEDIANS, SHORTEST_LIMIT_MS } from "./silenceLimits";

const LONGEST_TIMES = 3;

/** As it can be stored. */
export interface StoredGatewayIntervals {
  /** The latest last, in ms. */
  readonly last: readonly number[];
  /** The same of the pauses, and for how long it was heard since. */
  readonly pauses: readonly number[];
  readonly sincePause: number;
  /** The longest ones of these days and of the days before. */
  readonly longest: readonly number[];
  readonly longestBefore: readonly number[];
  /** How long these days have been going on, in ms. */
  readonly days: number;
}

export class GatewayIntervals {
  readonly #last: LastTen;
  readonly #longest: Longest;
  #pauses: Pauses | undefined;
  /** Looked at far more often than there is another one. */
  #limit: number | undefined;

  constructor(stored?: StoredGatewayIntervals) {
    this.#last = new LastTen(stored?.last);
    this.#longest = new Longest(stored?.longest, stored?.longestBefore, stored?.days);
    if (stored && stored.pauses.length > 0) this.#pauses = new Pauses(stored.pauses, stored.sincePause);
  }

  /** @param length ms */
  add(length: number): void {
    if (length > SHORTEST_LIMIT_MS && this.#last.size > 1 && length > this.#usualLimit)
      (this.#pauses ??= new Pauses()).add(length);
    else this.#pauses?.pass(length);
    this.#last.add(length);
    this.#longest.add(length);
    this.#limit = undefined;
  }

  /** How long it may be silent before that means anything, in ms. */
  get limit(): number {
    this.#limit ??=
      this.#last.size < 2
        ? limitUntilKnown(this.#last.values[0] ?? 0)
        : Math.max(this.#usualLimit, MEDIANS * (this.#pauses?.usual ?? 0));
    return this.#limit;
  }

  get stored(): StoredGatewayIntervals {
    return {
      last: this.#last.inOrder,
      pauses: this.#pauses?.inOrder ?? [],
      sincePause: this.#pauses?.since ?? 0,
      ...this.#longest.stored,
    };
  }

  get #usualLimit(): number {
    const median = medianOf(this.#last.values);
    return Math.max(SHORTEST_LIMIT_MS, MEDIANS * median, LONGEST_TIMES * this.#longest.fifth);
  }
}

const LONGEST_KEPT = 5;
const DAYS_MS = 3 * 24 * 3_600_000;

/** The five longest of the last three to six days. */
class Longest {
  #now: readonly number[];
  #before: readonly number[];
  #days: number;

  constructor(now: readonly number[] = [], before: readonly number[] = [], days = 0) {
    this.#now = longestOf(now);
    this.#before = longestOf(before);
    this.#days = days;
  }

  add(length: number): void {
    this.#days += length;
    if (this.#days > DAYS_MS) {
      this.#before = this.#now;
      this.#now = [];
      this.#days = 0;
    }
    if (this.#now.length < LONGEST_KEPT || length > (this.#now[0] ?? 0))
      this.#now = longestOf([...this.#now, length]);
  }

  /** 0 where there were fewer. */
  get fifth(): number {
    return inOrderOfSize([...this.#now, ...this.#before]).at(-LONGEST_KEPT) ?? 0;
  }

  get stored(): Pick<StoredGatewayIntervals, "longest" | "longestBefore" | "days"> {
    return { longest: this.#now, longestBefore: this.#before, days: this.#days };
  }
}

/** The longest last. */
const longestOf = (lengths: readonly number[]): readonly number[] =>
  inOrderOfSize(lengths).slice(-LONGEST_KEPT);
