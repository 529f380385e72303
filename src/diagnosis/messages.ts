import type { InvalidMessage } from "../connection/router";
import { SERVICE_TRAITS, type ServiceName } from "../stack/services";
import type { Explanation, Text } from "../stack/explanation";
import { fieldMeant } from "../stack/fields";
import { findPosition, type FoundPosition } from "../stack/position";
import type { Uplink, UplinkOutput } from "../stack/uplink";
import { explanations } from "./context";
import { shownList, shownText } from "../stack/shown";

const invalid = explanations("invalid_message");
const missing = explanations("missing_payload");

const LONGEST_TOPIC = 150;
const SHOWN_BYTES = 200;

/** The bytes as text; what is none shows as `·`. */
function shownBytes(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, SHOWN_BYTES));
  const text = shownText(start.toString("utf8").replaceAll("\uFFFD", "·"), SHOWN_BYTES);
  return bytes.byteLength > SHOWN_BYTES ? `${text}…` : text;
}

/** Why something on the wire was not delivered, with its topic and its first 200 bytes. */
export function explainInvalidMessage(
  problem: InvalidMessage["problem"],
  topic: string,
  bytes: Uint8Array,
  service: ServiceName = "stack",
): Explanation {
  const values = {
    sender: SERVICE_TRAITS[service].sender,
    topic: shownText(topic, LONGEST_TOPIC),
    bytes: shownBytes(bytes),
    length: bytes.byteLength,
  };
  switch (problem.problem) {
    case "not_json":
      return bytes.byteLength === 0
        ? invalid("error.invalid-message.empty", values)
        : invalid("error.invalid-message.not-json", values);
    case "too_deep":
      return invalid("error.invalid-message.too-deep", { ...values, levels: problem.levels });
    case "too_large":
      return invalid("error.invalid-message.too-large", { ...values, kilobytes: problem.kilobytes });
    case "not_an_object":
      return invalid("error.invalid-message.not-an-object", { ...values, found: problem.found });
    case "no_device_id":
      return invalid("error.invalid-message.no-device-id", values);
    case "in_a_field":
      return invalid("error.invalid-message.in-a-field", { ...values, field: problem.field });
    case "v2_message":
      return invalid("error.invalid-message.v2-message", values);
    case "unknown_kind":
      return problem.keys.length === 0
        ? invalid("error.invalid-message.no-kind", values)
        : invalid("error.invalid-message.unknown-kind", { ...values, keys: shownList(problem.keys, 10) });
    case "several_kinds":
      return invalid("error.invalid-message.several-kinds", { ...values, kinds: problem.kinds.join(", ") });
    case "other_kind":
      return invalid("error.invalid-message.other-kind", {
        ...values,
        expected: problem.expected,
        found: problem.found,
      });
    case "wrong_type":
      return invalid("error.invalid-message.wrong-type", {
        ...values,
        path: shownText(problem.path, LONGEST_TOPIC),
        expected: problem.expected,
        found: problem.found,
      });
    case "unknown_topic":
      return invalid("error.invalid-message.unknown-topic", values);
    case "topic_changed":
      return invalid("error.invalid-message.topic-changed", {
        ...values,
        meant: shownText(problem.meant, LONGEST_TOPIC),
      });
    case "topic_left":
      return invalid("error.invalid-message.topic-left", values);
  }
}

/** In place of the invalid messages that were too many to report one by one. */
export function explainLeftOut(count: number): Explanation {
  return invalid("error.invalid-message.left-out", { number: count });
}

/**
 * What an uplink has not of what a node wants of it, as far as the message tells: the key of the error, and the field that is not there.
 * Cheap: it is asked for each message of a device without a payload formatter.
 * @param field as in the form; only for the output `field`
 * @param isV2 sent by a V2 network
 */
export function lackOf(output: UplinkOutput, field: string, uplink: Uplink, isV2: boolean): Text {
  return { key: lackIn(output, uplink, isV2), values: { field } };
}

type PositionProblem = Exclude<FoundPosition, { ok: true }>["problem"];

const LACK_OF_POSITION: Readonly<Record<PositionProblem, string>> = {
  none: "error.missing-payload.no-location",
  no_fix: "error.missing-payload.no-fix",
  out_of_range: "error.missing-payload.location-range",
};

const problemOf = (found: FoundPosition): PositionProblem => (found.ok ? "none" : found.problem);

function lackIn(output: UplinkOutput, { uplink_message: body }: Uplink, isV2: boolean): string {
  if (isV2 && output === "normalized") return "error.missing-payload.v2-not-normalized";
  if (body.decoded_payload === undefined) {
    if (body.app_s_key !== undefined) return "error.missing-payload.encrypted";
    if (body.f_port === undefined) return "error.missing-payload.no-port";
    if ((body.frm_payload ?? "") === "") return "error.missing-payload.no-bytes";
    return isV2 ? "error.missing-payload.v2-not-decoded" : "error.missing-payload.not-decoded";
  }
  if (output === "location") return LACK_OF_POSITION[problemOf(findPosition(body))];
  if (output !== "normalized")
    return Object.keys(body.decoded_payload).length === 0
      ? "error.missing-payload.no-fields"
      : "error.missing-payload.no-field";
  return body.normalized_payload_warnings?.length
    ? "error.missing-payload.normalized-refused"
    : "error.missing-payload.not-normalized";
}

/**
 * Why an uplink has not what a node wants of it, in full.
 * @param field as in the form; only for the output `field`
 * @param isV2 sent by a V2 network
 */
export function explainMissingPayload(
  output: UplinkOutput,
  field: string,
  deviceId: string,
  uplink: Uplink,
  isV2 = false,
): Explanation {
  const { f_port = 0, decoded_payload, normalized_payload_warnings = [] } = uplink.uplink_message;
  const near = output === "field" && decoded_payload ? fieldMeant(field, decoded_payload) : undefined;
  const position = output === "location" ? findPosition(uplink.uplink_message) : undefined;
  const place = position?.ok === false && position.problem === "out_of_range" ? position : undefined;
  const key = near === undefined ? lackIn(output, uplink, isV2) : "error.missing-payload.field-begins";
  return missing(key, {
    device: shownText(deviceId),
    port: f_port,
    field: shownText(field),
    fields: shownList(Object.keys(decoded_payload ?? {}), 10),
    near: shownText(near ?? ""),
    latitude: place?.latitude ?? "",
    longitude: place?.longitude ?? "",
    warnings: shownText(normalized_payload_warnings.join("; "), 200),
  });
}
