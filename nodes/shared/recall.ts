import type { Node, NodeAPI } from "node-red";
import { textOf } from "./text";

/** A store that does not answer must not keep a node from its work. */
const PATIENCE_MS = 10_000;

/**
 * Hands over once what a node has in its context, at once or later; undefined where there is nothing or its store fails. That a store
 * does not answer is said by a warning.
 */
export function recall(
  RED: NodeAPI,
  node: Node,
  key: string,
  then: (value: unknown, failure?: "failed" | "silent") => void,
): void {
  let isOver = false;
  const end = (value: unknown, failure?: "failed" | "silent"): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    then(value, failure);
  };
  const timer = setTimeout(() => {
    node.warn(textOf(RED, { key: "warning.store-silent", values: {} }));
    end(undefined, "silent");
  }, PATIENCE_MS).unref();
  node.on("close", () => clearTimeout(timer));
  node.context().get(key, (error: unknown, value: unknown) => {
    if (error) end(undefined, "failed");
    else end(value);
  });
}
