import type { Node, NodeAPI } from "node-red";
import { shownText } from "../../src/stack/shown";
import { textOf } from "./text";

/** A store that does not answer must not keep a node from its work. */
const PATIENCE_MS = 10_000;

/**
 * Hands over once what a node has in its context, at once or later; undefined where there is nothing, or where it cannot be read, which
 * is said by a warning.
 */
export function recall(
  RED: NodeAPI,
  node: Node,
  key: string,
  then: (value: unknown, isRead: boolean) => void,
): void {
  let isOver = false;
  const end = (warning: string | undefined, value?: unknown, reason = ""): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    if (warning !== undefined) node.warn(textOf(RED, { key: warning, values: { reason } }));
    then(value, warning === undefined);
  };
  const timer = setTimeout(() => end("warning.store-silent"), PATIENCE_MS).unref();
  node.on("close", () => clearTimeout(timer));
  node.context().get(key, (error: unknown, value: unknown) => {
    if (error) end("warning.store-failed", undefined, shownText(messageOf(error)));
    else end(undefined, value);
  });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : typeof error);
