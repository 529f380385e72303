import { environmentVariable } from "../../../src/stack/environment";
import type { Explanation, TextValues } from "../../../src/stack/explanation";
import { shownValues } from "../../../src/stack/shown";
import { asText } from "../../shared/values";

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

/** Node-RED leaves a variable as it is where the environment has none of that name. */
export function unsetVariable(values: object | null): Refusal | undefined {
  for (const [property, value] of Object.entries(values ?? {})) {
    const variable = environmentVariable(asText(value));
    if (variable !== undefined) return wrong("error.not-configured.environment", { property, variable });
  }
  return undefined;
}
