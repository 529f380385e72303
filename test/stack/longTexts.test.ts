/** Expressions that try all ways to read a text take minutes for what takes milliseconds: the bounds here are generous. */
import assert from "node:assert/strict";
import { cpuTime } from "../cpuTime";
import { takeApart } from "../../src/stack/address";
import { readApiAddress } from "../../src/stack/apiAddress";
import { parseDevicePattern, parsePorts } from "../../src/stack/filters";
import { isEui, isIdentifier, isV2Identifier, apiKeyForm } from "../../src/stack/identifiers";
import { mendKey, readPasted } from "../../src/stack/pasted";
import { plainText } from "../../src/stack/plainText";
import { shownText } from "../../src/stack/shown";
import { errorSentence } from "../../src/stack/stackError";
import { api, host, ports, devicesOf } from "../../nodes/shared/editor/rules";

const LENGTH = 100_000;
/** Of all readers together for one text. */
const LONGEST_MS = 1_500;

const READERS: readonly ((text: string) => unknown)[] = [
  ...[takeApart, readPasted, mendKey, isEui, isIdentifier, isV2Identifier, apiKeyForm, plainText],
  ...[parsePorts, parseDevicePattern, api, host, ports, devicesOf("v3"), devicesOf("v2")],
  (text) => readApiAddress(text, ""),
  (text) => readApiAddress("", text),
  (text) => shownText(text, 500),
  (text) => errorSentence({ message_format: text, attributes: { a: text } }),
];

const PARTS = [
  ...[
    ")",
    "(",
    '"',
    " ",
    "\u200b",
    "/",
    ":",
    "@",
    ".",
    "a",
    "0",
    "-",
    "*",
    ",",
    "a ",
    "a,",
    "1-9,",
    "{",
    "{a",
    "&#",
  ],
  ...["username ", "NNSXS.", "N ", "A", "v3/", "/applications/", "://a", "\\", "a-", "$", "%2", "*-"],
];

describe("a long text in a field", () => {
  for (const part of PARTS)
    it(`of nothing but ${JSON.stringify(part)} takes no time, whatever stands around it`, () => {
      const row = part.repeat(LENGTH / part.length);
      const texts = [row, `${row}x`, `x${row}`, `user name${row}`, `https://a${row}`, `https://a${row}x`];
      for (const text of [...texts, ...texts.map((long) => long.slice(0, 19_990)), `1${row}x`]) {
        const took = cpuTime(() => READERS.forEach((reader) => reader(text)));
        assert.ok(took < LONGEST_MS, `${took} ms for ${text.slice(0, 20)}`);
      }
    });

  it("is refused as a list of devices or FPorts, where no list is so long", () => {
    for (const list of [parseDevicePattern("door-1,".repeat(70_000)), parsePorts("1-2,".repeat(300_000))])
      assert.deepEqual(list.ok ? "taken" : list.problem.rule, "too_long");
    const thousand = Array.from({ length: 1_000 }, (_each, index) => `${"d".repeat(32)}-${index % 10}`);
    assert.ok(parseDevicePattern(thousand.join(", ")).ok);
    const all = Array.from({ length: 223 }, (_each, index) => index + 1);
    assert.ok(parsePorts(all.join(", ")).ok);
  });
});
