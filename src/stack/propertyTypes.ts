/** Properties of another type than forms give them: from an environment variable, or in a flow that was written by hand. */
import { jsonType, type JsonType } from "./check";
import type { Explanation } from "./explanation";
import { shownText } from "./shown";
import { asText, asTrueOrFalse } from "./values";

/** A property whose value cannot be read, and would count for one that is empty. */
export interface WrongProperty {
  readonly property: string;
  readonly expected: "text" | "list" | "flag";
  readonly found: JsonType;
}

/** Texts with commas, which may be a list instead. */
const COMMA_LISTS: ReadonlySet<string> = new Set(["devices", "ports"]);
/** Lists that are no texts with commas. */
const OBJECTS: ReadonlySet<string> = new Set(["entities", "commands"]);

const isPlain = (value: unknown): boolean => typeof value === "string" || typeof value === "number";

/** Nothing, and an empty text, is what is not set. */
const isNothing = (value: unknown): boolean => value === undefined || value === null || value === "";

function isText(property: string, value: unknown): boolean {
  return isPlain(value) || (COMMA_LISTS.has(property) && Array.isArray(value) && value.every(isPlain));
}

function isList(property: string, value: unknown): boolean {
  if (Array.isArray(value)) return true;
  return isPlain(value) && !OBJECTS.has(property);
}

/** Of a typed input: a payload may be anything, and is judged with each message. */
const isInput = (property: string, value: unknown): boolean =>
  property === "payload" || typeof value === "boolean" || isPlain(value);

/**
 * The first property of another type than its default, which says what it is: a text, which may also be a number, or a list, which may
 * also be a text with commas, or a flag, for which nothing but true and false may stand: `1` and `yes` would count for false.
 */
export function wrongProperty(given: object, defaults: object): WrongProperty | undefined {
  for (const [property, usual] of Object.entries(defaults)) {
    const value: unknown = Reflect.get(given, property);
    if (typeof usual === "boolean") {
      if (value !== undefined && asTrueOrFalse(value) === undefined)
        return { property, expected: "flag", found: jsonType(value) };
      continue;
    }
    if (isNothing(value)) continue;
    const isTyped = Object.hasOwn(defaults, `${property}Type`);
    const fits = isTyped
      ? isInput
      : typeof usual === "string"
        ? isText
        : Array.isArray(usual)
          ? isList
          : undefined;
    if (fits && !fits(property, value))
      return { property, expected: Array.isArray(usual) ? "list" : "text", found: jsonType(value) };
  }
  return undefined;
}

/** Why nothing works with it. */
export function explainWrongProperty(given: object, defaults: object): Explanation | undefined {
  const wrong = wrongProperty(given, defaults);
  if (wrong === undefined) return undefined;
  const { property, expected, found: type } = wrong;
  if (expected === "flag") {
    const value = shownText(asText(Reflect.get(given, property)) || (type === "string" ? "" : type), 60);
    return { code: "not_configured", key: "error.not-configured.flag", values: { property, value } };
  }
  const key = expected === "list" ? "error.not-configured.no-list" : "error.not-configured.no-text";
  return { code: "not_configured", key, values: { property, type } };
}
