/** The stack's own errors in words. */
import type { StackError } from "./messages";
import { plainText } from "./plainText";
import { shownText } from "./shown";

const LONGEST_SENTENCE = 500;
const LONGEST_FORMAT = 1000;
const LONGEST_VALUE = 200;
const LONGEST_JSON = 80;
const LONGEST_ATTRIBUTE = 10_000;
const MOST_CAUSES = 5;

/**
 * One sentence in one line, of at most 500 characters: the stack's `message_format` with the attributes filled in, or the error's name or code
 * where it has none, and after a colon the causes. A placeholder without an attribute stays as it is. Never throws.
 */
export function errorSentence(error: StackError): string {
  const sentences: string[] = [];
  let cause: StackError | undefined = error;
  while (cause !== undefined && sentences.length <= MOST_CAUSES) {
    sentences.push(ownSentence(cause));
    cause = cause.cause;
  }
  // It goes into logs: what an encoder or a gateway says must not look like an entry of its own there.
  const line = sentences.join(": ").replace(/\s+/g, " ").trim();
  return shownText(shorten(line, LONGEST_SENTENCE), LONGEST_SENTENCE);
}

function ownSentence({ message_format = "", attributes = {}, name = "", code }: StackError): string {
  if (message_format !== "") {
    return plainText(message_format.slice(0, LONGEST_FORMAT)).replace(
      /\{([^{}]*)\}/g,
      (placeholder, key: string) =>
        Object.hasOwn(attributes, key) ? attributeText(attributes[key]) : placeholder,
    );
  }
  if (name !== "") return name.replaceAll("_", " ");
  return code === undefined ? "unknown error" : `error code ${code}`;
}

/** An attribute in plain text; undefined where there is none, or something else than text or a number. */
export function attributeOf({ attributes = {} }: StackError, key: string): string | undefined {
  const value = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? plainText(value.slice(0, LONGEST_ATTRIBUTE)) : undefined;
}

function attributeText(value: unknown): string {
  // A cut reference at the end is cut off with the rest.
  if (typeof value === "string") return shorten(plainText(value.slice(0, 8 * LONGEST_VALUE)), LONGEST_VALUE);
  try {
    return shorten(plainText(JSON.stringify(value).slice(0, 8 * LONGEST_JSON)), LONGEST_JSON);
  } catch {
    return "…"; // Nested too deeply for JSON.stringify.
  }
}

function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  // Not in the middle of a character outside the basic plane.
  return `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
