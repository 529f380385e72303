/** Milliseconds. The first pause after a refused login is longer: servers count refused logins, and keys don't mend in seconds. */
const FIRST = { ordinary: 1_000, refused: 4_000 } as const;
const LONGEST = 60_000;
/** Servers limit logins by the minute. */
const LOGINS_WITHIN_MS = 60_000;
/** Each pause is this part shorter or longer by chance, so that a thousand clients of a restarted server don't come at once. */
const JITTER = 0.2;

export type BackoffKind = keyof typeof FIRST;

/**
 * How long to wait before the next attempt, in ms: 1 s (4 s after a refused login), doubled each time up to 60 s, ±20 %.
 * @param attempts failed attempts in a row, from 1
 * @param random a number from 0 to 1
 */
export function backoffDelay(kind: BackoffKind, attempts: number, random: number): number {
  const delay = Math.min(LONGEST, FIRST[kind] * 2 ** (attempts - 1));
  return Math.round(delay * (1 - JITTER + 2 * JITTER * random));
}

/** Counts attempts, so that pauses start small again after an accepted login, but not when logins follow each other too fast. */
export class Attempts {
  #failed = 0;
  #logins: readonly number[] = [];

  /** A login was accepted. */
  accepted(now: number): void {
    this.#failed = 0;
    this.#logins = [...this.#recent(now), now];
  }

  /** An attempt failed, or its connection ended. Returns what makes the pause longer: failures in a row, or logins in a minute. */
  ended(now: number): number {
    this.#failed += 1;
    this.#logins = this.#recent(now);
    return Math.max(this.#failed, this.#logins.length);
  }

  #recent(now: number): readonly number[] {
    return this.#logins.filter((login) => now - login < LOGINS_WITHIN_MS);
  }
}
