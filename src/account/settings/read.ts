import { environmentVariable } from "../../stack/environment";
import type { Explanation, TextValues } from "../../stack/explanation";
import { shownValues } from "../../stack/shown";
import { asText } from "../../stack/values";

export interface Refusal {
  readonly ok: false;
  readonly explanation: Explanation;
}

/** What became of properties: settings that cannot be wrong, or why not. */
export type Read<T> = { readonly ok: true; readonly settings: T } | Refusal;

/** What stands in a form may be anything. */
const LONGEST_VALUE = 60;

export const wrong = (key: string, values: TextValues = {}): Refusal => ({
  ok: false,
  explanation: { code: "not_configured", key, values: shownValues(values, LONGEST_VALUE) },
});

/**
 * What to say of the first of these properties of a connection that is to come from an environment variable that is not set:
 * Node-RED leaves `${NAME}` as it is then.
 */
export function unsetVariable(properties: object | null): Refusal | undefined {
  for (const [property, value] of Object.entries(properties ?? {})) {
    const variable = environmentVariable(asText(value));
    if (variable !== undefined) return wrong("error.not-configured.environment", { property, variable });
  }
  return undefined;
}
