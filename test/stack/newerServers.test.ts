import assert from "node:assert/strict";
import { eventMessage, type EventMessage } from "../../src/stack/event";
import { STACK_KINDS, TOPIC_OF_KIND, type StackKind } from "../../src/stack/kinds";
import { joinMessage } from "../../src/stack/join";
import { batteryOf, locationIn } from "../../src/stack/metadata";
import { errorSentence } from "../../src/stack/stackError";
import { commonFields, type CommonFields } from "../../src/stack/summary";
import { uplinkMessage, uplinkPayload } from "../../src/stack/uplink";
import { documented, documentedOf, problemOf, received, uplink, type ReceivedOf } from "./fixtures";

const DEVICE = {
  id: "meter-1",
  eui: "70B3D57ED0051010",
  joinEui: "70B3D57ED0000000",
  addr: "01A2B3C4",
  applicationId: "app1",
  attributes: { site: "north", floor: "2" },
  brand: "acme",
  model: "flow-2",
  firmware: "1.2",
  location: { latitude: 52.37, longitude: 4.89, altitude: 3 },
};

const commonOf = (message: ReceivedOf<StackKind>): CommonFields => commonFields(message, "", {}, 0);

const eventOf = (message: ReceivedOf<StackKind>): EventMessage => eventMessage(commonOf(message), message);

const viewOf = (body: object): { device: CommonFields["device"]; battery?: number } => {
  const message = uplink(body);
  return uplinkMessage(commonOf(message), message.message, undefined);
};

const batteryIn = (last: object): number | undefined =>
  batteryOf(uplink({ last_battery_percentage: last }).message.uplink_message);

describe("messages of newer servers", () => {
  it("are valid, all that are documented", () => {
    for (const { name, topic, payload } of documented()) {
      const kind = STACK_KINDS.find((one) => topic.endsWith(`/meter-1/${TOPIC_OF_KIND[one]}`));
      assert.ok(kind, name);
      received(payload, kind);
    }
  });

  it("tell of an uplink the battery in percent, and what the stack knows of the device", () => {
    const message = documentedOf("uplink_message", "uplink with battery and attributes");
    const fields = uplinkMessage(commonOf(message), message.message, undefined);
    assert.equal(fields.battery, 90.118576);
    assert.deepEqual(fields.device, DEVICE);
  });

  it("tell of a join what the stack knows of the device", () => {
    const message = documentedOf("join_accept", "join with attributes");
    assert.deepEqual(joinMessage(commonOf(message), message.message).device, DEVICE);
  });

  for (const [kind, name] of [
    ["uplink_normalized", "measurement with new members"],
    ["downlink_sent", "sent with attributes"],
    ["downlink_nack", "class C nack without an uplink"],
    ["downlink_failed", "failed with escaped attributes"],
    ["downlink_queue_invalidated", "invalidated with attributes"],
    ["service_data", "service data with attributes"],
  ] as const)
    it(`tell of ${kind} what the stack knows of the device`, () =>
      assert.deepEqual(eventOf(documentedOf(kind, name)).device, DEVICE));

  it("have no attributes of a device where they are those of the service that solved its location", () => {
    const { device } = eventOf(
      documentedOf("location_solved", "solved location with the attributes of its service"),
    );
    assert.ok(!("attributes" in device));
  });

  it("say in plain text why a downlink failed", () => {
    const failed = documentedOf("downlink_failed", "failed with escaped attributes");
    assert.equal(
      errorSentence(failed.message.downlink_failed.error ?? {}),
      `failed to schedule: can't reach "roof" & <others>`,
    );
  });

  it("pass members of a normalized payload that no version so far has had", () => {
    const members = { battery: 3.6, soil: { pF: 2 }, "new kind": [{ deep: [null, "x", 1] }], action: "open" };
    const message = uplink({ normalized_payload: [members, {}] });
    assert.deepEqual(uplinkPayload(message.message, { output: "normalized", missing: "error" }), {
      outcome: "payload",
      payload: [members, {}],
    });
    const single = received(
      { end_device_ids: { device_id: "dev1" }, uplink_normalized: { normalized_payload: members } },
      "uplink_normalized",
    );
    assert.deepEqual(single.message.uplink_normalized.normalized_payload, members);
  });
});

describe("the battery", () => {
  it("is a number from 0 to 100, both included", () => {
    for (const value of [0, 0.5, 52.569168, 100]) assert.equal(batteryIn({ value }), value);
  });

  it("is absent where it is not known or no percentage", () => {
    assert.equal(batteryIn({}), undefined);
    assert.equal(batteryIn({ f_cnt: 1, received_at: "2026-04-16T05:54:13Z" }), undefined);
    for (const value of ["NaN", "Infinity", "-Infinity", -1, 100.5, 255, 1e300])
      assert.equal(batteryIn({ value }), undefined, String(value));
    assert.ok(!("battery" in viewOf({})));
    assert.ok(!("battery" in viewOf({ last_battery_percentage: { value: "NaN" } })));
  });

  it("of another type is told, as of every known field", () => {
    for (const [last, path] of [
      [{ value: "90" }, "value"],
      [{ value: null }, "value"],
      [{ f_cnt: "14" }, "f_cnt"],
      [{ received_at: 1 }, "received_at"],
    ] as const) {
      const problem = problemOf({
        end_device_ids: { device_id: "dev1" },
        uplink_message: { last_battery_percentage: last },
      });
      assert.ok(problem.problem === "wrong_type");
      assert.equal(problem.path, `uplink_message.last_battery_percentage.${path}`);
    }
  });
});

