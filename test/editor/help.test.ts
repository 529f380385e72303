import assert from "node:assert/strict";
import type { ErrorCode } from "../../src/stack/explanation";
import {
  ENGLISH,
  catalogueOf,
  helpOf,
  isStatus,
  itIn,
  LANGUAGES,
  statusesOf,
  TRANSLATIONS,
} from "./languages";
import { NODE_TYPES, read, register, type NodeType } from "./sources";

/** Those that use a connection, and the connection itself. */
const CONNECTED: readonly NodeType[] = NODE_TYPES.filter((type) => type !== "tts-home-assistant");

const RECEIVERS = ["tts-uplink", "tts-join", "tts-event"] as const;

/** Which nodes raise an error. */
const RAISED_BY: Readonly<Record<ErrorCode, readonly NodeType[]>> = {
  not_configured: NODE_TYPES,
  invalid_request: ["tts-watch"],
  connection_failed: CONNECTED,
  connection_refused: CONNECTED,
  subscription_refused: CONNECTED,
  invalid_message: NODE_TYPES,
  missing_payload: ["tts-uplink"],
  invalid_downlink: ["tts-downlink", "tts-home-assistant"],
  not_connected: ["tts-downlink"],
  expired: ["tts-downlink"],
  not_accepted: ["tts-downlink"],
  downlink_failed: ["tts-downlink"],
  not_encoded: ["tts-downlink"],
  undelivered: ["tts-downlink"],
  unanswered: ["tts-downlink"],
  api_failed: ["tts-downlink"],
};

const keysIn = (file: string): string[] =>
  Array.from(read(file).matchAll(/"(status\.[a-z-]+)"/g), ([, key = ""]) => key);

const OF_DOWNLINKS = keysIn("nodes/tts-downlink/status.ts");
const OF_CONNECTIONS = keysIn("nodes/shared/status.ts");

/** States that the help has to list; of errors, which say the cause in as many ways as there are causes, it has examples. */
function statusKeysOf(type: NodeType): string[] {
  if (type === "tts-connection") return OF_CONNECTIONS;
  if (type === "tts-home-assistant") return ["status.not-configured", "status.not-understood"];
  // Only events come from there.
  const ofAll = OF_CONNECTIONS.filter((key) => type === "tts-event" || key !== "status.no-event-stream");
  if (type === "tts-downlink") return [...ofAll, ...OF_DOWNLINKS];
  // What only concerns who sends is not shown by those who receive.
  const ofSenders = ["status.no-right-to-write", "status.not-heard"];
  return [...ofAll.filter((key) => !ofSenders.includes(key)), "status.waiting"];
}

/** Its key, behind the name of a catalogue where there is one. */
const keyOf = (label: unknown): string => String(label).replace(/^.*:/, "");

/** The labels of all properties and credentials, as the form has them. */
function labelsOf(type: NodeType, language: string): string[] {
  const { defaults, credentials = {} } = register(type);
  const own = catalogueOf(type, language);
  const keys = [...Object.values(defaults), ...Object.values(credentials)].map((property) =>
    keyOf(Reflect.get(Object(property), "label")),
  );
  return [...new Set(keys)].map((key) => own.get(key) ?? `no text for ${key}`);
}

