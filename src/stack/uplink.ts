/** What a flow gets of an uplink. */
import { isJsonObject } from "./check";
import type { ApplicationUp } from "./messages";
import { batteryOf } from "./metadata";
import { radioSummary, type RadioSummary } from "./radio";
import type { CommonFields } from "./summary";

export type Uplink = ApplicationUp<"uplink_message">;

/** What the payload is to be: see `UplinkPayloadOptions`. */
export type UplinkOutput = "decoded" | "bytes" | "field" | "normalized" | "message";

/** What happens when that is not in the message. */
export type MissingPayload = "bytes" | "skip" | "error";

/** What a flow gets of an uplink. */
export interface UplinkFields extends CommonFields {
  payload?: unknown;
  /** Absent for a frame without FPort. */
  fPort?: number;
  fCnt: number;
  confirmed: boolean;
  /** The stack could not decrypt the payload: the bytes are ciphertext. */
  encrypted?: true;
  radio: RadioSummary;
  /** Percent, as the device last told the network. */
  battery?: number;
  /** Of the decoder. */
  warnings?: string[];
}

/**
 * The message of an uplink for a flow: the common fields, `payload`, and the fields that only uplinks have. Zero values that the
 * stack leaves out are filled in for `fCnt` and `confirmed`. What is read first comes first: the debug sidebar shows five. Written as one literal, because it runs for every message, and adding
 * field by field costs as much as a tenth of JSON.parse.
 */
export function uplinkMessage(common: CommonFields, message: Uplink, payload: unknown): UplinkFields {
  const { topic, deviceId, device, receivedAt, time, correlationIds, tts } = common;
  const body = message.uplink_message;
  const { f_port: fPort, f_cnt: fCnt = 0, confirmed = false } = body;
  const radio = radioSummary(body);
  const fields: UplinkFields =
    fPort === undefined
      ? { payload, deviceId, fCnt, radio, topic, time, receivedAt, confirmed, device, correlationIds, tts }
      : {
          payload,
          deviceId,
          fPort,
          fCnt,
          radio,
          topic,
          time,
          receivedAt,
          confirmed,
          device,
          correlationIds,
          tts,
        };
  const battery = batteryOf(body);
  if (battery !== undefined) fields.battery = battery;
  if (common.simulated) fields.simulated = true;
  if (body.app_s_key !== undefined) fields.encrypted = true;
  if (body.decoded_payload_warnings?.length) fields.warnings = [...body.decoded_payload_warnings];
  return fields;
}

export interface UplinkPayloadOptions {
  readonly output: UplinkOutput;
  /** For the output `field`: property names and indices, from the decoded payload on. */
  readonly fieldPath?: readonly (string | number)[];
  readonly missing: MissingPayload;
}

export type UplinkPayload =
  | { readonly outcome: "payload"; readonly payload: unknown }
  /** There is none, and the message is not wanted without. */
  | { readonly outcome: "skip" }
  /** There is none, and that is to be reported. */
  | { readonly outcome: "missing" };

/** Chooses the payload. `null` in a decoded payload is there; only what is absent is missing. The payload is part of the message, not a copy. */
export function uplinkPayload(message: Uplink, options: UplinkPayloadOptions): UplinkPayload {
  const payload = chosen(message, options);
  if (payload !== undefined) return { outcome: "payload", payload };
  if (options.missing === "bytes") return { outcome: "payload", payload: payloadBytes(message) };
  return { outcome: options.missing === "skip" ? "skip" : "missing" };
}

function chosen(message: Uplink, { output, fieldPath = [] }: UplinkPayloadOptions): unknown {
  switch (output) {
    case "decoded":
      return message.uplink_message.decoded_payload;
    case "bytes":
      return payloadBytes(message);
    case "field":
      return valueAt(message.uplink_message.decoded_payload, fieldPath);
    case "normalized":
      return message.uplink_message.normalized_payload;
    case "message":
      return message;
  }
}

/** The bytes of the frame, empty if it has none. */
export function payloadBytes(message: Uplink): Buffer {
  return Buffer.from(message.uplink_message.frm_payload ?? "", "base64");
}

/**
 * Whether a frame carries nothing for the application: neither bytes nor a decoded payload. A decoder may make one of no bytes; of a
 * frame without FPort, servers of 2021 sent an empty one that no decoder had made.
 */
export function isEmptyFrame(message: Uplink): boolean {
  const { f_port, frm_payload, decoded_payload } = message.uplink_message;
  if ((frm_payload ?? "") !== "") return false;
  return decoded_payload === undefined || (f_port === undefined && Object.keys(decoded_payload).length === 0);
}

/** Follows a path through JSON, `undefined` if it leads nowhere. Nothing inherited is found, nor the length of a list or text. */
function valueAt(start: unknown, path: readonly (string | number)[]): unknown {
  if (path.length === 0) return undefined;
  return path.reduce<unknown>((value, step) => {
    if (isJsonObject(value)) return Object.hasOwn(value, step) ? value[step] : undefined;
    return Array.isArray(value) && /^\d+$/.test(String(step)) ? value[Number(step)] : undefined;
  }, start);
}
