import type { NodeAPI } from "node-red";
import { environmentVariable } from "../../src/stack/environment";
import { isJsonObject } from "../../src/stack/check";
import type { Explanation } from "../../src/stack/explanation";
import { asText } from "./values";

/** A flow may have anything in a property. */
const DEEPEST = 3;

/**
 * What to say of the first of these properties that is to come from an environment variable that is not set: Node-RED leaves
 * `${NAME}` as it is then. A name is just a name.
 * @param known of what a flow has the properties that mean something
 */
export function explainUnset(properties: object | null, known?: object): Explanation | undefined {
  for (const [property, value] of Object.entries(properties ?? {})) {
    if (property === "name" || (known && !(property in known))) continue;
    const variable = unsetIn(value, DEEPEST);
    if (variable !== undefined)
      return {
        code: "not_configured",
        key: "error.not-configured.environment",
        values: { property, variable },
      };
  }
  return undefined;
}

/** Lists of gateways hold objects. */
function unsetIn(value: unknown, levels: number): string | undefined {
  if (levels === 0 || typeof value !== "object" || value === null) return environmentVariable(asText(value));
  for (const member of Object.values(value)) {
    const variable = unsetIn(member, levels - 1);
    if (variable !== undefined) return variable;
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
