import assert from "node:assert/strict";
import { backoffDelay } from "../../src/connection/backoff";

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
