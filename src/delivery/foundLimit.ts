const MINUTE_MS = 60_000;
/** How long the pace is held before more is tried, by how often trying has met the limit; from the fourth on it is confirmed. */
const HOLD_MS = [15_000, 60_000, 120_000, 600_000, 1_200_000, 2_400_000, 3_600_000] as const;
const LONGEST_HOLD_MS = 3_600_000;
const CONFIRMED = 3;
/** While more is tried, the pace doubles in this time. */
const DOUBLES_MS = 10_000;
/** Publishes a minute: as good as no pace. */
const UNLIMITED = 6_000;
/** So long more is tried before a confirmed limit counts as gone. */
const TRIAL_MS = 300_000;
/** Hardly a limit is lower. */
const SLOW = 6;
/** If it is, not more than this get through, so many times in a row. */
const HARDLY_ANY = 1;
const IN_VAIN = 4;
const SLOWEST = 1;
/** So many acknowledgements between two ends tell how fast the server lets them through. */
const TELLING = 3;
/** A confirmed limit is refuted by so many doubts more than its confirmations make up for. */
const DOUBTS = { most: 5, lift: 2, confirmed: 2 } as const;

/** An end that may be one over the limit. */
export interface SuspectedEnd {
  readonly now: number;
  /** ms at the server between what it took before and the publish that it left unanswered, at least. */
  readonly gap: number;
  /** Acknowledged since the suspected end before. */
  readonly taken: number;
  /** ms since the publish that was left unanswered then. */
  readonly since: number;
}

/**
 * Publishes a minute that a server surely lets through which has refused one at both ends of this time: it had nothing to give at
 * the first, so what it took since is what the limit gave meanwhile, but for one.
 */
export const provenBy = ({ taken, since }: Pick<SuspectedEnd, "taken" | "since">): number =>
  Math.max(0, ((taken - 1) * MINUTE_MS) / since);

/** And at most, unless there was more than it can save up. */
export const mostBy = ({ taken, since }: Pick<SuspectedEnd, "taken" | "since">): number =>
  ((taken + 1) * MINUTE_MS) / since;

/**
 * A rate limit that has been met, or seems to. Holds a pace for a time, then tries more and more until that meets the limit, or
 * until there is no pace any more.
 */
export class FoundLimit {
  #held: number;
  #proven: number;
  /** The slowest pace that was too fast. */
  #failed = Infinity;
  #level = 0;
  #liftAt: number;
  #takenInLift = 0;
  #doubts = 0;
  /** Ends in a row with hardly anything acknowledged before. */
  #inVain = 0;
  #slowest: number;
  /** More was tried before the pace could show that it holds. */
  #isRushed = false;

  constructor(perMinute: number, proven: number, now: number) {
    this.#held = Math.max(SLOWEST, perMinute);
    this.#slowest = Math.min(SLOW, this.#held);
    this.#proven = proven;
    this.#liftAt = now + HOLD_MS[0];
  }

  get isConfirmed(): boolean {
    return this.#level >= CONFIRMED;
  }

  /** Publishes a minute; Infinity: more is tried, without a pace. */
  perMinute(now: number): number {
    if (now < this.#liftAt) return this.#held;
    const lifted = this.#held * 2 ** ((now - this.#liftAt) / DOUBLES_MS);
    return lifted < UNLIMITED ? lifted : Infinity;
  }

  /** Whether there is no limit, or none any more. A confirmed one that was not met because little was sent is held again. */
  isOver(now: number): boolean {
    if (this.perMinute(now) < Infinity) return false;
    if (now - this.#liftAt < TRIAL_MS) return false;
    if (!this.isConfirmed || this.#takenInLift > (1.5 * this.#held * TRIAL_MS) / MINUTE_MS) return true;
    this.#hold(now);
    return false;
  }

  acknowledged(now: number): void {
    if (now >= this.#liftAt) this.#takenInLift += 1;
  }

  /** What this end makes of it. A refuted one is none. */
  ended(end: SuspectedEnd): "met" | "doubtful" | "refuted" {
    // A server that takes so many a minute takes one that comes so late, whatever came before.
    const hasWorked = this.isConfirmed || end.taken > HARDLY_ANY;
    const likely = hasWorked ? Math.max(this.#slowest, this.#proven) : this.#proven;
    if (end.gap >= (0.98 * MINUTE_MS) / likely) return this.#contradicted(end);
    const pace = Math.min(UNLIMITED, this.perMinute(end.now));
    this.#proven = Math.max(this.#proven, provenBy(end));
    this.#doubts = Math.max(0, this.#doubts - DOUBTS.confirmed);
    if (end.now >= this.#liftAt && hasWorked) this.#metInLift(pace, end.taken);
    else this.#metWhileHeld(end);
    this.#hold(end.now);
    return "met";
  }

  /** Where the limit saves up little, it is close to the pace at the end; where much, that was far over it. So try. */
  #metInLift(pace: number, taken: number): void {
    this.#held = Math.max(this.#held, this.#proven);
    this.#inVain = 0;
    this.#isRushed = taken < TELLING;
    if (this.#isRushed) return;
    this.#level += 1;
    const near = Math.min(0.8 * pace, Math.sqrt(this.#held * this.#failed));
    if (near > 1.1 * this.#held) this.#held = near;
  }

  #metWhileHeld(end: SuspectedEnd): void {
    this.#failed = Math.min(this.#failed, this.#held);
    this.#inVain = end.taken <= HARDLY_ANY ? this.#inVain + 1 : 0;
    if (this.#inVain >= IN_VAIN) this.#slowest = SLOWEST;
    const slower = end.taken >= TELLING ? 0 : Math.min(this.#held / 2, mostBy(end));
    this.#held = Math.max(this.#proven, Math.min(this.#held, Math.max(this.#slowest, slower)));
  }

  #contradicted(end: SuspectedEnd): "doubtful" | "refuted" {
    this.#doubts += 1;
    if (!this.isConfirmed || this.#doubts >= DOUBTS.most) return "refuted";
    if (this.#doubts < DOUBTS.lift) return "doubtful";
    this.#proven = Math.min(this.#proven, provenBy(end));
    this.#held = Math.min(
      this.#held,
      Math.max(this.#slowest, (end.taken < TELLING ? mostBy : provenBy)(end)),
    );
    this.#liftAt = end.now;
    this.#takenInLift = 0;
    return "doubtful";
  }

  #hold(now: number): void {
    this.#liftAt = now + (HOLD_MS[Math.max(this.#level, this.#isRushed ? 1 : 0)] ?? LONGEST_HOLD_MS);
    this.#takenInLift = 0;
  }
}
