import assert from "node:assert/strict";
import { Router } from "../../src/connection/router";
import { Ledger } from "../../src/devices/ledger";
import { pubsubService } from "../../src/services/pubsub";
import { stackService } from "../../src/services/stack";
import type { Kind } from "../../src/stack/kinds";
import { bytesOf, capturesOf } from "../stack/fixtures";

const SERVICE = stackService({ applicationId: "app1", apiKey: "" });
const topicOf = (device: string, end = "up"): string => `v3/app1/devices/${device}/${end}`;
const always = (): boolean => true;

/** A router that reads uplinks, and what it has noted. */
function noting(kinds: readonly Kind[] = ["uplink_message"]) {
  const ledger = new Ledger(SERVICE);
  const router = new Router(SERVICE, () => undefined, ledger);
  router.add({
    kinds: new Set(kinds),
    everyDevice: true,
    wantsDevice: always,
    // A flow may do what it likes to its message.
    deliver: ({ received }) => void Object.assign(received.message, { end_device_ids: null }),
  });
  let now = 1_000;
  const take = (device: string, body: object = {}, ids: object = {}): void =>
    router.take(
      topicOf(device),
      bytesOf({ end_device_ids: { device_id: device, ...ids }, uplink_message: body }),
      now++,
    );
  const pass = (ms: number): void => void (now += ms);
  return { ledger, router, take, pass };
}

const portsOf = (ledger: Ledger): (number | undefined)[] =>
  ledger.lastUplinks(always, always).map(({ fPort }) => fPort);

