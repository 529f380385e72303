export interface RateLimit {
  readonly perMinute: number;
  /** How many may come at once. */
  readonly burst: number;
  /** ms of a clock that is never set back; default: the machine's. */
  readonly now?: () => number;
}

/**
 * The stack's rate limiting (generic cell rate algorithm): a refused request costs no budget.
 * Rule: docs/server.md#4-rate-limits.
 */
export class RateLimiter {
  readonly #limit: RateLimit | undefined;
  /** Per key, when its budget will be full again, in ms of its clock. */
  readonly #fullAt = new Map<string, number>();

  constructor(limit: RateLimit | undefined) {
    this.#limit = limit;
  }

  get perMinute(): number {
    return this.#limit?.perMinute ?? Infinity;
  }

  /** Takes one unit of the key's budget; false: there is none left. */
  take(key: string): boolean {
    if (this.#limit === undefined) return true;
    const interval = 60_000 / this.#limit.perMinute;
    const now = this.#limit.now?.() ?? performance.now();
    const fullAt = Math.max(this.#fullAt.get(key) ?? 0, now);
    if (fullAt - now > interval * (this.#limit.burst - 1)) return false;
    this.#fullAt.set(key, fullAt + interval);
    return true;
  }
}
