import assert from "node:assert/strict";
import { partAt } from "../../nodes/shared/editor/commaList";

/** The part that the caret `|` stands in. */
function partIn(marked: string): string {
  const caret = marked.indexOf("|");
  const value = marked.replace("|", "");
  const { start, end } = partAt(value, caret);
  assert.ok(start <= end && end <= value.length);
  return value.slice(start, end);
}

describe("the part of a list under the caret", () => {
  for (const [marked, part] of [
    ["|", ""],
    ["do|", "do"],
    ["|do", "do"],
    ["door-1,|", ""],
    ["door-1, va|", "va"],
    ["door-1, |va", "va"],
    ["door-1|, va", "door-1"],
    ["door-1,| va", "va"],
    ["do|or-1 , valve", "door-1"],
    ["door-1,  |  , valve", ""],
    [",,|,", ""],
    ["a, b|", "b"],
  ] as const) {
    it(`is “${part}” in ${marked}`, () => assert.equal(partIn(marked), part));
  }
});
