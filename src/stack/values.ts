import { wholeNumber, type Limits } from "./limits";

/** Values of properties may come from environment variables: numbers and booleans as text, or the other way round. */

/** Trimmed text; empty for anything that is neither text nor a number. */
export function asText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
}

/** A text with commas between its items, which a variable of the type JSON has as a list of texts and numbers. */
export const asCommaList = (value: unknown): string =>
  Array.isArray(value) ? value.map(asText).join(", ") : asText(value);

/** An exact text: what a server knows as a password may begin with a space. */
export const asIs = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

export const asFlag = (value: unknown): boolean => asTrueOrFalse(value) === true;

/** The same where something else must not count for false. */
export function asTrueOrFalse(value: unknown): boolean | undefined {
  const text = typeof value === "boolean" ? String(value) : asText(value).toLowerCase();
  return text === "true" ? true : text === "false" ? false : undefined;
}

/** The words of a list, which comes as one text from an environment variable. */
export function asWords(value: unknown): readonly string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.flatMap((item) => asText(item).split(/[\s,]+/)).filter((word) => word !== "");
}

/** A whole number within limits, from a number or decimal digits. */
export const asWholeNumber = (value: unknown, limits: Limits): number | undefined =>
  wholeNumber(asText(value), limits);
