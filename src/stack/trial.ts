/** What a test of a connection tells of each step. Usable in the browser. */
import type { Text, TextValues } from "./explanation";

/** What is tried, in the order in which a connection gets there. */
export type TrialStep = "proxy" | "name" | "tcp" | "tls" | "login" | "read" | "write" | "topics";

/** What became of a step. Nothing in it is secret. */
export interface StepResult {
  readonly step: TrialStep;
  readonly outcome: "passed" | "warning" | "failed" | "unknown";
  /** What was found, printable: `address`; of a certificate `names`, `issuer`, `until`; `userName`; `keyName`; … */
  readonly facts?: TextValues;
  /** What is wrong, why, and what to do. */
  readonly text?: Text;
}
