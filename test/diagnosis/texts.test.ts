import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { keysBelow, textOfKey } from "./catalogue";

const FOLDER = join(__dirname, "../../src/diagnosis");
const source = readdirSync(FOLDER)
  .map((file) => readFileSync(join(FOLDER, file), "utf8"))
  .join("\n");
const used = new Set(
  Array.from(source.matchAll(/"((?:error|warning|network)\.[a-z0-9.-]+)"/g), ([, key = ""]) => key),
);
/** The first two steps of a key: what belongs to these modules as a whole. */
const families = new Set([...used].map((key) => key.split(".").slice(0, 2).join(".")));

describe("the texts of the diagnosis", () => {
  it("are all in the catalogue", () => {
    assert.ok(used.size > 50);
    assert.deepEqual(
      [...used].filter((key) => textOfKey(key) === undefined),
      [],
    );
  });

  it("are all used", () => {
    assert.deepEqual(
      [...families].flatMap(keysBelow).filter((key) => !used.has(key)),
      [],
    );
  });

  it("are whole sentences, not too long", () => {
    for (const key of used) {
      const text = textOfKey(key) ?? "";
      assert.match(text, /^[A-Z_“].*(\.|__bytes__|__sentence__)$/, key);
      assert.ok(text.length < 520, `${key}: ${text.length} characters`);
    }
  });

  it("are taken as literals, never put together", () => {
    assert.doesNotMatch(source, /`(error|warning|network)\./);
  });
});
