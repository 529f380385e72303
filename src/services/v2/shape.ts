/** The types of what V2 sends, as tables that run. The compiler holds them to `messages.ts`. */
import { anyObject, boolean, listOf, number, objectOf, recordOf, text } from "../../stack/check";
import type {
  V2Activation,
  V2Downlink,
  V2DownlinkEvent,
  V2ErrorEvent,
  V2Reception,
  V2SentMetadata,
  V2Uplink,
} from "./messages";

const location = {
  latitude: number,
  longitude: number,
  altitude: number,
  location_accuracy: number,
  location_source: text,
};

const metadata = objectOf<V2SentMetadata>({
  ...location,
  time: text,
  frequency: number,
  modulation: text,
  data_rate: text,
  bit_rate: number,
  coding_rate: text,
  airtime: number,
  gateways: listOf(
    objectOf<V2Reception>({
      ...location,
      id: text,
      gtw_id: text,
      gtw_trusted: boolean,
      timestamp: number,
      fine_timestamp: number,
      time: text,
      antenna: number,
      channel: number,
      rssi: number,
      snr: number,
      rf_chain: number,
    }),
  ),
});

export const UPLINK_SHAPE = objectOf<V2Uplink>({
  app_id: text,
  dev_id: text,
  hardware_serial: text,
  port: number,
  counter: number,
  is_retry: boolean,
  confirmed: boolean,
  payload_raw: text,
  payload_fields: anyObject,
  metadata,
  attributes: recordOf(text),
});

export const ACTIVATION_SHAPE = objectOf<V2Activation>({
  app_eui: text,
  dev_eui: text,
  dev_addr: text,
  metadata,
});

const downlink = { port: number, confirmed: boolean, payload_raw: text, payload_fields: anyObject };

export const DOWNLINK_EVENT_SHAPE = objectOf<V2DownlinkEvent>({
  ...downlink,
  error: text,
  message: objectOf<V2Downlink>(downlink),
  config: objectOf<{ counter?: number }>({ counter: number }),
});

export const ERROR_EVENT_SHAPE = objectOf<V2ErrorEvent>({ error: text });
