import assert from "node:assert/strict";
import { radioSummary } from "../../../src/stack/radio";
import { BODY_SHAPE, ENVELOPE_SHAPE } from "../../../src/stack/shape";
import { commonFields } from "../../../src/stack/summary";
import { payloadBytes } from "../../../src/stack/uplink";
import { legacyFields } from "../../../src/services/v2/legacyFields";
import { FIRST_UPLINK, LAST_UPLINK, received, topicOf } from "./messages";

const uplink = (sent: object) => received("uplink_message", "up", sent);
const bodyOf = (sent: object) => uplink(sent).message.uplink_message;
const withMetadata = (metadata: object) => bodyOf({ port: 1, metadata });
const receptionOf = (gateway: object) => withMetadata({ gateways: [gateway] }).rx_metadata?.[0];

describe("an uplink of V2", () => {
  it("becomes one of The Things Stack: first form", () => {
    assert.deepEqual(uplink(FIRST_UPLINK).message, {
      end_device_ids: { device_id: "door_1", application_ids: { application_id: "my_app" } },
      received_at: "2017-03-01T12:34:56.123456789Z",
      uplink_message: {
        f_port: 1,
        f_cnt: 2,
        frm_payload: "AQIDBA==",
        decoded_payload: { led: true },
        rx_metadata: [
          {
            gateway_ids: { gateway_id: "herengracht" },
            time: "2017-03-01T12:34:56.1Z",
            timestamp: 12345,
            rssi: -25,
            snr: 5,
            channel_index: 3,
          },
        ],
        settings: {
          data_rate: { lora: { bandwidth: 125000, spreading_factor: 7, coding_rate: "4/5" } },
          frequency: "868100000",
        },
        received_at: "2017-03-01T12:34:56.123456789Z",
      },
    });
  });

  it("becomes one of The Things Stack: last form, with all its fields", () => {
    assert.deepEqual(uplink(LAST_UPLINK).message, {
      end_device_ids: {
        device_id: "door_1",
        application_ids: { application_id: "my_app" },
        dev_eui: "0102030405060708",
      },
      received_at: "2020-06-01T10:00:00Z",
      uplink_message: {
        f_port: 7,
        f_cnt: 4711,
        frm_payload: "vu8=",
        decoded_payload: { temperature: 21.5, absent: null },
        rx_metadata: [
          {
            gateway_ids: { gateway_id: "eui-b827ebfffe000001" },
            timestamp: 4294967295,
            rssi: -119,
            snr: -7.2,
          },
          {
            gateway_ids: { gateway_id: "roof" },
            antenna_index: 1,
            time: "2020-06-01T09:59:59.9Z",
            timestamp: 1,
            fine_timestamp: "123456789",
            rssi: -100,
            snr: -3.5,
            location: { latitude: 52.37, longitude: 4.88, altitude: 12, accuracy: 3, source: "SOURCE_GPS" },
            channel_index: 5,
          },
        ],
        settings: {
          data_rate: { lora: { bandwidth: 125000, spreading_factor: 12, coding_rate: "4/6" } },
          frequency: "867100000",
        },
        consumed_airtime: "1.482752s",
        received_at: "2020-06-01T10:00:00Z",
        confirmed: true,
        locations: { user: { latitude: 52.4, longitude: 4.9, altitude: 5, source: "SOURCE_REGISTRY" } },
        attributes: { floor: "2" },
      },
    });
  });

  it("is a message that The Things Stack could have sent", () => {
    for (const sent of [FIRST_UPLINK, LAST_UPLINK, {}]) {
      const { message } = uplink(sent);
      assert.equal(ENVELOPE_SHAPE(message), undefined);
      assert.equal(BODY_SHAPE.uplink_message(message.uplink_message), undefined);
    }
  });

  it("has the radio summary that every uplink has", () => {
    assert.deepEqual(radioSummary(bodyOf(LAST_UPLINK)), {
      gateways: 2,
      gatewayId: "roof",
      rssi: -100,
      snr: -3.5,
      frequency: 867100000,
      spreadingFactor: 12,
      bandwidth: 125000,
      dataRate: "SF12BW125",
      codingRate: "4/6",
      airtime: 1.482752,
      latitude: 52.37,
      longitude: 4.88,
      altitude: 12,
    });
  });

  it("is from the device of the topic, whatever stands in it", () => {
    const { message } = uplink({ ...LAST_UPLINK, app_id: "other", dev_id: "other" });
    assert.equal(message.end_device_ids.device_id, "door_1");
    assert.deepEqual(message.end_device_ids.application_ids, { application_id: "my_app" });
  });

  it("has neither what V2 leaves out nor what is 0, empty or null", () => {
    const empty = { end_device_ids: { device_id: "door_1", application_ids: { application_id: "my_app" } } };
    for (const sent of [
      {},
      { port: 0, counter: 0, payload_raw: "", confirmed: false, metadata: {} },
      { payload_raw: null, payload_fields: null, metadata: { time: "", gateways: null }, attributes: null },
      { port: null, counter: null, metadata: null, hardware_serial: null },
      { hardware_serial: "", metadata: { gateways: [], coding_rate: "", airtime: 0, bit_rate: 0 } },
    ])
      assert.deepEqual(uplink(sent).message, { ...empty, uplink_message: {} }, JSON.stringify(sent));
  });

  it("keeps what payload functions made, null and empty objects included", () => {
    assert.deepEqual(bodyOf({ payload_fields: { a: null, b: [null] } }).decoded_payload, {
      a: null,
      b: [null],
    });
    assert.deepEqual(bodyOf({ payload_fields: {} }).decoded_payload, {});
  });

  it("has a DevEUI only where the serial number is one", () => {
    const euiOf = (hardware_serial: string) => uplink({ hardware_serial }).message.end_device_ids.dev_eui;
    assert.equal(euiOf("00aabbccddeeff00"), "00AABBCCDDEEFF00");
    assert.equal(euiOf("SN-1"), undefined);
  });

  it("has its frequency in Hz, whatever a float makes of MHz", () => {
    const frequencyOf = (frequency: number) => withMetadata({ frequency }).settings?.frequency;
    assert.equal(frequencyOf(868.1), "868100000");
    assert.equal(frequencyOf(868.0999755859375), "868099976");
    assert.equal(frequencyOf(903.9), "903900000");
    for (const none of [0, -1, 1e300]) assert.equal(frequencyOf(none), undefined);
  });

  it("has its airtime as a duration", () => {
    const airtimeOf = (airtime: number) => withMetadata({ airtime }).consumed_airtime;
    assert.equal(airtimeOf(46336000), "0.046336s");
    assert.equal(airtimeOf(1), "0.000000001s");
    assert.equal(airtimeOf(2e9), "2s");
    for (const none of [0, -5, 0.5, 1e300]) assert.equal(airtimeOf(none), undefined);
  });

  it("was modulated as it says, or as its data rate says", () => {
    const dataRateOf = (metadata: object) => withMetadata(metadata).settings?.data_rate;
    const sf9 = { lora: { bandwidth: 500000, spreading_factor: 9 } };
    assert.deepEqual(dataRateOf({ modulation: "LORA", data_rate: "SF9BW500", bit_rate: 50000 }), sf9);
    assert.deepEqual(dataRateOf({ data_rate: "SF9BW500" }), sf9);
    assert.deepEqual(dataRateOf({ modulation: "FSK", bit_rate: 50000 }), { fsk: { bit_rate: 50000 } });
    assert.deepEqual(dataRateOf({ modulation: "FSK", data_rate: "SF9BW500" }), { fsk: {} });
    assert.deepEqual(dataRateOf({ bit_rate: 50000 }), { fsk: { bit_rate: 50000 } });
    assert.deepEqual(dataRateOf({ modulation: "LORA", data_rate: "?", coding_rate: "4/5" }), {
      lora: { coding_rate: "4/5" },
    });
    assert.equal(dataRateOf({ modulation: "MORSE" }), undefined);
  });

  it("of FSK has no SNR that V2 did not send", () => {
    const fsk = withMetadata({ modulation: "FSK", bit_rate: 50000, gateways: [{ gtw_id: "a", rssi: -50 }] });
    const { snr, bitRate, dataRate } = radioSummary(fsk);
    assert.deepEqual({ snr, bitRate, dataRate }, { snr: undefined, bitRate: 50000, dataRate: undefined });
  });

  it("has the gateways by either name, and none where there is none", () => {
    assert.deepEqual(receptionOf({ id: "old" })?.gateway_ids, { gateway_id: "old" });
    assert.deepEqual(receptionOf({ id: "old", gtw_id: "new" })?.gateway_ids, { gateway_id: "new" });
    assert.deepEqual(receptionOf({ gtw_id: "" }), {});
    assert.deepEqual(receptionOf({ rssi: 0, snr: 0, time: "" }), { rssi: 0, snr: 0 });
  });

  it("has positions with the source as far as The Things Stack knows it", () => {
    const sourceOf = (location_source: string) =>
      receptionOf({ latitude: 1, longitude: 2, location_source })?.location?.source;
    assert.deepEqual(
      ["gps", "registry", "ip_geolocation", "config", "unknown", "constructor"].map(sourceOf),
      ["SOURCE_GPS", "SOURCE_REGISTRY", "SOURCE_IP_GEOLOCATION", undefined, undefined, undefined],
    );
    assert.deepEqual(receptionOf({ altitude: 3 })?.location, { altitude: 3 });
    assert.equal(receptionOf({ location_source: "gps" })?.location, undefined);
    assert.equal(withMetadata({ gateways: [] }).locations, undefined);
  });
});

