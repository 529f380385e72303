/** The texts of the run time. They are not among those that Node-RED knows of, because it hands all of these to the editor. */
import { createRequire } from "node:module";
import type { NodeAPI } from "node-red";
import { isJsonObject } from "../../src/stack/check";
import type { Text, TextValues } from "../../src/stack/explanation";
import { shownValues } from "../../src/stack/shown";
import { PACKAGE } from "./package";

/** In the built package as in the sources: beside this file. Loaded once, whatever number of bundles ask. */
const load = createRequire(__filename);
const ENGLISH = "en-US";
/** What Node-RED's own catalogue of the connection has for the language that it is in; the build puts it there. */
const LANGUAGE_KEY = `${PACKAGE}/tts-connection:language`;

const languages = new WeakMap<NodeAPI, string>();

/** The language of the runtime: of our languages the one that Node-RED chooses, from its settings or the environment. */
function languageOf(RED: NodeAPI): string {
  const known = languages.get(RED);
  if (known !== undefined) return known;
  const language = RED._(LANGUAGE_KEY);
  if (catalogueOf(language) === undefined) return ENGLISH;
  languages.set(RED, language);
  return language;
}

/** Those that there are: `require` looks for a file each time, and a deploy of a thousand nodes asks some thousand times. */
const catalogues = new Map<string, object>();

function catalogueOf(language: string): object | undefined {
  const known = catalogues.get(language);
  if (known) return known;
  if (!/^[a-z]{2,3}(?:-[A-Za-z]{2,4})?$/.test(language)) return undefined;
  try {
    const found: unknown = load(`./locales/${language}.json`);
    if (!isJsonObject(found)) return undefined;
    catalogues.set(language, found);
    return found;
  } catch {
    return undefined;
  }
}

function lookUp(language: string, key: string): string | undefined {
  let level: unknown = catalogueOf(language);
  for (const step of key.split(".")) {
    if (!isJsonObject(level) || !Object.hasOwn(level, step)) return undefined;
    level = level[step];
  }
  return typeof level === "string" ? level : undefined;
}

const filledIn = (text: string, values: TextValues): string =>
  text.replace(/__(\w+?)__/g, (placeholder, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : placeholder,
  );

/**
 * The text in a language, else in English; its key where there is none. In one line, and never with a secret in it, wherever the
 * values are from.
 * @param language as a browser or Node-RED names it: `de`, `de-CH`
 */
export function textIn(language: string, { key, values }: Text): string {
  const [base = ENGLISH] = language.split("-", 1);
  const text = lookUp(language, key) ?? lookUp(base, key) ?? lookUp(ENGLISH, key);
  return text === undefined ? key : filledIn(text, shownValues(values));
}

/** The text in the language of the runtime. */
export const textOf = (RED: NodeAPI, text: Text): string => textIn(languageOf(RED), text);
