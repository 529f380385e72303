import assert from "node:assert/strict";
import { Bridge } from "../../src/homeassistant/bridge";
import { devicesIn, keptOf } from "../../src/homeassistant/kept";

const names = { rssi: "RSSI", snr: "SNR", battery_level: "Battery", gateways: "Gateways", last_seen: "Last" };
const settings = {
  ...{ prefix: "homeassistant", base: "tts", entities: new Map(), automatic: true, diagnostics: true },
  ...{ commands: [], expireAfter: undefined, names },
};
const uplink = { deviceId: "door-1", payload: { open: true, battery: 3.1 } };

describe("what is remembered of devices", () => {
  it("is enough not to send a configuration again", () => {
    const before = new Bridge(settings);
    assert.equal(before.take(uplink, 1_000).publish?.length, 2);
    const kept: unknown = JSON.parse(JSON.stringify(before.devices.map(keptOf)));
    const after = new Bridge(settings, devicesIn(kept));
    assert.equal(after.take(uplink, 2_000).publish?.length, 1);
  });

  it("does not keep out what comes after the clock was set back", () => {
    const DAY = 86_400_000;
    const bridge = new Bridge(settings);
    bridge.take({ ...uplink, time: 3 * DAY }, 3 * DAY);
    const kept: unknown = JSON.parse(JSON.stringify(bridge.devices.map(keptOf)));
    for (const one of [bridge, new Bridge(settings, devicesIn(kept))]) {
      const told = (open: boolean, time: number, now: number): unknown =>
        JSON.stringify(one.take({ ...uplink, payload: { open }, time }, now).publish).includes(
          `"open":${open}`,
        );
      assert.ok(told(false, 3 * DAY + 1, 2 * DAY), "the server's clock is right");
      assert.ok(told(true, 2 * DAY + 1, 2 * DAY + 1), "both were wrong before");
      assert.ok(!told(false, 2 * DAY, 2 * DAY + 2), "an older one");
    }
  });

  it("is left out where a store gives something else", () => {
    assert.deepEqual(devicesIn([null, 1, {}, { id: "", applicationId: "" }]), []);
    assert.deepEqual(devicesIn("x"), []);
  });
});

describe("messages of other nodes", () => {
  it("share nothing with each other: a flow may change them", () => {
    const bridge = new Bridge(settings);
    const [first, second] = ["door-1", "door-2"].map(
      (deviceId) => bridge.take({ ...uplink, deviceId }, 1_000).publish?.[0]?.payload,
    );
    assert.ok(typeof first === "object" && typeof second === "object");
    assert.notEqual(Reflect.get(first, "origin"), Reflect.get(second, "origin"));
  });

  it("with bytes in them give no entity for each byte", () => {
    const bytes = Buffer.from([1, 2, 3]);
    for (const payload of [bytes, new Uint8Array(3)])
      assert.equal(new Bridge(settings).take({ ...uplink, payload }, 1_000).refusal?.code, "invalid_message");
    const bridge = new Bridge(settings);
    bridge.take({ ...uplink, payload: { open: true, raw: bytes, list: [bytes] } }, 1_000);
    assert.deepEqual([...(bridge.devices[0]?.fields.keys() ?? [])], ["open"]);
  });

  it("that throw when they are read are refused", () => {
    const fails = (): never => {
      throw new Error("no");
    };
    const payload = Object.defineProperty({}, "open", { get: fails, enumerable: true });
    const reaction = new Bridge(settings).take({ ...uplink, payload }, 1_000);
    assert.equal(reaction.refusal?.code, "invalid_message");
  });
});

describe("a thousand devices", () => {
  it("are the most, and one more is said once", () => {
    const bridge = new Bridge(settings);
    for (let index = 0; index < 1_000; index++) bridge.take({ ...uplink, deviceId: `d-${index}` }, 1);
    assert.ok(bridge.take({ ...uplink, deviceId: "one-more" }, 1).warnings?.length);
    assert.deepEqual(bridge.take({ ...uplink, deviceId: "another" }, 1), {});
  });
});
