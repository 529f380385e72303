/** Where the values of a downlink were looked for, so that a refusal names that place. Usable in the browser. */
import type { TextValues } from "../stack/explanation";
import { refused, type Refused } from "./ruled";

/** A typed input of Node-RED. */
export interface ValueSource {
  readonly type: string;
  readonly value: string;
}

/** By property of the node. */
export type ValueSources = Readonly<Partial<Record<string, ValueSource>>>;

/** Refusals of a value that is not there, and whose it is. */
const MISSING: Readonly<Record<string, string>> = {
  "error.invalid-downlink.device-missing": "device",
  "error.invalid-downlink.fport-missing": "fPort",
  "error.invalid-downlink.payload-missing": "payload",
};

/**
 * The same refusal with the place in it: `msg.fp` in place of `fPort`, and what is missing by where it was looked for.
 * @param values the values by property
 */
export function located(
  refusal: Refused,
  sources: ValueSources,
  values: Readonly<Partial<Record<string, unknown>>>,
): Refused {
  const { key, values: inText } = refusal.refusal;
  const property = MISSING[key] ?? rootOf(inText);
  const source = property === undefined ? undefined : sources[property];
  // In a flow that was written by hand the value of an input may be no text.
  if (property === undefined || typeof source?.value !== "string") return refusal;
  const isEmpty = values[property] === "";
  // For a variable that is not set Node-RED gives an empty text.
  if (key in MISSING || (isEmpty && source.type === "env")) {
    return missing(property, source, isEmpty) ?? refusal;
  }
  const place = placeOf(source);
  return place === undefined
    ? refusal
    : { ok: false, refusal: { key, values: placed(inText, property, place) } };
}

/** `payload` of `payload.a[0]`. */
function rootOf({ property }: TextValues): string | undefined {
  return typeof property === "string" ? /^[A-Za-z]+/.exec(property)?.[0] : undefined;
}

function placed(values: TextValues, property: string, place: string): TextValues {
  const within = String(values.property).slice(property.length);
  const named = { ...values, property: place + within };
  return "place" in values ? { ...named, place } : named;
}

function missing(property: string, source: ValueSource, isEmpty: boolean): Refused | undefined {
  const place = placeOf(source);
  switch (source.type) {
    case "env":
      return refused("error.invalid-downlink.missing-in-environment", { property, variable: source.value });
    case "jsonata":
      return refused("error.invalid-downlink.missing-by-expression", { property });
    case "flow":
    case "global":
      return refused("error.invalid-downlink.missing-in-context", { property, place: place ?? source.value });
    case "msg":
      return isEmpty
        ? refused("error.invalid-downlink.missing-empty", { property, place: place ?? source.value })
        : refused("error.invalid-downlink.missing-in-message", { property, place: place ?? source.value });
    default:
      return undefined;
  }
}

/** As a flow writes it; `undefined` for what stands in the node itself or is worked out. */
function placeOf({ type, value }: ValueSource): string | undefined {
  switch (type) {
    case "msg":
      return `msg.${value.replace(/^msg\./, "")}`;
    case "flow":
    case "global":
      // The key in another context store stands behind the name of the store.
      return `${type}.${value.replace(/^#:\(.+?\)::/, "")}`;
    case "env":
      return value.includes("${") ? value : `\${${value}}`;
    default:
      return undefined;
  }
}
