import assert from "node:assert/strict";
import { itemOf, orderOf, refusalOf } from "./texts";

const ENVELOPE = { downlinks: [{ f_port: 15, frm_payload: "vu8=" }] };
const ONE = { f_port: 15, frm_payload: "vu8=" };
const LIST = [ONE, { f_port: 4, decoded_payload: { led: "on" } }];
const CHIRPSTACK = { fPort: 4, data: "AQ==", confirmed: false };
const V2 = { dev_id: "door-1", port: 4, payload_raw: "AQ==" };

const BYTE_ENCODINGS = ["bytes", "hex", "base64", "text"];
const ENCODINGS = [...BYTE_ENCODINGS, "decoded", "downlinks"];

/** What each has to be told, whatever the node is set to. */
const CASES: readonly (readonly [what: string, payload: unknown, text: RegExp, encodings: string[]])[] = [
  ["an envelope", ENVELOPE, /set Payload to msg\.payload\.downlinks\..*Downlink objects/, ENCODINGS],
  ["an empty envelope", { downlinks: [] }, /set Payload to msg\.payload\.downlinks\./, ENCODINGS],
  [
    "the envelope of Pub/Sub",
    { end_device_ids: { device_id: "door-1" }, ...ENVELOPE },
    /set Payload to msg\.payload\.downlinks\./,
    ENCODINGS,
  ],
  [
    "the message for an mqtt out node",
    { topic: "v3/app1/devices/door-1/down/push", qos: 0, payload: ENVELOPE },
    /set Payload to msg\.payload\.payload\.downlinks\./,
    ENCODINGS,
  ],
  [
    "a list",
    LIST,
    /list of downlinks: set “Payload is” to Downlink objects\./,
    [...BYTE_ENCODINGS, "decoded"],
  ],
  [
    "a downlink object",
    ONE,
    /whole downlink: set “Payload is” to Downlink objects\./,
    [...BYTE_ENCODINGS, "decoded"],
  ],
  [
    "one with fields",
    { f_port: 4, decoded_payload: { led: "on" }, priority: "HIGH" },
    /whole downlink: set “Payload is” to Downlink objects\./,
    [...BYTE_ENCODINGS, "decoded"],
  ],
  ["a downlink object in place of the list", ONE, /one downlink, .*put it into an array\./, ["downlinks"]],
  [
    "ChirpStack's",
    CHIRPSTACK,
    /set Payload to msg\.payload\.data\. .*base64 and FPort to msg\.payload\.fPort/,
    ENCODINGS,
  ],
  [
    "ChirpStack's, as its API takes it",
    { queueItem: { ...CHIRPSTACK, devEui: "0102030405060708" }, flushQueue: true },
    /set Payload to msg\.payload\.queueItem\.data\. /,
    ENCODINGS,
  ],
  [
    "one with a payload in hex",
    { devEui: "0102030405060708", fPort: 4, payload: "0AF1" },
    /set Payload to msg\.payload\.payload\. .*\bhex\b/,
    ["bytes", "decoded", "downlinks"],
  ],
  [
    "LORIOT's",
    { cmd: "tx", EUI: "0102030405060708", port: 4, confirmed: false, data: "0AF1", appid: "BE01" },
    /set Payload to msg\.payload\.data\. .*\bhex\b.*FPort to msg\.payload\.port/,
    ["bytes", "decoded", "downlinks"],
  ],
  [
    "that of AWS",
    { MessageId: "1", PayloadData: "AQ==", TransmitMode: 1, WirelessMetadata: { LoRaWAN: { FPort: 4 } } },
    /set Payload to msg\.payload\.PayloadData\. .*msg\.payload\.WirelessMetadata\.LoRaWAN\.FPort/,
    ENCODINGS,
  ],
  [
    "Everynet's",
    { type: "downlink", meta: { device: "0102030405060708" }, params: { payload: "AQ==", port: 4 } },
    /set Payload to msg\.payload\.params\.payload\. .*msg\.payload\.params\.port/,
    ENCODINGS,
  ],
  [
    "that of Azure",
    { DevEUI: "0102030405060708", RawPayload: "AQ==", Fport: 4 },
    /set Payload to msg\.payload\.RawPayload\. .*msg\.payload\.Fport/,
    ENCODINGS,
  ],
  [
    "MultiTech's",
    { deveui: "01-02-03-04-05-06-07-08", data: "AQ==", port: 4, ack: false },
    /set Payload to msg\.payload\.data\. .*msg\.payload\.port/,
    ENCODINGS,
  ],
  [
    "ChirpStack's with its EUI",
    { devEUI: "0102030405060708", fPort: 4, data: "AQ==" },
    /payload\.data\./,
    ENCODINGS,
  ],
  [
    "ChirpStack's with an object",
    { devEui: "0102030405060708", fPort: 4, object: { led: "on" } },
    /set Payload to msg\.payload\.object\. .*Fields for the encoder/,
    ENCODINGS,
  ],
  [
    "ChirpStack's request",
    { queueItem: { confirmed: false, fPort: 4, data: "AQ==" } },
    /set Payload to msg\.payload\.queueItem\.data\./,
    ENCODINGS,
  ],
  [
    "Milesight's",
    { confirmed: true, fPort: 85, data: "CAEA/w==", multicastName: "all" },
    /set Payload to msg\.payload\.data\./,
    ENCODINGS,
  ],
  [
    "ThingPark's",
    { DevEUI_downlink: { DevEUI: "0102030405060708", FPort: 4, payload_hex: "01" } },
    /set Payload to msg\.payload\.DevEUI_downlink\.payload_hex\. .* hex /,
    ENCODINGS,
  ],
  ["a codec's input", { fPort: 4, data: { led: "on" } }, /Fields for the encoder and FPort/, ENCODINGS],
  ["a codec's output", { fPort: 4, bytes: [1, 0], warnings: [] }, /payload\.bytes\. .* bytes and/, ENCODINGS],
  [
    "V2's",
    V2,
    /set Payload to msg\.payload\.payload_raw\. .*base64 and FPort to msg\.payload\.port/,
    ENCODINGS,
  ],
  [
    "V2's without device",
    { port: 4, payload_raw: Buffer.from([1]) },
    /payload\.payload_raw\. .* bytes and/,
    ENCODINGS,
  ],
  [
    "V2's with fields",
    { port: 4, payload_fields: { led: "on" } },
    /set Payload to msg\.payload\.payload_fields\. .*Fields for the encoder/,
    ENCODINGS,
  ],
  [
    "a whole uplink",
    { end_device_ids: { device_id: "door-1" }, received_at: "x", uplink_message: { f_port: 1 } },
    /whole message of The Things Stack/,
    ENCODINGS,
  ],
];

