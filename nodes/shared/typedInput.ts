import type { Node, NodeAPI, NodeMessage } from "node-red";

/** A typed input as it stands in a flow. */
export interface TypedInput {
  readonly value: string;
  readonly type: string;
}

/**
 * What a typed input is for this message; undefined where the message, context or environment has no such thing. Rejects for an
 * expression that cannot be evaluated.
 */
export function valueOf(
  RED: NodeAPI,
  node: Node,
  { value, type }: TypedInput,
  msg: NodeMessage,
): Promise<unknown> {
  // Node-RED makes 0 of an empty number, and true or false of everything.
  if (type === "str" || (value === "" && (type === "num" || type === "bool"))) return Promise.resolve(value);
  if (type === "num") return Promise.resolve(value);
  return new Promise((resolve, reject) => {
    RED.util.evaluateNodeProperty(value, type, node, msg, (error, result: unknown) => {
      if (error) reject(error);
      else resolve(result);
    });
  });
}
