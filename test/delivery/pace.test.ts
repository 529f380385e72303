import assert from "node:assert/strict";
import { Pace } from "../../src/delivery/pace";

const MINUTE = 60_000;
const TEN_MINUTES = 10 * MINUTE;

describe("the pace", () => {
  const after = (acknowledged: number, configured?: number): { pace: Pace; now: number } => {
    const pace = new Pace(configured);
    for (let number = 0; number < acknowledged; number += 1) pace.acknowledged(1_000 + number);
    return { pace, now: 2_000 };
  };

  it("is none until a connection ends over the rate limit", () => {
    const { pace, now } = after(50);
    assert.equal(pace.perMinute(now), undefined);
    assert.ok(pace.nextAt(now) <= now);
  });

  it("is then what was acknowledged in the last minute", () => {
    const { pace, now } = after(12);
    assert.equal(pace.ended(now), 12);
    assert.equal(pace.nextAt(now), now + 5_000);
  });

  it("forgets what was acknowledged before the last minute", () => {
    const { pace } = after(12);
    for (const now of [70_000, 70_100, 70_200]) pace.acknowledged(now);
    assert.equal(pace.ended(71_000), 3);
  });

  it("is halved at least at each further end, and one a minute at least", () => {
    const { pace, now } = after(12);
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((step) => pace.ended(now + step)),
      [12, 6, 3, 1, undefined],
    );
    assert.equal(pace.perMinute(now + 4), 1);
  });

  it("is never faster than configured", () => {
    const { pace, now } = after(100, 30);
    assert.equal(pace.perMinute(now), 30);
    assert.equal(pace.ended(now), 15);
    pace.configure(10);
    assert.equal(pace.perMinute(now), 10);
    pace.configure(undefined);
    assert.equal(pace.perMinute(now), 15);
  });

  for (const acknowledged of [0, 2]) {
    it(`takes a first end for chance where ${acknowledged} were acknowledged before it, not a second one`, () => {
      const { pace, now } = after(acknowledged);
      assert.equal(pace.ended(now), undefined);
      assert.equal(pace.perMinute(now), undefined);
      assert.equal(pace.ended(now + TEN_MINUTES - 1), 6);
      assert.equal(pace.ended(now + TEN_MINUTES), 3);
    });
  }

  it("rises again by a tenth every ten minutes, at least by one, until it is none", () => {
    const { pace, now } = after(20);
    pace.ended(now);
    assert.equal(pace.perMinute(now + TEN_MINUTES - 1), 20);
    assert.equal(pace.perMinute(now + TEN_MINUTES), 22);
    assert.equal(pace.perMinute(now + 2 * TEN_MINUTES), 24);
    assert.equal(pace.perMinute(now + 24 * 6 * TEN_MINUTES), undefined);
  });

  it("counts from the acknowledgement of the one before", () => {
    const pace = new Pace(60);
    pace.published(1_000);
    assert.equal(pace.nextAt(1_000), 2_000);
    pace.acknowledged(1_300);
    assert.equal(pace.nextAt(1_300), 2_300);
  });
});
