import assert from "node:assert/strict";
import {
  catalogueOf,
  ENGLISH,
  hasFile,
  itIn,
  LANGUAGES,
  placeholdersOf,
  ROOMS,
  statusesOf,
  textIn,
  TRANSLATIONS,
  WITHOUT_HELP,
} from "./languages";
import { SAME_EVERYWHERE, SAME_IN } from "./sameWords";

const LONGEST_STATUS = 32;

describe("the languages", () => {
  for (const language of LANGUAGES) {
    itIn(language, `have every file (${language})`, () => {
      const files = ROOMS.flatMap((room) => [
        ...(hasFile(room, `${language}.json`) ? [] : [`${room}: ${language}.json`]),
        ...(WITHOUT_HELP.includes(room) || hasFile(room, `${language}.md`)
          ? []
          : [`${room}: ${language}.md`]),
      ]);
      assert.deepEqual(files, []);
    });

    itIn(language, `name no text twice, of which the last would count (${language})`, () => {
      for (const room of ROOMS) {
        const written = textIn(room, `${language}.json`);
        assert.equal(`${JSON.stringify(JSON.parse(written), null, 2)}\n`, written, room);
      }
    });

    itIn(language, `have statuses of at most 32 characters (${language})`, () => {
      const isLong = (text: string): boolean =>
        Array.from(text.replace(/ ?__\w+?__/g, "")).length > LONGEST_STATUS;
      assert.deepEqual([...statusesOf(language).values()].filter(isLong), []);
    });
  }
});

for (const language of TRANSLATIONS)
  for (const room of ROOMS)
    describe(`the texts of ${room} in ${language}`, () => {
      const texts = catalogueOf(room, language);
      const english = catalogueOf(room, ENGLISH);

      itIn(language, "are those that there are in English, no more and no less", () => {
        assert.deepEqual({ missing: [...english.keys()].filter((key) => !texts.has(key)) }, { missing: [] });
        assert.deepEqual(
          { superfluous: [...texts.keys()].filter((key) => !english.has(key)) },
          { superfluous: [] },
        );
      });

      itIn(language, "have the same values put into them", () => {
        for (const [key, text] of english)
          assert.deepEqual(placeholdersOf(texts.get(key) ?? ""), placeholdersOf(text), key);
      });

      itIn(language, "are not empty, and not left in English by accident", () => {
        const isMeant = (text: string): boolean =>
          SAME_EVERYWHERE.has(text) || SAME_IN[language]?.has(text) === true || !/\p{L}{2}/u.test(bare(text));
        const left = [...texts].filter(([key, text]) => text === english.get(key) && !isMeant(text));
        assert.deepEqual(left, []);
        assert.deepEqual(
          [...texts].filter(([, text]) => text.trim() === ""),
          [],
        );
      });
    });

/** Spellings that a language does not use here, because most of its texts have another: Node-RED's own, where it has the word. */
const OTHERWISE_SPELT: Readonly<Record<string, RegExp>> = {
  de: /Nutzdaten(?!\))|deployt|(?<!\()deploy(?:ed|en)\b/gu,
  fr: /n\u0153ud|\u2019|\bbrokers?\b(?!\.example)|(?<!\.|propriété )\btopics?\b(?!,| \()/gu,
  nl: /\u2018|(?<=\p{L})'s\b|\b(?:join|uplink|downlink)-fout|(?<!\p{L})[Uu]w?(?!\p{L})/gu,
  ja: /(?:サーバ|ユーザ|ブローカ|カウンタ|デコーダ|エンコーダ)ー|バッテリー|[（）：]/gu,
};

for (const [language, otherwise] of Object.entries(OTHERWISE_SPELT))
  describe(`the words of ${language}`, () => {
    itIn(language, "are spelt in one way", () => {
      const found = ROOMS.flatMap((room) => {
        const help = WITHOUT_HELP.includes(room)
          ? ""
          : textIn(room, `${language}.md`).replaceAll(/`[^`\n]+`/g, "");
        return [...catalogueOf(room, language).values(), help].flatMap((text) =>
          Array.from(text.matchAll(otherwise), ([word]) => `${room}: ${word}`),
        );
      });
      assert.deepEqual(found, []);
    });
  });

/** English texts of which a language needs several translations, by the gender of what they stand at. */
const SEVERAL: ReadonlySet<string> = new Set(["none", "no FPort", "all devices"]);

for (const language of TRANSLATIONS)
  describe(`what is called the same in several forms (${language})`, () => {
    itIn(language, "has one name", () => {
      const names = new Map<string, Set<string>>();
      for (const room of ROOMS)
        for (const [key, english] of catalogueOf(room, ENGLISH)) {
          const text = catalogueOf(room, language).get(key);
          if (text === undefined || SEVERAL.has(english)) continue;
          names.set(english, (names.get(english) ?? new Set()).add(text));
        }
      assert.deepEqual(
        [...names].filter(([, texts]) => texts.size > 1).map(([english, texts]) => [english, ...texts]),
        [],
      );
    });
  });

const QUOTED = /“([^”]+)”/g;

for (const language of TRANSLATIONS)
  describe(`the texts in ${language}`, () => {
    itIn(language, "call a setting in quotation marks by its label", () => {
      const catalogues = ROOMS.map(
        (room) => [room, catalogueOf(room, ENGLISH), catalogueOf(room, language)] as const,
      );
      // Words in lower case are words of flows and of programs.
      const labelsOf = (label: string): string[] =>
        catalogues.flatMap(([, english, texts]) =>
          [...english]
            .filter(([key, text]) => key.startsWith("label.") && text === label && /^[A-Z]/.test(label))
            .map(([key]) => texts.get(key) ?? ""),
        );
      const wrong = catalogues.flatMap(([room, english, texts]) =>
        [...english].flatMap(([key, text]) =>
          Array.from(text.matchAll(QUOTED), ([, label = ""]) => labelsOf(label))
            .filter((labels) => labels.length > 0 && !labels.some((label) => texts.get(key)?.includes(label)))
            .map((labels) => `${room} ${key}: ${labels.join(" or ")}`),
        ),
      );
      assert.deepEqual(wrong, []);
    });
  });

/** Without the names of values. */
function bare(text: string): string {
  return text.replace(/__\w+?__/g, "");
}
