/** What is kept of numbers that come one after the other. */

/** How many. */
const KEPT = 10;

/** The last ten. */
export class LastTen {
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

export const inOrderOfSize = (values: readonly number[]): readonly number[] =>
  [...values].sort((one, other) => one - other);

export const medianOf = (values: readonly number[]): number => middleOf(inOrderOfSize(values));

export function middleOf(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}
