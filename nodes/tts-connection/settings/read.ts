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

/** Node-RED leaves `${NAME}` as it is where there is no such environment variable. */
export function unsetVariable(values: object | null): Refusal | undefined {
  for (const [property, value] of Object.entries(values ?? {})) {
    const variable = /^\$\{([^}]+)\}$/.exec(asText(value))?.[1];
    if (variable !== undefined) return wrong("error.not-configured.environment", { property, variable });
  }
  return undefined;
}
