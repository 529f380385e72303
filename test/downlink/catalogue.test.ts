import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { keysBelow, textOfKey } from "../diagnosis/catalogue";

const FOLDER = join(__dirname, "../../src/downlink");
const source = readdirSync(FOLDER)
  .map((file) => readFileSync(join(FOLDER, file), "utf8"))
  .join("\n");
const used = new Set(Array.from(source.matchAll(/"(error\.[a-z0-9.-]+)"/g), ([, key = ""]) => key));

describe("the texts of refusals", () => {
  it("are all in the catalogue", () => {
    assert.ok(used.size > 60);
    assert.deepEqual(
      [...used].filter((key) => textOfKey(key) === undefined),
      [],
    );
  });

  it("are all used", () => {
    assert.deepEqual(
      keysBelow("error.invalid-downlink").filter((key) => !used.has(key)),
      [],
    );
  });

  it("are whole sentences, not too long", () => {
    for (const key of used) {
      const text = textOfKey(key) ?? "";
      assert.match(text, /[.?]$/, key);
      assert.ok(text.length < 320, `${key}: ${text.length} characters`);
    }
  });

  it("offer the right value in the texts that are made for it, and only there", () => {
    for (const key of used) {
      const isNear = key.endsWith("-near") || key.endsWith(".time-seconds");
      assert.equal(textOfKey(key)?.includes("__near__"), isNear, key);
    }
  });
});
