import assert from "node:assert/strict";
import { Router, type InvalidMessage } from "../../src/connection/router";
import { Ledger } from "../../src/devices/ledger";
import type { Delivery, Recipient } from "../../src/connection/routes";
import type { Service } from "../../src/services/service";
import { stackService } from "../../src/services/stack";
import type { Kind } from "../../src/stack/kinds";
import { decodeMessage } from "../../src/stack/decode";
import { bytesOf } from "../stack/fixtures";

const ARRIVED = 1_000;
const SERVICE = stackService({ applicationId: "app1", apiKey: "" });
const topicOf = (device: string, end = "up"): string => `v3/app1/devices/${device}/${end}`;
const uplinkOf = (device: string, body: object = {}): Buffer =>
  bytesOf({ end_device_ids: { device_id: device }, uplink_message: body });

/** A recipient that remembers what it got and what it was asked. */
function recipient(more: Partial<Recipient> & { readonly devices?: readonly string[] } = {}) {
  const { devices, ...rest } = more;
  const got: Delivery[] = [];
  const asked = { devices: [] as string[], ports: [] as (number | undefined)[] };
  const { wantsPort } = rest;
  const one: Recipient = {
    kinds: new Set<Kind>(["uplink_message"]),
    everyDevice: devices === undefined,
    wantsDevice: (device) => {
      asked.devices.push(device);
      return devices?.includes(device) ?? true;
    },
    ...rest,
    ...(wantsPort
      ? {
          wantsPort: (port) => {
            asked.ports.push(port);
            return wantsPort(port);
          },
        }
      : {}),
    deliver: (delivery) => got.push(delivery),
  };
  return { one, got, asked };
}

function routerFor(service: Service = SERVICE) {
  const invalid: InvalidMessage[] = [];
  let decoded = 0;
  const counting: Service = {
    ...service,
    decode: (classified, bytes) => {
      decoded += 1;
      return service.decode(classified, bytes);
    },
  };
  const router = new Router(counting, (message) => invalid.push(message), new Ledger(service));
  const take = (device: string, body: object = {}): void =>
    router.take(topicOf(device), uplinkOf(device, body), ARRIVED);
  return { router, take, invalid, decodes: () => decoded };
}

