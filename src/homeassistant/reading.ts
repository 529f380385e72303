/** What an uplink brings for Home Assistant: the values of its fields, and what is known of its device. */
import { isJsonObject } from "../stack/check";
import { DEEPEST, keyOf, wordsOf } from "./names";
import { latestOf, MEASUREMENTS } from "./normalized";
import { MOST_ENTITIES } from "./options";

export type Value = number | string | boolean;

/** A state of Home Assistant has 255 characters at most. */
const LONGEST_TEXT = 255;
/** What `toFixed` makes of a number that is none. */
const NO_NUMBERS: ReadonlySet<string> = new Set(["NaN", "Infinity", "-Infinity"]);
/** Members that are looked at. */
const MOST_LOOKED_AT = 1_000;

export interface ReadField {
  readonly key: string;
  readonly path: readonly (string | number)[];
  /** `null`: the field is there and has no value now. */
  readonly value: Value | null;
  readonly isNormalized: boolean;
}

/** What a decoder says of a field by `_sensor_attr_<field>_unit` and the like. */
export interface Attributes {
  name?: string;
  unit?: string;
  deviceClass?: string;
  stateClass?: string;
}

export interface ReadPayload {
  readonly fields: readonly ReadField[];
  readonly attributes: ReadonlyMap<string, Attributes>;
  /** There were more fields than are read. */
  readonly isCut: boolean;
}

const ATTRIBUTES: readonly (readonly [ending: string, attribute: keyof Attributes])[] = [
  ["_unit_of_measurement", "unit"],
  ["_unit", "unit"],
  ["_device_class", "deviceClass"],
  ["_state_class", "stateClass"],
  ["_friendly_name", "name"],
  ["_name", "name"],
];
const BEFORE_ATTRIBUTE = "_sensor_attr_";

/** The values that can be states, at most so many, without those whose name begins with `_`. */
export function readPayload(decoded: unknown, normalized: unknown): ReadPayload {
  const fields = new Map<string, ReadField>();
  const same = new Set<string>();
  let left = MOST_LOOKED_AT;
  let isCut = false;
  const visit = (value: unknown, path: readonly (string | number)[], isNormalized: boolean): void => {
    if (left-- <= 0 || path.length > DEEPEST || ArrayBuffer.isView(value)) return;
    if (isJsonObject(value)) {
      for (const name in value) {
        if (left <= 0) return;
        if (!name.startsWith("_")) visit(value[name], [...path, name], isNormalized);
      }
    } else if (Array.isArray(value)) {
      value.slice(0, MOST_ENTITIES).forEach((each, index) => visit(each, [...path, index], isNormalized));
    } else {
      const key = keyOf(path);
      const plain = plainValue(value);
      if (key === undefined || plain === undefined || fields.has(key)) return;
      if (!isNormalized && same.has(wordsOf(path.join("_")))) return;
      if (fields.size >= MOST_ENTITIES) {
        isCut = true;
        return;
      }
      fields.set(key, { key, path, value: plain, isNormalized });
      if (isNormalized) for (const name of MEASUREMENTS.get(key)?.same ?? []) same.add(name);
    }
  };
  if (normalized !== undefined) visit(latestOf(normalized), [], true);
  visit(decoded, [], false);
  return { fields: [...fields.values()], attributes: attributesIn(decoded), isCut };
}

function plainValue(value: unknown): Value | null | undefined {
  if (typeof value === "string") return NO_NUMBERS.has(value) ? null : value.slice(0, LONGEST_TEXT);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  return typeof value === "boolean" || value === null ? value : undefined;
}

/** By the key of the field. */
function attributesIn(decoded: unknown): ReadonlyMap<string, Attributes> {
  const found = new Map<string, Attributes>();
  if (!isJsonObject(decoded)) return found;
  let left = MOST_LOOKED_AT;
  for (const name in decoded) {
    if (left-- <= 0) break;
    const value = decoded[name];
    if (!name.startsWith(BEFORE_ATTRIBUTE) || typeof value !== "string") continue;
    const [ending, attribute] = ATTRIBUTES.find(([each]) => name.endsWith(each)) ?? [];
    if (ending === undefined || attribute === undefined) continue;
    const key = keyOf([name.slice(BEFORE_ATTRIBUTE.length, -ending.length)]);
    if (key === undefined) continue;
    const attributes = found.get(key) ?? {};
    attributes[attribute] = value.slice(0, 64);
    found.set(key, attributes);
  }
  return found;
}
