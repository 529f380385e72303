/** The languages of forms, help, statuses and errors: their files, and what they are compared with. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { isJsonObject } from "../../src/stack/check";
import { NODE_TYPES, read, ROOT, type NodeType } from "./sources";

/**
 * The languages that a release has. What a translation lacks is pending in `npm test`, so that an English text can be added without
 * knowing four other languages; `npm run check:languages`, which CI runs, fails for it.
 */
const RELEASED_LANGUAGES: readonly string[] = ["en-US", "de", "fr", "nl", "ja"];

export const ENGLISH = "en-US";

/** Flat: `label.name` to its text. */
export type Catalogue = ReadonlyMap<string, string>;

/** What a room's texts are in: `shared` has those of the run time. */
export type Room = NodeType | "shared" | "tts-migration";

export const ROOMS: readonly Room[] = [...NODE_TYPES, "shared", "tts-migration"];

export const WITHOUT_HELP: readonly Room[] = ["shared", "tts-migration"];

const folderOf = (room: Room): string =>
  room === "tts-migration" ? "plugins/tts-migration/locales" : `nodes/${room}/locales`;

/** Released ones, and those of which there is any file. */
export const LANGUAGES: readonly string[] = [
  ...new Set([
    ...RELEASED_LANGUAGES,
    ...ROOMS.flatMap((room) =>
      readdirSync(path.join(ROOT, folderOf(room))).map((file) => path.parse(file).name),
    ),
  ]),
];

/** A test of a language, pending instead of failed where translations may lag behind. */
export function itIn(language: string, title: string, check: () => void): void {
  const isRequired =
    language === ENGLISH ||
    process.env.LANGUAGES === "all" ||
    (process.env.LANGUAGES === "released" && RELEASED_LANGUAGES.includes(language));
  it(title, function () {
    try {
      check();
    } catch (error) {
      if (isRequired) throw error;
      this.skip();
    }
  });
}

export const TRANSLATIONS = LANGUAGES.filter((language) => language !== ENGLISH);

function flat(level: object, prefix = ""): [string, string][] {
  return Object.entries(level).flatMap(([key, value]: [string, unknown]) => {
    if (isJsonObject(value)) return flat(value, `${prefix}${key}.`);
    assert.equal(typeof value, "string", `${prefix}${key} is no text`);
    return [[prefix + key, String(value)] satisfies [string, string]];
  });
}

/** As it is written. */
export const textIn = (room: Room, file: string): string => read(`${folderOf(room)}/${file}`);

/** Empty where there is none. */
export function catalogueOf(room: Room, language: string): Catalogue {
  if (!hasFile(room, `${language}.json`)) return new Map();
  const value: unknown = JSON.parse(textIn(room, `${language}.json`));
  assert.ok(isJsonObject(value));
  return new Map(flat(value));
}

/** Empty where there is none. */
export const helpOf = (type: NodeType, language: string): string =>
  hasFile(type, `${language}.md`) ? read(`nodes/${type}/locales/${language}.md`) : "";

export const hasFile = (room: Room, file: string): boolean =>
  existsSync(path.join(ROOT, folderOf(room), file));

/** Names of the values that go into a text. */
export const placeholdersOf = (text: string): string[] =>
  [...new Set(Array.from(text.matchAll(/__(\w+?)__/g), ([, name = ""]) => name))].sort();

/** Whether a text is a status of the catalogue, with whatever values, or has one between its dots. */
export function isStatus(text: string, language: string): boolean {
  const patterns = [...catalogueOf("shared", language)]
    .filter(([key, status]) => key.startsWith("status.") && /\p{L}/u.test(status.replace(/__\w+?__/g, "")))
    .map(([, status]) => {
      const parts = status.split(/__\w+?__/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
      return new RegExp(`^${parts.join(".+")}$`);
    });
  return [text, ...text.split(" · ")].some((part) => patterns.some((pattern) => pattern.test(part)));
}

/** Texts of statuses without the values that go into them, such as `waiting:`. */
export const statusesOf = (language: string): ReadonlyMap<string, string> =>
  new Map(
    [...catalogueOf("shared", language)]
      .filter(([key]) => key.startsWith("status."))
      .map(([key, text]) => [key, text.replace(/__\w+?__/g, "").trim()]),
  );
