import type { JsonObject } from "../../src/stack/messages";
import { isIdentifier } from "../application";
import { PRIORITIES } from "./item";
import type { ClassBC, DownlinkItem } from "./item";
import {
  Malformed,
  asBoolean,
  asBytes,
  asCount,
  asList,
  asObject,
  asText,
  asTime,
  firstValue,
  member,
  optional,
} from "./json";

export type Parsed =
  | { readonly ok: true; readonly items: readonly DownlinkItem[] }
  | { readonly ok: false; readonly reason: string };

/** The two parsers of the server differ: MQTT's takes any priority name and wants EUIs in base64, HTTP's is the other way round. */
export type Dialect = "mqtt" | "http";

/**
 * Reads `{"downlinks":[…]}`. A message without `downlinks` is an empty list.
 * Rule: docs/server.md#7-downlinks-what-is-taken, 1.
 */
export function parseDownlinks(bytes: Buffer, dialect: Dialect): Parsed {
  try {
    const message = asObject(firstValue(bytes.toString("utf8")));
    const items = optional(message, "downlinks", asList) ?? [];
    return { ok: true, items: items.map((item) => readItem(asObject(item), dialect)) };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, reason: error.message };
    throw error;
  }
}

export type ParsedRequest =
  | {
      readonly ok: true;
      readonly applicationId: string;
      readonly deviceId: string;
      readonly items: readonly DownlinkItem[];
    }
  | { readonly ok: false; readonly reason: string };

/** Reads a `DownlinkQueueRequest`: the same with the device it is for. Rule: docs/server.md#10-pubsub; the parser is that of HTTP. */
export function parseQueueRequest(bytes: Buffer): ParsedRequest {
  const parsed = parseDownlinks(bytes, "http");
  if (!parsed.ok) return parsed;
  try {
    const ids = optional(asObject(firstValue(bytes.toString("utf8"))), "end_device_ids", asObject) ?? {};
    const application = optional(ids, "application_ids", asObject) ?? {};
    const deviceId = optional(ids, "device_id", asText) ?? "";
    const applicationId = optional(application, "application_id", asText) ?? "";
    return isIdentifier(deviceId) && isIdentifier(applicationId)
      ? { ok: true, applicationId, deviceId, items: parsed.items }
      : { ok: false, reason: "identifiers" };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, reason: error.message };
    throw error;
  }
}

function readItem(item: JsonObject, dialect: Dialect): DownlinkItem {
  // The server strips these two, but they must be readable.
  optional(item, "decoded_payload_warnings", asList);
  optional(item, "locations", asObject);
  return {
    sessionKeyId: optional(item, "session_key_id", asBytes) ?? Buffer.alloc(0),
    fPort: optional(item, "f_port", asCount) ?? 0,
    fCnt: optional(item, "f_cnt", asCount) ?? 0,
    payload: optional(item, "frm_payload", asBytes) ?? Buffer.alloc(0),
    decodedPayload: optional(item, "decoded_payload", asObject),
    warnings: [],
    confirmed: optional(item, "confirmed", asBoolean) ?? false,
    classBC: optional(item, "class_b_c", (value) => readClassBC(asObject(value), dialect)),
    priority: optional(item, "priority", (value) => readPriority(value, dialect)) ?? 0,
    correlationIds: (optional(item, "correlation_ids", asList) ?? []).map(asText),
    confirmedRetry: optional(item, "confirmed_retry", (value) => {
      const retry = asObject(value);
      return {
        attempt: optional(retry, "attempt", asCount) ?? 0,
        maxAttempts: optional(retry, "max_attempts", asCount),
      };
    }),
  };
}

function readPriority(value: unknown, dialect: Dialect): number {
  if (typeof value !== "string") return asCount(value);
  const priority = PRIORITIES.indexOf(value);
  if (priority < 0 && dialect === "http") {
    throw new Malformed(
      `unmarshal error at path "downlinks": unknown value for enum: ${JSON.stringify(value)}`,
    );
  }
  return Math.max(priority, 0);
}

function readEui(value: unknown, dialect: Dialect): Buffer {
  const text = asText(value);
  if (dialect === "mqtt") return asBytes(value);
  if (!/^[0-9A-Fa-f]{16}$/.test(text)) throw new Malformed("bad EUI");
  return Buffer.from(text, "hex");
}

function readClassBC(value: JsonObject, dialect: Dialect): ClassBC {
  const gateways = (optional(value, "gateways", asList) ?? []).map((given) => {
    const gateway = asObject(given);
    const ids = optional(gateway, "gateway_ids", asObject) ?? {};
    return {
      gatewayId: optional(ids, "gateway_id", asText) ?? "",
      eui: member(ids, "eui") === undefined ? undefined : readEui(member(ids, "eui"), dialect),
      antennaIndex: optional(gateway, "antenna_index", asCount) ?? 0,
      groupIndex: optional(gateway, "group_index", asCount) ?? 0,
    };
  });
  return { gateways, absoluteTime: optional(value, "absolute_time", asTime) };
}
