/** From the bytes of a V2 message to a checked message of The Things Stack v3, once, at the border. */
import { isJsonObject, jsonType, type Check } from "../../stack/check";
import { parseJson, type Decoded } from "../../stack/decode";
import type { Received } from "../../stack/messages";
import type { Origin } from "../../stack/summary";
import { deviceIds, toDownlink, toError, toJoin, toUplink } from "./convert";
import { ACTIVATION_SHAPE, DOWNLINK_EVENT_SHAPE, ERROR_EVENT_SHAPE, UPLINK_SHAPE } from "./shape";
import type { V2Kind } from "../../stack/kinds";

type Reader = (value: unknown, origin: Origin) => Decoded;

const READERS: Readonly<Record<V2Kind, Reader>> = {
  uplink_message: reader(UPLINK_SHAPE, (sent, origin) => ({
    kind: "uplink_message",
    message: toUplink(sent, origin),
    original: sent,
  })),
  join_accept: reader(ACTIVATION_SHAPE, (sent, origin) => ({
    kind: "join_accept",
    message: toJoin(sent, origin),
  })),
  downlink_queued: reader(DOWNLINK_EVENT_SHAPE, (sent, origin) => ({
    kind: "downlink_queued",
    message: { end_device_ids: deviceIds(origin), downlink_queued: toDownlink(sent) },
  })),
  downlink_sent: reader(DOWNLINK_EVENT_SHAPE, (sent, origin) => ({
    kind: "downlink_sent",
    message: { end_device_ids: deviceIds(origin), downlink_sent: toDownlink(sent) },
  })),
  downlink_ack: reader(DOWNLINK_EVENT_SHAPE, (sent, origin) => ({
    kind: "downlink_ack",
    message: { end_device_ids: deviceIds(origin), downlink_ack: toDownlink(sent) },
  })),
  downlink_failed: reader(DOWNLINK_EVENT_SHAPE, (sent, origin) => ({
    kind: "downlink_failed",
    message: {
      end_device_ids: deviceIds(origin),
      downlink_failed: { downlink: toDownlink(sent), error: toError(sent) },
    },
  })),
  uplink_error: reader(ERROR_EVENT_SHAPE, (sent, origin) => ({
    kind: "uplink_error",
    message: { end_device_ids: deviceIds(origin), uplink_error: { error: toError(sent) } },
  })),
  join_error: reader(ERROR_EVENT_SHAPE, (sent, origin) => ({
    kind: "join_error",
    message: { end_device_ids: deviceIds(origin), join_error: { error: toError(sent) } },
  })),
};

/** Events that tell nothing but that something happened came as `{}`, as `null`, or empty. */
const MAY_BE_EMPTY: ReadonlySet<V2Kind> = new Set(["downlink_queued", "downlink_sent", "downlink_ack"]);

/** Decodes the payload of one message. Never throws, whatever the bytes. */
export function decodeV2(kind: V2Kind, origin: Origin, bytes: Uint8Array): Decoded {
  const mayBeEmpty = MAY_BE_EMPTY.has(kind);
  if (mayBeEmpty && bytes.byteLength === 0) return READERS[kind]({}, origin);
  const parsed = parseJson(bytes);
  if (!parsed.ok) return parsed;
  return READERS[kind](mayBeEmpty && parsed.value === null ? {} : withoutNulls(parsed.value), origin);
}

function reader<T>(shape: Check<T>, convert: (sent: T, origin: Origin) => Received): Reader {
  return (value, origin) => {
    if (!isJsonObject(value))
      return { ok: false, problem: { problem: "not_an_object", found: jsonType(value) } };
    const found = shape(value);
    if (found !== undefined) return { ok: false, problem: { problem: "wrong_type", ...found } };
    return { ok: true, received: convert(asChecked(shape, value), origin) };
  };
}

/** The one place where the compiler takes our word: the check has just said that the value is of its type. */
function asChecked<T>(_check: Check<T>, value: unknown): T {
  return value as T;
}

/** Made by payload functions: a `null` in there means something. */
const FIELDS = "payload_fields";

/** V2 wrote `null` for bytes, lists and objects that are not there. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) =>
      member === null ? [] : [[key, key === FIELDS ? member : withoutNulls(member)]],
    ),
  );
}