describe("what is kept of the ledger", () => {
  it("is not each uplink of a flood, but the first of every device, and later ones when it is over", () => {
    const { ledger, take, pass } = noting();
    for (let value = 1; value <= 300; value++) take("door", { f_port: 1, f_cnt: value });
    take("valve", { f_port: 1, f_cnt: 1 });
    const countOf = (id: string): unknown => {
      const delivery = ledger.lastUplinks((device) => device === id, always)[0]?.read();
      return delivery?.received.kind === "uplink_message" && delivery.received.message.uplink_message.f_cnt;
    };
    assert.deepEqual([countOf("door"), countOf("valve")], [100, 1]);
    pass(1_000);
    take("door", { f_port: 1, f_cnt: 301 });
    assert.equal(countOf("door"), 301);
  });

  it("is the last uplink also after the clock of this machine was set back", () => {
    const { ledger, take, pass } = noting();
    const last = (): unknown[] => {
      const [uplink] = ledger.lastUplinksOf("door");
      const received = uplink?.read()?.received;
      return [uplink?.fPort, received?.kind === "uplink_message" && received.message.uplink_message.f_cnt];
    };
    take("door", { f_port: 1, f_cnt: 1 });
    take("door", { f_port: 2, f_cnt: 2 });
    pass(-3_600_000);
    take("door", { f_port: 1, f_cnt: 3 });
    assert.deepEqual(last(), [1, 3]);
    pass(-3_600_000);
    for (let number = 0; number < 150; number++) {
      take("valve", { f_port: 1 });
      pass(1_000);
    }
    take("door", { f_port: 1, f_cnt: 4 });
    assert.deepEqual(last(), [1, 4]);
  });

  it("is the last uplink of each device on each FPort, the latest first, whatever a flow did to it", () => {
    const { ledger, take } = noting();
    take("door", { f_port: 1, frm_payload: "AQ==" });
    take("valve", { f_port: 2 });
    take("door", { f_port: 3 });
    take("door", { f_port: 1, frm_payload: "Ag==" });
    take("door");
    const last = ledger.lastUplinks(always, always);
    assert.deepEqual(
      last.map(({ device, fPort, at }) => [device.deviceId, fPort, at]),
      [
        ["door", undefined, 1004],
        ["door", 1, 1003],
        ["door", 3, 1002],
        ["valve", 2, 1001],
      ],
    );
    const delivery = last[1]?.read();
    assert.ok(delivery?.received.kind === "uplink_message");
    assert.equal(delivery.received.message.uplink_message.frm_payload, "Ag==");
    assert.deepEqual([delivery.topic, delivery.arrivedAt], [topicOf("door"), 1003]);
    assert.equal(delivery.origin.deviceId, "door");
    assert.notEqual(last[1]?.read()?.received.message, delivery.received.message, "a copy each time");
  });

  it("can be asked for devices and FPorts", () => {
    const { ledger, take } = noting();
    for (const device of ["door", "valve"]) for (const f_port of [1, 2]) take(device, { f_port });
    const found = ledger.lastUplinks(
      (device) => device === "valve",
      (fPort) => fPort === 2,
    );
    assert.deepEqual(
      found.map(({ device, fPort }) => [device.deviceId, fPort]),
      [["valve", 2]],
    );
  });

  it("is read again as it came: every captured uplink, text beyond ASCII too", () => {
    const { ledger, router, take } = noting();
    for (const { topic, payload } of capturesOf("uplink_message")) {
      router.take(topic, bytesOf(payload), 2_000);
      const [latest] = ledger.lastUplinks((device) => topic === topicOf(device), always);
      assert.ok(latest?.read());
    }
    take("door", { f_port: 1, decoded_payload: { größe: "日本 🚪" } });
    const delivery = ledger.lastUplinks((device) => device === "door", always)[0]?.read();
    assert.ok(delivery?.received.kind === "uplink_message");
    assert.deepEqual(delivery.received.message.uplink_message.decoded_payload, { größe: "日本 🚪" });
  });

  it("is only the name of a device whose messages nobody reads", () => {
    const { ledger, take } = noting(["join_accept"]);
    take("door", { f_port: 1 }, { dev_eui: "70B3D57ED0000001" });
    const [device] = ledger.devices;
    assert.deepEqual([device?.deviceId, device?.eui, device?.at], ["door", undefined, 1000]);
    assert.deepEqual(portsOf(ledger), []);
    assert.ok(ledger.has("door") && !ledger.has("valve"));
  });

  it("is read again where only the body names the device", () => {
    const service = pubsubService({ topics: new Map([["uplink_message", "ttn/up"]]), qos: 1 });
    const ledger = new Ledger(service);
    const router = new Router(service, () => undefined, ledger);
    router.add({
      kinds: new Set(["uplink_message"] as const),
      everyDevice: true,
      wantsDevice: always,
      deliver: () => undefined,
    });
    const ids = { device_id: "door", application_ids: { application_id: "app1" } };
    router.take("ttn/up", bytesOf({ end_device_ids: ids, uplink_message: { f_port: 3 } }), 1_000);
    const delivery = ledger.lastUplinks(always, always)[0]?.read();
    assert.deepEqual(delivery?.origin, { deviceId: "door", applicationId: "app1" });
    assert.deepEqual([...ledger], ["door"]);
  });

  it("has the EUI, and not what is none", () => {
    const { ledger, take } = noting();
    take("door", {}, { dev_eui: "70B3D57ED0000001" });
    take("door", {}, { dev_eui: "7".repeat(1_000) });
    take("valve");
    assert.deepEqual(
      [...ledger.devices].map(({ eui }) => eui),
      ["70B3D57ED0000001", undefined],
    );
  });

  describe("is bounded:", () => {
    it("ten thousand devices, of which those not seen for longest go first", () => {
      const { ledger, take } = noting();
      for (let index = 0; index < 10_000; index++) take(`device-${index}`);
      take("device-0");
      take("one-more");
      assert.ok(ledger.size <= 10_000 && ledger.size > 5_000, String(ledger.size));
      assert.ok(ledger.has("one-more") && ledger.has("device-0") && ledger.has("device-9999"));
      assert.ok(!ledger.has("device-1"));
    });

    it("one that went and comes again is known again", () => {
      const ledger = new Ledger(SERVICE);
      const first = ledger.see("door", 1);
      for (let index = 0; index < 10_000; index++) ledger.see(`device-${index}`, 2 + index);
      assert.ok(first && !ledger.has("door"));
      ledger.seeAgain(first, 20_000);
      assert.ok(ledger.has("door"));
    });

    it("sixteen FPorts of a device", () => {
      const { ledger, take, pass } = noting();
      for (let f_port = 1; f_port <= 223; f_port++) {
        take("door", { f_port });
        pass(20);
      }
      assert.deepEqual(
        portsOf(ledger),
        Array.from({ length: 16 }, (_, index) => 223 - index),
      );
    });

    it("four million bytes in all, of which those of devices not seen for longest go first", () => {
      const { ledger, take } = noting();
      const kept = (): number => ledger.lastUplinks(always, always).reduce((sum, { size }) => sum + size, 0);
      for (let index = 0; index < 400; index++) {
        take(`device-${index}`, { f_port: index % 20, decoded_payload: { text: "x".repeat(30_000) } });
        assert.ok(kept() <= 4_000_000);
      }
      assert.ok(kept() > 1_500_000);
      assert.equal(ledger.size, 400, "the names stay");
      const last = ledger.lastUplinks(always, always);
      assert.ok(last.at(0)?.read());
      assert.equal(last.at(-1)?.read(), undefined);
    });

    it("counts again what was given up, and what was replaced", () => {
      const { ledger, take } = noting();
      for (let round = 0; round < 400; round++)
        take("door", { f_port: round % 40, decoded_payload: { text: "x".repeat(30_000) } });
      take("valve", { f_port: 1 });
      assert.ok(ledger.lastUplinks(always, always).every((uplink) => uplink.read()));
    });

    it("no message of more than 32 kB, and no name that no device has", () => {
      const { ledger, take } = noting();
      take("door", { f_port: 1, decoded_payload: { text: "x".repeat(40_000) } });
      take("d".repeat(10_000), { f_port: 1 });
      assert.deepEqual([...ledger], ["door"]);
      assert.deepEqual(portsOf(ledger), [1]);
      assert.equal(ledger.lastUplinks(always, always)[0]?.read(), undefined);
    });

    it("names like those of JavaScript's own properties are names", () => {
      const { ledger, take } = noting();
      for (const name of ["__proto__", "constructor", "<img src=x onerror=alert(1)>"])
        take(name, { f_port: 1 });
      assert.equal(ledger.size, 3);
      assert.ok(ledger.has("__proto__") && !ledger.has("toString"));
    });
  });
});
