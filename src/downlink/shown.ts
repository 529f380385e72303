/** How a value that was given is shown in a text: in one line, short, never a secret. Usable in the browser. */
import { shownText } from "../stack/shown";
import { bytesIn, isDate } from "./foreign";

/** Payloads may be secret. */
export const SHOWN_OF_A_PAYLOAD = 12;
const SHOWN = 40;

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
