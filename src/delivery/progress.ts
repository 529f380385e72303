import type { Explanation } from "../stack/explanation";
import type { StackError } from "../stack/messages";
import type { Step } from "./contract";

/** How far a downlink has come, as plain JSON: so that another process can go on with it. */
export interface Progress {
  /** ms since 1970; of one that is held since when there is no connection for it. */
  readonly arrivedAt: number;
  /** ms since 1970: when it came, for the order among those of several nodes. Absent: as above. */
  readonly cameAt?: number;
  /** Absent: it is held. `at`: ms since 1970. */
  readonly published?: { readonly at: number; readonly acknowledged: boolean; readonly accepted: boolean };
  readonly items: readonly ItemProgress[];
}

export interface ItemProgress {
  readonly correlationIds: readonly string[];
  /** The one of these that is ours. */
  readonly ourId?: string;
  readonly steps: readonly Step[];
  /** How many there were between these; absent where that is none. */
  readonly stepsLeftOut?: number;
  readonly fPort?: number;
  readonly fCnt?: number;
  readonly error?: StackError;
  readonly failure?: Explanation;
  readonly attempts: number;
  readonly concluded: number;
  readonly over: boolean;
  readonly settled: boolean;
}

/** What says that it is held cannot be trusted: it may have been published, and is from now on taken for that. */
export function inDoubt(progress: Progress, at: number): Progress {
  if (progress.published) return progress;
  const step: Step = { state: "published", at };
  return {
    ...progress,
    published: { at, acknowledged: false, accepted: false },
    items: progress.items.map((item) => ({ ...item, steps: [...item.steps, step] })),
  };
}
