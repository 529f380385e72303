import type { JsonObject } from "../../src/stack/messages";

/** Thrown by the readers below; the server drops the whole message. */
export class Malformed extends Error {}

/**
 * The first JSON value of a text: the server does not look at what follows it.
 * Throws `Malformed`.
 */
export function firstValue(text: string): unknown {
  try {
    return JSON.parse(text.slice(0, endOfFirstValue(text)));
  } catch {
    throw new Malformed("bad JSON");
  }
}

function endOfFirstValue(text: string): number {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const letter = text.charAt(index);
    if (inString) {
      if (letter === "\\") index += 1;
      else if (letter === '"') inString = false;
    } else if (letter === '"') inString = true;
    else if (letter === "{" || letter === "[") depth += 1;
    else if (letter === "}" || letter === "]") {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return text.length;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member in either spelling, `f_port` or `fPort`; null counts as missing, both at once is an error. */
export function member(object: JsonObject, name: string): unknown {
  const camel = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (camel !== name && name in object && camel in object) throw new Malformed(`${name} is given twice`);
  const value = object[name] ?? object[camel];
  return value === null ? undefined : value;
}

type Reader<T> = (value: unknown) => T;

export function optional<T>(object: JsonObject, name: string, reader: Reader<T>): T | undefined {
  const value = member(object, name);
  return value === undefined ? undefined : reader(value);
}

export const asObject: Reader<JsonObject> = (value) => {
  if (!isObject(value)) throw new Malformed("an object is missing");
  return value;
};

export const asList: Reader<readonly unknown[]> = (value) => {
  if (!Array.isArray(value)) throw new Malformed("a list is missing");
  return value.map((item: unknown) => item);
};

export const asText: Reader<string> = (value) => {
  if (typeof value !== "string") throw new Malformed("a text is missing");
  return value;
};

export const asBoolean: Reader<boolean> = (value) => {
  if (typeof value !== "boolean") throw new Malformed("a boolean is missing");
  return value;
};

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A uint32, which may come as text. */
export const asCount: Reader<number> = (value) => {
  const number = typeof value === "string" && NUMBER.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number) || number < 0 || number > 0xffffffff) {
    throw new Malformed("a number is missing or out of range");
  }
  return number;
};

const BASE64 = [
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/,
  /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}(?:==)?|[A-Za-z0-9_-]{3}=?)?$/,
];

/** Base64 of either alphabet, with or without padding. */
export const asBytes: Reader<Buffer> = (value) => {
  const text = asText(value);
  if (!BASE64.some((pattern) => pattern.test(text))) throw new Malformed("bad base64");
  return Buffer.from(text, "base64");
};

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** RFC 3339 as the server prints it: UTC, with 0, 3, 6 or 9 decimals. */
export const asTime: Reader<string> = (value) => {
  const [, seconds, fraction = "", zone] = TIME.exec(asText(value)) ?? [];
  const time = Date.parse(`${seconds ?? ""}${zone ?? ""}`);
  if (Number.isNaN(time)) throw new Malformed("bad time");
  const digits = fraction.replace(/0+$/, "");
  const decimals = digits.padEnd(Math.ceil(digits.length / 3) * 3, "0");
  return new Date(time).toISOString().slice(0, 19) + (decimals === "" ? "Z" : `.${decimals}Z`);
};
