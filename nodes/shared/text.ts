import type { NodeAPI } from "node-red";
import type { Explanation } from "../../src/stack/explanation";
import { textOf } from "./catalogue";

export { textOf };

/** With a full stop, where it has none, in Japanese neither: another sentence follows. */
export const asSentence = (text: string): string => (/[.!?:。！？：]$/.test(text) ? text : `${text}.`);

/**
 * An error as Node-RED is given it. A text with members: of an `Error` the debug sidebar shows an object with 30 characters of each
 * member, of this the text. Catch nodes get the same of both; the code twice, because Node-RED before 4.1 passes on `cause` only.
 */
export interface FlowError {
  readonly code?: string;
  readonly cause?: { readonly code: string; readonly stack?: object };
  /** Of an accident in our own code only. */
  readonly stack?: string;
  toString(): string;
}

// eslint-disable-next-line @typescript-eslint/no-wrapper-object-types -- a plain text can have no members
const withMembers = <T extends object>(text: string, members: T): String & T =>
  Object.assign(new String(text), members);

/** @param text whole, with what is put before or behind that of the explanation */
export function errorOf(text: string, { code, stack }: Pick<Explanation, "code" | "stack">): FlowError {
  return withMembers(text, { code, cause: { code, ...(stack === undefined ? {} : { stack }) } });
}

export function flowError(RED: NodeAPI, explanation: Explanation): FlowError {
  return errorOf(textOf(RED, explanation), explanation);
}

/** For what was thrown and should not have been. Never throws: what a flow throws may be anything, even what cannot be made a text. */
export function accident(thrown: unknown): FlowError {
  try {
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    return withMembers(String(thrown), typeof stack === "string" ? { stack } : {});
  } catch {
    return withMembers(typeof thrown, {});
  }
}
