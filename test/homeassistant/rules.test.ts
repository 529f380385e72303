import assert from "node:assert/strict";
import { Bridge } from "../../src/homeassistant/bridge";
import { readCommands } from "../../src/homeassistant/commands";
import type { Discovery } from "../../src/homeassistant/discovery";
import type { EntityChoice } from "../../src/homeassistant/entities";
import { entityProblem, type WrittenEntity } from "../../src/homeassistant/entityRules";
import { isTopicPrefix } from "../../src/homeassistant/options";

const written = (given: Partial<WrittenEntity>): WrittenEntity => ({
  ...{ component: "", deviceClass: "", unit: "", stateClass: "" },
  ...given,
});

describe("an entity in the list", () => {
  const TAKEN: readonly Partial<WrittenEntity>[] = [
    {},
    { component: "off", deviceClass: "anything" },
    { deviceClass: "temperature", unit: "°F", stateClass: "measurement" },
    { deviceClass: "door" },
    { component: "binary_sensor", deviceClass: "garage_door" },
    { deviceClass: "monetary", unit: "EUR", stateClass: "total" },
    { unit: "anything" },
    { deviceClass: "power_factor" },
    { deviceClass: "wind_direction", unit: "°", stateClass: "measurement_angle" },
  ];
  for (const given of TAKEN)
    it(`can be ${JSON.stringify(given)}`, () => assert.equal(entityProblem(written(given)), undefined));

  const REFUSED: readonly (readonly [Partial<WrittenEntity>, keyof WrittenEntity])[] = [
    [{ component: "light" }, "component"],
    [{ deviceClass: "brightness" }, "deviceClass"],
    [{ deviceClass: "__proto__" }, "deviceClass"],
    [{ component: "sensor", deviceClass: "door" }, "deviceClass"],
    [{ component: "binary_sensor", deviceClass: "temperature" }, "deviceClass"],
    [{ deviceClass: "temperature", unit: "C" }, "unit"],
    [{ deviceClass: "timestamp", unit: "s" }, "unit"],
    [{ stateClass: "average" }, "stateClass"],
    [{ deviceClass: "temperature", stateClass: "total" }, "stateClass"],
    [{ deviceClass: "energy", stateClass: "measurement" }, "stateClass"],
    [{ stateClass: "measurement_angle", unit: "%" }, "unit"],
  ];
  for (const [given, property] of REFUSED)
    it(`cannot be ${JSON.stringify(given)}`, () =>
      assert.equal(entityProblem(written(given))?.property, property));
});

const names = { rssi: "RSSI", snr: "SNR", battery_level: "Battery", gateways: "Gateways", last_seen: "Last" };

const bridgeWith = (entities: ReadonlyMap<string, EntityChoice> = new Map()): Bridge =>
  new Bridge({
    ...{ prefix: "homeassistant", base: "tts", entities, automatic: true, diagnostics: false },
    ...{ commands: [], expireAfter: undefined, names },
  });

const choice = (given: Partial<EntityChoice>): EntityChoice => ({
  ...{
    component: undefined,
    name: undefined,
    unit: undefined,
    deviceClass: undefined,
    stateClass: undefined,
  },
  ...given,
});

describe("what a decoder says of a field", () => {
  const SAID = {
    tank: 3,
    _sensor_attr_tank_device_class: "brightness",
    _sensor_attr_tank_state_class: "sum",
  };
  const warningsOf = (bridge: Bridge, deviceId: string): readonly unknown[] | undefined =>
    bridge.take({ deviceId, payload: SAID }, 1).warnings;

  it("and Home Assistant does not take is said, once for the field", () => {
    const bridge = bridgeWith();
    assert.deepEqual(warningsOf(bridge, "one"), [
      {
        key: "warning.home-assistant-decoder",
        values: { property: "deviceClass", value: "brightness", field: "tank" },
      },
    ]);
    assert.deepEqual(warningsOf(bridge, "one"), []);
    assert.deepEqual(warningsOf(bridge, "two"), []);
  });

  it("is not missed where the user has chosen otherwise", () => {
    const chosen = choice({ deviceClass: "volume_storage", stateClass: "measurement" });
    assert.deepEqual(warningsOf(bridgeWith(new Map([["tank", chosen]])), "one"), []);
  });
});

describe("a device class that is chosen", () => {
  it("goes without the unit of another one that the name of the field has", () => {
    const bridge = bridgeWith(new Map([["air_temperature", choice({ deviceClass: "pressure" })]]));
    const [config] = bridge.take({ deviceId: "a", payload: { air_temperature: 990 } }, 1).publish ?? [];
    const { components } = config?.payload as Discovery;
    const { device_class, unit_of_measurement } = components.air_temperature ?? {};
    assert.deepEqual([device_class, unit_of_measurement], ["pressure", "hPa"]);
  });
});

