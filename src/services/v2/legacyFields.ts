/**
 * The fields that flows of the old `node-red-contrib-ttn` expect, as The Things Network V2 had them.
 * Rule: V2's MQTT API; docs/migrating-from-ttn-v2.md says what became of each field.
 */
import { isJsonObject } from "../../stack/check";
import type { Received, RxMetadata } from "../../stack/messages";
import {
  finite,
  modulationOf,
  addPosition,
  radioSummary,
  snrOf,
  type Modulation,
  type Position,
} from "../../stack/radio";
import type { CommonFields } from "../../stack/summary";
import { nanosecondsOf } from "../../stack/timestamp";
import { payloadBytes, type Uplink } from "../../stack/uplink";
import type { V2SentMetadata, V2Uplink } from "./messages";
import { UPLINK_SHAPE } from "./shape";

/** One reception. */
export interface V2Gateway extends Position {
  gtw_id?: string;
  /** Microseconds of the gateway's counter. */
  timestamp?: number;
  time?: string;
  channel: number;
  rssi?: number;
  snr?: number;
}

export interface V2Metadata extends Position {
  time: string;
  /** MHz. */
  frequency?: number;
  modulation?: Modulation;
  data_rate?: string;
  bit_rate?: number;
  coding_rate?: string;
  /** Nanoseconds. */
  airtime?: number;
  gateways: V2Gateway[];
}

export interface V2Fields {
  app_id?: string;
  dev_id: string;
  hardware_serial?: string;
  /** 0 for a frame without FPort. */
  port: number;
  counter: number;
  payload_raw: Buffer;
  payload_fields?: Record<string, unknown>;
  metadata: V2Metadata;
}

/** What a V2 network sent, with what it left out because it is zero: flows read `msg.metadata.gateways[0]`. */
export type V2SentFields = Omit<V2Uplink, "payload_raw"> &
  Pick<V2Fields, "dev_id" | "port" | "counter" | "payload_raw"> & { metadata: V2SentMetadata };

const isV2Uplink = (original: unknown): original is V2Uplink =>
  isJsonObject(original) && UPLINK_SHAPE(original) === undefined;

/** The fields of V2 for an uplink, whichever network it is from. */
export function legacyFields(
  { message, original }: Extract<Received, { readonly kind: "uplink_message" }>,
  common: CommonFields,
): V2Fields | V2SentFields {
  return isV2Uplink(original) ? v2SentFields(original, message, common) : v2Fields(message, common);
}

/** The fields of V2 for an uplink, beside those of v3. `metadata` has one gateway entry per reception, in the order as sent. */
function v2Fields(message: Uplink, common: CommonFields): V2Fields {
  const body = message.uplink_message;
  const { applicationId, eui } = common.device;
  const fields: V2Fields = {
    dev_id: common.deviceId,
    port: body.f_port ?? 0,
    counter: body.f_cnt ?? 0,
    payload_raw: payloadBytes(message),
    metadata: metadataOf(message, common.receivedAt),
  };
  if (applicationId !== undefined) fields.app_id = applicationId;
  if (eui !== undefined) fields.hardware_serial = eui;
  if (body.decoded_payload !== undefined) fields.payload_fields = body.decoded_payload;
  return fields;
}

/** The same for an uplink of a V2 network: its own fields back, and none that has another name. */
function v2SentFields(sent: V2Uplink, message: Uplink, common: CommonFields): V2SentFields {
  const { port = 0, counter = 0, metadata = {} } = sent;
  const { applicationId = sent.app_id } = common.device;
  const fields: V2SentFields = {
    dev_id: common.deviceId,
    port,
    counter,
    payload_raw: payloadBytes(message),
    metadata: { ...metadata, gateways: metadata.gateways ?? [] },
  };
  if (applicationId !== undefined) fields.app_id = applicationId;
  if (sent.hardware_serial !== undefined) fields.hardware_serial = sent.hardware_serial;
  if (sent.is_retry !== undefined) fields.is_retry = sent.is_retry;
  if (sent.confirmed !== undefined) fields.confirmed = sent.confirmed;
  if (sent.payload_fields !== undefined) fields.payload_fields = sent.payload_fields;
  if (sent.attributes !== undefined) fields.attributes = sent.attributes;
  return fields;
}

function metadataOf(message: Uplink, time: string): V2Metadata {
  const body = message.uplink_message;
  const { frequency, dataRate, bitRate, codingRate } = radioSummary(body);
  const modulation = modulationOf(body.settings);
  const airtime = nanosecondsOf(body.consumed_airtime ?? "");
  const receptions = body.rx_metadata ?? [];
  const metadata: V2Metadata = {
    time,
    gateways: receptions.map((reception) => gatewayOf(reception, modulation)),
  };
  if (frequency !== undefined) metadata.frequency = frequency / 1e6;
  if (modulation !== undefined) metadata.modulation = modulation;
  if (dataRate !== undefined) metadata.data_rate = dataRate;
  if (bitRate !== undefined) metadata.bit_rate = bitRate;
  if (codingRate !== undefined) metadata.coding_rate = codingRate;
  if (airtime !== undefined) metadata.airtime = airtime;
  if (body.locations?.user !== undefined) addPosition(metadata, body.locations.user);
  return metadata;
}

function gatewayOf(reception: RxMetadata, modulation: Modulation | undefined): V2Gateway {
  // Packet Broker has one ID for all gateways, V2 had that of each.
  const id = reception.packet_broker?.forwarder_gateway_id ?? reception.gateway_ids?.gateway_id ?? "";
  const rssi = finite(reception.rssi);
  const snr = snrOf(reception, modulation);
  const gateway: V2Gateway = { channel: reception.channel_index ?? 0 };
  if (id !== "") gateway.gtw_id = id;
  if (reception.timestamp !== undefined) gateway.timestamp = reception.timestamp;
  if (reception.time !== undefined) gateway.time = reception.time;
  if (rssi !== undefined) gateway.rssi = rssi;
  if (snr !== undefined) gateway.snr = snr;
  if (reception.location !== undefined) addPosition(gateway, reception.location);
  return gateway;
}
