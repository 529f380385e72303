import type { NodeAPI } from "node-red";
import { isJsonObject } from "../../src/stack/check";
import type { Explanation } from "../../src/stack/explanation";

/**
 * Of a variable that is not set for the connection: whether some tab, group or subflow does set it, which the connection cannot see.
 */
export function explainUnseen(RED: NodeAPI, explanation: Explanation): Explanation {
  const { variable } = explanation.values;
  if (explanation.key !== "error.not-configured.environment" || variable === undefined) return explanation;
  const owners: string[] = [];
  RED.nodes.eachNode((def: { id: string; type: string; env?: unknown }) => {
    // What this one sets is set for all.
    if (def.type === "global-config" || !Array.isArray(def.env)) return;
    if (def.env.some((entry: unknown) => isJsonObject(entry) && entry.name === variable)) owners.push(def.id);
  });
  return owners.length > 0 ? { ...explanation, key: "error.not-configured.environment-unseen" } : explanation;
}
