import assert from "node:assert/strict";
import { Attempts, backoffDelay } from "../../src/connection/backoff";

describe("the pause before the next attempt", () => {
  const middle = (kind: "ordinary" | "refused", attempts: number): number =>
    backoffDelay(kind, attempts, 0.5);

  it("doubles from one second to a minute", () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6, 7, 8, 100].map((attempts) => middle("ordinary", attempts)),
      [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000],
    );
  });

  it("begins with four seconds after a refused login", () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6].map((attempts) => middle("refused", attempts)),
      [4_000, 8_000, 16_000, 32_000, 60_000, 60_000],
    );
  });

  it("is a fifth shorter or longer by chance", () => {
    assert.equal(backoffDelay("ordinary", 3, 0), 3_200);
    assert.equal(backoffDelay("ordinary", 3, 1), 4_800);
  });

  it("stays a number after years of attempts", () => {
    assert.equal(middle("ordinary", 1e6), 60_000);
  });
});

describe("attempts", () => {
  /** When attempts are made, in seconds, without chance, until `end`; a login is accepted and dropped where `accepts` says so. */
  const times = (accepts: (second: number) => boolean, end: number): number[] => {
    const attempts = new Attempts();
    const made: number[] = [];
    for (let now = 0; now < end; now += backoffDelay("ordinary", attempts.ended(now), 0.5)) {
      made.push(now / 1_000);
      if (accepts(now / 1_000)) attempts.accepted(now);
    }
    return made;
  };

  it("are seconds apart again after a login, though the server was away for long before", () => {
    const attempts = new Attempts();
    for (let failed = 1; failed <= 6; failed += 1) assert.equal(attempts.ended(failed * 1_000), failed);
    attempts.accepted(63_000);
    assert.equal(attempts.ended(66_000), 1);
    assert.equal(attempts.ended(67_000), 2);
  });

  it("count failures in a row where no login is accepted", () => {
    assert.deepEqual(
      times(() => false, 70_000),
      [0, 1, 3, 7, 15, 31, 63],
    );
  });

  it("do not hammer a server that accepts each login and drops it: some a minute, for hours", () => {
    const made = times(() => true, 3_600_000);
    assert.deepEqual(made.slice(0, 7), [0, 1, 3, 7, 15, 31, 63]);
    const most = Math.max(...made.map((from) => made.filter((at) => at >= from && at < from + 60).length));
    assert.equal(most, 6);
    assert.ok(made.length > 3 * 60, "and do not give up");
  });
});
