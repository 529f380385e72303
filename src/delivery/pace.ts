import { FoundLimit, mostBy, provenBy, type SuspectedEnd } from "./foundLimit";
import { Suspicion } from "./suspicion";
import { Tally } from "./tally";

/*
 * A server with a rate limit closes the connection, cleanly, as soon as it reads the publish that is one too many, and refuses
 * further ones until there is room again. A line that breaks does so at any time and in any way, however slowly we send. So:
 *
 * - An end counts only if it was a clean close within a few round trips of a publish that it left unanswered (`#maySpeak`), and
 *   leads to a pace only after a burst, or together with others that came soon after one another (`suspicion.ts`).
 * - Two ends at a limit bracket what it gives in between: that is the pace, and safe (`provenBy`). It is held for a while; then
 *   more and more is tried. A limit that is there ends that soon, is confirmed by it, and is tried less and less often; a false
 *   alarm has no pace any more after some minutes (`foundLimit.ts`).
 * - An end while the pace is kept that the server has proven to take is none over the limit: it refutes what is not confirmed
 *   yet, and makes what is confirmed doubtful.
 */

const MINUTE_MS = 60_000;
const ROUND_TRIPS = 4;
const LAST_WORD_MS = { least: 250, most: 2_000 } as const;
/** Fewer in a minute are no rate. */
const FEWEST = 3;
/** So many in this time are a burst. */
const BURST_MS = 2_000;
/** A pace below this part of what was told is told again. */
const TELLING_PART = 0.8;

export interface ConnectionEnd {
  readonly now: number;
  /** The other side closed it, cleanly. */
  readonly closed: boolean;
  /** When the only publish was sent that it left unanswered. */
  readonly publishedAt?: number;
}

/**
 * How fast downlinks may follow each other, in publishes a minute: as set in connections, or slower where the server ends
 * connections over its rate limit. Evenly spaced at the server, whatever burst it allows and however the network delays: counted
 * from the acknowledgement of the one before, less the quickest round trip. For all connections that share a limit.
 */
export class Pace {
  readonly #configured = new Map<unknown, number>();
  readonly #suspicion = new Suspicion();
  #limit: FoundLimit | undefined;
  #told = Infinity;
  /** The server has dealt with all that was sent before, at the latest now less half a round trip. */
  #last = -Infinity;
  /** Between the newest publish and what was before it, at the server. */
  #gap = Infinity;
  #quickest = Infinity;
  #usual = Infinity;
  readonly #acknowledged = new Tally(60);
  /** When the last few were acknowledged. */
  #recent: readonly number[] = [];
  /** When that was sent which the suspected end before left unanswered, and how many were acknowledged since. */
  #refusedAt = -Infinity;
  #taken = 0;

  /** As set in a connection, for its user; the lowest counts. */
  configure(user: unknown, perMinute: number | undefined): void {
    if (perMinute === undefined) this.#configured.delete(user);
    else this.#configured.set(user, perMinute);
  }

  /** Publishes a minute; undefined: no pace. */
  perMinute(now: number): number | undefined {
    this.#settle(now);
    const least = Math.min(this.#limit?.perMinute(now) ?? Infinity, ...this.#configured.values());
    return least === Infinity ? undefined : least;
  }

  /** From when on the next one may go. */
  nextAt(now: number): number {
    const perMinute = this.perMinute(now);
    return perMinute === undefined ? -Infinity : this.#last + MINUTE_MS / perMinute - this.#ahead;
  }

  published(now: number): void {
    this.#gap = now - this.#last + this.#ahead;
    this.#last = now + this.#ahead;
  }

  /** @param took ms since it was published */
  acknowledged(now: number, took: number): void {
    this.#last = now;
    this.#taken += 1;
    this.#acknowledged.add(1, now);
    this.#recent = [...this.#recent, now].slice(-FEWEST);
    this.#quickest = Math.min(this.#quickest, took);
    this.#usual = this.#usual === Infinity ? took : this.#usual + (took - this.#usual) / 5;
    this.#limit?.acknowledged(now);
  }

  /** A connection ended. Returns whether that was over the limit, and the new pace where there is something to tell. */
  ended(end: ConnectionEnd): { readonly isOverLimit: boolean; readonly slowedTo?: number } {
    const { now, publishedAt } = end;
    this.#settle(now);
    if (publishedAt === undefined) return { isOverLimit: false };
    if (!this.#maySpeak(end, publishedAt)) {
      if (!this.#limit?.isConfirmed) this.#doubt(now);
      return { isOverLimit: false };
    }
    const seen = { now, gap: this.#gap, taken: this.#taken, since: now - this.#refusedAt };
    this.#refusedAt = publishedAt;
    this.#taken = 0;
    this.#last = now;
    const isOverLimit = this.#limit ? this.#isMet(this.#limit, seen) : this.#isFound(seen);
    const perMinute = Math.max(1, Math.floor(this.perMinute(now) ?? Infinity));
    if (!isOverLimit || perMinute > TELLING_PART * this.#told) return { isOverLimit };
    this.#told = perMinute;
    return { isOverLimit, slowedTo: perMinute };
  }

  /** The server sees two publishes at least this much further apart than ours is from the acknowledgement of the one before. */
  get #ahead(): number {
    return this.#quickest === Infinity ? 0 : this.#quickest;
  }

  #maySpeak({ now, closed }: ConnectionEnd, publishedAt: number): boolean {
    const lastWord = Math.min(LAST_WORD_MS.most, Math.max(LAST_WORD_MS.least, ROUND_TRIPS * this.#usual));
    return closed && now - publishedAt <= lastWord;
  }

  #isMet(limit: FoundLimit, seen: SuspectedEnd): boolean {
    const outcome = limit.ended(seen);
    if (outcome === "refuted") this.#doubt(seen.now);
    return outcome === "met";
  }

  #isFound(seen: SuspectedEnd): boolean {
    const { now } = seen;
    const lately = this.#acknowledged.sum(now);
    const isBurst = now - (this.#recent[0] ?? -Infinity) < BURST_MS && lately >= FEWEST;
    const before = isBurst ? "burst" : lately >= FEWEST ? "rate" : "little";
    if (!this.#suspicion.grows(seen, before)) return false;
    const most = seen.since < MINUTE_MS ? mostBy(seen) : Infinity;
    this.#limit = new FoundLimit(Math.max(provenBy(seen), Math.min(most, lately)), provenBy(seen), now);
    return true;
  }

  #doubt(now: number): void {
    this.#forget();
    this.#suspicion.falls(now);
  }

  #settle(now: number): void {
    if (this.#limit?.isOver(now)) this.#forget();
  }

  #forget(): void {
    this.#limit = undefined;
    this.#told = Infinity;
  }
}
