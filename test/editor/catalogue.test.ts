import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { NODE_TYPES, read, ROOT, sharedSources, type NodeType } from "./sources";

/** Texts of the forms; `error`, `warning` and `status` are the runtime's. */
const KEY = /^(?:label|option|placeholder|help|line|hint|validation)\.[a-z0-9-]+$/;

/** Validators are shared, so their texts are in one catalogue. */
const catalogueOf = (type: NodeType, key: string): NodeType =>
  key.startsWith("validation.") ? "tts-connection" : type;

function keysOfForm(type: NodeType): string[] {
  return [...read(`nodes/${type}/form.html`).matchAll(/data-i18n="(?:\[\w+\])?([^"]+)"/g)].map(
    ([, key = ""]) => key,
  );
}

/** String literals that look like keys, also behind a namespace in a template. */
function keysOfScript(source: string): string[] {
  return [...source.matchAll(/["'`](?:\$\{CATALOGUE\}:)?([a-z]+\.[a-z0-9-]+)["'`]/g)]
    .map(([, key = ""]) => key)
    .filter((key) => KEY.test(key));
}

function flat(catalogue: object, prefix = ""): string[] {
  return Object.entries(catalogue).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "object" && value !== null ? flat(value, `${prefix}${key}.`) : [prefix + key],
  );
}

function toObject(json: string): object {
  const value: unknown = JSON.parse(json);
  assert.ok(typeof value === "object" && value !== null);
  return value;
}

const used = new Map<NodeType, Set<string>>(NODE_TYPES.map((type) => [type, new Set()]));
for (const type of NODE_TYPES) {
  for (const key of [...keysOfForm(type), ...keysOfScript(read(`nodes/${type}/editor.ts`))])
    used.get(catalogueOf(type, key))?.add(key);
}
for (const key of sharedSources().flatMap(keysOfScript)) used.get("tts-connection")?.add(key);

for (const type of NODE_TYPES) {
  describe(`the catalogue of ${type}`, () => {
    const folder = `nodes/${type}/locales`;
    const languages = readdirSync(path.join(ROOT, folder)).filter((file) => file.endsWith(".json"));

    for (const file of languages) {
      const keys = flat(toObject(read(`${folder}/${file}`)));

      it(`has every text that the form uses (${file})`, () => {
        assert.deepEqual(
          [...(used.get(type) ?? [])].filter((key) => !keys.includes(key)),
          [],
        );
      });

      it(`has no text that nobody uses (${file})`, () => {
        assert.deepEqual(
          keys.filter((key) => used.get(type)?.has(key) !== true),
          [],
        );
      });

      it(`leaves the runtime's texts to the runtime (${file})`, () => {
        assert.deepEqual(
          keys.filter((key) => /^(error|warning|status)\./.test(key)),
          [],
        );
      });
    }
  });
}
