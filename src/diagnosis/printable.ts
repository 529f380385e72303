/** Values for texts out of what came from the wire: names of keys and certificates, topics, bytes. */
import { shownText } from "../stack/shown";

const LONGEST_NAME = 80;

/** The text in one line, cut to `longest` characters. */
export const printable = (text: string, longest = LONGEST_NAME): string => shownText(text, longest);

/** The names after commas, `most` at most. */
export function printableList(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).map((name) => printable(name, 60));
  return [...shown, ...(names.length > most ? ["…"] : [])].join(", ");
}

/** `2026-11-21 06:25 UTC`, the same in every language. */
export function printableTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