describe("fields beyond a hundred", () => {
  const many = (from: number, count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`field_${from + index}`, 1]));

  it("are said once, of the first device that has them", () => {
    const bridge = bridgeWith();
    assert.deepEqual(bridge.take({ deviceId: "small", payload: many(0, 100) }, 1).warnings, []);
    assert.deepEqual(bridge.take({ deviceId: "large", payload: many(0, 101) }, 1).warnings, [
      { key: "warning.home-assistant-fields", values: { most: 100, device: "large" } },
    ]);
    assert.deepEqual(bridge.take({ deviceId: "larger", payload: many(0, 200) }, 1).warnings, []);
  });

  it("are noticed where they come in several uplinks", () => {
    const bridge = bridgeWith();
    bridge.take({ deviceId: "a", payload: many(0, 100) }, 1);
    assert.equal(bridge.take({ deviceId: "a", payload: many(100, 1) }, 2).warnings?.length, 1);
  });
});

describe("a field whose first value is none", () => {
  /** What Home Assistant is told of the field in the end, and its last value. */
  const after = (field: string, ...values: readonly unknown[]): unknown[] => {
    const bridge = bridgeWith();
    let component: Readonly<Record<string, unknown>> = {};
    let state: unknown;
    for (const [index, value] of values.entries())
      for (const { topic, payload } of bridge.take({ deviceId: "a", payload: { [field]: value } }, index + 1)
        .publish ?? []) {
        if (topic.endsWith("/config")) component = (payload as Discovery).components[field] ?? {};
        else state = Reflect.get(Object(payload), field);
      }
    const { platform, unit_of_measurement: unit, state_class: stateClass } = component;
    return [platform, unit, stateClass, state];
  };

  for (const none of ["NaN", "-Infinity", "N/A", "", false])
    it(`is what its name says once there is a number: ${JSON.stringify(none)}`, () => {
      const temperature = ["sensor", "°C", "measurement"];
      assert.deepEqual(after("temperature", none, 21.5), [...temperature, 21.5]);
      assert.deepEqual(after("temperature", none, "21.5"), [...temperature, 21.5]);
      assert.deepEqual(after("temperature", 21.5, none, 22, none), [...temperature, null]);
    });

  it("is a text, a flag or a number as it comes where its name says nothing", () => {
    assert.deepEqual(after("mode", "eco", 2), ["sensor", undefined, undefined, "2"]);
    assert.deepEqual(after("mode", 2, "NaN", 3), ["sensor", undefined, "measurement", 3]);
    assert.deepEqual(after("mode", 2, "NaN"), ["sensor", undefined, "measurement", null]);
  });

  it("may be a flag that is told as a number", () => {
    assert.deepEqual(after("battery", false, 1), ["binary_sensor", undefined, undefined, true]);
    assert.deepEqual(after("battery", "low", 50), ["sensor", "%", "measurement", 50]);
  });
});

describe("the name of a device", () => {
  const nameIn = (bridge: Bridge, device: object): unknown => {
    const [config] = bridge.take({ deviceId: "door-1", device, payload: { open: true } }, 1).publish ?? [];
    return (config?.payload as Discovery).device.name;
  };

  it("is its ID, its attribute `name`, or what the flow says", () => {
    assert.equal(nameIn(bridgeWith(), {}), "door-1");
    assert.equal(nameIn(bridgeWith(), { attributes: { name: "Front door" } }), "Front door");
    assert.equal(nameIn(bridgeWith(), { name: "Door", attributes: { name: "Front door" } }), "Door");
    assert.doesNotMatch(String(nameIn(bridgeWith(), { name: "", attributes: { name: "a\nb" } })), /\n/);
  });
});

describe("the command of a number", () => {
  const send = (text: string): unknown => {
    const command = { key: "level", name: "Level", component: "number", fPort: 1, max: 1, step: 0.1 };
    const read = readCommands([command], (expression) => expression.split("."));
    assert.ok(read.ok);
    return read.commands[0]?.send(text);
  };

  it("takes what becomes of steps that are added, and refuses what is beyond the limits", () => {
    assert.deepEqual(send(String(0.1 + 0.2)), {
      ok: true,
      value: 0.30000000000000004,
      payload: { fields: { level: 0.30000000000000004 } },
    });
    for (const wrong of ["1.0000000000000002", "-0.1", "NaN", "0x1", ""])
      assert.deepEqual(send(wrong), { ok: false, rule: "0 … 1" });
  });
});

describe("the beginning of a topic", () => {
  it("is words with / between, and neither an address nor a filter", () => {
    for (const topic of ["homeassistant", "tts", "ha/discovery", "a-b_c.d", "größe", "x".repeat(100)])
      assert.ok(isTopicPrefix(topic), topic);
    const wrong = ["", "/a", "a/", "a//b", "a b", "home assistant", "a/+", "a#", "$SYS", "x".repeat(101)];
    for (const topic of [...wrong, "mqtt://ha:1883", "http://ha.local"])
      assert.ok(!isTopicPrefix(topic), topic);
  });
});
