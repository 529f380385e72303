import assert from "node:assert/strict";
import { month, type MonthResult } from "./month/month";

/** The long form is `node bench/month.mjs`. */
describe("a month of sixty devices that lose, repeat, reset, join, wrap, drift and fall silent", () => {
  let result: MonthResult;

  before(function () {
    this.timeout(60_000);
    result = month({ devices: 60, days: 30, seed: 8 });
  });

  it("has each silence told, and of what is known at most one that is none in a thousand days of a device", () => {
    const { due, missed, wrong } = result.silent;
    assert.ok(due >= 10, String(due));
    assert.deepEqual(missed, []);
    assert.ok(wrong.length <= result.deviceDays / 1_000, wrong.join("\n"));
    assert.deepEqual(result.back.wrong, []);
  });

  for (const what of ["lost", "reset"] as const)
    it(`has ${what} told each time that it is so, at once, and never else`, () => {
      const { due, missed, wrong } = result[what];
      assert.ok(due >= 5, String(due));
      assert.deepEqual([missed, wrong], [[], []]);
    });
});
