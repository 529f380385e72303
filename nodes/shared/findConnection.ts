import type { NodeAPI, NodeDef } from "node-red";
import { environmentVariable } from "../../src/stack/environment";
import type { Explanation } from "../../src/stack/explanation";
import type { TtsConnectionNode } from "../tts-connection/configNode";
import { getConfigNode } from "./red";
import { asText } from "../../src/stack/values";

export type Found =
  | { readonly ok: true; readonly connection: TtsConnectionNode }
  | { readonly ok: false; readonly explanation: Explanation };

const missing = (key: string, values: Explanation["values"] = {}): Found => ({
  ok: false,
  explanation: { code: "not_configured", key, values },
});

/** The connection that a node is to use, or why it cannot. */
export function findConnection(RED: NodeAPI, chosen: unknown): Found {
  const id = asText(chosen);
  if (id === "" || id === "_ADD_") return missing("error.not-configured.connection");
  const variable = environmentVariable(id);
  if (variable !== undefined)
    return missing("error.not-configured.environment-node", { property: "connection", variable });
  const connection = getConfigNode<TtsConnectionNode>(RED, id);
  if (connection?.type === "tts-connection") return { ok: true, connection };
  const def = definitionOf(RED, id);
  if (!def) return missing("error.not-configured.connection-gone", { id });
  if (def.type !== "tts-connection") return missing("error.not-configured.connection-other");
  const name = asText(def.name) || asText(def.applicationId) || def.id;
  return missing("error.not-configured.connection-disabled", { name });
}

interface ConnectionDef extends NodeDef {
  readonly applicationId?: unknown;
}

/** What is chosen, as the flows have it although it does not run. */
function definitionOf(RED: NodeAPI, id: string): ConnectionDef | undefined {
  let found: ConnectionDef | undefined;
  RED.nodes.eachNode((def: ConnectionDef) => {
    // Within an instance of a subflow the ID of the instance is in front.
    if (def.id === id || (def.type === "tts-connection" && id.endsWith(`-${def.id}`))) found = def;
  });
  return found;
}