const headingsOf = (help: string): string[] => Array.from(help.matchAll(/^#+ /gm), ([marks]) => marks);

/** How many lines of each kind there are between two headings: definitions, entries of lists, others. */
const shapeOf = (help: string): string[] =>
  help.split(/^#+ .*$/m).map((section) => {
    const lines = section.split("\n").filter((line) => line.trim() !== "");
    const count = (start: string): number => lines.filter((line) => line.startsWith(start)).length;
    return `${count(":")} definitions, ${count("-")} entries, ${lines.length} lines`;
  });

const SAMPLE = /^```js$[^]*?^```$/gm;

const withoutSamples = (help: string): string => help.replace(SAMPLE, "");

/** The samples, but for their comments. */
const samplesIn = (help: string): string[] =>
  Array.from(help.matchAll(SAMPLE), ([sample]) => sample.replace(/\s*\/\/.*$/gm, ""));

/** What stands between backticks and is no status: codes, fields, examples. They are the same in every language. */
function codesOf(type: NodeType, language: string): Set<string> {
  const spans = Array.from(
    withoutSamples(helpOf(type, language)).matchAll(/`([^`]+)`/g),
    ([, code = ""]) => code,
  );
  return new Set(spans.filter((span) => !isStatus(span, language)));
}

for (const language of LANGUAGES)
  for (const type of NODE_TYPES)
    describe(`the help of ${type} (${language})`, () => {
      const help = helpOf(type, language);
      const lacking = (wanted: readonly string[]): string[] => wanted.filter((text) => !help.includes(text));

      itIn(language, "is Markdown as Node-RED understands it", () => {
        assert.doesNotMatch(help, /^#{1,2} |^####|<script|<\w+>/m);
        // `: name (type) : text`, of which a further colon or line would cut off all before it.
        for (const line of help.split("\n")) {
          if (line.startsWith(":")) assert.match(line, /^: [^:(]+ \([^:)]+\) : [^:]+$/);
          else assert.doesNotMatch(line, /:[^:]+\([^:]+\).*:/);
        }
      });

      itIn(language, "says what the node does before anything else", () => {
        assert.match(help, /^[^#:\n-][^\n]{20,}[.。]\n\n/);
      });

      itIn(language, "names every property as the form does", () => {
        assert.deepEqual(lacking(labelsOf(type, language).map((label) => `*${label}*`)), []);
      });

      itIn(language, "has every code that the node can raise", () => {
        const codes = Object.entries(RAISED_BY).flatMap(([code, types]) =>
          types.includes(type) ? [`\`${code}\``] : [],
        );
        assert.deepEqual(lacking(codes), []);
      });

      itIn(language, "has every text that its status can have", () => {
        const statuses = statusesOf(language);
        const texts = statusKeysOf(type).map((key) => statuses.get(key) ?? `no text for ${key}`);
        assert.deepEqual(
          texts.filter((text) => !help.includes(`\`${text}`) && !help.includes(` ${text}\``)),
          [],
        );
      });
    });

describe("the README", () => {
  it("has every code in its table", () => {
    const rows =
      read("README.md")
        .match(/^\| `.+$/gm)
        ?.join("\n") ?? "";
    assert.deepEqual(
      Object.keys(RAISED_BY).filter((code) => !rows.includes(`\`${code}\``)),
      [],
    );
  });
});

for (const type of NODE_TYPES)
  describe(`the statuses in the English help of ${type}`, () => {
    it("are in the words of the catalogue", () => {
      const [, section = ""] = /^### Status\n([^]*?)^### /m.exec(helpOf(type, ENGLISH)) ?? [];
      const spans = Array.from(section.matchAll(/`([^`]+)`/g), ([, code = ""]) => code);
      assert.ok(spans.length > (CONNECTED.includes(type) ? 5 : 2));
      assert.deepEqual(
        spans.filter((span) => !isStatus(span, ENGLISH)),
        [],
      );
      assert.equal(RECEIVERS.length + 3, CONNECTED.length);
    });
  });

for (const type of NODE_TYPES)
  describe(`the English help of ${type}`, () => {
    it("has the sections that a user of Node-RED looks for", () => {
      const help = helpOf(type, ENGLISH);
      const sections = ["Properties", "Status", "Errors", ...(type === "tts-connection" ? [] : ["Outputs"])];
      for (const section of sections) assert.match(help, new RegExp(`^### ${section}$`, "m"));
    });
  });

for (const language of TRANSLATIONS)
  for (const type of NODE_TYPES)
    describe(`the help of ${type} in ${language}, beside the English one`, () => {
      const [help, english] = [withoutSamples(helpOf(type, language)), withoutSamples(helpOf(type, ENGLISH))];

      itIn(language, "has the same sections, and in each as many definitions, entries and lines", () => {
        assert.deepEqual(headingsOf(help), headingsOf(english));
        assert.deepEqual(shapeOf(help), shapeOf(english));
      });

      itIn(language, "has the same samples", () => {
        assert.deepEqual(samplesIn(helpOf(type, language)), samplesIn(helpOf(type, ENGLISH)));
      });

      itIn(language, "has the same codes, fields and examples", () => {
        const [codes, wanted] = [codesOf(type, language), codesOf(type, ENGLISH)];
        const inText = new Set(Array.from(help.matchAll(/`([^`]+)`/g), ([, code = ""]) => code));
        const inEnglish = new Set(Array.from(english.matchAll(/`([^`]+)`/g), ([, code = ""]) => code));
        assert.deepEqual(
          [...wanted].filter((code) => !inText.has(code)),
          [],
        );
        assert.deepEqual(
          [...codes].filter((code) => !inEnglish.has(code)),
          [],
        );
      });

      itIn(language, "has no line left in English", () => {
        const lines = new Set(english.split("\n").filter((line) => /(?:\b[a-z]+\b\W+){4}/i.test(line)));
        const isSame = (line: string): boolean => lines.has(line);
        assert.deepEqual(help.split("\n").filter(isSame), []);
      });
    });