describe("a whole downlink in place of a payload", () => {
  for (const [what, payload, text, encodings] of CASES) {
    for (const encoding of encodings) {
      it(`is refused for ${encoding}: ${what}`, () => assert.match(refusalOf({ encoding, payload }), text));
    }
  }

  for (const [what, payload, encodings] of [
    ["an envelope", ENVELOPE, ENCODINGS],
    ["a list", LIST, ENCODINGS],
    ["a downlink object", ONE, ENCODINGS],
    ["ChirpStack's", CHIRPSTACK, ENCODINGS],
    ["V2's", V2, ENCODINGS],
  ] as const) {
    for (const encoding of encodings) {
      it(`is refused as JSON text for ${encoding}: ${what}`, () => {
        const indented = JSON.stringify(payload, null, 2);
        assert.match(refusalOf({ encoding, payload: indented }), /JSON text of .*json node.*Then set/);
      });
    }
  }

  it("has the path of the downlinks in its text", () => {
    const payload = JSON.stringify(ENVELOPE);
    assert.match(refusalOf({ encoding: "text", payload }), /set Payload to msg\.payload\.downlinks/);
  });
});

describe("fields for an encoder that only look a little like a downlink", () => {
  for (const fields of [
    { port: 1, data: "010300" },
    { data: "AQ==" },
    { confirmed: true, priority: "HIGH" },
    { fPort: 4 },
    { object: "lamp", id: 3 },
    { port: 2, payload: "on" },
    { downlinks: 3 },
    { downlinks: ["a"] },
    { f_port: 4, mode: "eco" },
    { fPort: 4, data: "AQ==", brightness: 3 },
    { payload: { led: "on" } },
    { bytes: [1, 2] },
  ]) {
    it(`are sent: ${JSON.stringify(fields)}`, () =>
      assert.deepEqual(itemOf({ encoding: "decoded", payload: fields }).decoded_payload, fields));
  }

  it("are sent as text that is JSON", () => {
    for (const payload of ['{"led":"on"}', '{"port":1,"data":"010300"}', "[1,2,3]", "[]", "{"]) {
      assert.equal(orderOf({ encoding: "text", payload }).items.length, 1, payload);
    }
  });
});
