/** What the form asks Node-RED: requests go with the values in the form, saved or not. */
import type { Form } from "../../shared/editor/form";
import { text } from "../../shared/editor/text";
import { CONNECTION_DEFAULTS, CONNECTION_SECRETS } from "../../../src/stack/connectionProperties";
import type { Refused, ReportText } from "../report";

/** The form as a request's body. A stored secret is a placeholder here as everywhere in the editor. */
export function bodyOf(id: string, form: Form, topics: Readonly<Record<string, string>>): string {
  const properties = Object.entries(CONNECTION_DEFAULTS).map(([name, usual]): [string, unknown] => {
    if (name === "topics") return [name, topics];
    if (typeof usual === "boolean") return [name, form.isChecked(name)];
    // What refers to a config node has a word of its own for none.
    return [name, form.value(name) === "_ADD_" ? "" : form.value(name)];
  });
  const credentials = CONNECTION_SECRETS.map((name): [string, string] => [name, form.value(name)]);
  return JSON.stringify({
    id,
    properties: Object.fromEntries(properties),
    credentials: Object.fromEntries(credentials),
  });
}

/** The run time puts it into words: its texts are not here. */
export const inWords = ({ key, words }: ReportText): string => words ?? key;

/** @param route of the run time; what it says is to be in the language of the editor */
export const inOwnLanguage = (route: string): string =>
  `${route}?lang=${encodeURIComponent(text("language"))}`;

/** Why a request was refused, in words. */
export function reasonOf({ status, responseText }: JQuery.jqXHR): string {
  const refused = parse(responseText);
  if (isRefused(refused)) return inWords(refused.refused);
  return text(status === 401 || status === 403 ? "step.no-permission" : "step.no-answer");
}

/** Anything else than JSON gives `undefined`. */
export function parse(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? "");
  } catch {
    return undefined;
  }
}

const isRefused = (value: unknown): value is Refused =>
  typeof value === "object" && value !== null && "refused" in value;
