import assert from "node:assert/strict";
import { BackfillProblems } from "../../src/account/backfill/problems";
import { SaidOnce } from "../../src/account/saidOnce";
import type { BackfillProblem } from "../../src/diagnosis/backfill";

describe("what is said once", () => {
  it("is each of two reasons that take turns, and both again when it was well in between", () => {
    const said = new SaidOnce<string>();
    assert.deepEqual(
      ["limit", "away", "limit", "away"].map((reason) => said.isNew(reason)),
      [true, true, false, false],
    );
    said.forget();
    assert.ok(said.isNew("limit") && said.isNew("away"));
  });

  it("is that a server keeps no uplinks, also where it was away in between, until it gave some", () => {
    const told: BackfillProblem[] = [];
    const problems = new BackfillProblems((problem) => told.push(problem));
    problems.met("not_enabled");
    problems.met("unreachable");
    problems.answered();
    problems.met("not_enabled");
    assert.deepEqual(told, ["not_enabled", "unreachable"]);
    problems.met("unreachable");
    problems.gaveUplinks();
    problems.met("not_enabled");
    assert.deepEqual(told, ["not_enabled", "unreachable", "unreachable", "not_enabled"]);
  });
});
