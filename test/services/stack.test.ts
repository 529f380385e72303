import assert from "node:assert/strict";
import { stackService } from "../../src/services/stack";
import { STACK_KINDS, type Kind } from "../../src/stack/kinds";
import { bytesOf, capturesOf } from "../stack/fixtures";

const service = (applicationId = "app1", tenantId?: string) =>
  stackService({ applicationId, apiKey: "key", ...(tenantId === undefined ? {} : { tenantId }) });
const filters = (kinds: readonly Kind[], tenantId?: string): string[] =>
  service("app1", tenantId)
    .subscriptions(new Set(kinds))
    .map(({ filter }) => filter);

/** MQTT's own rule for filters of `+` and names. */
const matches = (filter: string, topic: string): boolean => {
  const [wanted, levels] = [filter.split("/"), topic.split("/")];
  return (
    wanted.length === levels.length &&
    wanted.every((level, index) => level === "+" || level === levels[index])
  );
};

describe("the stack as a service", () => {
  it("signs in as the application, with its tenant or without", () => {
    assert.deepEqual(service().login, { username: "app1", password: "key", clean: true });
    assert.equal(service("app1", "ttn").login.username, "app1@ttn");
  });

  it("subscribes to one filter for each kind, with the tenant or without", () => {
    assert.deepEqual(filters(["uplink_message"]), ["v3/app1/devices/+/up"]);
    assert.deepEqual(filters(["downlink_queue_invalidated", "join_accept"], "ttn"), [
      "v3/app1@ttn/devices/+/down/invalidated",
      "v3/app1@ttn/devices/+/join",
    ]);
    assert.deepEqual(filters([]), []);
    assert.deepEqual(filters(["uplink_error"]), [], "only V2 has those");
  });

  it("subscribes to filters of which no two take the same message", () => {
    const all = filters(STACK_KINDS);
    assert.equal(new Set(all).size, STACK_KINDS.length);
    for (const kind of STACK_KINDS) {
      for (const { topic } of capturesOf(kind)) {
        assert.equal(all.filter((filter) => matches(filter, topic)).length, 1, topic);
      }
    }
  });

  it("tells kind and device by the topic", () => {
    for (const kind of STACK_KINDS) {
      for (const { topic } of capturesOf(kind)) {
        const classified = service().classify(topic);
        assert.ok(classified.what === "message", topic);
        assert.deepEqual(classified.kinds, [kind]);
        assert.equal(classified.origin?.deviceId, topic.split("/")[3]);
      }
    }
  });

  it("is not misled by names: applications called devices or up-app, tenants", () => {
    const originOf = (topic: string): unknown => {
      const classified = service().classify(topic);
      return classified.what === "message" ? [classified.kinds[0], classified.origin] : classified.what;
    };
    const devices = { applicationId: "devices", deviceId: "devices", kind: "uplink_message" };
    assert.deepEqual(originOf("v3/devices/devices/devices/up"), ["uplink_message", devices]);
    const named = { applicationId: "up-app", tenantId: "up", deviceId: "up", kind: "downlink_nack" };
    assert.deepEqual(originOf("v3/up-app@up/devices/up/down/nack"), ["downlink_nack", named]);
    assert.equal(originOf("v3/app1/devices/door/down/ack/x"), "unknown");
  });

  it("leaves downlinks to others, also its own that a broker echoes", () => {
    for (const end of ["down/push", "down/replace"])
      assert.deepEqual(service().classify(`v3/app1/devices/door/${end}`), { what: "other" });
  });

  it("knows no other topic", () => {
    for (const topic of [
      "",
      "/",
      "v3",
      "v3/app1/devices//up",
      "v3/app1/devices/door/up/",
      "v2/app1/devices/door/up",
    ])
      assert.deepEqual(service().classify(topic), { what: "unknown" }, topic);
  });

  it("reads only the kind that the topic names", () => {
    const classified = service().classify("v3/app1/devices/door/up");
    assert.ok(classified.what === "message");
    const ids = { end_device_ids: { device_id: "door" } };
    assert.equal(service().decode(classified, bytesOf({ ...ids, uplink_message: {} })).ok, true);
    assert.deepEqual(service().decode(classified, bytesOf({ ...ids, join_accept: {} })), {
      ok: false,
      problem: { problem: "other_kind", expected: "uplink_message", found: "join_accept" },
    });
  });
});
