/**
 * Things that are made when they are first wanted. Those that are in use elsewhere are found again, whatever their number; of the others
 * only those that were wanted last are kept.
 */
export class Latest<T extends object> {
  readonly #things = new Map<string, T>();
  readonly #others = new Map<string, WeakRef<T>>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  of(name: string, make: () => T): T {
    const thing = this.#things.get(name) ?? this.#others.get(name)?.deref() ?? make();
    this.#things.delete(name);
    this.#others.delete(name);
    this.#things.set(name, thing);
    if (this.#things.size > this.#most) this.#pushOut();
    return thing;
  }

  #pushOut(): void {
    for (const [name, ref] of this.#others) if (!ref.deref()) this.#others.delete(name);
    const [oldest] = this.#things;
    if (!oldest) return;
    const [name, thing] = oldest;
    this.#things.delete(name);
    this.#others.set(name, new WeakRef(thing));
  }
}
