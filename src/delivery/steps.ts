import type { DownlinkState, Step } from "./contract";

/** A confirmed downlink of 32 transmissions makes some seventy steps. Where a server reports without end, memory must have one. */
const FIRST = 50;
const LATEST = 50;

/** What happened, in order: of too many the first and the latest. */
export class Steps {
  readonly #kept: Step[] = [];
  /** How many there were between the first and the latest. */
  leftOut = 0;

  get none(): boolean {
    return this.#kept.length === 0;
  }

  get last(): Step | undefined {
    return this.#kept.at(-1);
  }

  /** @param at ms since 1970 */
  add(state: DownlinkState, at: number): void {
    this.#kept.push({ state, at });
    if (this.#kept.length <= FIRST + LATEST) return;
    this.#kept.splice(FIRST, 1);
    this.leftOut += 1;
  }

  /** For a flow: its own. */
  view(): { steps: Step[]; stepsLeftOut?: number } {
    const steps = this.#kept.map((step) => ({ ...step }));
    return this.leftOut === 0 ? { steps } : { steps, stepsLeftOut: this.leftOut };
  }
}
