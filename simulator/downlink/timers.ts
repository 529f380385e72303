/** A day in ms; `setTimeout` takes more than 24 of them for nothing at all. */
const LONGEST = 86_400_000;

/** One timer per key, the earliest that was asked for; it may be due early, after a day. */
export class Timers<K> {
  readonly #due: (key: K) => void;
  readonly #planned = new Map<K, { readonly timer: NodeJS.Timeout; readonly dueAt: number }>();

  constructor(due: (key: K) => void) {
    this.#due = due;
  }

  plan(key: K, after: number): void {
    const ms = Math.min(after, LONGEST);
    const dueAt = performance.now() + ms;
    const planned = this.#planned.get(key);
    if (planned !== undefined && planned.dueAt <= dueAt) return;
    clearTimeout(planned?.timer);
    const timer = setTimeout(() => {
      this.#planned.delete(key);
      this.#due(key);
    }, ms);
    this.#planned.set(key, { timer, dueAt });
  }

  stop(): void {
    for (const { timer } of this.#planned.values()) clearTimeout(timer);
    this.#planned.clear();
  }
}
