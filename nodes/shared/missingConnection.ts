import type { NodeAPI, NodeDef } from "node-red";
import type { Explanation } from "../../src/stack/explanation";

/** Why a node has no connection: none is chosen, or the chosen one is disabled or deleted. */
export function missingConnection(RED: NodeAPI, id: string): Explanation {
  return { code: "not_configured", key: keyFor(RED, id), values: { id } };
}

function keyFor(RED: NodeAPI, id: string): string {
  if (id.trim() === "") return "error.not-configured.connection";
  let found: NodeDef | undefined;
  RED.nodes.eachNode((node) => {
    if (node.id === id) found = node;
  });
  if (!found) return "error.not-configured.connection-gone";
  return found.type === "tts-connection"
    ? "error.not-configured.connection-disabled"
    : "error.not-configured.connection-other";
}
