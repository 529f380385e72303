/** What is remembered of a device: its fields and their latest values, and what Home Assistant was told. */
import { flagClass, numberMeaning, batteryUnit } from "./fieldTable";
import { expiryOf, withInterval } from "./interval";
import { MEASUREMENTS } from "./normalized";
import { MOST_ENTITIES } from "./options";
import type { Attributes, ReadField, ReadPayload, Value } from "./reading";

export type Kind = "number" | "flag" | "text";

export interface FieldRecord {
  readonly key: string;
  readonly path: readonly (string | number)[];
  kind: Kind;
  readonly isNormalized: boolean;
  /** Of a battery: percent, volts or millivolts, as its first value said. */
  readonly unit?: string;
  attributes?: Attributes;
}

/** What is known of a device beside its payload. */
export interface DeviceFacts {
  readonly eui?: string;
  readonly name?: string;
  readonly brand?: string;
  readonly model?: string;
  readonly firmware?: string;
  /** dBm. */
  readonly rssi?: number;
  /** dB. */
  readonly snr?: number;
  readonly gateways?: number;
  /** Percent, as the network knows it. */
  readonly battery?: number;
}

export interface DeviceRecord {
  readonly id: string;
  readonly applicationId: string;
  eui?: string;
  /** For people; without one the ID is shown. */
  name?: string;
  brand?: string;
  model?: string;
  firmware?: string;
  /** By their keys. */
  readonly fields: Map<string, FieldRecord>;
  /** The latest value of each field, and of our own keys. */
  readonly values: Map<string, Value | null>;
  /** ms since 1970. */
  seen: number;
  /** ms. */
  intervals: number[];
  /** Seconds. */
  expiry: number;
  /** What tells the configuration that was sent from another one; empty: none was sent. */
  sent: string;
  /** What is in that configuration: component by ID. */
  components: Map<string, string>;
}

export const newDevice = (id: string, applicationId: string): DeviceRecord => ({
  id,
  applicationId,
  fields: new Map(),
  values: new Map(),
  seen: 0,
  intervals: [],
  expiry: expiryOf([], undefined),
  sent: "",
  components: new Map(),
});

/**
 * Takes in an uplink of the time `at` (ms). One that is older than the last changes nothing; a last one that is to come by the clock of
 * now was taken in by a clock that was wrong.
 *
 * @returns whether there was room for all fields
 */
export function takeUplink(
  device: DeviceRecord,
  payload: ReadPayload,
  facts: DeviceFacts,
  at: number,
  now: number,
): boolean {
  if (at < device.seen && device.seen <= now) return true;
  if (device.seen > 0 && at > device.seen) {
    device.intervals = withInterval(device.intervals, at - device.seen);
    device.expiry = expiryOf(device.intervals, device.expiry);
  }
  device.seen = at;
  let hasRoom = !payload.isCut;
  for (const read of payload.fields)
    hasRoom = takeField(device, read, payload.attributes.get(read.key)) && hasRoom;
  const { eui, name, brand, model, firmware, rssi, snr, gateways, battery } = facts;
  if (eui !== undefined) device.eui = eui;
  if (name !== undefined) device.name = name;
  if (brand !== undefined) device.brand = brand;
  if (model !== undefined) device.model = model;
  if (firmware !== undefined) device.firmware = firmware;
  const own: readonly (readonly [string, Value | undefined])[] = [
    ["rssi", rssi],
    ["snr", snr],
    ["gateways", gateways],
    ["battery_level", battery],
    ["last_seen", new Date(at).toISOString()],
  ];
  for (const [key, value] of own) if (value !== undefined) device.values.set(key, value);
  return hasRoom;
}

