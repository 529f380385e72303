import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { EVENT_NAMES, networkEvent } from "../../src/diagnosis/networkEvents";
import { isJsonObject } from "../../src/stack/check";
import { checkMessage } from "../../src/stack/decode";

const FIXTURE = path.resolve(__dirname, "../fixtures/event-stream.jsonl");

const events = readFileSync(FIXTURE, "utf8")
  .trim()
  .split("\n")
  .map((line) => {
    const value: unknown = JSON.parse(line);
    assert.ok(isJsonObject(value) && isJsonObject(value.result));
    return value.result;
  });

const named = (name: string, errorName?: string): Record<string, unknown> => {
  const found = events.find(
    (event) =>
      event.name === name && (errorName === undefined || JSON.stringify(event.data).includes(errorName)),
  );
  assert.ok(found, name);
  return found;
};

describe("an event of the network", () => {
  it("becomes a message with the stack's sentence, the error's name and what was sent", () => {
    const event = named("ns.up.join.cluster.fail");
    const found = networkEvent(event, "app1");
    assert.ok(found);
    assert.equal(found.topic, "events/ns.up.join.cluster.fail");
    assert.deepEqual(found.origin, { deviceId: "retry", applicationId: "app1" });
    assert.deepEqual(found.received, {
      kind: "join_error",
      message: {
        end_device_ids: {
          device_id: "retry",
          application_ids: { application_id: "app1" },
          dev_eui: "70B3D57ED0000008",
          join_eui: "70B3D57ED0000000",
          dev_addr: "0011FBD3",
        },
        correlation_ids: event.correlation_ids,
        received_at: event.time,
        join_error: {
          error: "MIC mismatch",
          name: "mic_mismatch",
          event: "ns.up.join.cluster.fail",
          data: event.data,
        },
      },
    });
  });

  const KINDS = [
    ["as.up.data.decode.fail", "script", "decoder_error"],
    ["as.up.data.decode.fail", "output_errors", "decoder_error"],
    ["as.down.data.encode.fail", "script", "encoder_error"],
    ["ns.down.transmission.fail", "TOO_LATE", "downlink_error"],
  ] as const;
  for (const [name, error, kind] of KINDS) {
    it(`is a ${kind} where it is ${name} with ${error}`, () => {
      const found = networkEvent(named(name, error), "app1");
      assert.ok(found);
      assert.equal(found.received.kind, kind);
      assert.ok(checkMessage(found.received.message, kind).ok);
    });
  }

  it("is none of ours where the stack only says what went well, or another application is meant", () => {
    for (const name of ["events.stream.start", "as.up.data.forward", "js.join.accept"])
      assert.equal(networkEvent(named(name), "app1"), undefined, name);
    assert.equal(networkEvent(named("ns.up.join.cluster.fail"), "app2"), undefined);
  });

  it("is asked for by a name that finds it, and none that is like it", () => {
    const names = new RegExp(EVENT_NAMES);
    assert.ok(names.test("as.up.data.decode.fail"));
    for (const other of [
      "as.down.data.decode.fail",
      "xas.up.data.decode.fail",
      "as.up.data.decode.failure",
      "asXup.data.drop",
    ])
      assert.ok(!names.test(other), other);
  });

  it("never throws, whatever stands in it", () => {
    const values = [null, 0, "", "x".repeat(5_000), [], [null], {}, { device_ids: 5 }, { __proto__: null }];
    const event = named("ns.up.join.cluster.fail");
    for (const field of Object.keys(event))
      for (const value of values) networkEvent({ ...event, [field]: value }, "app1");
    const error = {
      ...event,
      data: { message_format: "<b>{x}</b>", attributes: { x: { y: [1] } }, name: 5 },
    };
    const found = networkEvent(error, "app1")?.received;
    assert.ok(found?.kind === "join_error" && "event" in found.message.join_error);
    assert.deepEqual(found.message.join_error.data, {});
  });

  it("has no ID that is none", () => {
    const event = named("ns.up.join.cluster.fail");
    for (const id of ["<b>", "", "A", "x".repeat(40), 5]) {
      const identifiers = [{ device_ids: { device_id: id, application_ids: { application_id: "app1" } } }];
      assert.equal(networkEvent({ ...event, identifiers }, "app1"), undefined, String(id));
    }
  });
});
