/** The texts of the run time, which the editor does not have. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { NodeAPI } from "node-red";
import { textIn, textOf } from "../../nodes/shared/catalogue";
import { isJsonObject } from "../../src/stack/check";

const DIST = path.resolve(__dirname, "../../dist/locales");
const built = (file: string): unknown => JSON.parse(readFileSync(path.join(DIST, file), "utf8"));
const red = (language: string): NodeAPI => ({ _: () => language }) as unknown as NodeAPI;
const DISCONNECTED = { key: "status.connecting", values: {} };

describe("a text of the run time", () => {
  it("has its values in place, whatever is in them", () => {
    const text = textIn("en-US", { key: "log.disconnected", values: { host: "__port__ $t(x) $&", port: 1 } });
    assert.equal(text, "Disconnected from __port__ $t(x) $&:1");
  });

  it("is in the language of Node-RED, with or without a region, else in English", () => {
    const english = textIn("en-US", DISCONNECTED);
    const german = textIn("de", DISCONNECTED);
    assert.notEqual(german, english);
    assert.equal(textOf(red("de"), DISCONNECTED), german);
    assert.equal(textIn("de-CH", DISCONNECTED), german);
    for (const language of ["pt-BR", "", "../../package", "en"])
      assert.equal(textIn(language, DISCONNECTED), english, language);
    assert.equal(textOf(red("a key that is not there"), DISCONNECTED), english);
  });

  it("is its key where there is no text", () => {
    for (const key of ["error.of-the-future", "constructor.name", "error"])
      assert.equal(textIn("en-US", { key, values: {} }), key);
  });
});

describe("what the editor downloads", () => {
  it("has of the errors only those that forms show, and the name of its language", () => {
    for (const language of readdirSync(DIST).filter((name) => !name.endsWith(".json"))) {
      const texts = built(`${language}/tts-connection.json`);
      assert.ok(isJsonObject(texts) && isJsonObject(texts.error));
      assert.equal(texts.language, language);
      assert.deepEqual(Object.keys(texts.error), ["invalid-downlink"], language);
      for (const top of ["status", "warning", "log"]) assert.ok(!(top in texts), `${language} ${top}`);
    }
  });
});
