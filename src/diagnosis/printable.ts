/** Values for texts out of what came from the wire: names of keys and certificates, topics, bytes. */

const LONGEST_NAME = 80;

/** Control characters, line breaks, invisible ones that turn the writing direction, halves of characters. */
const NOT_PRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text in one line, with `·` for what cannot be shown, cut to `longest` characters. */
export function printable(text: string, longest = LONGEST_NAME): string {
  // A character takes two units at most, so this much is enough of a text that may be megabytes.
  const shown = Array.from(text.slice(0, longest * 2 + 2).replace(NOT_PRINTABLE, "·"));
  return shown.length <= longest ? shown.join("") : `${shown.slice(0, longest - 1).join("")}…`;
}

/** The names after commas, `most` at most. */
export function printableList(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).map((name) => printable(name, 60));
  return [...shown, ...(names.length > most ? ["…"] : [])].join(", ");
}

/** `2026-11-21 06:25 UTC`, the same in every language. */
export function printableTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
