import assert from "node:assert/strict";
import { answersIn } from "../../../src/delivery/answers";
import { errorOf, eventFields } from "../../../src/stack/event";
import { joinPayload } from "../../../src/stack/join";
import { BODY_SHAPE, ENVELOPE_SHAPE } from "../../../src/stack/shape";
import { errorSentence } from "../../../src/stack/stackError";
import { commonFields } from "../../../src/stack/summary";
import { decode, FIRST_UPLINK, received, topicOf } from "./messages";

const IDS = { device_id: "door_1", application_ids: { application_id: "my_app" } };
const ORIGIN = { deviceId: "door_1", applicationId: "my_app" };
const ARRIVED = Date.UTC(2026, 0, 2);

/** As the API of 2.10 sent it with `down/sent`. */
const LAST_SENT = {
  payload: "YFcXASaFAwAC",
  message: { app_id: "", dev_id: "", port: 2, confirmed: true, payload_raw: "AQI=" },
  gateway_id: "roof",
  config: {
    modulation: "LORA",
    data_rate: "SF7BW125",
    airtime: 46336000,
    counter: 123,
    frequency: 868300000,
    power: 14,
  },
};

describe("an activation of V2", () => {
  const sent = {
    app_eui: "70b3d57ef0000001",
    dev_eui: "0004A30B001C0530",
    dev_addr: "26001716",
    metadata: FIRST_UPLINK.metadata,
  };

  it("becomes a join with the radio that V2 tells", () => {
    const join = received("join_accept", "events/activations", sent);
    assert.equal(ENVELOPE_SHAPE(join.message), undefined);
    assert.equal(BODY_SHAPE.join_accept(join.message.join_accept), undefined);
    const payload = joinPayload(
      join.message,
      commonFields(join, topicOf("events/activations"), ORIGIN, ARRIVED),
    );
    assert.deepEqual(payload, {
      deviceId: "door_1",
      devEui: "0004A30B001C0530",
      joinEui: "70B3D57EF0000001",
      devAddr: "26001716",
      receivedAt: "2017-03-01T12:34:56.123456789Z",
      radio: {
        gateways: 1,
        gatewayId: "herengracht",
        rssi: -25,
        snr: 5,
        frequency: 868100000,
        spreadingFactor: 7,
        bandwidth: 125000,
        dataRate: "SF7BW125",
        codingRate: "4/5",
      },
    });
  });

  it("without metadata is one without radio, received when it arrived", () => {
    const join = received("join_accept", "events/activations", { dev_addr: "26001716" });
    const common = commonFields(join, topicOf("events/activations"), ORIGIN, ARRIVED);
    assert.deepEqual(joinPayload(join.message, common), {
      deviceId: "door_1",
      devAddr: "26001716",
      receivedAt: "2026-01-02T00:00:00.000Z",
    });
  });
});

describe("the events of V2", () => {
  it("tell of the downlink itself, in the first form", () => {
    const sent = { port: 1, payload_raw: "AQIDBA==" };
    const downlink = { f_port: 1, frm_payload: "AQIDBA==" };
    assert.deepEqual(received("downlink_queued", "events/down/scheduled", sent).message, {
      end_device_ids: IDS,
      downlink_queued: downlink,
    });
    assert.deepEqual(received("downlink_sent", "events/down/sent", sent).message, {
      end_device_ids: IDS,
      downlink_sent: downlink,
    });
  });

  it("tell of the downlink among other things, in the last form", () => {
    assert.deepEqual(received("downlink_sent", "events/down/sent", LAST_SENT).message.downlink_sent, {
      f_port: 2,
      f_cnt: 123,
      frm_payload: "AQI=",
      confirmed: true,
    });
    const scheduled = { message: { port: 3, payload_fields: { led: true } } };
    assert.deepEqual(
      received("downlink_queued", "events/down/scheduled", scheduled).message.downlink_queued,
      { f_port: 3, decoded_payload: { led: true } },
    );
    const acked = { message: { port: 2, payload_raw: "AQI=", confirmed: true } };
    assert.deepEqual(received("downlink_ack", "events/down/acks", acked).message.downlink_ack, {
      f_port: 2,
      frm_payload: "AQI=",
      confirmed: true,
    });
  });

  it("may tell nothing but that it happened: {}, null, or no bytes", () => {
    for (const nothing of [{}, null, new Uint8Array(0), { message: null }]) {
      assert.deepEqual(received("downlink_ack", "events/ack", nothing).message.downlink_ack, {});
      assert.deepEqual(received("downlink_ack", "events/down/acks", nothing).message.downlink_ack, {});
      assert.deepEqual(
        received("downlink_queued", "events/down/scheduled", nothing).message.downlink_queued,
        {},
      );
      assert.deepEqual(received("downlink_sent", "events/down/sent", nothing).message.downlink_sent, {});
    }
  });

  it("report errors in V2's own sentence", () => {
    const sentence = "Activation DevNonce not valid: already used";
    const error = { message_format: sentence };
    for (const [kind, end] of [
      ["uplink_error", "events/up/errors"],
      ["join_error", "events/activations/errors"],
    ] as const) {
      const event = received(kind, end, { error: sentence });
      assert.deepEqual(event.message, { end_device_ids: IDS, [kind]: { error } });
      assert.deepEqual(eventFields(event), { event: kind, payload: { error } });
      assert.equal(errorSentence(errorOf(event) ?? {}), sentence);
    }
    const failed = received("downlink_failed", "events/down/errors", {
      error: sentence,
      message: { port: 9 },
    });
    assert.deepEqual(failed.message.downlink_failed, { downlink: { f_port: 9 }, error });
    assert.equal(errorSentence(errorOf(failed) ?? {}), sentence);
  });

  it("report errors even without a sentence, and take none apart", () => {
    const silent = received("downlink_failed", "events/down/errors", {});
    assert.equal(errorSentence(errorOf(silent) ?? {}), "unknown error");
    const braces = received("uplink_error", "events/up/errors", { error: "{constructor} {x}" });
    assert.equal(errorSentence(errorOf(braces) ?? {}), "{constructor} {x}");
  });

  it("that answer a downlink say what became of it", () => {
    const ends = [
      "events/down/scheduled",
      "events/down/sent",
      "events/ack",
      "events/down/acks",
      "events/down/errors",
    ];
    const states = ends.map((end) => {
      const decoded = decode(end, {});
      assert.ok(decoded.ok);
      return answersIn(decoded.received).map(({ deviceId, state }) => [deviceId, state].join(" "));
    });
    assert.deepEqual(
      states,
      ["queued", "sent", "ack", "ack", "failed"].map((state) => [`door_1 ${state}`]),
    );
  });
});
