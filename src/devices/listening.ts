/** What a look at all devices or gateways has to go by. Times in ms. */
export interface Look {
  /** The clock that is never set. */
  readonly clock: number;
  /** When the look before was. */
  readonly before: number;
  /** For how long since then messages could come. */
  readonly listened: number;
  /** The same without any interruption until now, also before the last look. */
  readonly uninterrupted: number;
}

/** Longer between two looks than planned by so much: the machine slept, or was too busy to hear anything. */
const SLEPT_MS = 30_000;
/** So long after an interruption nothing is called silent: a message may be on its way, or the next interruption close. */
const GRACE_MS = 10 * 60_000;

/**
 * Only time in which messages could come counts for silence: an interruption of our own connection is nobody's, and a connection
 * that is interrupted each day must not keep what sends once a day from ever being called silent.
 */
export class Listening {
  #since: number | undefined;
  #countedAt = 0;
  #listened = 0;
  #lookedAt: number | undefined;
  #before: number;

  constructor(clock: number) {
    this.#before = clock;
  }

  /** The connection works, or does not. */
  set(isConnected: boolean, clock: number): void {
    if (isConnected) {
      if (this.#since === undefined) this.#since = this.#countedAt = clock;
      return;
    }
    if (this.#since !== undefined) this.#listened += clock - this.#countedAt;
    this.#since = undefined;
  }

  /** Whether a moment on the clock is later than the last look. */
  isAfterLook(at = -Infinity): boolean {
    return at >= this.#before;
  }

  /**
   * Undefined while nothing can come.
   * @param pause planned between two looks, in ms
   */
  look(clock: number, pause: number): Look | undefined {
    const slept = this.#lookedAt !== undefined && clock - this.#lookedAt > pause + SLEPT_MS;
    this.#lookedAt = clock;
    if (this.#since === undefined) return undefined;
    if (slept) this.#since = this.#countedAt = clock;
    const listened = this.#listened + clock - this.#countedAt;
    const look = { clock, before: this.#before, listened, uninterrupted: clock - this.#since };
    this.#listened = 0;
    this.#countedAt = this.#before = clock;
    return look;
  }
}

/** For how long something has been quiet, counted from one look to the next. */
export class Quiet {
  /** ms in which messages could come, at the last look. */
  ms: number;

  constructor(ms = 0) {
    this.ms = ms;
  }

  /**
   * Whether it is silent by now.
   * @param heardAt on the clock that is never set
   * @param limit ms
   */
  exceeds(limit: number, heardAt: number, { clock, before, listened, uninterrupted }: Look): boolean {
    this.ms = heardAt >= before ? Math.min(listened, clock - heardAt) : this.ms + listened;
    return this.ms > limit && uninterrupted > Math.min(limit, GRACE_MS);
  }
}
