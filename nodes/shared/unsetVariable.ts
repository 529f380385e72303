import { environmentVariable } from "../../src/stack/environment";
import type { Explanation } from "../../src/stack/explanation";
import { explainWrongProperty } from "../../src/stack/propertyTypes";

/** A flow may have anything in a property, lists of gateways among it. */
const DEEPEST = 3;

/** A name is only shown, and the connection is looked for elsewhere. */
const NOT_LOOKED_AT = new Set(["name", "connection"]);

/**
 * Why a node cannot work with these properties: the first one that is to come from an environment variable which is not set.
 * Node-RED leaves `${NAME}` as it is then, also within lists and objects.
 * @param defaults all properties of its type
 */
function explainUnsetVariable(given: object, defaults: object): Explanation | undefined {
  for (const property of Object.keys(defaults)) {
    // A typed input of this type names the variable itself, and is looked at with each message.
    if (NOT_LOOKED_AT.has(property) || Reflect.get(given, `${property}Type`) === "env") continue;
    const variable = unsetIn(Reflect.get(given, property), DEEPEST);
    if (variable !== undefined) {
      return {
        code: "not_configured",
        key: "error.not-configured.environment-node",
        values: { property, variable },
      };
    }
  }
  return undefined;
}

/**
 * Why a node cannot work with these properties: the first one that lacks its variable, else the first one of another type than its
 * default, which would count for one that is empty.
 * @param counting those that mean something beside the others
 */
export function explainProperties(
  given: object,
  defaults: object,
  counting = defaults,
): Explanation | undefined {
  const own = Object.entries(counting).filter(([property]) => !NOT_LOOKED_AT.has(property));
  return explainUnsetVariable(given, defaults) ?? explainWrongProperty(given, Object.fromEntries(own));
}

function unsetIn(value: unknown, levels: number): string | undefined {
  if (typeof value === "string") return environmentVariable(value);
  if (levels === 0 || typeof value !== "object" || value === null) return undefined;
  for (const member of Object.values(value)) {
    const variable = unsetIn(member, levels - 1);
    if (variable !== undefined) return variable;
  }
  return undefined;
}
