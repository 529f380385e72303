/**
 * What The Things Network V2 sent, as far as this package reads it. What is zero may be left out.
 * Rule: V2's MQTT API in its first and its last form; unknown fields are kept and not named here.
 */
import type { JsonObject } from "../../stack/messages";

/** Degrees and metres; of a gateway or of a device. */
export interface V2Location {
  latitude?: number;
  longitude?: number;
  altitude?: number;
  location_accuracy?: number;
  /** `gps`, `config`, `registry`, `ip_geolocation` or `unknown`. */
  location_source?: string;
}

/** One reception. */
export interface V2Reception extends V2Location {
  /** Its name in the first form. */
  id?: string;
  gtw_id?: string;
  gtw_trusted?: boolean;
  /** Microseconds of the gateway's counter. */
  timestamp?: number;
  fine_timestamp?: number;
  /** RFC 3339, empty for a gateway without a clock. */
  time?: string;
  antenna?: number;
  channel?: number;
  /** dBm. */
  rssi?: number;
  /** dB. */
  snr?: number;
  rf_chain?: number;
}

export interface V2SentMetadata extends V2Location {
  /** RFC 3339. */
  time?: string;
  /** MHz. */
  frequency?: number;
  /** `LORA` or `FSK`. */
  modulation?: string;
  /** `SF7BW125`. */
  data_rate?: string;
  /** bit/s. */
  bit_rate?: number;
  coding_rate?: string;
  /** Nanoseconds. */
  airtime?: number;
  gateways?: V2Reception[];
}

export interface V2Uplink {
  app_id?: string;
  dev_id?: string;
  /** DevEUI. */
  hardware_serial?: string;
  port?: number;
  counter?: number;
  is_retry?: boolean;
  confirmed?: boolean;
  /** Base64. */
  payload_raw?: string;
  payload_fields?: JsonObject;
  metadata?: V2SentMetadata;
  attributes?: Record<string, string>;
}

export interface V2Activation {
  app_eui?: string;
  dev_eui?: string;
  dev_addr?: string;
  metadata?: V2SentMetadata;
}

export interface V2Downlink {
  port?: number;
  confirmed?: boolean;
  /** Base64. */
  payload_raw?: string;
  payload_fields?: JsonObject;
}

/** In its first form the downlink itself; in its last one something around it. */
export interface V2DownlinkEvent extends V2Downlink {
  error?: string;
  message?: V2Downlink;
  config?: { counter?: number };
}

export interface V2ErrorEvent {
  error?: string;
}
