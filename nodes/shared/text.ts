import type { NodeAPI } from "node-red";
import type { Explanation, Text } from "../../src/stack/explanation";
import { shownValues } from "../../src/stack/shown";

/** Runtime texts of all nodes are in one catalogue, that of the config node; the build puts them there. */
const CATALOGUE = "@tts-flows/node-red-the-things-stack/tts-connection";

/** The text in the language of the runtime: in one line, and never with a secret in it, whoever the values are from. */
export function textOf(RED: NodeAPI, { key, values }: Text): string {
  return RED._(`${CATALOGUE}:${key}`, shownValues(values));
}

/** With a full stop, where it has none, in Japanese neither: another sentence follows. */
export const asSentence = (text: string): string => (/[.!?:。！？：]$/.test(text) ? text : `${text}.`);

/** What Catch nodes get: the code twice, because Node-RED 4.0 passes on `cause` only. */
export class FlowError extends Error {
  readonly code: string;
  override readonly cause: { readonly code: string; readonly stack?: object };

  constructor(message: string, { code, stack }: Pick<Explanation, "code" | "stack">) {
    super(message);
    this.name = "Error";
    this.code = code;
    this.cause = { code, ...(stack === undefined ? {} : { stack }) };
    // Node-RED would hand our own stack trace to flows and logs; it says nothing to them.
    delete this.stack;
  }

  override toString(): string {
    return this.message;
  }
}

export function flowError(RED: NodeAPI, explanation: Explanation): FlowError {
  return new FlowError(textOf(RED, explanation), explanation);
}
