/** Things that are made when they are first wanted, and of which only those that were wanted last are kept. */
export class Latest<T> {
  readonly #things = new Map<string, T>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  of(name: string, make: () => T): T {
    const thing = this.#things.get(name) ?? make();
    this.#things.delete(name);
    this.#things.set(name, thing);
    const [oldest] = this.#things.keys();
    if (this.#things.size > this.#most && oldest !== undefined) this.#things.delete(oldest);
    return thing;
  }
}
