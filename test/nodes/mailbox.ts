const PATIENCE_MS = 8_000;

/** Collects things under names, and hands out each once, in order. */
export class Mailbox<T> {
  readonly #untaken = new Map<string, T[]>();
  readonly #waiting = new Map<string, ((item: T) => void)[]>();
  readonly everything: T[] = [];

  put(name: string, item: T): void {
    this.everything.push(item);
    const waiting = this.#waiting.get(name)?.shift();
    if (waiting) waiting(item);
    else this.#untaken.set(name, [...this.untaken(name), item]);
  }

  untaken(name: string): readonly T[] {
    return this.#untaken.get(name) ?? [];
  }

  next(name: string): Promise<T> {
    const item = this.#untaken.get(name)?.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nothing came to ${name}`)), PATIENCE_MS);
      const take = (found: T): void => {
        clearTimeout(timer);
        resolve(found);
      };
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), take]);
    });
  }
}
