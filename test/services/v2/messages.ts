/** Messages as V2 networks sent them, in the API's first form and in its last one. */
import assert from "node:assert/strict";
import { v2Service } from "../../../src/services/v2/service";
import type { Decoded, MessageProblem } from "../../../src/stack/decode";
import type { Kind } from "../../../src/stack/kinds";
import { bytesOf, type ReceivedOf } from "../../stack/fixtures";

export const service = v2Service({ applicationId: "my_app", accessKey: "ttn-account-v2.secret" });

/** Before TTN 2.2: no IDs in the message, gateways by `id`. */
export const FIRST_UPLINK = {
  port: 1,
  counter: 2,
  payload_raw: "AQIDBA==",
  payload_fields: { led: true },
  metadata: {
    time: "2017-03-01T12:34:56.123456789Z",
    frequency: 868.1,
    modulation: "LORA",
    data_rate: "SF7BW125",
    coding_rate: "4/5",
    gateways: [
      {
        id: "herengracht",
        timestamp: 12345,
        time: "2017-03-01T12:34:56.1Z",
        channel: 3,
        rssi: -25,
        snr: 5,
        rf_chain: 1,
      },
    ],
  },
};

export const LAST_UPLINK = {
  app_id: "my_app",
  dev_id: "door_1",
  hardware_serial: "0102030405060708",
  port: 7,
  counter: 4711,
  is_retry: true,
  confirmed: true,
  payload_raw: "vu8=",
  payload_fields: { temperature: 21.5, absent: null },
  metadata: {
    time: "2020-06-01T10:00:00Z",
    frequency: 867.1,
    modulation: "LORA",
    data_rate: "SF12BW125",
    airtime: 1482752000,
    coding_rate: "4/6",
    gateways: [
      {
        gtw_id: "eui-b827ebfffe000001",
        gtw_trusted: true,
        timestamp: 4294967295,
        time: "",
        channel: 0,
        rssi: -119,
        snr: -7.2,
        rf_chain: 0,
      },
      {
        gtw_id: "roof",
        timestamp: 1,
        fine_timestamp: 123456789,
        time: "2020-06-01T09:59:59.9Z",
        antenna: 1,
        channel: 5,
        rssi: -100,
        snr: -3.5,
        rf_chain: 0,
        latitude: 52.37,
        longitude: 4.88,
        altitude: 12,
        location_accuracy: 3,
        location_source: "gps",
      },
    ],
    latitude: 52.4,
    longitude: 4.9,
    altitude: 5,
    location_source: "registry",
  },
  attributes: { floor: "2" },
};

/** The topic of a device of the application `my_app`. */
export const topicOf = (end: string, deviceId = "door_1"): string => `my_app/devices/${deviceId}/${end}`;

export function decode(end: string, payload: unknown): Decoded {
  const classified = service.classify(topicOf(end));
  assert.ok(classified.what === "message", end);
  return service.decode(classified, payload instanceof Uint8Array ? payload : bytesOf(payload));
}

/** What must be a valid message of that kind. */
export function received<K extends Kind>(kind: K, end: string, payload: unknown): ReceivedOf<K> {
  const decoded = decode(end, payload);
  assert.ok(decoded.ok, JSON.stringify(decoded));
  assert.equal(decoded.received.kind, kind);
  return decoded.received as ReceivedOf<K>;
}

export function problemOf(end: string, payload: unknown): MessageProblem {
  const decoded = decode(end, payload);
  assert.ok(!decoded.ok, "is valid");
  return decoded.problem;
}