describe("the router", () => {
  it("delivers to those who want the device, with topic, origin and time", () => {
    const { router, take } = routerFor();
    const [all, door, valve] = [
      recipient(),
      recipient({ devices: ["door"] }),
      recipient({ devices: ["valve"] }),
    ];
    for (const { one } of [all, door, valve]) router.add(one);
    take("door", { f_port: 3 });
    assert.deepEqual([all.got.length, door.got.length, valve.got.length], [1, 1, 0]);
    const [delivery] = door.got;
    assert.equal(delivery?.topic, topicOf("door"));
    assert.equal(delivery.arrivedAt, ARRIVED);
    assert.equal(delivery.origin.deviceId, "door");
    assert.equal(delivery.received.kind, "uplink_message");
  });

  it("parses what nobody wants not at all, and what one wants once", () => {
    const { router, take, decodes, invalid } = routerFor();
    router.take(topicOf("door"), Buffer.from("{bad"), ARRIVED);
    assert.equal(decodes(), 0);
    const { one } = recipient({ devices: ["door"] });
    router.add(one);
    router.take(topicOf("valve"), Buffer.from("{bad"), ARRIVED);
    router.take(topicOf("door", "join"), Buffer.from("{bad"), ARRIVED);
    assert.equal(decodes(), 0);
    take("door");
    assert.equal(decodes(), 1);
    assert.deepEqual(invalid, []);
  });

  it("gives each recipient a message of its own", () => {
    const { router, take } = routerFor();
    const all = [recipient(), recipient(), recipient({ devices: ["door"] })];
    for (const { one } of all) router.add(one);
    take("door", { decoded_payload: { a: { b: 1 } } });
    const messages = all.map(({ got }) => got[0]?.received.message);
    assert.equal(new Set(messages).size, 3);
    const bodies = messages.map((message) => (message as { uplink_message: object }).uplink_message);
    assert.equal(new Set(bodies).size, 3);
    assert.deepEqual(bodies[0], bodies[2]);
  });

  it("asks a recipient once per device, and once per FPort of it", () => {
    const { router, take } = routerFor();
    const { one, got, asked } = recipient({ devices: ["door"], wantsPort: (port) => port === 2 });
    router.add(one);
    for (let count = 0; count < 50; count++) {
      take("door", { f_port: 1 });
      take("door", { f_port: 2 });
      take("door");
      take("valve", { f_port: 2 });
    }
    assert.equal(got.length, 50);
    assert.deepEqual(asked.devices, ["door", "valve"]);
    assert.deepEqual(asked.ports, [1, 2, undefined]);
  });

  it("never asks one that wants all devices", () => {
    const { router, take } = routerFor();
    const { one, got, asked } = recipient();
    router.add(one);
    for (const device of ["a", "b", "c"]) take(device);
    assert.equal(got.length, 3);
    assert.deepEqual(asked.devices, []);
  });

  it("asks none of those that name their devices, and gives each its own", () => {
    const { router, take } = routerFor();
    const named = [["door"], ["door", "valve", "door"], ["lamp"]].map((devices) =>
      recipient({ devices, named: devices }),
    );
    for (const { one } of named) router.add(one);
    for (const device of ["door", "valve", "pump", "door"]) take(device);
    const came = named.map(({ got }) => got.map(({ origin }) => origin.deviceId));
    assert.deepEqual(came, [["door", "door"], ["door", "valve", "door"], []]);
    assert.deepEqual(
      named.flatMap(({ asked }) => asked.devices),
      [],
    );
  });

  it("asks again when a node comes or goes", () => {
    const { router, take } = routerFor();
    const first = recipient({ devices: ["door"] });
    const second = recipient({ devices: ["door"] });
    router.add(first.one);
    take("door");
    router.add(second.one);
    take("door");
    router.remove(first.one);
    take("door");
    assert.deepEqual([first.got.length, second.got.length], [2, 2]);
  });

  it("finds out once what to do with each of ten thousand devices, however often they come in turn", () => {
    const { router, take } = routerFor();
    const { one, asked } = recipient({ devices: ["door"] });
    router.add(one);
    for (let count = 0; count < 20_000; count++) take(`device-${count % 10_000}`);
    assert.equal(asked.devices.length, 10_000);
  });

  it("holds no more than some thousand devices, and still delivers", () => {
    const { router, take } = routerFor();
    const { one, got, asked } = recipient({ devices: ["door"] });
    router.add(one);
    take("door");
    for (let count = 0; count < 20_001; count++) take(`hostile-${count}`);
    take("door");
    assert.equal(got.length, 2);
    assert.equal(asked.devices.filter((device) => device === "door").length, 2, "forgotten and asked again");
  });

  it("holds no more than 256 FPorts of a device, and still filters", () => {
    const { router, take } = routerFor();
    const { one, got, asked } = recipient({ wantsPort: (port) => port === 900 || port === 1 });
    router.add(one);
    for (let port = 0; port < 1_000; port++) take("door", { f_port: port });
    for (const port of [1, 900, 900, 901]) take("door", { f_port: port });
    assert.deepEqual(
      got.map(
        ({ received }) => (received.message as { uplink_message: { f_port: number } }).uplink_message.f_port,
      ),
      [1, 900, 1, 900, 900],
    );
    assert.equal(asked.ports.filter((port) => port === 1).length, 1, "known");
    assert.equal(asked.ports.filter((port) => port === 900).length, 3, "not kept");
  });

  it("reports bad bytes and unknown topics, and ignores downlinks", () => {
    const { router, invalid } = routerFor();
    router.add(recipient().one);
    router.take(topicOf("door"), Buffer.from("{bad"), ARRIVED);
    router.take("v3/app1/devices/door/strange", Buffer.from("{}"), ARRIVED);
    router.take(topicOf("door", "down/push"), Buffer.from("{bad"), ARRIVED);
    assert.deepEqual(
      invalid.map(({ topic, problem }) => [topic, problem.problem]),
      [
        ["v3/app1/devices/door/up", "not_json"],
        ["v3/app1/devices/door/strange", "unknown_topic"],
      ],
    );
  });

  it("takes device and kind from the body where the topic names neither", () => {
    const broker: Service = {
      ...SERVICE,
      classify: () => ({ what: "message", kinds: ["uplink_message", "join_accept"] }),
      decode: (_classified, bytes) => decodeMessage(bytes),
    };
    const { router } = routerFor(broker);
    const door = recipient({ devices: ["door"] });
    const joins = recipient({ kinds: new Set(["join_accept"]) });
    router.add(door.one);
    router.add(joins.one);
    router.take("base/up", uplinkOf("door"), ARRIVED);
    router.take("base/up", uplinkOf("valve"), ARRIVED);
    const ids = { device_id: "valve", application_ids: { application_id: "app7" } };
    router.take("base/up", bytesOf({ end_device_ids: ids, join_accept: {} }), ARRIVED);
    assert.deepEqual([door.got.length, joins.got.length], [1, 1]);
    assert.deepEqual(joins.got[0]?.origin, { deviceId: "valve", applicationId: "app7" });
  });

  it("names the kinds that any node wants", () => {
    const { router } = routerFor();
    const one = recipient({ kinds: new Set<Kind>(["join_accept", "downlink_ack"]) }).one;
    router.add(one);
    router.add(recipient().one);
    assert.deepEqual([...router.kinds].sort(), ["downlink_ack", "join_accept", "uplink_message"]);
    router.remove(one);
    assert.deepEqual([...router.kinds], ["uplink_message"]);
  });
});
