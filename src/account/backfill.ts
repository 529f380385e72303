import type { ApiTarget } from "../diagnosis/apiRequest";
import type { Backfilled, BackfillProblem } from "../diagnosis/backfill";
import { LASTING, pauseAfter, type StreamProblem } from "../diagnosis/eventStream";
import { askStorage, type StoragePage, type StorageQuestion, type StoredUplink } from "../diagnosis/storage";
import { warnOfBug } from "../connection/unexpected";
import { OVERLAP_MS, type Arrivals, type KeptArrivals } from "./arrivals";

/** Where it is kept over restarts up to when uplinks came. */
export interface ArrivalMemory {
  /** Calls back once, at once or later, with whatever is there. */
  recall(then: (kept: unknown) => void): void;
  keep(kept: KeptArrivals): void;
}

/** ms, but `batch`. */
export interface BackfillTiming {
  /** Until it is asked again for what the server wrote down late. */
  readonly late: number;
  /** Between two batches. */
  readonly tick: number;
  /** Uplinks that are handed over at once. */
  readonly batch: number;
  readonly pause: (why: StreamProblem, failures: number) => number;
}

export interface BackfillOptions {
  readonly applicationId: string;
  readonly arrivals: Arrivals;
  /** Undefined where the API is switched off. */
  readonly target: () => ApiTarget | undefined;
  /** Has uplinks told as they come, before nodes get them; undefined: no more. */
  readonly watch: (take: Arrivals["take"] | undefined) => void;
  readonly deliver: (stored: StoredUplink) => void;
  readonly onProblem: (problem: BackfillProblem) => void;
  readonly onFilled: (filled: Backfilled) => void;
  readonly timing?: Partial<BackfillTiming>;
}

const MINUTE_MS = 60_000;
const TIMING: BackfillTiming = { late: MINUTE_MS, tick: 50, batch: 50, pause: pauseAfter };
const SAVE_EVERY_MS = 10_000;
/** In a row, before it is told. */
const MOST_FAILURES = 5;
const PAGE = 500;
/** A server that always has more must come to an end. */
const MOST_PAGES = 2_000;
/** What the server received so long before what it gave last may still be written down. */
const LATE_MS = 2 * MINUTE_MS;
/** What came in this time before the answer is in there, if any is: it is written down by then, and not yet given up. */
const SURELY_KEPT = { from: 20 * 60 * MINUTE_MS, until: LATE_MS };

/** One filling of a gap, from its beginning to its end. */
interface Run {
  readonly control: AbortController;
  readonly begin: number;
  /** How many uplinks the server gave, those that came before as well. */
  given: number;
  number: number;
  /** When the last of them was received. */
  newest: number;
  serverTime: number | undefined;
}

/**
 * Fetches the uplinks that came while nothing could be received: after an interruption, a deploy or a restart, and once more when the
 * server has written down the last ones. In order, paced; live ones do not wait for them.
 */
export class Backfill {
  readonly #options: BackfillOptions;
  readonly #arrivals: Arrivals;
  readonly #timing: BackfillTiming;
  readonly #memories = new Set<ArrivalMemory>();
  /** Memories that have not answered yet. */
  #recalling = 0;
  #receiving = false;
  #run: Run | undefined;
  #late: NodeJS.Timeout | undefined;
  #saving: NodeJS.Timeout | undefined;
  #problem: BackfillProblem | undefined;

  constructor(options: BackfillOptions) {
    this.#options = options;
    this.#arrivals = options.arrivals;
    this.#timing = { ...TIMING, ...options.timing };
    // What came to an earlier session of this process is known; what came since is not.
    this.#arrivals.interrupt();
  }

