/** The values in a decoded payload with the paths to them, as a form offers them. */
import { isJsonObject } from "./check";
import { isVisible, visible } from "./shown";

export interface Field {
  /** A Node-RED property expression from the decoded payload on: `gps.lat`, `analog[2]`, `a["key with space"]`. */
  readonly path: string;
  /** The value as JSON, shortened. */
  readonly sample: string;
}

const MOST_FIELDS = 200;
const DEEPEST = 6;
/** Elements of a list that are offered one by one. */
const MOST_ELEMENTS = 10;
const LONGEST_KEY = 100;
const LONGEST_PATH = 200;
const LONGEST_SAMPLE = 40;
/** Elements of a list that its own sample shows. */
const SHOWN_ELEMENTS = 3;

/**
 * The values of a decoded payload, in its order: what is no object, and lists as a whole and by element. At most 200, those that lie
 * deeper than six levels left out, as well as those that no property expression leads to.
 */
export function fieldsOf(decoded: unknown): readonly Field[] {
  const fields: Field[] = [];
  const visit = (value: unknown, path: string, depth: number): void => {
    if (fields.length >= MOST_FIELDS || path.length > LONGEST_PATH) return;
    const goesOn = isJsonObject(value) && depth < DEEPEST;
    if (path !== "" && !(goesOn && hasKeys(value))) fields.push({ path, sample: sampleOf(value) });
    if (depth === DEEPEST) return;
    if (Array.isArray(value)) {
      const elements: readonly unknown[] = value.slice(0, MOST_ELEMENTS);
      elements.forEach((element, index) => visit(element, `${path}[${index}]`, depth + 1));
    } else if (isJsonObject(value)) {
      for (const key in value) {
        if (fields.length >= MOST_FIELDS) return;
        const next = pathTo(path, key);
        if (next !== undefined) visit(value[key], next, depth + 1);
      }
    }
  };
  if (isJsonObject(decoded)) visit(decoded, "", 0);
  return fields;
}

function hasKeys(value: Record<string, unknown>): boolean {
  for (const _key in value) return true;
  return false;
}

/** Undefined where there is no way to write it: within quotes an expression knows no escapes. */
function pathTo(path: string, key: string): string | undefined {
  if (key.length > LONGEST_KEY) return undefined;
  if (/^[A-Za-z_$][\w$]*$/.test(key)) return path === "" ? key : `${path}.${key}`;
  // What cannot be seen cannot be typed either.
  if (key === "" || !isVisible(key)) return undefined;
  const quote = key.includes('"') ? "'" : '"';
  if (key.includes(quote)) return undefined;
  const quoted = `${quote}${key}${quote}`;
  return path === "" ? quoted : `${path}[${quoted}]`;
}

/** Where a decoded payload stands in a message: a path within it does not begin so. */
const BEFORE_DECODED = /^(?:msg|tts|payload|uplink_message|decoded_payload)\.(.+)$/;

/**
 * The field that was meant by one that begins outside of the decoded payload: `temperature` for `msg.payload.temperature`.
 * `undefined` where the payload has what it begins with, or has no such field either.
 */
export function fieldMeant(field: string, decoded: unknown): string | undefined {
  if (!isJsonObject(decoded)) return undefined;
  let rest = field;
  for (;;) {
    const [head = ""] = rest.split(/[.[]/, 1);
    if (Object.hasOwn(decoded, head)) return rest === field ? undefined : rest;
    const inner = BEFORE_DECODED.exec(rest)?.[1];
    if (inner === undefined) return undefined;
    rest = inner;
  }
}

/** A value as JSON in 40 characters or so, whatever its size. */
export function sampleOf(value: unknown): string {
  if (Array.isArray(value)) {
    const shown = value.slice(0, SHOWN_ELEMENTS).map((element) => leafOf(element));
    return `[${[...shown, ...(value.length > SHOWN_ELEMENTS ? ["…"] : [])].join(", ")}]`;
  }
  return leafOf(value);
}

function leafOf(value: unknown): string {
  if (typeof value === "string") {
    return `"${visible(value.slice(0, LONGEST_SAMPLE))}${value.length > LONGEST_SAMPLE ? "…" : ""}"`;
  }
  if (Array.isArray(value)) return value.length === 0 ? "[]" : "[…]";
  if (isJsonObject(value)) return hasKeys(value) ? "{…}" : "{}";
  return String(value);
}
