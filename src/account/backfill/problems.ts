import type { BackfillProblem } from "../../diagnosis/backfill";
import { SaidOnce } from "../saidOnce";

/** Why uplinks cannot be fetched: each reason is said once, until it worked again. */
export class BackfillProblems {
  readonly #tell: (problem: BackfillProblem) => void;
  readonly #said = new SaidOnce<BackfillProblem>();

  constructor(tell: (problem: BackfillProblem) => void) {
    this.#tell = tell;
  }

  met(problem: BackfillProblem): void {
    if (this.#said.isNew(problem)) this.#tell(problem);
  }

  /** A server that answers may still keep nothing. */
  answered(): void {
    this.#said.forget("not_enabled");
  }

  gaveUplinks(): void {
    this.#said.forget();
  }
}
