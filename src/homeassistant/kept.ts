/** What is remembered of devices as it lies in a context store: plain JSON, checked when it is read. */
import { isJsonObject } from "../stack/check";
import { newDevice, type DeviceRecord, type FieldRecord, type Kind } from "./device";
import { keyOf, LONGEST_ID } from "./names";
import { MOST_ENTITIES } from "./options";
import type { Attributes, Value } from "./reading";

const KINDS: readonly Kind[] = ["number", "flag", "text"];

export const keptOf = (device: DeviceRecord): object => ({
  ...device,
  fields: [...device.fields.values()],
  values: [...device.values],
  components: [...device.components],
});

/** The devices in what a store gives; what cannot be read is left out. */
export const devicesIn = (kept: unknown): readonly DeviceRecord[] =>
  Array.isArray(kept) ? kept.flatMap((each: unknown) => deviceIn(each) ?? []) : [];

const isText = (value: unknown): value is string => typeof value === "string";

function deviceIn(kept: unknown): DeviceRecord | undefined {
  if (!isJsonObject(kept)) return undefined;
  const { id, applicationId, seen, expiry, sent, intervals } = kept;
  if (!isText(id) || !isText(applicationId) || id === "" || id.length > LONGEST_ID) return undefined;
  const device = newDevice(id, applicationId);
  if (typeof seen === "number" && Number.isFinite(seen)) device.seen = seen;
  if (typeof expiry === "number" && expiry > 0) device.expiry = expiry;
  if (isText(sent)) device.sent = sent;
  if (Array.isArray(intervals))
    device.intervals = intervals.filter((each): each is number => typeof each === "number").slice(-10);
  for (const name of ["eui", "name", "brand", "model", "firmware"] as const) {
    const value = kept[name];
    if (isText(value)) device[name] = value;
  }
  for (const each of listIn(kept.fields).slice(0, MOST_ENTITIES)) {
    const field = fieldIn(each);
    if (field !== undefined) device.fields.set(field.key, field);
  }
  for (const [key, value] of pairsIn(kept.values)) if (isValue(value)) device.values.set(key, value);
  for (const [key, component] of pairsIn(kept.components))
    if (isText(component)) device.components.set(key, component);
  return device;
}

const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const pairsIn = (value: unknown): readonly (readonly [string, unknown])[] =>
  listIn(value).flatMap((pair) => {
    const [key, item] = listIn(pair);
    return isText(key) ? [[key, item] as const] : [];
  });

const isValue = (value: unknown): value is Value | null =>
  value === null || isText(value) || typeof value === "number" || typeof value === "boolean";

function fieldIn(kept: unknown): FieldRecord | undefined {
  if (!isJsonObject(kept) || !Array.isArray(kept.path)) return undefined;
  const path = kept.path.filter((step): step is string | number => isText(step) || typeof step === "number");
  const key = keyOf(path);
  const kind = KINDS.find((each) => each === kept.kind);
  if (key === undefined || key !== kept.key || kind === undefined) return undefined;
  const field: FieldRecord = {
    ...{ key, path, kind, isNormalized: kept.isNormalized === true },
    ...(isText(kept.unit) ? { unit: kept.unit } : {}),
  };
  const attributes = attributesIn(kept.attributes);
  if (attributes !== undefined) field.attributes = attributes;
  return field;
}

function attributesIn(kept: unknown): Attributes | undefined {
  if (!isJsonObject(kept)) return undefined;
  const attributes: Attributes = {};
  for (const name of ["name", "unit", "deviceClass", "stateClass"] as const) {
    const value = kept[name];
    if (isText(value)) attributes[name] = value;
  }
  return attributes;
}
