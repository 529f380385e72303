import { isStackKind } from "../../src/stack/kinds";
import type { JsonObject } from "../../src/stack/messages";

interface Message {
  readonly topic: string;
  readonly payload: JsonObject;
}

const ULID = /^(.+):[0-9A-HJKMNP-TV-Z]{26}$/;

/** Values that differ from run to run; what is equal to what does not. */
const LABELLED = ["session_key_id", "dev_addr", "correlation_id"];
const LEFT_OUT = ["received_at", "application_ids"];

/**
 * Messages in a form in which two runs of the same exchange are equal: without times, and with names instead of ULIDs, counters,
 * addresses and session keys, given in the order in which they appear. So the same name in two places means the same value.
 */
export function normal(messages: readonly Message[]): JsonObject[] {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  const nameOf = (kind: string, value: unknown): string => {
    const key = `${kind} ${String(value)}`;
    const known = names.get(key);
    if (known !== undefined) return known;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const name = `${kind} ${count}`;
    names.set(key, name);
    return name;
  };
  const idName = (id: string): string => {
    const [, origin] = ULID.exec(id) ?? [];
    return origin === undefined ? id : nameOf(origin, id);
  };
  const rewritten = (value: unknown, key = "", around: JsonObject = {}): unknown => {
    // Each session has counters of its own.
    if (key === "f_cnt") return nameOf(key, [around.session_key_id, value]);
    if (key === "correlation_ids") return (value as string[]).map(idName).sort();
    if (LABELLED.includes(key)) return nameOf(key, value);
    if (key === "absolute_time") return "some time";
    if (key === "uplink_message") return rewritten(lookedAt(value as JsonObject));
    if (Array.isArray(value)) return value.map((each) => rewritten(each));
    if (typeof value !== "object" || value === null) return value;
    const members = Object.entries(value).filter(([member]) => !LEFT_OUT.includes(member));
    return Object.fromEntries(
      members.map(([member, inner]) => [member, rewritten(inner, member, value as JsonObject)]),
    );
  };
  return messages.map(({ topic, payload }) => ({
    topic: topic.split("/").slice(3).join("/"),
    ...(rewritten(isOfRecord(payload) ? withoutAddress(payload) : payload) as JsonObject),
  }));
}

/** Of an uplink only what the device sent: these tests are about the other direction. */
const lookedAt = ({ f_port, frm_payload, session_key_id }: JsonObject): JsonObject => ({
  f_port,
  frm_payload,
  session_key_id,
});

/** Whether what the Application Server originates has an address depends on how often the device joined before. */
function isOfRecord(payload: JsonObject): boolean {
  const kind = Object.keys(payload).find(isStackKind);
  if (kind === "downlink_queued") return true;
  if (kind !== "downlink_failed") return false;
  const { downlink, error } = payload.downlink_failed as Record<string, JsonObject>;
  return downlink?.f_cnt === undefined || error?.name === "max_retries_reached";
}

function withoutAddress(payload: JsonObject): JsonObject {
  return { ...payload, end_device_ids: { ...(payload.end_device_ids as JsonObject), dev_addr: "any" } };
}
