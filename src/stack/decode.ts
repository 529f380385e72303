/** From the bytes of a message to a checked message, once, at the border. */
import { below, isJsonObject, jsonType, type JsonType, type WrongType } from "./check";
import { STACK_KINDS, type Kind } from "./kinds";
import type { Received } from "./messages";
import { DEEPEST, isNestedDeeper } from "./nesting";
import { BODY_SHAPE, ENVELOPE_SHAPE } from "./shape";

/** Why bytes are no valid message. */
export type MessageProblem =
  /** Not JSON in UTF-8 (a byte order mark is not JSON either). */
  | { readonly problem: "not_json" }
  /** More bytes than any real message has; not read. */
  | { readonly problem: "too_large"; readonly kilobytes: number }
  /** More objects and arrays in each other than any real message has. */
  | { readonly problem: "too_deep"; readonly levels: number }
  | { readonly problem: "not_an_object"; readonly found: JsonType }
  | { readonly problem: "no_device_id" }
  /** The message is in a field of this one, as in an event of the live data or an answer of the HTTP API. */
  | { readonly problem: "in_a_field"; readonly field: string }
  /** A message of V2. */
  | { readonly problem: "v2_message" }
  /** None of the kinds; `keys` are those that are there, ten at most, shortened. */
  | { readonly problem: "unknown_kind"; readonly keys: readonly string[] }
  /** A message has exactly one kind. */
  | { readonly problem: "several_kinds"; readonly kinds: readonly Kind[] }
  /** The topic names one kind and the message is of another. */
  | { readonly problem: "other_kind"; readonly expected: Kind; readonly found: Kind }
  /** A known field of another JSON type, `null` included; `path` as in `uplink_message.rx_metadata[0].rssi`. */
  | ({ readonly problem: "wrong_type" } & WrongType);

export type Decoded =
  | { readonly ok: true; readonly received: Received }
  | { readonly ok: false; readonly problem: MessageProblem };

export type Parsed =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: MessageProblem };

/**
 * Real ones have some kilobytes, and a queue that is invalidated some hundred. Reading takes its time, and all that Node-RED does waits
 * meanwhile, once for each node that wants the message.
 */
const LARGEST = 1024 * 1024;

const KIND_OF_KEY: ReadonlyMap<string, Kind> = new Map(STACK_KINDS.map((kind) => [kind, kind]));

/**
 * Decodes the payload of one MQTT message of The Things Stack (also as Pub/Sub publishes it). `expected` is the kind that the topic
 * names, if it names one. Never throws, whatever the bytes.
 */
export function decodeMessage(bytes: Uint8Array, expected?: Kind): Decoded {
  const parsed = parseJson(bytes);
  return parsed.ok ? checkMessage(parsed.value, expected) : parsed;
}

/** Reads JSON in UTF-8, as far as it is not nested absurdly deep. Never throws. */
export function parseJson(bytes: Uint8Array): Parsed {
  if (bytes.byteLength > LARGEST) return refused({ problem: "too_large", kilobytes: LARGEST / 1024 });
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const json = buffer.toString("utf8");
    // Decoding puts U+FFFD in place of what is no UTF-8; a sender may have meant that character, too.
    if (json.includes("\uFFFD") && !Buffer.from(json).equals(buffer)) return refused({ problem: "not_json" });
    if (isNestedDeeper(json, DEEPEST)) return refused({ problem: "too_deep", levels: DEEPEST });
    const value: unknown = JSON.parse(json);
    return { ok: true, value };
  } catch {
    return refused({ problem: "not_json" });
  }
}

/**
 * Checks a value that JSON made, and tags it with its kind. The kinds that only V2 has are found only if they are `expected`. Unknown
 * fields stay and are no error. The message is the value itself, not a copy.
 */
export function checkMessage(value: unknown, expected?: Kind): Decoded {
  if (!isJsonObject(value)) return refused(otherThanObject(value));
  if (!namesDevice(value.end_device_ids)) return refused(otherThan(value));
  const envelope = ENVELOPE_SHAPE(value);
  if (envelope !== undefined) return refused({ problem: "wrong_type", ...envelope });
  const kind = kindOf(value, expected);
  if (typeof kind === "object") return refused(kind);
  const body = BODY_SHAPE[kind](value[kind]);
  if (body !== undefined) return refused({ problem: "wrong_type", ...below(kind, body) });
  return { ok: true, received: asReceived(kind, value) };
}

/** The Console exports its live data as a list, and Node-RED collects messages in one. */
function otherThanObject(value: unknown): MessageProblem {
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  const field = isJsonObject(first) ? fieldWithMessage({ "[0]": first }, ["[0]"]) : undefined;
  return field === undefined
    ? { problem: "not_an_object", found: jsonType(value) }
    : { problem: "in_a_field", field };
}

/** What something is that names no device. */
function otherThan(value: Record<string, unknown>): MessageProblem {
  const field = fieldWithMessage(value, FIELDS_AROUND);
  if (field !== undefined) return { problem: "in_a_field", field };
  const isV2 =
    typeof value.dev_id === "string" ||
    ("payload_raw" in value && "port" in value) ||
    ("hardware_serial" in value && "counter" in value);
  return isV2 ? { problem: "v2_message" } : { problem: "no_device_id" };
}

/**
 * `data` of an event of the live data, `result` of the streams of the HTTP API, which may have an event in it; `body` of what came by a
 * webhook, `tts` of our own messages.
 */
const FIELDS_AROUND = ["data", "result", "payload", "message", "body", "tts"];
const MOST_AROUND = 3;

function fieldWithMessage(
  value: Record<string, unknown>,
  fields: readonly string[],
  depth = 1,
): string | undefined {
  for (const field of fields) {
    const inner = value[field];
    if (!isJsonObject(inner)) continue;
    if (isJsonObject(inner.end_device_ids) || STACK_KINDS.some((kind) => kind in inner)) return field;
    const deeper = depth < MOST_AROUND ? fieldWithMessage(inner, FIELDS_AROUND, depth + 1) : undefined;
    if (deeper !== undefined) return `${field}.${deeper}`;
  }
  // Of an event that is about something else the data is in another form.
  return typeof value.name === "string" && isJsonObject(value.data) ? "data" : undefined;
}

/** False where the device ID is absent or empty. One of a wrong type is another matter. */
function namesDevice(ids: unknown): boolean {
  return isJsonObject(ids) ? ids.device_id !== undefined && ids.device_id !== "" : ids !== undefined;
}

function kindOf(value: Record<string, unknown>, expected: Kind | undefined): Kind | MessageProblem {
  let found: Kind | undefined;
  for (const key in value) {
    const kind = KIND_OF_KEY.get(key);
    if (kind === undefined) continue;
    if (found !== undefined) return { problem: "several_kinds", kinds: [found, kind] };
    found = kind;
  }
  if (expected === undefined || found === expected) {
    return found ?? { problem: "unknown_kind", keys: shortKeys(value) };
  }
  if (found !== undefined) return { problem: "other_kind", expected, found };
  return value[expected] === undefined ? { problem: "unknown_kind", keys: shortKeys(value) } : expected;
}

function shortKeys(value: Record<string, unknown>): string[] {
  return Object.keys(value)
    .slice(0, 10)
    .map((key) => key.slice(0, 40));
}

function refused(problem: MessageProblem): { readonly ok: false; readonly problem: MessageProblem } {
  return { ok: false, problem };
}

/** The one place where the compiler takes our word: the tables of `shape.ts` have just said that `message` is of this kind. */
function asReceived(kind: Kind, message: object): Received {
  return { kind, message } as Received;
}
