/** How a text that came from elsewhere is shown: in one line, short, never a secret. Usable in the browser. */
import type { TextValues } from "./explanation";

/** Control characters, line breaks, invisible ones that turn the writing direction, halves of characters. */
const NOT_PRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * An API key of the stack, an access token, an access key of V2: in a wrong field it must not get into a log. Also in lower case, as
 * a host is taken, and the secret part of a key alone.
 */
const SECRET =
  /(NNSXS[.-]|MFRWG[.-]|ttn-account-v2\.)[A-Za-z0-9_.-]+|(?<![A-Z0-9])[A-Z2-7]{52}(?![A-Z0-9])/gi;

/** Of a value in a text: the longest, which are sentences of the stack, are 500 characters. */
const LONGEST_VALUE = 500;

const LONGEST_NAME = 80;

/** With `·` for each character that cannot be shown. */
export const visible = (text: string): string => text.replace(NOT_PRINTABLE, "·");

export const isVisible = (text: string): boolean => text.search(NOT_PRINTABLE) === -1;

/** The text in one line, with `·` for what cannot be shown and `…` for what is secret, cut to `longest` characters. */
export function shownText(text: string, longest = LONGEST_NAME): string {
  // Cutting comes first, a text may be megabytes; a secret that is cut is one still.
  const start = text.slice(0, longest * 2 + 2);
  const safe = visible(start.replace(SECRET, (_secret, prefix?: string) => `${prefix ?? ""}…`));
  const characters = Array.from(safe);
  const whole = text.length === start.length && characters.length <= longest;
  return whole ? safe : `${characters.slice(0, longest - 1).join("")}…`;
}

/** The names with commas between them, `most` at most. */
export function shownList(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).map((name) => shownText(name, 60));
  return [...shown, ...(names.length > most ? ["…"] : [])].join(", ");
}

/** `2026-11-21 06:25 UTC`, the same in every language. */
export function shownTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** What goes into a text, as it may be shown. */
export function shownValues(values: TextValues, longest = LONGEST_VALUE): TextValues {
  const shown = Object.entries(values).map(([name, value]): [string, string | number] => [
    name,
    typeof value === "string" ? shownText(value, longest) : value,
  ]);
  return Object.fromEntries(shown);
}