  /** Returns what ends it. */
  join(memory: ArrivalMemory): () => void {
    const isKnown = this.#arrivals.latest !== undefined;
    if (this.#memories.size === 0) this.#options.watch((...uplink) => this.#take(...uplink));
    this.#memories.add(memory);
    this.#recalling += 1;
    memory.recall((kept) => {
      this.#recalling -= 1;
      if (!isKnown) this.#arrivals.restore(kept);
      this.#begin();
    });
    return () => {
      this.#keep([memory]);
      this.#memories.delete(memory);
      if (this.#memories.size > 0) return;
      this.#options.watch(undefined);
      this.#stop();
    };
  }

  /** Whether uplinks can come at present. */
  receiving(isReceiving: boolean): void {
    if (isReceiving === this.#receiving) return;
    this.#receiving = isReceiving;
    if (isReceiving) this.#begin();
    else this.#stop();
  }

  end(): void {
    this.#keep(this.#memories);
    this.#memories.clear();
    this.#options.watch(undefined);
    this.#stop();
  }

  #take(...uplink: Parameters<Arrivals["take"]>): void {
    this.#arrivals.take(...uplink);
    this.#keepSoon();
  }

  #begin(): void {
    if (!this.#receiving || this.#recalling > 0 || this.#memories.size === 0) return;
    if (this.#run || this.#late) return;
    const { from } = this.#arrivals;
    if (from === undefined && this.#arrivals.latest !== undefined) return;
    this.#start(from, false);
  }

  #stop(): void {
    this.#run?.control.abort();
    this.#run = undefined;
    clearTimeout(this.#late);
    this.#late = undefined;
    this.#arrivals.interrupt();
  }

  #start(from: number | undefined, isLate: boolean): void {
    const begin = from ?? 0;
    const run: Run = {
      control: new AbortController(),
      begin,
      given: 0,
      number: 0,
      newest: begin,
      serverTime: undefined,
    };
    this.#run = run;
    const work = from === undefined ? this.#findBeginning(run) : this.#fill(run, isLate);
    work
      .finally(() => {
        if (this.#run === run) this.#run = undefined;
      })
      .catch(warnOfBug);
  }

  /** Nothing is known of the time before: says at once whether anything could be fetched later, and what time it is there. */
  async #findBeginning(run: Run): Promise<void> {
    const page = await this.#ask(run, { order: "-received_at", limit: 1 });
    if (!page) return;
    const time = page.serverTime ?? page.uplinks.at(-1)?.time;
    if (time !== undefined) this.#arrivals.beginAt(time);
    this.#keepSoon();
  }

  async #fill(run: Run, isLate: boolean): Promise<void> {
    if (!(await this.#fetchAll(run))) return;
    const { begin, number, newest } = run;
    this.#judge(run);
    if (number > 0 || !isLate)
      this.#options.onFilled({ number, from: begin, until: Math.max(newest, run.serverTime ?? begin) });
    if (isLate) {
      this.#arrivals.from = undefined;
      this.#keepSoon();
      return;
    }
    this.#arrivals.from = lateFrom(run);
    this.#late = setTimeout(() => {
      this.#late = undefined;
      this.#start(this.#arrivals.from, true);
    }, this.#timing.late);
    this.#late.unref();
  }

  /** Page by page. False where it did not come to an end. */
  async #fetchAll(run: Run): Promise<boolean> {
    let after = run.begin - OVERLAP_MS;
    let stuck = 0;
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const page = await this.#ask(run, { after, order: "received_at", limit: PAGE });
      if (!page) return false;
      run.serverTime ??= page.serverTime;
      run.given += page.uplinks.length;
      if (!(await this.#handOver(run, page.uplinks))) return false;
      const newest = page.uplinks.at(-1)?.time ?? after;
      // The server gives what is later by less than a millisecond: at least the last one comes again.
      if (newest <= after && page.isWhole) return true;
      if (newest <= after) {
        // It broke off before anything new came.
        stuck += 1;
        if (stuck === MOST_FAILURES) this.#failed("unreachable");
        await pause(this.#timing.pause("unreachable", stuck), run.control.signal);
        continue;
      }
      stuck = 0;
      after = newest;
      run.newest = Math.max(run.newest, newest);
      this.#arrivals.from = lateFrom(run);
      // What was received after the first question came as it was received.
      const isLast = page.isWhole && page.uplinks.length < PAGE && newest > (run.serverTime ?? Infinity);
      if (isLast) return true;
    }
    return true;
  }

  /** False where that was ended meanwhile. */
  async #handOver(run: Run, uplinks: readonly StoredUplink[]): Promise<boolean> {
    const { signal } = run.control;
    for (const stored of uplinks) {
      if (signal.aborted) return false;
      const { uplink, time } = stored;
      if (!this.#arrivals.add(uplink, uplink.end_device_ids.device_id, time)) continue;
      run.number += 1;
      this.#options.deliver(stored);
      if (run.number % this.#timing.batch === 0) await pause(this.#timing.tick, signal);
    }
    this.#keepSoon();
    return !signal.aborted;
  }

  /** Until there is an answer. Undefined where there cannot be one, which is told, or it was ended. */
  async #ask(
    run: Run,
    question: Omit<StorageQuestion, "applicationId">,
  ): Promise<Extract<StoragePage, { answer: "ok" }> | undefined> {
    const { signal } = run.control;
    const isEnded = (): boolean => signal.aborted;
    const { applicationId, target: targetNow } = this.#options;
    for (let failures = 1; !isEnded(); failures++) {
      const target = targetNow();
      if (!target) {
        this.#failed("api_off");
        return undefined;
      }
      const page = await askStorage(target, { ...question, applicationId }, signal);
      if (isEnded()) return undefined;
      if (page.answer === "ok") {
        // A server that answers may still keep nothing.
        if (this.#problem !== "not_enabled") this.#problem = undefined;
        return page;
      }
      const isLasting = LASTING.has(page.why);
      if (isLasting || failures === MOST_FAILURES) this.#failed(page.why);
      if (isLasting) return undefined;
      await pause(this.#timing.pause(page.why, failures), signal);
    }
    return undefined;
  }

  /** A server that gives nothing at all, not even what came, keeps nothing. */
  #judge({ begin, given, serverTime }: Run): void {
    if (given > 0) this.#problem = undefined;
    if (given > 0 || serverTime === undefined) return;
    const { from, until } = SURELY_KEPT;
    const since = Math.max(begin - OVERLAP_MS, serverTime - from);
    if (this.#arrivals.cameBetween(since + 1, serverTime - until)) this.#failed("not_enabled");
  }

  /** Each reason is said once, until it worked again. */
  #failed(problem: BackfillProblem): void {
    const isSame = problem === this.#problem;
    this.#problem = problem;
    if (!isSame) this.#options.onProblem(problem);
  }

  #keepSoon(): void {
    if (this.#saving) return;
    this.#saving = setTimeout(() => {
      this.#saving = undefined;
      this.#keep(this.#memories);
    }, SAVE_EVERY_MS);
    this.#saving.unref();
  }

  #keep(memories: Iterable<ArrivalMemory>): void {
    const { kept } = this.#arrivals;
    if (!kept) return;
    for (const memory of memories) memory.keep(kept);
  }
}

/** From when on something may still be missing of what a run has fetched. */
const lateFrom = ({ begin, newest }: Run): number => Math.max(begin, newest - LATE_MS);

/** Resolves early when it is ended. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
