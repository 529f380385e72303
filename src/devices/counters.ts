/** What frame counters tell of the uplinks of a device: which were lost, and when it began to count anew. */

/** So many frames, lost ones among them, are looked back at. */
export const WINDOW = 25;
const WHOLE_WINDOW = 2 ** WINDOW - 1;

/** Devices that count with 16 bits go on with 0 after 65,535. Rule: LoRaWAN 1.0, FCntUp. */
const WRAP = 65_536;
/** Further back than this is no wrap, but a device that began anew. */
const LONGEST_WRAP = 1_000;
const HIGHEST = 2 ** 32 - 1;

/** One session, which has keys of its own and counts from 0. */
export interface CountedSession {
  readonly keyId: string;
  /** The highest. */
  fCnt: number;
  received: number;
  lost: number;
  /** Of the last frames, the latest in the lowest bit: those that came, and those that should have. */
  arrived: number;
  expected: number;
}

/**
 * `first` of a session; `next`, with or without a gap; `repeated`: the same frame again; `late`: one of before; `reset`: the device
 * counts anew in the same session.
 */
export type CounterStep = "first" | "next" | "repeated" | "late" | "reset";

export const isFrameCounter = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= HIGHEST;

/** How many are set: counted in parallel, for this runs for every message. */
function bitsIn(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

export class Counters {
  #current: CountedSession | undefined;
  /** A device that did not hear the answer to its join goes on with the keys of before. */
  #previous: CountedSession | undefined;
  #joined = false;
  #ahead = 0;
  /** The last one that was filled in, of the present session. */
  #filled: number | undefined;

  constructor(session?: CountedSession) {
    this.#current = session;
  }

  get session(): CountedSession | undefined {
    return this.#current;
  }

  /** How many frames the last one was ahead of the one before: 1 where none is missing. */
  get ahead(): number {
    return this.#ahead;
  }

  /** How many of the last frames should have come. */
  get framesExpected(): number {
    return bitsIn(this.#current?.expected ?? 0);
  }

  /** The part of these that did not, 0 to 1. */
  get lossRate(): number {
    const { expected = 0, arrived = 0 } = this.#current ?? {};
    return expected === 0 ? 0 : bitsIn(expected & ~arrived) / bitsIn(expected);
  }

  /** It has joined: what it counts next may begin with 0. */
  join(): void {
    this.#joined = true;
  }

  /**
   * @param isOlder the network received it before the one that came last
   * @param isOurGap what is missing before it may have been missed here
   */
  take(keyId: string, fCnt: number, isOlder: boolean, isOurGap: boolean): CounterStep {
    if (this.#current?.keyId !== keyId) {
      const previous = this.#previous?.keyId === keyId ? this.#previous : undefined;
      if (isOlder) return previous ? fillIn(previous, -distance(previous.fCnt, fCnt, true)) : "late";
      this.#previous = this.#current;
      this.#current = previous;
      this.#filled = undefined;
    }
    const session = this.#current;
    if (!session) return this.#begin(keyId, fCnt);
    const ahead = distance(session.fCnt, fCnt, isOlder);
    if (ahead === 0) return "repeated";
    if (ahead > 0) {
      this.#joined = false;
      this.#ahead = ahead;
      advance(session, fCnt, ahead, isOurGap);
      return "next";
    }
    if (isOlder) return fillIn(session, -ahead);
    if (this.#joined) return this.#begin(keyId, fCnt);
    session.fCnt = fCnt;
    session.received += 1;
    session.arrived = session.expected = 1;
    return "reset";
  }

  /**
   * One from before the last, out of what was kept while nothing could be received. These come in order.
   * @param isFirst what is missing before it may not have been kept; what is missing between others is lost
   */
  fill(keyId: string, fCnt: number, isFirst: boolean): CounterStep {
    const session = this.#current;
    if (session?.keyId !== keyId) {
      const previous = this.#previous?.keyId === keyId ? this.#previous : undefined;
      return previous ? fillIn(previous, -distance(previous.fCnt, fCnt, true)) : "late";
    }
    const before = isFirst ? undefined : this.#filled;
    this.#filled = fCnt;
    const back = -distance(session.fCnt, fCnt, true);
    // From before a reset.
    if (back < 0) return "late";
    if (before !== undefined) miss(session, back + 1, -distance(session.fCnt, before, true));
    if (back >= WINDOW) session.received += 1;
    return fillIn(session, back);
  }

  #begin(keyId: string, fCnt: number): "first" {
    this.#joined = false;
    this.#filled = undefined;
    this.#current = { keyId, fCnt, received: 1, lost: 0, arrived: 1, expected: 1 };
    return "first";
  }
}

function distance(from: number, to: number, isOlder: boolean): number {
  const ahead = to - from;
  if (from >= WRAP || to >= WRAP) return ahead;
  if (ahead < 0 && !isOlder && ahead + WRAP <= LONGEST_WRAP) return ahead + WRAP;
  return ahead > 0 && isOlder && WRAP - ahead <= LONGEST_WRAP ? ahead - WRAP : ahead;
}

function advance(session: CountedSession, fCnt: number, ahead: number, isOurGap: boolean): void {
  const shift = Math.min(ahead, WINDOW);
  const between = isOurGap ? 0 : 2 ** shift - 2;
  session.arrived = shifted(session.arrived, shift) | 1;
  session.expected = shifted(session.expected, shift) | ((between | 1) & WHOLE_WINDOW);
  session.fCnt = fCnt;
  session.received += 1;
  if (!isOurGap) session.lost += ahead - 1;
}

const shifted = (bits: number, by: number): number => (by >= WINDOW ? 0 : (bits << by) & WHOLE_WINDOW);

/** What is between these is lost, so many frames back. */
function miss(session: CountedSession, from: number, until: number): void {
  for (let back = from; back < Math.min(until, WINDOW); back++) {
    if ((session.expected & (1 << back)) !== 0) continue;
    session.expected |= 1 << back;
    session.lost += 1;
  }
}

/** A frame that came behind later ones was not lost after all. */
function fillIn(session: CountedSession, back: number): "late" | "repeated" {
  if (back < 0 || back >= WINDOW) return "late";
  const bit = 1 << back;
  if ((session.arrived & bit) !== 0) return "repeated";
  session.arrived |= bit;
  session.received += 1;
  if ((session.expected & bit) !== 0) session.lost -= 1;
  session.expected |= bit;
  return "late";
}
