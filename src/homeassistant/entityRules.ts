/** What Home Assistant would not take of an entity, as far as this package knows it. Usable in the browser. */
import { BINARY_CLASSES, isSensorClass, SENSOR_UNITS, stateClassesOf, takesUnit } from "./classes";
import type { Entity, EntityChoice } from "./entities";
import type { FieldRecord } from "./device";
import { ENTITY_COMPONENTS, STATE_CLASSES } from "./options";

/** What is written in the list of entities; empty texts for what is recognised. */
export interface WrittenEntity {
  readonly component: string;
  readonly deviceClass: string;
  readonly unit: string;
  readonly stateClass: string;
}

export interface EntityProblem {
  readonly property: keyof WrittenEntity;
  readonly value: string;
  /** What can stand there instead; empty for a device class that is not known, of which there are many. */
  readonly takes: readonly string[];
}

/** Rule: `DEVICE_CLASS_UNITS`, `DEVICE_CLASS_STATE_CLASSES`, `STATE_CLASS_UNITS` of Home Assistant 2025.4. */
export function entityProblem(written: WrittenEntity): EntityProblem | undefined {
  const { component, deviceClass, unit, stateClass } = written;
  const wrong = (property: keyof WrittenEntity, takes: readonly string[]): EntityProblem => ({
    ...{ property, value: written[property], takes },
  });
  if (component === "off") return undefined;
  if (component !== "" && !ENTITY_COMPONENTS.some((each) => each === component))
    return wrong("component", ENTITY_COMPONENTS);
  if (stateClass !== "" && !STATE_CLASSES.some((each) => each === stateClass))
    return wrong("stateClass", STATE_CLASSES);

  const mayBeFlag = component !== "sensor" && BINARY_CLASSES.has(deviceClass);
  if (component === "binary_sensor") {
    if (deviceClass !== "" && !mayBeFlag) return wrong("deviceClass", []);
    return undefined;
  }
  if (deviceClass === "") return angleProblem(written, wrong);
  if (!isSensorClass(deviceClass)) return mayBeFlag ? undefined : wrong("deviceClass", []);
  if (unit !== "" && !takesUnit(deviceClass, unit)) return wrong("unit", SENSOR_UNITS[deviceClass] ?? []);
  const states = stateClassesOf(deviceClass);
  if (stateClass !== "" && !states.some((each) => each === stateClass)) return wrong("stateClass", states);
  return angleProblem(written, wrong);
}

/** The mean of angles is another one than that of numbers: it needs degrees. */
const angleProblem = (
  { unit, stateClass }: WrittenEntity,
  wrong: (property: keyof WrittenEntity, takes: readonly string[]) => EntityProblem,
): EntityProblem | undefined =>
  stateClass === "measurement_angle" && unit !== "" && unit !== "°" ? wrong("unit", ["°"]) : undefined;

/** What the decoder says of a field and its entity does not have, although nobody has chosen otherwise. */
export function leftOutOf(
  { attributes, kind }: FieldRecord,
  entity: Entity,
  choice: EntityChoice | undefined,
): Pick<EntityProblem, "property" | "value"> | undefined {
  if (attributes === undefined || kind === "text") return undefined;
  const checked = entity.component === "sensor" ? SAID_OF_SENSORS : SAID_OF_FLAGS;
  for (const property of checked) {
    const value = attributes[property];
    if (value !== undefined && choice?.[property] === undefined && entity[property] !== value)
      return { property, value };
  }
  return undefined;
}

const SAID_OF_SENSORS = ["deviceClass", "stateClass"] as const;
const SAID_OF_FLAGS = ["deviceClass"] as const;

/** An empty text stands for none. */
export const takesInWords = (takes: readonly string[]): string =>
  takes.map((each) => (each === "" ? "–" : each)).join(", ");
