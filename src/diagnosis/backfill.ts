import type { Text } from "../stack/explanation";
import { shownTime } from "../stack/shown";
import type { StreamProblem } from "./eventStream";

/** Why the uplinks that came meanwhile cannot be fetched. */
export type BackfillProblem =
  | StreamProblem
  /** The API is switched off. */
  | "api_off"
  /** The server answers, and has kept nothing of what came. */
  | "not_enabled";

/** What was fetched after an interruption. */
export interface Backfilled {
  readonly number: number;
  /** The period, in ms since 1970 by the clock of the server. */
  readonly from: number;
  readonly until: number;
}

const NO_BACKFILL: Readonly<Record<BackfillProblem, string>> = {
  not_there: "warning.no-backfill.not-there",
  key_refused: "warning.no-backfill.key",
  no_right: "warning.no-backfill.right",
  too_many: "warning.no-backfill.too-many",
  unreachable: "warning.no-backfill.unreachable",
  not_understood: "warning.no-backfill.not-understood",
  api_off: "warning.no-backfill.api-off",
  not_enabled: "warning.no-backfill.not-enabled",
};

/** The warning where uplinks that came meanwhile cannot be fetched. */
export const explainNoBackfill = (problem: BackfillProblem): Text => ({
  key: NO_BACKFILL[problem],
  values: {},
});

/** For the log. */
export const describeBackfilled = ({ number, from, until }: Backfilled): Text => ({
  key: "log.backfilled",
  values: { number, from: shownTime(from), until: shownTime(until) },
});
