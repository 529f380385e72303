import assert from "node:assert/strict";
import { firstSentence, LONGEST_SENTENCE, USUAL, usual } from "./firstSentence";
import { catalogueOf, itIn, LANGUAGES, placeholdersOf } from "./languages";

const isForFlows = ([key]: readonly [string, string]): boolean => /^(error|warning|network)\./.test(key);

const textsOf = (language: string): [string, string][] =>
  [...catalogueOf("shared", language)].filter(isForFlows);

for (const language of LANGUAGES)
  describe(`the errors and warnings in ${language}`, () => {
    itIn(language, "say the cause in a first sentence that the debug sidebar shows in full", () => {
      const long = textsOf(language)
        .map(([key, text]) => [key, firstSentence(usual(key, text))] as const)
        .filter(([, sentence]) => Array.from(sentence).length > LONGEST_SENTENCE);
      assert.deepEqual(long, []);
    });

    itIn(language, "end as sentences do, or with what came on the wire", () => {
      const isWhole = (text: string): boolean =>
        /([.!?。！？][”»"]?|__(bytes|sentence|reason)__[。.]?)$/u.test(text);
      assert.deepEqual(
        textsOf(language).filter(([, text]) => !isWhole(text)),
        [],
      );
    });

    itIn(language, "have usual values for all that is put into them", () => {
      const unknown = textsOf(language).flatMap(([key, text]) =>
        placeholdersOf(text)
          .filter((name) => !(name in USUAL))
          .map((name) => `${key}: ${name}`),
      );
      assert.deepEqual(unknown, []);
    });
  });

describe("the first sentence of a text", () => {
  it("ends where a sentence does, not within a host or a number", () => {
    assert.equal(
      firstSentence("No eu1.cloud.thethings.network: is it 2.5? Yes."),
      "No eu1.cloud.thethings.network: is it 2.5?",
    );
    assert.equal(firstSentence("鍵がありません。次の文。"), "鍵がありません。");
    assert.equal(firstSentence("without an end"), "without an end");
  });
});
