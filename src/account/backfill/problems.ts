import type { BackfillProblem } from "../../diagnosis/backfill";

/** Why uplinks cannot be fetched: each reason is said once, until it worked again. */
export class BackfillProblems {
  readonly #tell: (problem: BackfillProblem) => void;
  #problem: BackfillProblem | undefined;

  constructor(tell: (problem: BackfillProblem) => void) {
    this.#tell = tell;
  }

  met(problem: BackfillProblem): void {
    const isSame = problem === this.#problem;
    this.#problem = problem;
    if (!isSame) this.#tell(problem);
  }

  /** A server that answers may still keep nothing. */
  answered(): void {
    if (this.#problem !== "not_enabled") this.#problem = undefined;
  }

  gaveUplinks(): void {
    this.#problem = undefined;
  }
}