describe("the fields of V2 for an uplink of V2", () => {
  const shaped = (sent: object) => {
    const received = uplink(sent);
    const { original, ...message } = received;
    assert.ok(original);
    const common = commonFields(message, topicOf("up"), { deviceId: "door_1", applicationId: "my_app" }, 0);
    return { fields: legacyFields(received, common), made: legacyFields(message, common) };
  };

  it("are what V2 sent", () => {
    assert.deepEqual(shaped(LAST_UPLINK).fields, { ...LAST_UPLINK, payload_raw: Buffer.from([0xbe, 0xef]) });
    assert.deepEqual(shaped(FIRST_UPLINK).fields, {
      ...FIRST_UPLINK,
      app_id: "my_app",
      dev_id: "door_1",
      payload_raw: Buffer.from([1, 2, 3, 4]),
    });
  });

  it("are complete for a message with nothing in it", () => {
    assert.deepEqual(shaped({}).fields, {
      app_id: "my_app",
      dev_id: "door_1",
      port: 0,
      counter: 0,
      payload_raw: Buffer.alloc(0),
      metadata: { gateways: [] },
    });
  });

  it("have no name that is not one of theirs", () => {
    const hostile = JSON.parse(
      '{"port":1,"topic":"x","payload":"x","deviceId":"x","__proto__":{"y":1}}',
    ) as object;
    assert.deepEqual(Object.keys(shaped(hostile).fields).sort(), [
      "app_id",
      "counter",
      "dev_id",
      "metadata",
      "payload_raw",
      "port",
    ]);
  });

  it("come through The Things Stack's words and back: what these have a word for", () => {
    const { app_id, dev_id, hardware_serial, port, counter, payload_fields, metadata } = LAST_UPLINK;
    const { time, frequency, modulation, data_rate, airtime, coding_rate, latitude, longitude, altitude } =
      metadata;
    assert.deepEqual(shaped(LAST_UPLINK).made, {
      ...{ app_id, dev_id, hardware_serial, port, counter, payload_fields },
      payload_raw: Buffer.from([0xbe, 0xef]),
      metadata: {
        ...{ time, frequency, modulation, data_rate, airtime, coding_rate, latitude, longitude, altitude },
        gateways: [
          { gtw_id: "eui-b827ebfffe000001", timestamp: 4294967295, channel: 0, rssi: -119, snr: -7.2 },
          {
            gtw_id: "roof",
            timestamp: 1,
            time: "2020-06-01T09:59:59.9Z",
            channel: 5,
            rssi: -100,
            snr: -3.5,
            latitude: 52.37,
            longitude: 4.88,
            altitude: 12,
          },
        ],
      },
    });
  });

  it("leave the payload as bytes", () => {
    assert.deepEqual(payloadBytes(uplink(LAST_UPLINK).message), Buffer.from([0xbe, 0xef]));
  });
});
