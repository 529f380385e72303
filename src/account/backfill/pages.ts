import type { ApiTarget } from "../../diagnosis/apiRequest";
import { LASTING, type StreamProblem } from "../../diagnosis/eventStream";
import { askStorage, type StoragePage, type StorageQuestion } from "../../diagnosis/storage";
import { OVERLAP_MS } from "./arrivals";
import { pause } from "./pause";
import type { BackfillProblems } from "./problems";

export type Page = Extract<StoragePage, { answer: "ok" }>;

export interface StoredPagesOptions {
  readonly applicationId: string;
  /** Undefined where the API is switched off. */
  readonly target: () => ApiTarget | undefined;
  /** ms before it is asked again, after so many failures in a row. */
  readonly pause: (why: StreamProblem, failures: number) => number;
  readonly problems: BackfillProblems;
}

/** In a row, before it is told. */
const MOST_FAILURES = 5;
/** A pause that the server asks for and that is told at once. */
const LONG_MS = 5 * 60_000;
const PAGE = 500;
/** A server that always has more must come to an end. */
const MOST_PAGES = 2_000;

/** What the Storage integration has, fetched page by page, and asked for until there is an answer. */
export class StoredPages {
  readonly #options: StoredPagesOptions;

  constructor(options: StoredPagesOptions) {
    this.#options = options;
  }

  /** With the last uplink that it has. Undefined as below. */
  last(signal: AbortSignal): Promise<Page | undefined> {
    return this.#ask({ order: "-received_at", limit: 1 }, signal);
  }

  /**
   * All that the server received from a moment on, and a little of what was before, the oldest first. False where it did not come to an
   * end.
   * @param begin ms since 1970
   * @param take false: no more
   */
  async since(begin: number, signal: AbortSignal, take: (page: Page) => Promise<boolean>): Promise<boolean> {
    let after = begin - OVERLAP_MS;
    let serverTime: number | undefined;
    let stuck = 0;
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const page = await this.#ask({ after, order: "received_at", limit: PAGE }, signal);
      if (!page || !(await take(page))) return false;
      serverTime ??= page.serverTime;
      const newest = page.uplinks.at(-1)?.time ?? after;
      // The server gives what is later by less than a millisecond: at least the last one comes again.
      if (newest <= after && page.isWhole) return true;
      if (newest <= after) {
        // It broke off before anything new came.
        stuck += 1;
        if (stuck === MOST_FAILURES) this.#options.problems.met("unreachable");
        await pause(this.#options.pause("unreachable", stuck), signal);
        continue;
      }
      stuck = 0;
      after = newest;
      // What was received after the first question came as it was received.
      const isLast = page.isWhole && page.uplinks.length < PAGE && newest > (serverTime ?? Infinity);
      if (isLast) return true;
    }
    return true;
  }

  /** Until there is an answer. Undefined where there cannot be one, which is told, or it was ended. */
  async #ask(
    question: Omit<StorageQuestion, "applicationId">,
    signal: AbortSignal,
  ): Promise<Page | undefined> {
    const { applicationId, target: targetNow, problems } = this.#options;
    const isEnded = (): boolean => signal.aborted;
    for (let failures = 1; !isEnded(); failures++) {
      const target = targetNow();
      if (!target) {
        problems.met("api_off");
        return undefined;
      }
      const page = await askStorage(target, { ...question, applicationId }, signal);
      if (isEnded()) return undefined;
      if (page.answer === "ok") {
        problems.answered();
        return page;
      }
      const isLasting = LASTING.has(page.why);
      const { why, retryAfter = 0 } = page;
      if (isLasting || failures === MOST_FAILURES || retryAfter >= LONG_MS) problems.met(why);
      if (isLasting) return undefined;
      await pause(Math.max(retryAfter, this.#options.pause(why, failures)), signal);
    }
    return undefined;
  }
}
