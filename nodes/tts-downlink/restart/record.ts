import { Awaited } from "../../../src/account/seats";
import type { Progress } from "../../../src/delivery/progress";
import { ENCODINGS, OFFLINE, OPERATIONS, REPORTS } from "../../../src/downlink/order";
import { isJsonObject } from "../../../src/stack/check";
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

type IsRight = (value: unknown) => boolean;

const isText: IsRight = (value) => typeof value === "string";
const isNumber: IsRight = (value) => Number.isFinite(value);
const isFlag: IsRight = (value) => typeof value === "boolean";
const isObject: IsRight = isJsonObject;
const orAbsent =
  (isRight: IsRight): IsRight =>
  (value) =>
    value === undefined || isRight(value);
const isListOf =
  (isRight: IsRight): IsRight =>
  (value) =>
    Array.isArray(value) && value.every(isRight);
const isOneOf =
  (choices: readonly string[]): IsRight =>
  (value) =>
    choices.some((choice) => choice === value);
const isMadeOf =
  (members: Readonly<Record<string, IsRight>>): IsRight =>
  (value) =>
    isJsonObject(value) && Object.entries(members).every(([name, isRight]) => isRight(value[name]));

const isJob = isMadeOf({
  order: isMadeOf({
    deviceId: isText,
    operation: isOneOf(OPERATIONS.filter((operation) => operation !== "list")),
    encoding: isOneOf(ENCODINGS),
    items: isListOf(
      isMadeOf({
        f_port: orAbsent(isNumber),
        frm_payload: orAbsent(isText),
        decoded_payload: orAbsent(isObject),
        priority: orAbsent(isText),
        confirmed: orAbsent(isFlag),
        correlation_ids: orAbsent(isListOf(isText)),
        class_b_c: orAbsent(isObject),
        confirmed_retry: orAbsent(isObject),
      }),
    ),
  }),
  report: isOneOf(REPORTS),
  timeout: isNumber,
  offline: isOneOf(OFFLINE),
});

const isProgress = isMadeOf({
  arrivedAt: isNumber,
  cameAt: orAbsent(isNumber),
  published: orAbsent(isMadeOf({ at: isNumber, acknowledged: isFlag, accepted: isFlag })),
  items: isListOf(
    isMadeOf({
      correlationIds: isListOf(isText),
      ourId: orAbsent(isText),
      steps: isListOf(isMadeOf({ state: isText, at: isNumber })),
      stepsLeftOut: orAbsent(isNumber),
      fPort: orAbsent(isNumber),
      fCnt: orAbsent(isNumber),
      error: orAbsent(isObject),
      failure: orAbsent(isMadeOf({ code: isText, key: isText, values: isObject })),
      attempts: isNumber,
      concluded: isNumber,
      over: isFlag,
      settled: isFlag,
    }),
  ),
});

/** A downlink of nothing would never end, nor what is said of more or fewer items than there are. */
function isComplete({ job, progress }: DownlinkRecord): boolean {
  const { operation, items } = job.order;
  return progress.items.length === (operation === "clear" ? 1 : items.length) && progress.items.length > 0;
}

/**
 * What this version of the package has written; what else is there is left out, for what comes of it would end Node-RED at each start:
 * of another version, or damaged on the disk.
 */
function isRecord(value: unknown): value is DownlinkRecord {
  return (
    memberOf(value, "version") === VERSION &&
    isText(memberOf(value, "id")) &&
    isText(memberOf(value, "target")) &&
    isNumber(memberOf(value, "savedAt")) &&
    orAbsent(isText)(memberOf(value, "journal")) &&
    orAbsent(isText)(memberOf(value, "message")) &&
    isJob(memberOf(value, "job")) &&
    isProgress(memberOf(value, "progress"))
  );
}

/** They are in the order in which they came, whatever the clock was set to meanwhile. */
export function recordsIn(value: unknown): readonly DownlinkRecord[] {
  const records = Array.isArray(value) ? value.filter(isRecord).filter(isComplete) : [];
  let latest = -Infinity;
  return records.map((record) => {
    const { arrivedAt, cameAt = arrivedAt } = record.progress;
    latest = Math.max(latest, cameAt);
    return { ...record, progress: { ...record.progress, cameAt: latest } };
  });
}

/** As it came, or without what could not be kept. */
export function awaitedOf({ job, message }: DownlinkRecord): { awaited: Awaited; isWhole: boolean } {
  try {
    if (message !== undefined) return { awaited: new Awaited(job, fromPortable(message)), isWhole: true };
  } catch {
    // As if there were none.
  }
  return { awaited: new Awaited(job, {}), isWhole: false };
}