describe("what the stack knows of a device", () => {
  it("has only what is sent", () => {
    assert.deepEqual(viewOf({}).device, { id: "dev1" });
    assert.deepEqual(viewOf({ version_ids: { brand_id: "", hardware_version: "1.0" } }).device, {
      id: "dev1",
    });
    assert.deepEqual(viewOf({ version_ids: { model_id: "flow-2" }, locations: {} }).device, {
      id: "dev1",
      model: "flow-2",
    });
  });

  it("has attributes of its own: a flow that changes them changes nothing else", () => {
    const message = uplink({ attributes: { site: "north" } });
    const { device } = commonOf(message);
    assert.ok(device.attributes);
    device.attributes.site = "south";
    assert.deepEqual(message.message.uplink_message.attributes, { site: "north" });
  });

  it("has hostile names of attributes as own ones, and no other prototype by them", () => {
    const body: unknown = JSON.parse(
      '{"attributes":{"__proto__":"x","constructor":"y","toString":"z"},"locations":{"__proto__":{"latitude":1}}}',
    );
    assert.ok(typeof body === "object" && body !== null);
    const { device } = viewOf(body);
    assert.deepEqual(Object.keys(device.attributes ?? {}), ["__proto__", "constructor", "toString"]);
    assert.equal(Object.getPrototypeOf(device.attributes), Object.prototype);
    assert.deepEqual(device.location, { latitude: 1, longitude: 0 });
  });

  it("has all attributes and their whole texts: a message has a largest size, and they are in it anyway", () => {
    const attributes = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, i) => [`key-${i}`, "x".repeat(100)]),
    );
    assert.deepEqual(viewOf({ attributes }).device.attributes, attributes);
  });

  it("of another type is told, as of every known field", () => {
    for (const [body, path] of [
      [{ attributes: ["a"] }, "attributes"],
      [{ attributes: { site: 1 } }, "attributes.site"],
      [{ attributes: { site: null } }, "attributes.site"],
      [{ version_ids: { brand_id: 1 } }, "version_ids.brand_id"],
      [{ version_ids: "acme" }, "version_ids"],
      [{ locations: { user: { latitude: "52" } } }, "locations.user.latitude"],
    ] as const)
      for (const kind of ["uplink_message", "join_accept", "downlink_failed", "service_data"]) {
        const problem = problemOf({ end_device_ids: { device_id: "dev1" }, [kind]: body });
        assert.ok(problem.problem === "wrong_type");
        assert.equal(problem.path, `${kind}.${path}`);
      }
  });
});

describe("the location of a device", () => {
  const user = { latitude: 1, longitude: 2, altitude: 3, accuracy: 4, source: "SOURCE_REGISTRY" };
  const payload = { latitude: 5, longitude: 6, source: "SOURCE_GPS" };
  const service = { latitude: 7, longitude: 8 };

  it("is what its payload said, then what its owner has set, then what a service has estimated", () => {
    assert.deepEqual(locationIn({ service, user, "frm-payload": payload }), { latitude: 5, longitude: 6 });
    assert.deepEqual(locationIn({ service, user }), { latitude: 1, longitude: 2, altitude: 3 });
    assert.deepEqual(locationIn({ service }), service);
    const better = { latitude: 9, longitude: 10, accuracy: 20 };
    assert.deepEqual(locationIn({ rough: { ...service, accuracy: 500 }, better, unknown: service }), {
      latitude: 9,
      longitude: 10,
    });
  });

  it("on the equator or at Greenwich has the 0 that is not sent", () => {
    assert.deepEqual(locationIn({ user: { longitude: 6 } }), { latitude: 0, longitude: 6 });
    assert.deepEqual(locationIn({ user: { latitude: 5 } }), { latitude: 5, longitude: 0 });
  });

  it("is the next best one where one has no coordinates, and absent where none has", () => {
    assert.deepEqual(locationIn({ user: { altitude: 3 }, service }), service);
    assert.deepEqual(locationIn({ "frm-payload": { latitude: "NaN", longitude: 1 }, user: payload }), {
      latitude: 5,
      longitude: 6,
    });
    assert.equal(locationIn({ user: {}, service: { latitude: "Infinity" } }), undefined);
    assert.equal(locationIn({}), undefined);
  });
});
