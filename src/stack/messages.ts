/**
 * The Things Stack's `ApplicationUp` in JSON, as far as this package reads it. Fields that the server leaves out when they are
 * zero are optional; unknown fields are kept in the object and not named here.
 * Rule: `ttn.lorawan.v3.ApplicationUp`, JSON mapping of proto3 (64 bit integers are strings, bytes are base64, EUIs hex).
 */
import type { Kind } from "./kinds";

/** A float: NaN and infinities come as text. */
export type Float = number | "NaN" | "Infinity" | "-Infinity";

/** Arbitrary JSON made by a payload formatter or a service. */
export type JsonObject = Record<string, unknown>;

export interface EndDeviceIds {
  device_id: string;
  application_ids?: { application_id?: string };
  /** 16 hex digits. */
  dev_eui?: string;
  /** 16 hex digits. */
  join_eui?: string;
  /** 8 hex digits. */
  dev_addr?: string;
}

export interface Location {
  latitude?: Float;
  longitude?: Float;
  /** Metres. */
  altitude?: number;
  /** Metres. */
  accuracy?: number;
  source?: string;
}

export interface RxMetadata {
  gateway_ids?: { gateway_id?: string; eui?: string };
  packet_broker?: {
    forwarder_net_id?: string;
    forwarder_tenant_id?: string;
    forwarder_cluster_id?: string;
    forwarder_gateway_id?: string;
    forwarder_gateway_eui?: string;
    /** Of the one reception. */
    message_id?: string;
  };
  antenna_index?: number;
  /** RFC 3339. */
  time?: string;
  /** Microseconds of the gateway's counter. */
  timestamp?: number;
  /** dBm. */
  rssi?: Float;
  /** dBm. */
  channel_rssi?: Float;
  /** dB. */
  snr?: Float;
  location?: Location;
  channel_index?: number;
}

export interface TxSettings {
  data_rate?: {
    /** Bandwidth in Hz. */
    lora?: { bandwidth?: number; spreading_factor?: number; coding_rate?: string };
    /** Bit rate in bit/s. */
    fsk?: { bit_rate?: number };
    lrfhss?: { modulation_type?: number; operating_channel_width?: number; coding_rate?: string };
  };
  /** Of servers older than 3.22. */
  coding_rate?: string;
  /** Hz, a 64 bit integer: text. */
  frequency?: string | number;
  timestamp?: number;
  time?: string;
}

/**
 * What the stack knows of a device beside its IDs. In uplinks for long, in the other messages, and with attributes, since 3.34.0.
 * Rule: docs/server.md#13-newer-servers, 2.
 */
export interface DeviceMetadata {
  /** Set in the Console; of servers since 3.34.0, and of V2. */
  attributes?: Record<string, string>;
  version_ids?: {
    brand_id?: string;
    model_id?: string;
    hardware_version?: string;
    firmware_version?: string;
    band_id?: string;
  };
  /** By source: `user`, `frm-payload`, the name of a service. */
  locations?: Record<string, Location>;
}

/** What `uplink_message` and `uplink_normalized` have in common. */
interface UplinkBase extends DeviceMetadata {
  session_key_id?: string;
  f_port?: number;
  f_cnt?: number;
  /** Base64. */
  frm_payload?: string;
  rx_metadata?: RxMetadata[];
  settings?: TxSettings;
  received_at?: string;
  confirmed?: boolean;
  /** Duration, `"0.056576s"`. */
  consumed_airtime?: string;
  normalized_payload_warnings?: string[];
}

export interface UplinkMessage extends UplinkBase {
  decoded_payload?: JsonObject;
  decoded_payload_warnings?: string[];
  /** One object per measurement. */
  normalized_payload?: JsonObject[];
  /** Present when the stack could not decrypt: `frm_payload` is ciphertext. */
  app_s_key?: JsonObject;
  /** As the device last answered the network, which asks now and then. Of servers since 3.33.1. */
  last_battery_percentage?: {
    /** Percent. */
    value?: Float;
    /** Of the uplink with the answer. */
    f_cnt?: number;
    /** RFC 3339. */
    received_at?: string;
  };
}

