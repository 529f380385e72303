/** A text with commas between its parts. Pure: tests run it without a browser. */

/** Where the part that the caret stands in begins and ends, without the space around it. */
export function partAt(value: string, caret: number): { readonly start: number; readonly end: number } {
  const from = value.lastIndexOf(",", caret - 1) + 1;
  const comma = value.indexOf(",", caret);
  const to = comma === -1 ? value.length : comma;
  const part = value.slice(from, to);
  const start = from + (part.length - part.trimStart().length);
  return { start, end: Math.max(start, from + part.trimEnd().length) };
}
