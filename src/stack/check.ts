/**
 * Checks of JSON values, made of small parts: a table of fields becomes a function once, and costs little when it runs. Only fields
 * that a table names are looked at, unknown ones cost nothing and are no error.
 */

/** The JSON type of a value, and `nothing` for a field that is not there. */
export type JsonType = "string" | "number" | "boolean" | "null" | "array" | "object" | "nothing";

/** What a field should have been. An `integer` is a number or a text of digits, as 64 bit integers are sent. */
export type ExpectedType = "string" | "number" | "integer" | "boolean" | "array" | "object";

export interface WrongType {
  /** From the checked value on: `rx_metadata[0].rssi`; empty for the value itself. */
  readonly path: string;
  readonly expected: ExpectedType;
  readonly found: JsonType;
}

/** Says what is wrong with a value, `undefined` if nothing is. `T` is what the value then is; the compiler compares it with the tables. */
export interface Check<T> {
  (value: unknown): WrongType | undefined;
  readonly type?: T;
}

/** An object that JSON made: no array, not `null`. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function jsonType(value: unknown): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  const type = typeof value;
  return type === "string" || type === "number" || type === "boolean" || type === "object" ? type : "nothing";
}

function wrong(expected: ExpectedType, value: unknown): WrongType {
  return { path: "", expected, found: jsonType(value) };
}

export const text: Check<string> = (value) =>
  typeof value === "string" ? undefined : wrong("string", value);

export const number: Check<number> = (value) =>
  typeof value === "number" ? undefined : wrong("number", value);

export const boolean: Check<boolean> = (value) =>
  typeof value === "boolean" ? undefined : wrong("boolean", value);

/** A float or double: proto3 writes what is no number in JSON as text. */
export const float: Check<number | "NaN" | "Infinity" | "-Infinity"> = (value) =>
  typeof value === "number" || value === "NaN" || value === "Infinity" || value === "-Infinity"
    ? undefined
    : wrong("number", value);

/** A 64 bit integer: proto3 writes it as text, and reads numbers as well. */
export const integer64: Check<string | number> = (value) =>
  typeof value === "number" || (typeof value === "string" && /^-?\d{1,20}$/.test(value))
    ? undefined
    : wrong("integer", value);

export const anyObject: Check<Record<string, unknown>> = (value) =>
  isJsonObject(value) ? undefined : wrong("object", value);

export function listOf<T>(check: Check<T>): Check<T[]> {
  return (value) => {
    if (!Array.isArray(value)) return wrong("array", value);
    for (let index = 0; index < value.length; index++) {
      const found = check(value[index]);
      if (found !== undefined) return below(`[${index}]`, found);
    }
    return undefined;
  };
}

/** An object with names that are not known before, and values of one type. */
export function recordOf<T>(check: Check<T>): Check<Record<string, T>> {
  return (value) => {
    if (!isJsonObject(value)) return wrong("object", value);
    for (const key of Object.keys(value)) {
      const found = check(value[key]);
      if (found !== undefined) return below(/^\w{1,40}$/.test(key) ? key : `["${key.slice(0, 40)}"]`, found);
    }
    return undefined;
  };
}

/** An object with known fields: all of them optional but the ones named behind the table. */
export function objectOf<T>(
  fields: { readonly [K in keyof T]-?: Check<Exclude<T[K], undefined>> },
  ...required: (keyof T & string)[]
): Check<T> {
  // Without a prototype: `__proto__` in a message finds nothing here.
  const table = Object.assign(Object.create(null) as Record<string, Check<unknown> | undefined>, fields);
  return (value) => {
    if (!isJsonObject(value)) return wrong("object", value);
    // Asking the table for each field that is there is quicker than asking the object for each field of the table.
    for (const key in value) {
      const check = table[key];
      if (check === undefined) continue;
      const found = check(value[key]);
      if (found !== undefined) return below(key, found);
    }
    // JSON has no undefined, and what JSON.parse makes inherits only from Object.prototype, which has no field of our tables.
    for (const key of required) {
      const found = value[key] === undefined ? fields[key](undefined) : undefined;
      if (found !== undefined) return below(key, found);
    }
    return undefined;
  };
}

/** A check that is made only when it runs, for a table that contains itself. */
export function later<T>(check: () => Check<T>): Check<T> {
  return (value) => check()(value);
}

/** The same finding, seen from one level up. */
export function below(step: string, found: WrongType): WrongType {
  const path = found.path === "" || found.path.startsWith("[") ? step + found.path : `${step}.${found.path}`;
  return { ...found, path };
}
