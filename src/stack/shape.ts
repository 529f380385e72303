/**
 * The types of all fields of `messages.ts` as tables that run. The compiler holds them to each other: a field that is missing here
 * or has another type does not compile.
 */
import {
  anyObject,
  boolean,
  float,
  integer64,
  later,
  listOf,
  number,
  objectOf,
  recordOf,
  text,
  type Check,
} from "./check";
import type { Kind } from "./kinds";
import type {
  ApplicationDownlink,
  ApplicationUp,
  BodyOfKind,
  DeviceMetadata,
  EndDeviceIds,
  Location,
  NetworkError,
  RxMetadata,
  StackError,
  TxSettings,
  UplinkMessage,
} from "./messages";

const endDeviceIds = objectOf<EndDeviceIds>(
  {
    device_id: text,
    application_ids: objectOf<{ application_id?: string }>({ application_id: text }),
    dev_eui: text,
    join_eui: text,
    dev_addr: text,
  },
  "device_id",
);

const location = objectOf<Location>({
  latitude: float,
  longitude: float,
  altitude: number,
  accuracy: number,
  source: text,
});

const rxMetadata = objectOf<RxMetadata>({
  gateway_ids: objectOf<NonNullable<RxMetadata["gateway_ids"]>>({ gateway_id: text, eui: text }),
  packet_broker: objectOf<NonNullable<RxMetadata["packet_broker"]>>({
    forwarder_net_id: text,
    forwarder_tenant_id: text,
    forwarder_cluster_id: text,
    forwarder_gateway_id: text,
    forwarder_gateway_eui: text,
    message_id: text,
  }),
  antenna_index: number,
  time: text,
  timestamp: number,
  rssi: float,
  channel_rssi: float,
  snr: float,
  location,
  channel_index: number,
});

type DataRate = NonNullable<TxSettings["data_rate"]>;

const settings = objectOf<TxSettings>({
  data_rate: objectOf<DataRate>({
    lora: objectOf<NonNullable<DataRate["lora"]>>({
      bandwidth: number,
      spreading_factor: number,
      coding_rate: text,
    }),
    fsk: objectOf<NonNullable<DataRate["fsk"]>>({ bit_rate: number }),
    lrfhss: objectOf<NonNullable<DataRate["lrfhss"]>>({
      modulation_type: number,
      operating_channel_width: number,
      coding_rate: text,
    }),
  }),
  coding_rate: text,
  frequency: integer64,
  timestamp: number,
  time: text,
});

const metadata = {
  attributes: recordOf(text),
  version_ids: objectOf<NonNullable<DeviceMetadata["version_ids"]>>({
    brand_id: text,
    model_id: text,
    hardware_version: text,
    firmware_version: text,
    band_id: text,
  }),
  locations: recordOf(location),
};

const uplinkBase = {
  ...metadata,
  session_key_id: text,
  f_port: number,
  f_cnt: number,
  frm_payload: text,
  rx_metadata: listOf(rxMetadata),
  settings,
  received_at: text,
  confirmed: boolean,
  consumed_airtime: text,
  normalized_payload_warnings: listOf(text),
};

const downlink = objectOf<ApplicationDownlink>({
  ...metadata,
  session_key_id: text,
  f_port: number,
  f_cnt: number,
  frm_payload: text,
  decoded_payload: anyObject,
  decoded_payload_warnings: listOf(text),
  confirmed: boolean,
  class_b_c: anyObject,
  priority: text,
  correlation_ids: listOf(text),
  confirmed_retry: objectOf<NonNullable<ApplicationDownlink["confirmed_retry"]>>({
    attempt: number,
    max_attempts: number,
  }),
});

export const stackError: Check<StackError> = objectOf<StackError>({
  namespace: text,
  name: text,
  message_format: text,
  attributes: anyObject,
  correlation_id: text,
  cause: later(() => stackError),
  code: number,
  details: listOf(anyObject),
});

const v2Error = objectOf<{ error: StackError }>({ error: stackError }, "error");

/** Made here, out of what `diagnosis/networkEvents.ts` has checked. */
const networkError = objectOf<NetworkError>(
  { error: text, name: text, event: text, data: stackError },
  "error",
);

/** What is around every kind of message. */
export const ENVELOPE_SHAPE = objectOf<ApplicationUp<never>>(
  { end_device_ids: endDeviceIds, correlation_ids: listOf(text), received_at: text, simulated: boolean },
  "end_device_ids",
);

/** What stands under the key that names the kind. */
export const BODY_SHAPE: { readonly [K in Kind]: Check<BodyOfKind[K]> } = {
  uplink_message: objectOf<UplinkMessage>({
    ...uplinkBase,
    decoded_payload: anyObject,
    decoded_payload_warnings: listOf(text),
    normalized_payload: listOf(anyObject),
    app_s_key: anyObject,
    last_battery_percentage: objectOf<NonNullable<UplinkMessage["last_battery_percentage"]>>({
      value: float,
      f_cnt: number,
      received_at: text,
    }),
  }),
  uplink_normalized: objectOf<BodyOfKind["uplink_normalized"]>({
    ...uplinkBase,
    normalized_payload: anyObject,
  }),
  join_accept: objectOf<BodyOfKind["join_accept"]>({
    ...metadata,
    session_key_id: text,
    received_at: text,
    pending_session: boolean,
    app_s_key: anyObject,
    invalidated_downlinks: listOf(downlink),
    rx_metadata: listOf(rxMetadata),
    settings,
    consumed_airtime: text,
  }),
  downlink_queued: downlink,
  downlink_sent: downlink,
  downlink_ack: downlink,
  downlink_nack: downlink,
  downlink_failed: objectOf<BodyOfKind["downlink_failed"]>({ ...metadata, downlink, error: stackError }),
  downlink_queue_invalidated: objectOf<BodyOfKind["downlink_queue_invalidated"]>({
    ...metadata,
    downlinks: listOf(downlink),
    last_f_cnt_down: number,
    session_key_id: text,
  }),
  location_solved: objectOf<BodyOfKind["location_solved"]>({
    service: text,
    location,
    attributes: anyObject,
  }),
  service_data: objectOf<BodyOfKind["service_data"]>({ ...metadata, service: text, data: anyObject }),
  uplink_error: v2Error,
  join_error: v2Error,
  decoder_error: networkError,
  encoder_error: networkError,
  downlink_error: networkError,
};
