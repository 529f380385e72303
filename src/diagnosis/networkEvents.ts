/** From an event of the stack's event stream to a message, once, at the border. */
import { isJsonObject } from "../stack/check";
import { isIdentifier } from "../stack/identifiers";
import type { NetworkKind } from "../stack/kinds";
import type { EndDeviceIds, NetworkError, Received, StackError } from "../stack/messages";
import { stackError } from "../stack/shape";
import { errorSentence } from "../stack/stackError";

/** The stack's names of what goes wrong. Rule: docs/server.md#12-event-stream. */
const KIND_OF_EVENT: Readonly<Record<string, NetworkKind>> = {
  "js.join.reject": "join_error",
  "ns.up.join.cluster.fail": "join_error",
  "ns.up.join.interop.fail": "join_error",
  "ns.up.join.drop": "join_error",
  "as.up.join.drop": "join_error",
  "ns.up.data.drop": "uplink_error",
  "as.up.data.drop": "uplink_error",
  "as.up.data.decode.fail": "decoder_error",
  "as.down.data.encode.fail": "encoder_error",
  "as.down.data.drop": "downlink_error",
  "ns.down.data.schedule.fail": "downlink_error",
  // The answer to a join is a downlink as well.
  "ns.down.join.schedule.fail": "downlink_error",
  "ns.down.transmission.fail": "downlink_error",
};

/** For the server: these names, and no other. Names that a version does not have do no harm in an expression. */
export const EVENT_NAMES = `^(${Object.keys(KIND_OF_EVENT)
  .map((name) => name.replaceAll(".", "\\."))
  .join("|")})$`;

export interface NetworkEvent {
  readonly topic: string;
  readonly origin: { readonly deviceId: string; readonly applicationId: string };
  readonly received: Received;
}

/** Undefined for an event that is none of these, is not of a device of the application, or not in its form. Never throws. */
export function networkEvent(
  event: Readonly<Record<string, unknown>>,
  applicationId: string,
): NetworkEvent | undefined {
  const { name, time, identifiers, data, correlation_ids: correlationIds } = event;
  if (typeof name !== "string" || !Object.hasOwn(KIND_OF_EVENT, name)) return undefined;
  const kind = KIND_OF_EVENT[name];
  const ids = deviceIn(identifiers);
  if (kind === undefined || !ids || ids.application_ids?.application_id !== applicationId) return undefined;
  const error = errorIn(data);
  const body: NetworkError = {
    error: errorSentence(error),
    name: error.name ?? "",
    event: name,
    data: error,
  };
  const message = {
    end_device_ids: ids,
    ...(areTexts(correlationIds) ? { correlation_ids: correlationIds } : {}),
    ...(typeof time === "string" ? { received_at: time } : {}),
  };
  return {
    topic: `events/${name}`,
    origin: { deviceId: ids.device_id, applicationId },
    received: receivedAs(kind, message, body),
  };
}

type Envelope = Pick<Received["message"], "end_device_ids" | "correlation_ids" | "received_at">;

function receivedAs(kind: NetworkKind, message: Envelope, body: NetworkError): Received {
  switch (kind) {
    case "join_error":
      return { kind, message: { ...message, join_error: body } };
    case "uplink_error":
      return { kind, message: { ...message, uplink_error: body } };
    case "decoder_error":
      return { kind, message: { ...message, decoder_error: body } };
    case "encoder_error":
      return { kind, message: { ...message, encoder_error: body } };
    case "downlink_error":
      return { kind, message: { ...message, downlink_error: body } };
  }
}

const areTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

const textIn = (value: unknown): string | undefined =>
  typeof value === "string" && value.length <= 64 ? value : undefined;

/** Of the first device that the event is about. */
function deviceIn(identifiers: unknown): EndDeviceIds | undefined {
  const all: readonly unknown[] = Array.isArray(identifiers) ? identifiers : [];
  const given = all.map((entry) => (isJsonObject(entry) ? entry.device_ids : undefined)).find(isJsonObject);
  const id = textIn(given?.device_id);
  if (!given || id === undefined || !isIdentifier(id)) return undefined;
  const application = isJsonObject(given.application_ids)
    ? textIn(given.application_ids.application_id)
    : undefined;
  const [eui, joinEui, addr] = [given.dev_eui, given.join_eui, given.dev_addr].map(textIn);
  return {
    device_id: id,
    ...(application === undefined ? {} : { application_ids: { application_id: application } }),
    ...(eui === undefined ? {} : { dev_eui: eui }),
    ...(joinEui === undefined ? {} : { join_eui: joinEui }),
    ...(addr === undefined ? {} : { dev_addr: addr }),
  };
}

/** `ErrorDetails`; what is none becomes an error without a name. */
const errorIn = (data: unknown): StackError => (isStackError(data) ? data : {});

const isStackError = (value: unknown): value is StackError =>
  isJsonObject(value) && stackError(value) === undefined;
