/** How a value that was given is shown in a text: in one line, short, never a secret. Usable in the browser. */
import { bytesIn, isDate } from "./foreign";

/** Payloads are nobody's business but the device's. */
export const SHOWN_OF_A_PAYLOAD = 12;
const SHOWN = 40;

/** Control characters, line breaks, invisible ones that turn the writing direction, halves of characters. */
const NOT_PRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** An API key of the stack, an access token, an access key of V2: in a wrong field it must not get into a log. */
const SECRET = /(NNSXS\.|MFRWG\.|ttn-account-v2\.)[A-Za-z0-9_.-]+/g;

/** The text in one line, with `·` for what cannot be shown, cut to `longest` characters. */
export function shownText(text: string, longest = SHOWN): string {
  // Cutting comes first, a text may be megabytes; a secret that is cut is one still.
  const safe = text.slice(0, longest * 2 + 2).replace(SECRET, "$1…");
  const characters = Array.from(safe.replace(NOT_PRINTABLE, "·"));
  const whole = text.length <= longest * 2 + 2 && characters.length <= longest;
  return whole ? characters.join("") : `${characters.slice(0, longest - 1).join("")}…`;
}

/** A value with its type to be seen: texts in quotes, what is no plain value by what it is called in a flow. */
export function shown(value: unknown, longest = SHOWN): string {
  switch (typeof value) {
    case "string":
      return `"${shownText(value, longest)}"`;
    case "bigint":
      return shownText(`${value}n`, longest);
    case "object":
      return value === null ? "null" : nameOf(value);
    case "symbol":
    case "function":
      return typeof value;
    default:
      return String(value);
  }
}

function nameOf(value: object): string {
  if (Array.isArray(value)) return "array";
  if (bytesIn(value) !== undefined) return "Buffer";
  return isDate(value) ? "Date" : "object";
}
