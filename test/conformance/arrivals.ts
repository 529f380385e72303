const LONGEST_WAIT_MS = 5_000;

/** Things that arrive one by one, all of them kept, and waiting for what has to come. */
export class Arrivals<T> {
  readonly #all: T[] = [];
  #ended: string | undefined;
  readonly #waiting = new Set<() => void>();

  /** In the order they came. */
  get all(): readonly T[] {
    return this.#all;
  }

  add(arrival: T): void {
    this.#all.push(arrival);
    this.#wake();
  }

  /** Nothing more will come. */
  end(why: string): void {
    this.#ended ??= why;
    this.#wake();
  }

  /** What `find` finds among all that came, as soon as it does. Rejects after five seconds, or when nothing more can come. */
  async next<R>(what: string, find: (all: readonly T[]) => R | undefined): Promise<R> {
    const deadline = Date.now() + LONGEST_WAIT_MS;
    for (;;) {
      const found = find(this.#all);
      if (found !== undefined) return found;
      if (this.#ended !== undefined) throw new Error(`no ${what}: ${this.#ended}`);
      if (Date.now() >= deadline) throw new Error(`no ${what} within ${LONGEST_WAIT_MS} ms`);
      await this.#change(deadline - Date.now());
    }
  }

  /** The next arrival or the end, or that the time is up. */
  #change(mostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(settle);
        resolve();
      };
      const timer = setTimeout(settle, mostMs);
      this.#waiting.add(settle);
    });
  }

  #wake(): void {
    for (const settle of [...this.#waiting]) settle();
  }
}
