/** V2's messages as those of The Things Stack v3. Pure; what comes in is checked. */
import type {
  ApplicationDownlink,
  ApplicationUp,
  EndDeviceIds,
  JoinAccept,
  StackError,
  UplinkMessage,
} from "../../stack/messages";
import type {
  V2Activation,
  V2Downlink,
  V2DownlinkEvent,
  V2ErrorEvent,
  V2SentMetadata,
  V2Uplink,
} from "./messages";
import type { Origin } from "../../stack/summary";
import { locationOf, radioBody } from "./radio";

/** The topic says whom a message is from, whatever stands in it. */
export function deviceIds({ deviceId, applicationId }: Origin): EndDeviceIds {
  return { device_id: deviceId, application_ids: { application_id: applicationId } };
}

export function toUplink(sent: V2Uplink, origin: Origin): ApplicationUp<"uplink_message"> {
  const {
    port,
    counter,
    payload_raw: payload = "",
    payload_fields: fields,
    metadata = {},
    attributes,
  } = sent;
  const uplink: UplinkMessage = {};
  const location = locationOf(metadata);
  if (port !== undefined && port !== 0) uplink.f_port = port;
  if (counter !== undefined && counter !== 0) uplink.f_cnt = counter;
  if (payload !== "") uplink.frm_payload = payload;
  if (fields !== undefined) uplink.decoded_payload = fields;
  Object.assign(uplink, radioBody(metadata), timeOf(metadata));
  if (sent.confirmed === true) uplink.confirmed = true;
  if (location !== undefined) uplink.locations = { user: location };
  if (attributes !== undefined) uplink.attributes = attributes;
  const ids = deviceIds(origin);
  addHex(ids, "dev_eui", sent.hardware_serial, EUI);
  return { end_device_ids: ids, ...timeOf(metadata), uplink_message: uplink };
}

export function toJoin(sent: V2Activation, origin: Origin): ApplicationUp<"join_accept"> {
  const { metadata = {} } = sent;
  const ids = deviceIds(origin);
  addHex(ids, "dev_eui", sent.dev_eui, EUI);
  addHex(ids, "join_eui", sent.app_eui, EUI);
  addHex(ids, "dev_addr", sent.dev_addr, ADDRESS);
  const join: JoinAccept = { ...radioBody(metadata), ...timeOf(metadata) };
  return { end_device_ids: ids, ...timeOf(metadata), join_accept: join };
}

/** The downlink that an event is about; empty where the event tells nothing of it, as in V2's acknowledgements. */
export function toDownlink(sent: V2DownlinkEvent): ApplicationDownlink {
  const {
    port,
    payload_raw: payload = "",
    payload_fields: fields,
    confirmed,
  }: V2Downlink = sent.message ?? sent;
  const counter = sent.config?.counter;
  const downlink: ApplicationDownlink = {};
  if (port !== undefined && port !== 0) downlink.f_port = port;
  if (counter !== undefined) downlink.f_cnt = counter;
  if (payload !== "") downlink.frm_payload = payload;
  if (fields !== undefined) downlink.decoded_payload = fields;
  if (confirmed === true) downlink.confirmed = true;
  return downlink;
}

/** V2 has nothing but a sentence. */
export function toError({ error = "" }: V2ErrorEvent): StackError {
  return error === "" ? {} : { message_format: error };
}

function timeOf({ time = "" }: V2SentMetadata): { received_at?: string } {
  return time === "" ? {} : { received_at: time };
}

const EUI = /^[0-9A-F]{16}$/;
const ADDRESS = /^[0-9A-F]{8}$/;

/** Devices that speak no LoRaWAN may have something else there. */
function addHex(
  ids: EndDeviceIds,
  name: "dev_eui" | "join_eui" | "dev_addr",
  sent: string | undefined,
  form: RegExp,
): void {
  const hex = sent?.toUpperCase();
  if (hex !== undefined && form.test(hex)) ids[name] = hex;
}
