import { Awaited } from "../../../src/account/seats";
import type { Progress } from "../../../src/delivery/progress";
import { memberOf } from "./store";
import { fromPortable } from "./portable";

const VERSION = 1;

/** What is written down of a downlink. */
export interface DownlinkRecord {
  readonly version: typeof VERSION;
  readonly id: string;
  /** The journal that knows whether it has left since. */
  readonly journal: string | undefined;
  /** Where its connection leads: what is for one application must not go to another. */
  readonly target: string;
  /** ms since 1970. */
  readonly savedAt: number;
  readonly job: Awaited["job"];
  readonly progress: Progress;
  /** Absent: it could not be kept. */
  readonly message: string | undefined;
}

export const recordOf = (record: Omit<DownlinkRecord, "version">): DownlinkRecord => ({
  version: VERSION,
  ...record,
});

/** What this version of the package has written; what else is there is left out. Only this node writes there. */
function isRecord(value: unknown): value is DownlinkRecord {
  return (
    memberOf(value, "version") === VERSION &&
    typeof memberOf(value, "id") === "string" &&
    Array.isArray(memberOf(memberOf(memberOf(value, "job"), "order"), "items")) &&
    Array.isArray(memberOf(memberOf(value, "progress"), "items"))
  );
}

export const recordsIn = (value: unknown): readonly DownlinkRecord[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

/** As it came, or without what could not be kept. */
export function awaitedOf({ job, message }: DownlinkRecord): { awaited: Awaited; isWhole: boolean } {
  try {
    if (message !== undefined) return { awaited: new Awaited(job, fromPortable(message)), isWhole: true };
  } catch {
    // As if there were none.
  }
  return { awaited: new Awaited(job, {}), isWhole: false };
}
