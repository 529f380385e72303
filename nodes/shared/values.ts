/** Values of properties may come from environment variables: numbers and booleans as text, or the other way round. */

/** Trimmed text; empty for anything that is neither text nor a number. */
export function asText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
}

export function asFlag(value: unknown): boolean {
  return value === true || value === "true";
}

/** A whole number within limits, from a number or decimal digits. */
export function asWholeNumber(value: unknown, least: number, most: number): number | undefined {
  const text = asText(value);
  const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  return number >= least && number <= most ? number : undefined;
}
