import { CONNECTION_DEFAULTS, CONNECTION_SECRETS } from "../../stack/connectionProperties";
import { environmentVariable } from "../../stack/environment";
import type { Explanation, TextValues } from "../../stack/explanation";
import { explainWrongProperty } from "../../stack/propertyTypes";
import { shownValues } from "../../stack/shown";
import { asIs, asText } from "../../stack/values";

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
  explanation: {
    code: "not_configured",
    key,
    values: shownValues(mapTexts(values, withoutPassword), LONGEST_VALUE),
  },
});

function mapTexts(values: TextValues, change: (text: string) => string): TextValues {
  const changed = Object.entries(values).map(([name, value]): [string, string | number] => [
    name,
    typeof value === "string" ? change(value) : value,
  ]);
  return Object.fromEntries(changed);
}

/** As in `mqtt://user:password@host`: any address may be pasted with one, into any field. */
export function withoutPassword(text: string): string {
  const at = text.lastIndexOf("@");
  const scheme = text.indexOf("://");
  const colon = text.indexOf(":", scheme === -1 || scheme > at ? 0 : scheme + "://".length);
  return colon === -1 || colon > at ? text : `${text.slice(0, colon + 1)}…${text.slice(at)}`;
}

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

const IN_A_FORM = {
  ...CONNECTION_DEFAULTS,
  ...Object.fromEntries(CONNECTION_SECRETS.map((name) => [name, ""])),
};

/** The same, else of the first of another type than in the form: it would count for one that is empty. */
export function unreadable(properties: object): Refusal | undefined {
  const defaults = Object.entries(IN_A_FORM).filter(([property]) => Object.hasOwn(properties, property));
  const unset = unsetVariable(properties);
  const explanation = explainWrongProperty(properties, Object.fromEntries(defaults));
  return unset ?? (explanation && { ok: false, explanation });
}

/** What to say of the first of these properties that has more bytes than the protocol that carries it allows. */
export function tooLong(properties: object, most: number): Refusal | undefined {
  for (const [property, value] of Object.entries(properties)) {
    const length = Buffer.byteLength(asIs(value));
    if (length > most) return wrong("error.not-configured.too-long", { property, length, most });
  }
  return undefined;
}
