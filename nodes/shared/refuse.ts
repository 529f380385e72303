import type { Node, NodeAPI } from "node-red";
import type { Explanation } from "../../src/stack/explanation";
import { onInput } from "./red";
import { nodeStatus, statusOf } from "./status";
import { flowError } from "./text";

/** Marks a node whose form holds something that cannot work, and says what. */
export function refuse(RED: NodeAPI, node: Node, explanation: Explanation): void {
  // The Catch and Status nodes of a tab exist only when all its nodes do.
  const telling = setImmediate(() => {
    node.status(nodeStatus(RED, statusOf({ state: "not_configured", explanation })));
    node.error(flowError(RED, explanation), {});
  });
  node.on("close", () => clearImmediate(telling));
}

/** The same for a node with an input: each message to it is that error, too. */
export function refuseInputs(RED: NodeAPI, node: Node, explanation: Explanation): void {
  refuse(RED, node, explanation);
  onInput(node, (_msg, _send, done) => done(flowError(RED, explanation)));
}
