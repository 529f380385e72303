import type { InvalidMessage } from "./router";

/** An invalid message, or how many more there were. */
export type InvalidReport =
  | { readonly report: "message"; readonly message: InvalidMessage }
  | { readonly report: "left_out"; readonly count: number };

const MOST_PER_SECOND = 10;
const SECOND_MS = 1_000;

/** Reports at most ten invalid messages a second, then one report with the number left out: a broken device must not flood a flow. */
export class InvalidMessages {
  readonly #report: (report: InvalidReport) => void;
  #inThisSecond = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(report: (report: InvalidReport) => void) {
    this.#report = report;
  }

  take(message: InvalidMessage): void {
    this.#timer ??= setTimeout(() => this.#nextSecond(), SECOND_MS);
    this.#inThisSecond += 1;
    if (this.#inThisSecond <= MOST_PER_SECOND) this.#report({ report: "message", message });
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #nextSecond(): void {
    const count = this.#inThisSecond - MOST_PER_SECOND;
    this.#timer = undefined;
    this.#inThisSecond = 0;
    if (count > 0) this.#report({ report: "left_out", count });
  }
}
