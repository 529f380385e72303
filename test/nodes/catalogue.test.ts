import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { keysBelow, textOfKey } from "../diagnosis/catalogue";

const ROOT = path.resolve(__dirname, "../..");

function sources(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.includes("editor") && !file.startsWith("simulator"))
    .map((file) => readFileSync(path.join(ROOT, folder, file), "utf8"));
}

const used = new Set(
  [...sources("src"), ...sources("nodes")].flatMap((source) =>
    Array.from(
      source.matchAll(/"((?:error|warning|status|log|network)\.[a-z0-9.-]+)"/g),
      ([, key = ""]) => key,
    ),
  ),
);

describe("the catalogue of errors, warnings and statuses", () => {
  it("has every text that the code asks for", () => {
    assert.ok(used.size > 100);
    assert.deepEqual(
      [...used].filter((key) => textOfKey(key) === undefined),
      [],
    );
  });

  it("has no text that nobody asks for", () => {
    const all = ["error", "warning", "status", "log", "network"].flatMap((top) => keysBelow(top));
    assert.deepEqual(
      all.filter((key) => !used.has(key)),
      [],
    );
  });

  it("has statuses of at most 32 characters", () => {
    for (const key of keysBelow("status")) {
      const text = (textOfKey(key) ?? "").replace(/__\w+__/, "");
      assert.ok(text.length <= 32, key);
    }
  });
});
