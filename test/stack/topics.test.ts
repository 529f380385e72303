import assert from "node:assert/strict";
import { STACK_KINDS, TOPIC_OF_KIND } from "../../src/stack/kinds";
import { downlinkTopic, messageTopicFilter, parseTopic } from "../../src/stack/topics";
import { captureFiles, capturesOf, exchanged } from "./fixtures";

describe("a topic", () => {
  for (const kind of STACK_KINDS) {
    it(`is of ${kind} by its end ${TOPIC_OF_KIND[kind]}`, () => {
      const end = TOPIC_OF_KIND[kind];
      assert.deepEqual(parseTopic(`v3/app1@ttn/devices/dev1/${end}`), {
        applicationId: "app1",
        tenantId: "ttn",
        deviceId: "dev1",
        kind,
      });
      assert.deepEqual(parseTopic(`v3/app1/devices/dev1/${end}`), {
        applicationId: "app1",
        deviceId: "dev1",
        kind,
      });
    });

    it(`is recognised in every capture of ${kind}`, () => {
      const captures = capturesOf(kind);
      assert.ok(captures.length > 0);
      for (const { topic } of captures) assert.equal(parseTopic(topic)?.kind, kind);
    });
  }

  it("is recognised in every exchange", () => {
    assert.equal(captureFiles().length, STACK_KINDS.length + 3);
    for (const { topic } of exchanged())
      assert.notEqual(parseTopic(topic)?.kind ?? "unknown", "unknown", topic);
  });

  it("says when it is one that downlinks are published to", () => {
    assert.equal(parseTopic("v3/app1/devices/dev1/down/push")?.kind, "downlink_push");
    assert.equal(parseTopic("v3/app1/devices/dev1/down/replace")?.kind, "downlink_replace");
  });

  it("is of an unknown kind with an unknown end", () => {
    for (const end of [
      "",
      "up/",
      "UP",
      "up/other",
      "down",
      "down/nnack",
      "ack",
      "hasOwnProperty",
      "constructor",
    ]) {
      assert.equal(parseTopic(`v3/app1/devices/dev1/${end}`)?.kind, "unknown", end);
    }
  });

  it("tells ack and nack apart", () => {
    assert.equal(parseTopic("v3/app1/devices/dev1/down/ack")?.kind, "downlink_ack");
    assert.equal(parseTopic("v3/app1/devices/dev1/down/nack")?.kind, "downlink_nack");
  });

  for (const id of ["up-app", "devices", "down", "v3x", "ack"]) {
    it(`may have an application and a device called ${id}`, () => {
      assert.deepEqual(parseTopic(`v3/${id}/devices/${id}/up`), {
        applicationId: id,
        deviceId: id,
        kind: "uplink_message",
      });
    });
  }

  for (const topic of [
    "",
    "v3",
    "v3/",
    "v3/app1",
    "v3/app1/devices",
    "v3/app1/devices/",
    "v3/app1/devices/dev1",
    "v3/app1/devices//up",
    "v3//devices/dev1/up",
    "v3/@ttn/devices/dev1/up",
    "/v3/app1/devices/dev1/up",
    "v2/app1/devices/dev1/up",
    "app1/devices/dev1/up",
    "v3/app1/gateways/dev1/up",
  ]) {
    it(`is none of ours: ${JSON.stringify(topic)}`, () => assert.equal(parseTopic(topic), undefined));
  }

  it("is written with a tenant only where there is one", () => {
    assert.equal(messageTopicFilter("app1", "ttn", "downlink_ack"), "v3/app1@ttn/devices/+/down/ack");
    assert.equal(
      messageTopicFilter("app1", undefined, "downlink_queue_invalidated"),
      "v3/app1/devices/+/down/invalidated",
    );
    assert.equal(messageTopicFilter("app1", "", "uplink_message"), "v3/app1/devices/+/up");
    assert.equal(downlinkTopic("app1", undefined, "dev1", "push"), "v3/app1/devices/dev1/down/push");
    assert.equal(
      downlinkTopic("up-app", "ttn", "dev1", "replace"),
      "v3/up-app@ttn/devices/dev1/down/replace",
    );
  });
});
