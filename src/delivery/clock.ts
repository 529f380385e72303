/** Time, so that tests need not wait for it. */
export interface Clock {
  /** ms since 1970: what flows see. It may be set. */
  date(): number;
  /** ms of a clock that cannot be set: what durations are measured with. */
  now(): number;
  /** Returns what calls it off. */
  after(ms: number, run: () => void): () => void;
}

/** Later than that: the process slept or was too busy, and what came meanwhile has not been read yet. */
const LATE_MS = 1_000;
/** It is read in this time. */
const READ_MS = 500;

/** Its timers keep no process alive. */
export const SYSTEM_CLOCK: Clock = {
  date: () => Date.now(),
  now: () => performance.now(),
  after: (ms, run) => {
    const latest = performance.now() + ms + LATE_MS;
    let timer = setTimeout(() => {
      if (performance.now() > latest) timer = setTimeout(run, READ_MS).unref();
      else run();
    }, ms).unref();
    return () => clearTimeout(timer);
  },
};

/** Time limits are looked at in steps of this, so that a burst costs no more than this many looks. */
const STEP_MS = 100;

export const inSteps = (at: number): number => Math.ceil(at / STEP_MS) * STEP_MS;

/** What `setTimeout` takes. */
const LONGEST_MS = 2 ** 31 - 1;

/** The one timer of a courier, set to the earliest of all that it has been asked for. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #at = Infinity;
  #callOff: () => void = () => undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** @param time of the clock's `now` */
  at(time: number): void {
    if (time >= this.#at) return;
    this.#callOff();
    this.#at = time;
    const delay = Math.ceil(Math.max(0, time - this.#clock.now()));
    this.#callOff = this.#clock.after(Math.min(LONGEST_MS, delay), () => {
      this.#at = Infinity;
      this.#ring();
    });
  }

  clear(): void {
    this.#callOff();
    this.#at = Infinity;
  }
}
