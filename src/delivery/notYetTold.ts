import type { Dispatch } from "./dispatch";

/** Waiting for the acknowledgement of the one before is no holding until it takes as long as this. */
const NOT_HELD_MS = 250;

/** What waits to be published, and whose followers do not know it yet. */
export class NotYetTold {
  readonly #dispatches = new Set<Dispatch>();
  #since = Infinity;

  /** @param now ms of the clock's `now` */
  add(dispatch: Dispatch, now: number): void {
    if (this.#dispatches.size === 0) this.#since = now;
    this.#dispatches.add(dispatch);
  }

  /** Nothing waits any more. */
  clear(): void {
    this.#dispatches.clear();
  }

  /**
   * When they are to be told; Infinity where there is nothing to tell.
   * @param briefly they wait for nothing but an acknowledgement
   */
  dueAt(now: number, briefly: boolean): number {
    if (this.#dispatches.size === 0) return Infinity;
    return briefly ? this.#since + NOT_HELD_MS : now;
  }

  /** Tells those that still wait. */
  tell(waits: (dispatch: Dispatch) => boolean): void {
    const dispatches = [...this.#dispatches];
    this.#dispatches.clear();
    for (const dispatch of dispatches) if (waits(dispatch)) dispatch.hold();
  }
}
