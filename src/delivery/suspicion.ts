import type { SuspectedEnd } from "./foundLimit";

/** Two ends belong together when so few were acknowledged between them, or in so short a time. */
const FEW = 5;
const SOON_MS = 30_000;
/** Or several, where the flow is just above the limit; each such end counts half. */
const SEVERAL = 15;
const FORGET_MS = 300_000;
/** Each end weighs so much: right after a burst, at a steady rate, or neither. */
const WEIGHT = { burst: 2, rate: 1, little: 0.5 } as const;
const ENOUGH = 2;
/** What is enough on a line that has broken by chance, for a while after each time; one more for each time. */
const MOST = 6;
const FAULTY_MS = 600_000;

/** Gathers ends that look like ends over a rate limit, until together they are evidence for one. */
export class Suspicion {
  #weight = 0;
  #enough = ENOUGH;
  #faultyUntil = -Infinity;

  /** Whether this end and those before it are enough. */
  grows(end: SuspectedEnd, after: "burst" | "rate" | "little"): boolean {
    if (end.now > this.#faultyUntil) this.#enough = ENOUGH;
    const isSoon = end.taken <= FEW || end.since < SOON_MS;
    const weight = WEIGHT[after === "rate" && !isSoon ? "little" : after];
    this.#weight = weight + (this.#belongs(end, after) ? this.#weight : 0);
    if (this.#weight < this.#enough) return false;
    this.#weight = 0;
    return true;
  }

  /** Something happened that no rate limit does. */
  falls(now: number): void {
    this.#weight = 0;
    this.#faultyUntil = now + FAULTY_MS;
    this.#enough = Math.min(MOST, this.#enough + 1);
  }

  #belongs({ taken, since }: SuspectedEnd, after: string): boolean {
    if (since >= FORGET_MS) return false;
    return since < SOON_MS || taken <= (after === "little" ? 1 : SEVERAL);
  }
}
