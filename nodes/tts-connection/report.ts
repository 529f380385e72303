/** What the routes of the connection form say, as both sides know it. Texts are keys of the catalogue; nothing in it is secret. */

import type { Text } from "../../src/stack/explanation";
import type { StepResult, TrialStep } from "../../src/stack/trial";

export interface ReportText extends Text {
  /** In the language that was asked for. */
  readonly words?: string;
}

export interface StepLine extends StepResult {
  readonly text?: ReportText;
}

/** Why nothing was tried. */
export interface Refused {
  readonly refused: ReportText;
}

/** A test is told line by line: the steps there are, what became of each, and that this was all. */
export type ReportLine =
  { readonly steps: readonly TrialStep[] } | StepLine | Refused | { readonly end: true };

/** What the stack's HTTP API says of a key. */
export type KeyReport =
  | {
      readonly answer: "known";
      readonly keyName: string;
      readonly owner: { readonly kind: string; readonly id: string };
      readonly mayRead?: boolean;
      readonly mayWrite?: boolean;
      /** ms since 1970. */
      readonly expiresAt?: number;
    }
  | { readonly answer: "invalid"; readonly why: string }
  | { readonly answer: "unknown" };