export interface UplinkNormalized extends UplinkBase {
  /** A single measurement. */
  normalized_payload?: JsonObject;
}

export interface JoinAccept extends DeviceMetadata {
  session_key_id?: string;
  received_at?: string;
  pending_session?: boolean;
  app_s_key?: JsonObject;
  invalidated_downlinks?: ApplicationDownlink[];
  /** Only on messages made from V2 activations, whose metadata has what a v3 join lacks. */
  rx_metadata?: RxMetadata[];
  /** As `rx_metadata`. */
  settings?: TxSettings;
  /** As `rx_metadata`. */
  consumed_airtime?: string;
}

export interface ApplicationDownlink extends DeviceMetadata {
  session_key_id?: string;
  f_port?: number;
  f_cnt?: number;
  /** Base64. */
  frm_payload?: string;
  decoded_payload?: JsonObject;
  decoded_payload_warnings?: string[];
  confirmed?: boolean;
  class_b_c?: JsonObject;
  /** Absent for LOWEST. */
  priority?: string;
  correlation_ids?: string[];
  confirmed_retry?: { attempt?: number; max_attempts?: number };
}

/** `ErrorDetails`. */
export interface StackError {
  namespace?: string;
  name?: string;
  /** A sentence with `{placeholders}` for the attributes. */
  message_format?: string;
  attributes?: JsonObject;
  correlation_id?: string;
  cause?: StackError;
  /** gRPC status code. */
  code?: number;
  details?: JsonObject[];
}

export interface DownlinkFailed extends DeviceMetadata {
  downlink?: ApplicationDownlink;
  error?: StackError;
}

export interface DownlinkQueueInvalidated extends DeviceMetadata {
  downlinks?: ApplicationDownlink[];
  last_f_cnt_down?: number;
  session_key_id?: string;
}

export interface LocationSolved {
  service?: string;
  location?: Location;
  attributes?: JsonObject;
}

export interface ServiceData extends DeviceMetadata {
  service?: string;
  data?: JsonObject;
}

/** Something that went wrong in the network, from the stack's event stream. */
export interface NetworkError {
  /** The stack's sentence, as plain text. */
  error: string;
  /** Of the error: `reuse_dev_nonce`. Empty where it has none. */
  name: string;
  /** The stack's name of the event: `ns.up.join.cluster.fail`. */
  event: string;
  /** As sent. */
  data: StackError;
}

/** What stands under the key that names the kind. */
export interface BodyOfKind {
  uplink_message: UplinkMessage;
  uplink_normalized: UplinkNormalized;
  join_accept: JoinAccept;
  downlink_queued: ApplicationDownlink;
  downlink_sent: ApplicationDownlink;
  downlink_ack: ApplicationDownlink;
  downlink_nack: ApplicationDownlink;
  downlink_failed: DownlinkFailed;
  downlink_queue_invalidated: DownlinkQueueInvalidated;
  location_solved: LocationSolved;
  service_data: ServiceData;
  /** From V2 the error alone. */
  join_error: NetworkError | { error: StackError };
  /** From V2 the error alone. */
  uplink_error: NetworkError | { error: StackError };
  decoder_error: NetworkError;
  encoder_error: NetworkError;
  downlink_error: NetworkError;
}

interface Envelope {
  end_device_ids: EndDeviceIds;
  correlation_ids?: string[];
  /** RFC 3339 with up to nine decimals. */
  received_at?: string;
  simulated?: boolean;
}

export type ApplicationUp<K extends Kind = Kind> = Envelope & { [P in K]: BodyOfKind[P] };

/** A checked message with its kind: a tagged union over all kinds. `original`: as it was sent, where that was in other words. */
export type Received = {
  [K in Kind]: { readonly kind: K; readonly message: ApplicationUp<K>; readonly original?: object };
}[Kind];
