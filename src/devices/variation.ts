import { inOrderOfSize, LastTen } from "./lastTen";

/** As it can be stored. */
export interface StoredVariation {
  readonly spread: number;
  /** The last interval, in ms; 0 where something is missing in it. */
  readonly before: number;
  /** The longest of each of the last ten days, the latest last, in ms. */
  readonly longest: readonly number[];
  /** Of the present day: how much of it has passed, and the longest, in ms. */
  readonly day: number;
  readonly today: number;
}

const DAY_MS = 24 * 3_600_000;
/** So many intervals are what it is known of. */
const KNOWN_OF = 50;
/** Of the natural logarithm of how many times longer one is than the one before: a pause is one of many. */
const MOST = 1.5;
/** More on average is no jitter: a device that sends by a clock has a twentieth, one that sends at random one. */
const IRREGULAR = 0.2;
/** Of the longest of ten days, the two longest may have been faults. */
const FAULTS = 2;
const TIMES = 2;

/**
 * How much the intervals of a device vary, and how long it mostly pauses in a day: what sends when something happens (a door, a motion) has
 * many short intervals and long ones now and then, of which the last ten tell nothing.
 */
export class Variation {
  #spread: number;
  #before: number;
  readonly #longest: LastTen;
  #day: number;
  #today: number;

  constructor(stored?: StoredVariation) {
    this.#spread = stored?.spread ?? 0;
    this.#before = stored?.before ?? 0;
    this.#longest = new LastTen(stored?.longest);
    this.#day = stored?.day ?? 0;
    this.#today = stored?.today ?? 0;
  }

  /**
   * @param length ms
   * @param isWhole nothing that was sent in it is missing
   */
  add(length: number, isWhole: boolean): void {
    if (isWhole && length > 0 && this.#before > 0) {
      const times = Math.min(MOST, Math.abs(Math.log(length / this.#before)));
      this.#spread += (times - this.#spread) / KNOWN_OF;
    }
    this.#before = isWhole ? length : 0;
    if (isWhole && length > this.#today) this.#today = length;
    this.#day += length;
    if (this.#day < DAY_MS) return;
    this.#longest.add(this.#today);
    this.#day = this.#today = 0;
  }

  /** How long a pause of an irregular device may last, in ms; 0 for a regular one, and until three days are known. */
  get limit(): number {
    if (this.#spread < IRREGULAR) return 0;
    return TIMES * (inOrderOfSize(this.#longest.values).at(-1 - FAULTS) ?? 0);
  }

  get stored(): StoredVariation {
    return {
      spread: this.#spread,
      before: this.#before,
      longest: this.#longest.inOrder,
      day: this.#day,
      today: this.#today,
    };
  }
}
