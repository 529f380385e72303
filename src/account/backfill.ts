import type { ApiTarget } from "../diagnosis/apiRequest";
import type { Backfilled, BackfillProblem } from "../diagnosis/backfill";
import { pauseAfter, type StreamProblem } from "../diagnosis/eventStream";
import type { StoredUplink } from "../diagnosis/storage";
import { warnOfBug } from "../connection/unexpected";
import type { Arrivals } from "./backfill/arrivals";
import { Filling } from "./backfill/filling";
import { ArrivalMemories, type ArrivalMemory } from "./backfill/memories";
import { StoredPages } from "./backfill/pages";
import { BackfillProblems } from "./backfill/problems";

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
  /** Resolves when nodes that a deploy has closed are there again; undefined: all are there. */
  readonly deployed?: () => Promise<void> | undefined;
  readonly onProblem: (problem: BackfillProblem) => void;
  readonly onFilled: (filled: Backfilled) => void;
  readonly timing?: Partial<BackfillTiming>;
}

const TIMING: BackfillTiming = { late: 60_000, tick: 50, batch: 50, pause: pauseAfter };

/**
 * Fetches the uplinks that came while nothing could be received: after an interruption, a deploy or a restart, and once more when the
 * server has written down the last ones. In order, paced; live ones do not wait for them.
 */
export class Backfill {
  readonly #options: BackfillOptions;
  readonly #arrivals: Arrivals;
  readonly #timing: BackfillTiming;
  readonly #memories: ArrivalMemories;
  readonly #problems: BackfillProblems;
  readonly #pages: StoredPages;
  #receiving = false;
  #filling: Filling | undefined;
  #late: NodeJS.Timeout | undefined;

  constructor(options: BackfillOptions) {
    this.#options = options;
    this.#arrivals = options.arrivals;
    this.#timing = { ...TIMING, ...options.timing };
    this.#memories = new ArrivalMemories(this.#arrivals);
    this.#problems = new BackfillProblems((problem) => options.onProblem(problem));
    const { applicationId, target } = options;
    this.#pages = new StoredPages({
      ...{ applicationId, target, problems: this.#problems },
      pause: this.#timing.pause,
    });
    // What came to an earlier session of this process is known; what came since is not.
    this.#arrivals.interrupt();
  }

  /** Returns what ends it. */
  join(memory: ArrivalMemory): () => void {
    if (this.#memories.size === 0) this.#options.watch((...uplink) => this.#take(...uplink));
    this.#memories.add(memory, () => this.#begin());
    return () => {
      this.#memories.remove(memory);
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
    this.#memories.end();
    this.#options.watch(undefined);
    this.#stop();
  }

  #take(...uplink: Parameters<Arrivals["take"]>): void {
    this.#arrivals.take(...uplink);
    this.#memories.keepSoon();
  }

  #begin(): void {
    if (!this.#receiving || !this.#memories.areRecalled || this.#memories.size === 0) return;
    if (this.#filling || this.#late) return;
    const { from } = this.#arrivals;
    if (from === undefined && this.#arrivals.latest !== undefined) return;
    this.#start(from, false);
  }

  #stop(): void {
    this.#filling?.end();
    this.#filling = undefined;
    clearTimeout(this.#late);
    this.#late = undefined;
    this.#arrivals.interrupt();
  }

  #start(from: number | undefined, isLate: boolean): void {
    const { batch, tick } = this.#timing;
    const { arrivals, deliver, deployed = () => undefined } = this.#options;
    const filling = new Filling(from ?? 0, { arrivals, deliver, deployed, batch, tick });
    this.#filling = filling;
    const work = from === undefined ? this.#findBeginning(filling) : this.#fill(filling, isLate);
    work
      .finally(() => {
        if (this.#filling === filling) this.#filling = undefined;
      })
      .catch(warnOfBug);
  }

  /** Nothing is known of the time before: says at once whether anything could be fetched later, and what time it is there. */
  async #findBeginning({ signal }: Filling): Promise<void> {
    const page = await this.#pages.last(signal);
    if (!page) return;
    const time = page.serverTime ?? page.uplinks.at(-1)?.time;
    if (time !== undefined) this.#arrivals.beginAt(time);
    this.#memories.keepSoon();
  }

  async #fill(filling: Filling, isLate: boolean): Promise<void> {
    const { begin, signal } = filling;
    const isThrough = await this.#pages.since(begin, signal, async (page) => {
      const isTaken = await filling.take(page);
      this.#memories.keepSoon();
      if (isTaken) this.#arrivals.from = filling.lateFrom;
      return isTaken;
    });
    if (!isThrough) return;
    const { number, until, given } = filling;
    if (given > 0) this.#problems.gaveUplinks();
    else if (filling.showsNothingIsKept) this.#problems.met("not_enabled");
    if (number > 0 || !isLate) this.#options.onFilled({ number, from: begin, until });
    if (isLate) {
      this.#arrivals.from = undefined;
      this.#memories.keepSoon();
    } else this.#fillOnceMore();
  }

  /** What the server writes down late. */
  #fillOnceMore(): void {
    this.#late = setTimeout(() => {
      this.#late = undefined;
      this.#start(this.#arrivals.from, true);
    }, this.#timing.late);
    this.#late.unref();
  }
}
