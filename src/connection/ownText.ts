/**
 * The same text in memory of its own. What is cut out of a text (an ID out of a topic) is for V8 a view that keeps the whole of it
 * alive; what is remembered for long must not hold on to the message around it.
 */
export function ownText(text: string): string {
  const encoding = /^[\x20-\x7e]*$/.test(text) ? "latin1" : "utf16le";
  return Buffer.from(text, encoding).toString(encoding);
}
