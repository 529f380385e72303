/** How many in the last so many seconds, to the second; takes the same memory for any number. */
export class Tally {
  readonly #counts: number[];
  /** The second that each count is of. */
  readonly #seconds: number[];

  constructor(seconds: number) {
    this.#counts = new Array<number>(seconds).fill(0);
    this.#seconds = new Array<number>(seconds).fill(-Infinity);
  }

  /** @param now ms */
  add(number: number, now: number): void {
    const second = Math.floor(now / 1000);
    const slot = second % this.#counts.length;
    const before = this.#seconds[slot] === second ? (this.#counts[slot] ?? 0) : 0;
    this.#seconds[slot] = second;
    this.#counts[slot] = before + number;
  }

  /** @param now ms */
  sum(now: number): number {
    const oldest = Math.floor(now / 1000) - this.#counts.length;
    return this.#counts.reduce(
      (sum, count, slot) => ((this.#seconds[slot] ?? -Infinity) > oldest ? sum + count : sum),
      0,
    );
  }
}
