/** The fields that the messages of all receiving nodes have. */
import type { ApplicationUp, Received } from "./messages";
import { addKnown, metadataOf, type KnownDevice } from "./metadata";
import { millisecondsOf } from "./timestamp";

/** Whom a message is from, as the topic says where it says so; that counts more than the body. */
export interface Origin {
  readonly deviceId: string;
  readonly applicationId: string;
  readonly tenantId?: string;
}

/** EUIs and address in upper-case hex. */
export interface Device extends KnownDevice {
  id: string;
  eui?: string;
  joinEui?: string;
  addr?: string;
  applicationId?: string;
  tenantId?: string;
}

export interface CommonFields {
  /** The MQTT topic it came on. */
  topic: string;
  deviceId: string;
  device: Device;
  /** RFC 3339, as sent. */
  receivedAt: string;
  /** The same in ms since 1970. */
  time: number;
  /** A list of its own, not the one in `tts`. */
  correlationIds: string[];
  simulated?: true;
  /** The message itself, not a copy. */
  tts: ApplicationUp<never>;
}

/**
 * What every message has, whatever its kind. `arrivedAt` (ms since 1970) is when it came in here: it stands in where the message
 * has no readable time. Absent things are absent keys.
 */
export function commonFields(
  received: Received,
  topic: string,
  origin: Partial<Origin>,
  arrivedAt: number,
): CommonFields {
  const message: ApplicationUp<never> = received.message;
  const device = deviceOf(message, origin);
  const metadata = metadataOf(received);
  if (metadata !== undefined) addKnown(device, metadata);
  const { receivedAt, time } = timeOf(message.received_at, arrivedAt);
  const fields: CommonFields = {
    topic,
    deviceId: device.id,
    device,
    receivedAt,
    time,
    correlationIds: message.correlation_ids ? [...message.correlation_ids] : [],
    tts: message,
  };
  if (message.simulated === true) fields.simulated = true;
  return fields;
}

/** Who a message is from. */
export function deviceOf(message: ApplicationUp<never>, origin: Partial<Origin>): Device {
  const ids = message.end_device_ids;
  const device: Device = { id: present(origin.deviceId) ?? ids.device_id };
  const eui = present(ids.dev_eui);
  const joinEui = present(ids.join_eui);
  const addr = present(ids.dev_addr);
  const applicationId = present(origin.applicationId) ?? present(ids.application_ids?.application_id);
  const tenantId = present(origin.tenantId);
  if (eui !== undefined) device.eui = eui.toUpperCase();
  if (joinEui !== undefined) device.joinEui = joinEui.toUpperCase();
  if (addr !== undefined) device.addr = addr.toUpperCase();
  if (applicationId !== undefined) device.applicationId = applicationId;
  if (tenantId !== undefined) device.tenantId = tenantId;
  return device;
}

function timeOf(receivedAt: string | undefined, arrivedAt: number): { receivedAt: string; time: number } {
  const time = receivedAt === undefined ? undefined : millisecondsOf(receivedAt);
  return receivedAt === undefined || time === undefined
    ? { receivedAt: new Date(arrivedAt).toISOString(), time: arrivedAt }
    : { receivedAt, time };
}

/** Proto3 sends nothing for an empty text. */
function present(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
