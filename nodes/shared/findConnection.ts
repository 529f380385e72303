import type { NodeAPI, NodeDef } from "node-red";
import type { Explanation } from "../../src/stack/explanation";
import type { TtsConnectionNode } from "../tts-connection/runtime";
import { explainUnset } from "./environment";
import { getConfigNode } from "./red";
import { asText } from "./values";

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
  const unset = explainUnset({ connection: id });
  if (unset) return { ok: false, explanation: unset };
  const connection = getConfigNode<TtsConnectionNode>(RED, id);
  if (connection?.type === "tts-connection") return { ok: true, connection };
  const name = disabledName(RED, id);
  return name === undefined
    ? missing("error.not-configured.connection-gone")
    : missing("error.not-configured.connection-disabled", { name });
}

/** What the connection is called in the flows, which have it although it does not run. */
function disabledName(RED: NodeAPI, id: string): string | undefined {
  let found: string | undefined;
  RED.nodes.eachNode((def: NodeDef & { readonly applicationId?: unknown }) => {
    // Within an instance of a subflow the ID of the instance is in front.
    const isIt = def.type === "tts-connection" && (def.id === id || id.endsWith(`-${def.id}`));
    if (isIt) found = asText(def.name) || asText(def.applicationId) || def.id;
  });
  return found;
}
