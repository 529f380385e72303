import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { familiesLeftOut, PAGE, statusPage } from "../../scripts/statusPage";

describe("the page on what can be wrong", () => {
  it("has every text of the catalogue (else: npm run docs:statuses)", () => {
    assert.equal(readFileSync(PAGE, "utf8"), statusPage());
  });

  it("has every family of errors in a section", () => {
    assert.deepEqual(familiesLeftOut(), []);
  });
});
