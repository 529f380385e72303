import assert from "node:assert/strict";
import { EVENT_GROUPS, EVENT_KINDS } from "../../src/stack/event";
import { eventLabel, groupLabel } from "../../nodes/tts-event/words";
import { catalogueOf, ENGLISH, type Room } from "./languages";
import { formOf, migrationSources, NODE_TYPES, scriptsOf, sharedSources, type NodeType } from "./sources";

/** Texts of the forms; `error`, `warning`, `network` and `status` are the runtime's. */
const KEY = /^(?:label|option|placeholder|help|line|hint|step|validation|reason|migration)\.[a-z0-9-]+$/;

/** Validators are shared, so their texts are in one catalogue. */
const ownerOf = (type: NodeType, key: string): NodeType =>
  key.startsWith("validation.") ? "tts-connection" : type;

function keysOfForm(type: NodeType): string[] {
  return [...formOf(type).matchAll(/data-i18n="(?:\[\w+\])?([^"]+)"/g)].map(([, key = ""]) => key);
}

/** String literals that look like keys. */
function keysOfScript(source: string): string[] {
  return [...source.matchAll(/["'`](?:\$\{PACKAGE\}\/tts-[a-z]+:)?([a-z]+\.[a-z0-9-]+)["'`]/g)]
    .map(([, key = ""]) => key)
    .filter((key) => KEY.test(key));
}

const used = new Map<Room, Set<string>>(NODE_TYPES.map((type) => [type, new Set()]));
for (const type of NODE_TYPES) {
  for (const key of [...keysOfForm(type), ...scriptsOf(type).flatMap(keysOfScript)])
    used.get(ownerOf(type, key))?.add(key);
}
for (const key of sharedSources().flatMap(keysOfScript)) used.get("tts-connection")?.add(key);
used.set("tts-migration", new Set(migrationSources().flatMap(keysOfScript)));
for (const kind of EVENT_KINDS) used.get("tts-event")?.add(eventLabel(kind));
for (const group of EVENT_GROUPS) used.get("tts-event")?.add(groupLabel(group));

for (const type of [...NODE_TYPES, "tts-migration"] as const) {
  describe(`the catalogue of ${type}`, () => {
    // Translations are compared with it.
    const keys = [...catalogueOf(type, ENGLISH).keys()];

    it("has every text that the form uses", () => {
      assert.deepEqual(
        [...(used.get(type) ?? [])].filter((key) => !keys.includes(key)),
        [],
      );
    });

    it("has no text that nobody uses", () => {
      assert.deepEqual(
        keys.filter((key) => used.get(type)?.has(key) !== true),
        [],
      );
    });

    it("leaves the runtime's texts to the runtime", () => {
      assert.deepEqual(
        keys.filter((key) => /^(error|warning|network|status)\./.test(key)),
        [],
      );
    });
  });
}