/** Whether there was room for it. */
function takeField(device: DeviceRecord, read: ReadField, attributes: Attributes | undefined): boolean {
  const known = device.fields.get(read.key);
  if (known === undefined) {
    if (read.value === null) return true;
    if (device.fields.size >= MOST_ENTITIES) return false;
    const field = newField(read, read.value, attributes);
    device.fields.set(read.key, field);
    device.values.set(read.key, valueAs(field, read.value));
    return true;
  }
  if (attributes !== undefined) known.attributes = attributes;
  if (read.value !== null && isFirstNumber(known, read.value)) {
    const field = newField(read, read.value, known.attributes);
    device.fields.set(read.key, field);
    device.values.set(read.key, valueAs(field, read.value));
    return true;
  }
  const value = read.value === null ? null : valueAs(known, read.value);
  // Whatever it is not, it is a text. There is no way back: a configuration must not change with every uplink.
  if (value === null && read.value !== null && !isMeasured(known)) {
    known.kind = "text";
    device.values.set(read.key, String(read.value));
  } else device.values.set(read.key, value);
  return true;
}

const isBattery = (path: readonly (string | number)[]): boolean =>
  numberMeaning(path).deviceClass === "battery" && numberMeaning([...path.slice(-1)]).unit === "%";

function newField(
  { key, path, isNormalized }: ReadField,
  value: Value,
  attributes: Attributes | undefined,
): FieldRecord {
  const measurement = isNormalized ? MEASUREMENTS.get(key) : undefined;
  const kind = kindOf(
    value,
    measurement?.words !== undefined,
    measures(path, measurement !== undefined, attributes),
  );
  const unit =
    kind === "number" && measurement === undefined && isBattery(path)
      ? batteryUnit(Number(value))
      : undefined;
  return {
    ...{ key, path, kind, isNormalized },
    ...(unit === undefined ? {} : { unit }),
    ...(attributes === undefined ? {} : { attributes }),
  };
}

/** Whether a field is known to hold numbers: what is none then is no value. */
const measures = (
  path: readonly (string | number)[],
  isMeasurement: boolean,
  attributes: Attributes | undefined,
): boolean =>
  isMeasurement ||
  attributes?.unit !== undefined ||
  attributes?.stateClass !== undefined ||
  Object.keys(numberMeaning(path)).length > 0;

/** What it was before was no value: `N/A`, or false, from a sensor that had nothing yet. */
function isFirstNumber({ kind, key, path, isNormalized, attributes }: FieldRecord, value: Value): boolean {
  if (kind === "number" || (isNormalized && MEASUREMENTS.get(key)?.words !== undefined)) return false;
  if (!measures(path, isNormalized, attributes)) return false;
  const number = typeof value === "string" ? numberIn(value) : value;
  // A flag may be told as 0 or 1.
  return typeof number === "number" && (kind === "text" || (number !== 0 && number !== 1));
}

const isMeasured = ({ kind, path, isNormalized, attributes }: FieldRecord): boolean =>
  kind === "number" && measures(path, isNormalized, attributes);

function kindOf(value: Value, hasWords: boolean, isNumber: boolean): Kind {
  if (typeof value === "boolean" || hasWords) return "flag";
  if (typeof value === "number") return "number";
  return isNumber && numberIn(value) !== null ? "number" : "text";
}

/** Decoders like to round with `toFixed`, which makes text. */
const numberIn = (text: string): number | null =>
  /^\s*[-+]?\d{1,15}(?:\.\d{1,15})?\s*$/.test(text) ? Number(text) : null;

/** The value as its field has it; `null` where it is none of that kind. */
function valueAs({ kind, key, isNormalized }: FieldRecord, value: Value): Value | null {
  if (kind === "text") return String(value);
  if (kind === "number") {
    if (typeof value === "number") return value;
    return typeof value === "string" ? numberIn(value) : null;
  }
  if (typeof value === "boolean") return value;
  if (value === 0 || value === 1) return value === 1;
  const [on, off] = (isNormalized ? MEASUREMENTS.get(key)?.words : undefined) ?? [];
  return value === on ? true : value === off ? false : null;
}

/** The class of a flag by its name, where it has one. */
export const classOfFlag = ({ key, path, isNormalized }: FieldRecord): string | undefined =>
  (isNormalized ? MEASUREMENTS.get(key)?.deviceClass : undefined) ?? flagClass(path);
