/**
 * Our messages against what a real core made of them (`npm run test:home-assistant` judges anew, with RECORD=1 it writes down). A change
 * that is seen here has to be shown to core first.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { BINARY_CLASSES, SENSOR_UNITS, stateClassesOf } from "../../src/homeassistant/classes";
import { STATE_CLASSES } from "../../src/homeassistant/options";
import type { Discovery } from "../../src/homeassistant/discovery";
import type { Recorded } from "./core/record";
import { published } from "./household";

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(path.resolve(__dirname, "../fixtures", name), "utf8"));

const core = fixture("home-assistant-core.json") as Recorded & {
  readonly messages: readonly { readonly topic: string; readonly payload: object }[];
};

const classes = fixture("home-assistant-classes.json") as {
  readonly sensor: Readonly<
    Record<string, { readonly units: readonly string[] | null; readonly stateClasses: readonly string[] }>
  >;
  readonly stateClasses: readonly string[];
  readonly binarySensor: readonly string[];
};

/** Units that core converts for a home with the metric system. */
const SHOWN_AS: ReadonlyMap<string, string> = new Map([
  ["temperature °F", "°C"],
  ["pressure psi", "kPa"],
  ["wind_speed m/s", "km/h"],
]);

describe("what Home Assistant's core was given", () => {
  it("is what is sent now (else: npm run test:home-assistant)", () => {
    assert.deepEqual(
      published().map(({ topic, payload }) => ({ topic, payload })),
      core.messages,
    );
  });

  it("became an entity for each component, with its class, unit and name, and no complaint", () => {
    assert.deepEqual(core.complaints, []);
    const entities = new Map(core.entities.map((entity) => [entity.unique_id, entity]));
    const configurations = core.messages.filter(({ topic }) => topic.endsWith("/config"));
    const components = configurations.flatMap(({ payload }) =>
      Object.values((payload as Discovery).components),
    );
    assert.equal(entities.size, components.length);
    for (const component of components) {
      const id = String(component.unique_id);
      const entity = entities.get(id);
      assert.ok(entity, id);
      const { device_class, unit_of_measurement, state_class } = entity.attributes;
      const shown = SHOWN_AS.get(`${String(device_class)} ${String(component.unit_of_measurement)}`);
      const unit = shown ?? component.unit_of_measurement;
      assert.deepEqual(
        [entity.name, device_class, unit_of_measurement, state_class],
        [component.name, component.device_class, unit, component.state_class],
        id,
      );
      const hasNone = entity.attributes.assumed_state === true || component.platform === "button";
      assert.equal(["unknown", "unavailable"].includes(String(entity.state)), hasNone, id);
    }
  });
});

describe("the tables of classes", () => {
  it("have the device classes of sensors that core has, with their units and state classes", () => {
    const sorted = (list: readonly string[]): readonly string[] => [...list].sort();
    assert.deepEqual(sorted(Object.keys(SENSOR_UNITS)), sorted(Object.keys(classes.sensor)));
    for (const [deviceClass, { units, stateClasses }] of Object.entries(classes.sensor)) {
      // Of `date`, `enum` and `timestamp` core has no units, and refuses any; of `monetary` it takes every currency.
      const expected = units ?? (deviceClass === "monetary" ? [] : [""]);
      assert.deepEqual(sorted(SENSOR_UNITS[deviceClass] ?? []), sorted(expected), deviceClass);
      assert.deepEqual(sorted(stateClassesOf(deviceClass)), sorted(stateClasses), deviceClass);
    }
    assert.deepEqual(sorted(STATE_CLASSES), sorted(classes.stateClasses));
  });

  it("have the device classes of binary sensors that core has", () => {
    assert.deepEqual([...BINARY_CLASSES].sort(), [...classes.binarySensor].sort());
  });
});
