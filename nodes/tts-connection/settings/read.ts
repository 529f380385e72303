import type { Explanation, TextValues } from "../../../src/stack/explanation";
import { shownValues } from "../../../src/stack/shown";
import { explainUnset } from "../../shared/environment";

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

/** The first property that is to come from an environment variable that is not set. */
export function unsetVariable(values: object | null): Refusal | undefined {
  const explanation = explainUnset(values);
  return explanation && { ok: false, explanation };
}
