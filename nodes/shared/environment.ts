import type { NodeAPI } from "node-red";
import { environmentVariable } from "../../src/stack/environment";
import { isJsonObject } from "../../src/stack/check";
import type { Explanation } from "../../src/stack/explanation";
import { asText } from "./values";

/**
 * What to say of the first of these properties of a connection that is to come from an environment variable that is not set:
 * Node-RED leaves `${NAME}` as it is then.
 */
export function explainUnset(properties: object | null): Explanation | undefined {
  for (const [property, value] of Object.entries(properties ?? {})) {
    const variable = environmentVariable(asText(value));
    if (variable !== undefined)
      return {
        code: "not_configured",
        key: "error.not-configured.environment",
        values: { property, variable },
      };
  }
  return undefined;
}

/** The same, where some tab, group or subflow does set the variable, but not for the connection: said so. */
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
