import assert from "node:assert/strict";
import { buildOrder } from "../../../src/downlink/build";
import { EVENT_KINDS } from "../../../src/stack/event";
import { NETWORK_KINDS, STACK_KINDS, type Kind } from "../../../src/stack/kinds";
import { service, topicOf } from "./messages";

const ALL = new Set<Kind>([...STACK_KINDS, ...NETWORK_KINDS, ...EVENT_KINDS]);
const filters = (kinds: Iterable<Kind>): string[] =>
  service.subscriptions(new Set(kinds)).map(({ filter }) => filter);

describe("V2 as a service", () => {
  it("signs in as the application, with its access key", () => {
    assert.deepEqual(service.login, { username: "my_app", password: "ttn-account-v2.secret", clean: true });
  });

  it("subscribes to what is wanted, for all devices", () => {
    assert.deepEqual(filters(["uplink_message"]), ["my_app/devices/+/up"]);
    assert.deepEqual(filters(["downlink_ack"]), [
      "my_app/devices/+/events/ack",
      "my_app/devices/+/events/down/acks",
    ]);
    assert.deepEqual(
      filters(["downlink_nack", "service_data", "location_solved"]),
      [],
      "V2 has none of these",
    );
    assert.deepEqual(filters(ALL), [
      "my_app/devices/+/up",
      "my_app/devices/+/events/activations",
      "my_app/devices/+/events/down/scheduled",
      "my_app/devices/+/events/down/sent",
      "my_app/devices/+/events/ack",
      "my_app/devices/+/events/down/acks",
      "my_app/devices/+/events/down/errors",
      "my_app/devices/+/events/up/errors",
      "my_app/devices/+/events/activations/errors",
    ]);
  });

  it("takes each message by one filter only, and no field of an uplink by any", () => {
    const matching = (topic: string): number =>
      filters(ALL).filter((filter) => {
        const [wanted, levels] = [filter.split("/"), topic.split("/")];
        return (
          wanted.length === levels.length &&
          wanted.every((level, index) => level === "+" || level === levels[index])
        );
      }).length;
    for (const filter of filters(ALL)) assert.equal(matching(filter.replace("+", "door_1")), 1, filter);
    for (const end of ["up/led", "up/gps/lat", "down", "events/create", "events/update", "events/delete"])
      assert.equal(matching(topicOf(end)), 0, end);
  });

  it("tells kind and device by the topic", () => {
    for (const { filter, kinds } of service.subscriptions(ALL)) {
      assert.deepEqual(service.classify(filter.replace("+", "door_1")), {
        what: "message",
        kinds,
        origin: { applicationId: "my_app", deviceId: "door_1" },
      });
    }
  });

  it("is not misled by names: applications and devices called devices, up or events", () => {
    const originOf = (topic: string): unknown => {
      const classified = service.classify(topic);
      return classified.what === "message" ? [classified.kinds[0], classified.origin] : classified.what;
    };
    assert.deepEqual(originOf("devices/devices/devices/up"), [
      "uplink_message",
      { applicationId: "devices", deviceId: "devices" },
    ]);
    assert.deepEqual(originOf("up/devices/up/events/ack"), [
      "downlink_ack",
      { applicationId: "up", deviceId: "up" },
    ]);
    assert.equal(originOf("app/devices/up/up/up"), "other");
  });

  it("leaves alone what is nobody's message: fields, registry events, downlinks of others", () => {
    for (const end of ["up/led", "up/gps/lat", "down", "events/create", "events/update", "events/delete"])
      assert.deepEqual(service.classify(topicOf(end)), { what: "other" }, end);
  });

  it("knows no other topic", () => {
    for (const topic of [
      "",
      "/",
      "my_app",
      "my_app/devices//up",
      "/devices/door/up",
      "my_app/devices/door",
      "my_app/devices/door/up2",
      topicOf("events"),
      topicOf("events/down"),
      topicOf("events/down/unknown"),
      topicOf("events/ack/x"),
      "v3/my_app/devices/door/up",
      "my_app/events/activations",
    ])
      assert.deepEqual(service.classify(topic), { what: "unknown" }, topic);
  });
});

describe("a downlink for V2", () => {
  const publish = (values: object) => {
    const built = buildOrder(
      { device: "door_1", fPort: 1, encoding: "bytes", ...values },
      service.downlinkLimits,
      0,
    );
    assert.ok(built.ok, JSON.stringify(built));
    const { order } = built;
    assert.ok(order.operation === "push" || order.operation === "replace");
    const { deviceId, operation, items } = order;
    const { topic, payload, qos } = service.encodeDownlink(deviceId, operation, items);
    return { topic, qos, message: JSON.parse(Buffer.from(payload).toString()) as unknown };
  };

  it("goes out in V2's words: last in the queue, or in place of it", () => {
    assert.deepEqual(publish({ payload: [190, 239] }), {
      topic: "my_app/devices/door_1/down",
      qos: 1,
      message: { port: 1, confirmed: false, schedule: "last", payload_raw: "vu8=" },
    });
    assert.deepEqual(publish({ payload: [1], operation: "replace", confirmed: true, fPort: 223 }).message, {
      port: 223,
      confirmed: true,
      schedule: "replace",
      payload_raw: "AQ==",
    });
  });

  it("may have fields for V2's encoder", () => {
    assert.deepEqual(publish({ payload: { led: true }, encoding: "decoded" }).message, {
      port: 1,
      confirmed: false,
      schedule: "last",
      payload_fields: { led: true },
    });
  });

  it("is refused with what V2 cannot say, never without a word", () => {
    const refusalOf = (values: object): string => {
      const built = buildOrder(
        { device: "door_1", fPort: 1, encoding: "bytes", payload: [1], ...values },
        service.downlinkLimits,
        0,
      );
      assert.ok(!built.ok, JSON.stringify(values));
      return built.refusal.key.replace("error.invalid-downlink.", "");
    };
    assert.equal(refusalOf({ operation: "clear" }), "limit-clear");
    assert.equal(refusalOf({ operation: "clear", encoding: "downlinks" }), "limit-clear");
    for (const priority of ["LOWEST", "HIGH", "highest"])
      assert.equal(refusalOf({ priority }), "limit-priority", priority);
    assert.equal(refusalOf({ correlationIds: "x" }), "limit");
    assert.equal(refusalOf({ gateways: [{ id: "roof" }] }), "limit");
    assert.equal(refusalOf({ absoluteTime: "2030-01-01T00:00:00Z" }), "limit");
    assert.equal(refusalOf({ maxAttempts: 3 }), "limit");
    assert.equal(
      refusalOf({ encoding: "downlinks", payload: [{ f_port: 1, frm_payload: "AQ==" }] }),
      "limit-objects",
    );
    assert.equal(refusalOf({ encoding: "downlinks", payload: [], operation: "replace" }), "limit-objects");
    for (const device of ["Door_1", "a", "a__b", "_a", "a-", "x".repeat(73)])
      assert.match(refusalOf({ device }), /^device-v2/, device);
  });

  it("takes what says nothing to V2: no IDs, no gateways, the usual priority, and short names", () => {
    publish({
      payload: [1],
      correlationIds: [],
      gateways: [],
      priority: "normal",
      maxAttempts: "",
      absoluteTime: "",
    });
    publish({ payload: [1], device: "ab" });
    publish({ payload: [1], device: "a_b-c" });
  });
});
