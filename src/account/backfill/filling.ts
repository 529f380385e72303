import type { StoredUplink } from "../../diagnosis/storage";
import { OVERLAP_MS, type Arrivals } from "./arrivals";
import type { Page } from "./pages";
import { pause } from "./pause";

export interface FillingOptions {
  readonly arrivals: Arrivals;
  readonly deliver: (stored: StoredUplink) => void;
  /** Resolves when nodes that a deploy has closed are there again; undefined: all are there. */
  readonly deployed: () => Promise<void> | undefined;
  /** Uplinks that are handed over at once, and ms between two such batches: so that they do not flood the flow. */
  readonly batch: number;
  readonly tick: number;
}

const MINUTE_MS = 60_000;
/** What the server received so long before what it gave last may still be written down. */
const LATE_MS = 2 * MINUTE_MS;
/** What came in this time before the answer is in there, if any is: it is written down by then, and not yet given up. */
const SURELY_KEPT = { from: 20 * 60 * MINUTE_MS, until: LATE_MS };

/** One filling of a gap, from its beginning to its end: what is not there yet goes into the flow, in order and paced. */
export class Filling {
  readonly #options: FillingOptions;
  readonly #control = new AbortController();
  /** ms since 1970, as all times here by the clock of the server. */
  readonly begin: number;
  /** How many uplinks the server gave, those that came before as well. */
  given = 0;
  /** How many of these went into the flow. */
  number = 0;
  /** When the last of them was received. */
  #newest: number;
  #serverTime: number | undefined;

  constructor(begin: number, options: FillingOptions) {
    this.begin = this.#newest = begin;
    this.#options = options;
  }

  get signal(): AbortSignal {
    return this.#control.signal;
  }

  end(): void {
    this.#control.abort();
  }

  /** From when on something may still be missing. */
  get lateFrom(): number {
    return Math.max(this.begin, this.#newest - LATE_MS);
  }

  /** Up to when it is filled. */
  get until(): number {
    return Math.max(this.#newest, this.#serverTime ?? this.begin);
  }

  /** A server that gives nothing at all, not even what came, keeps nothing. */
  get showsNothingIsKept(): boolean {
    if (this.given > 0 || this.#serverTime === undefined) return false;
    const { from, until } = SURELY_KEPT;
    const since = Math.max(this.begin - OVERLAP_MS, this.#serverTime - from);
    return this.#options.arrivals.cameBetween(since + 1, this.#serverTime - until);
  }

  /** False where it was ended meanwhile. */
  async take({ uplinks, serverTime }: Page): Promise<boolean> {
    this.#serverTime ??= serverTime;
    this.given += uplinks.length;
    for (const stored of uplinks) {
      if (this.signal.aborted) return false;
      await this.#handOver(stored);
    }
    if (this.signal.aborted) return false;
    // Of a time to come nothing is filled: the next gap would begin there, and what is received until then be missed.
    const newest = Math.min(uplinks.at(-1)?.time ?? this.begin, this.#serverTime ?? Infinity);
    this.#newest = Math.max(this.#newest, newest);
    return true;
  }

  async #handOver(stored: StoredUplink): Promise<void> {
    const { arrivals, deliver, deployed, batch, tick } = this.#options;
    for (let wait = deployed(); wait; wait = deployed()) await wait;
    if (this.signal.aborted) return;
    const { uplink, time } = stored;
    if (!arrivals.add(uplink, uplink.end_device_ids.device_id, time)) return;
    this.number += 1;
    deliver(stored);
    if (this.number % batch === 0) await pause(tick, this.signal);
  }
}
