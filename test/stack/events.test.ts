import assert from "node:assert/strict";
import {
  DEFAULT_EVENTS,
  EVENT_GROUPS,
  EVENT_KINDS,
  errorOf,
  eventFields,
  eventsIn,
  isEventKind,
} from "../../src/stack/event";
import { ANSWER_KINDS, NETWORK_KINDS, STACK_KINDS, type Kind } from "../../src/stack/kinds";
import { errorSentence } from "../../src/stack/stackError";
import { joinPayload } from "../../src/stack/join";
import { commonFields } from "../../src/stack/summary";
import { captured, capturesOf, received } from "./fixtures";

describe("events", () => {
  it("are all kinds but uplinks and joins", () => {
    const kinds = new Set<Kind>([...STACK_KINDS, ...NETWORK_KINDS]);
    assert.deepEqual(new Set<Kind>([...EVENT_KINDS, "join_accept", "uplink_message"]), kinds);
    assert.deepEqual(EVENT_GROUPS.flatMap(eventsIn), EVENT_KINDS);
    assert.deepEqual(new Set<Kind>(eventsIn("downlinks")), ANSWER_KINDS);
    assert.deepEqual(EVENT_KINDS.slice(-5), NETWORK_KINDS);
    assert.equal(isEventKind("downlink_ack"), true);
    for (const text of ["uplink_message", "join_accept", "", "constructor"])
      assert.equal(isEventKind(text), false);
  });

  it("are all chosen by default but normalised uplinks", () => {
    const isUsual = (kind: string): boolean => kind !== "uplink_normalized";
    assert.deepEqual(DEFAULT_EVENTS, EVENT_KINDS.slice(0, -5).filter(isUsual));
  });

  for (const kind of STACK_KINDS.filter(isEventKind)) {
    it(`${kind} brings what stands under that key`, () => {
      for (const { name, payload } of capturesOf(kind)) {
        const fields = eventFields(received(payload, kind));
        assert.equal(fields.event, kind);
        assert.deepEqual(fields.payload, Object.getOwnPropertyDescriptor(payload, kind)?.value, name);
      }
    });
  }

  it("say why a downlink failed", () => {
    const failed = captured("downlink_failed", "not joined");
    assert.equal(errorSentence(errorOf(failed) ?? {}), "no device session; check device activation");
    const silent = received(
      { end_device_ids: { device_id: "dev1" }, downlink_failed: {} },
      "downlink_failed",
    );
    assert.deepEqual(eventFields(silent), { event: "downlink_failed", payload: {} });
  });

  it("say what V2 reports", () => {
    const body = { error: { message_format: "Activation DevNonce not valid: already used" } };
    const message = received({ end_device_ids: { device_id: "dev1" }, join_error: body }, "join_error");
    assert.deepEqual(eventFields(message), { event: "join_error", payload: body });
    assert.deepEqual(errorOf(message), body.error);
  });
});

describe("a join", () => {
  const payloadOf = (message: ReturnType<typeof captured<"join_accept">>) =>
    joinPayload(message.message, commonFields(message, "", {}, 0));

  it("has the new address and the session", () => {
    const join = captured("join_accept", "join");
    const ids = join.message.end_device_ids;
    assert.deepEqual(payloadOf(join), {
      deviceId: "plain",
      devEui: "70B3D57ED0000001",
      joinEui: "70B3D57ED0000000",
      devAddr: ids.dev_addr,
      sessionKeyId: join.message.join_accept.session_key_id,
      receivedAt: join.message.received_at,
    });
  });

  it("has what is there, and no more", () => {
    const bare = received(
      { end_device_ids: { device_id: "dev1" }, join_accept: { session_key_id: "" } },
      "join_accept",
    );
    assert.deepEqual(joinPayload(bare.message, commonFields(bare, "", {}, 0)), {
      deviceId: "dev1",
      receivedAt: "1970-01-01T00:00:00.000Z",
    });
  });

  it("tells how it was received where the network says so", () => {
    const body = { rx_metadata: [{ gateway_ids: { gateway_id: "gtw1" }, rssi: -50, snr: 7 }] };
    const join = received({ end_device_ids: { device_id: "dev1" }, join_accept: body }, "join_accept");
    assert.deepEqual(joinPayload(join.message, commonFields(join, "", {}, 0)).radio, {
      gatewayId: "gtw1",
      rssi: -50,
      snr: 7,
      gateways: 1,
    });
  });
});
