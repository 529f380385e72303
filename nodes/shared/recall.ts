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
  const fail = (error: unknown): void => end("warning.store-failed", undefined, shownText(messageOf(error)));
  try {
    node.context().get(key, (error: unknown, value: unknown) => {
      if (error) fail(error);
      else end(undefined, value);
    });
  } catch (error) {
    fail(error);
  }
}

/** Nodes whose store has failed, which is said. */
const failing = new WeakSet<Node>();

/**
 * Stores something in the context of a node, and calls back once, when it is stored or cannot be. A store that throws must not end
 * Node-RED, nor one that does not answer hold up a deploy. The first failure is said by a warning, until it works again.
 */
export function keep(
  RED: NodeAPI,
  node: Node,
  key: string,
  value: unknown,
  done: (isKept: boolean) => void = () => undefined,
): void {
  let isOver = false;
  const end = (isKept: boolean): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    done(isKept);
  };
  const fail = (reason: string): void => {
    if (isOver) return;
    if (!failing.has(node)) node.warn(textOf(RED, { key: "warning.store-unwritten", values: { reason } }));
    failing.add(node);
    end(false);
  };
  const timer = setTimeout(() => fail("timeout"), PATIENCE_MS).unref();
  try {
    node.context().set(key, value, (error: unknown) => {
      if (error) {
        fail(shownText(messageOf(error)));
        return;
      }
      failing.delete(node);
      end(true);
    });
  } catch (error) {
    fail(shownText(messageOf(error)));
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : typeof error);
