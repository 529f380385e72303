import assert from "node:assert/strict";
import { captured } from "./fixtures";
import { commonFields } from "../../src/stack/summary";
import { eventMessage } from "../../src/stack/event";
import { joinMessage } from "../../src/stack/join";
import { uplinkMessage } from "../../src/stack/uplink";

/** The debug sidebar shows the first five fields of an object. */
const firstOf = (message: object): string => Object.keys(message).slice(0, 5).join(" ");

describe("what is read first of a message comes first", () => {
  it("of an uplink", () => {
    const { kind, message } = captured("uplink_message", "two gateways");
    const common = commonFields({ kind, message }, "topic", {}, 0);
    assert.equal(firstOf(uplinkMessage(common, message, 1)), "payload deviceId fPort fCnt radio");
  });

  it("of an event", () => {
    const failed = captured("downlink_failed", "not joined");
    const common = commonFields(failed, "topic", {}, 0);
    assert.equal(firstOf(eventMessage(common, failed, "why")), "event payload deviceId reason topic");
    assert.equal(firstOf(eventMessage(common, failed)), "event payload deviceId topic time");
  });

  it("of a join", () => {
    const join = captured("join_accept", "join");
    const common = commonFields(join, "topic", {}, 0);
    assert.equal(firstOf(joinMessage(common, join.message)), "payload deviceId topic time receivedAt");
  });
});
