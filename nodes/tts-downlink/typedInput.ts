import type { Node, NodeAPI, NodeMessage } from "node-red";
import { shownText } from "../../src/stack/shown";

/** A typed input as it stands in a flow. */
export interface TypedInput {
  readonly value: string;
  readonly type: string;
}

/** What is a number beyond doubt is one in errors, too. */
const WHOLE_NUMBER = /^-?(?:0|[1-9]\d{0,14})$/;
/** Of these Node-RED makes text as it is, 0 of what is no number, and true or false of everything: their rules look at the text. */
const AS_WRITTEN = ["str", "num", "bool"];
/** Those that a context store answers, which may have a server of its own. */
const FROM_A_STORE = ["flow", "global", "jsonata"];
/** The messages behind it wait as well, and Node-RED gives a node that closes fifteen seconds. */
const PATIENCE_MS = 10_000;

/** A context store did not answer in time. */
export class NoAnswer extends Error {}

/**
 * What a typed input is for this message; undefined where the message, context or environment has no such thing. Rejects for an
 * expression that cannot be evaluated, and with `NoAnswer` after ten seconds.
 */
export function valueOf(
  RED: NodeAPI,
  node: Node,
  { value, type }: TypedInput,
  msg: NodeMessage,
): Promise<unknown> {
  if (type === "num" && WHOLE_NUMBER.test(value)) return Promise.resolve(Number(value));
  if (AS_WRITTEN.includes(type)) return Promise.resolve(value);
  return new Promise((resolve, reject) => {
    const timer = FROM_A_STORE.includes(type)
      ? setTimeout(() => reject(new NoAnswer()), PATIENCE_MS).unref()
      : undefined;
    RED.util.evaluateNodeProperty(value, type, node, msg, (error, result: unknown) => {
      clearTimeout(timer);
      if (!error) resolve(result);
      // There is no `a.b` where there is no `a`.
      else if (type === "msg" && error instanceof TypeError) resolve(undefined);
      else reject(error);
    });
  });
}

const LONGEST_REASON = 200;

/** Why an expression failed, without a full stop. JSONata throws objects that are no errors. */
export function reasonIn(error: unknown): string {
  return shownText(messageOf(error), LONGEST_REASON).replace(/\.$/, "");
}

/** What an expression throws may be anything, even what cannot be made a text. */
function messageOf(thrown: unknown): string {
  try {
    const hasMessage = typeof thrown === "object" && thrown !== null && "message" in thrown;
    return String(hasMessage ? thrown.message : thrown);
  } catch {
    return typeof thrown;
  }
}
