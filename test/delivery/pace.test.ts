import assert from "node:assert/strict";
import { Pace } from "../../src/delivery/pace";
import { MINUTE, outcomeOf, type Circumstances } from "./limited";

const ROUND_TRIP = 40;

describe("the pace", () => {
  let pace: Pace;
  let now: number;
  beforeEach(() => {
    pace = new Pace();
    now = 1_000;
  });

  const send = (spacing = ROUND_TRIP): void => {
    pace.published(now);
    pace.acknowledged(now + ROUND_TRIP, ROUND_TRIP);
    now += spacing;
  };
  const sendMany = (count: number, spacing?: number): void => {
    for (let number = 0; number < count; number += 1) send(spacing);
  };
  /** A downlink that is left unanswered by the end of the connection. */
  const endAtOne = (closed = true, after = ROUND_TRIP): ReturnType<Pace["ended"]> => {
    const publishedAt = now;
    pace.published(now);
    now += after;
    const outcome = pace.ended({ now, closed, publishedAt });
    now += 1_000; // the reconnect
    return outcome;
  };

  it("is none until a connection ends over the rate limit", () => {
    sendMany(50);
    assert.equal(pace.perMinute(now), undefined);
    assert.ok(pace.nextAt(now) <= now);
  });

  it("is what was acknowledged in the last minute, where the server closes right after a burst", () => {
    sendMany(12);
    now += MINUTE;
    sendMany(4);
    assert.deepEqual(endAtOne(), { isOverLimit: true, slowedTo: 4 });
    assert.equal(pace.perMinute(now), 4);
  });

  it("counts from the acknowledgement of the one before, less the quickest round trip: so far apart the server sees them", () => {
    pace.configure("connection", 60);
    pace.published(1_000);
    pace.acknowledged(1_300, 300);
    assert.equal(pace.nextAt(1_300), 2_000);
    pace.published(2_000);
    pace.acknowledged(2_900, 900);
    assert.equal(pace.nextAt(2_900), 3_600);
  });

  it("is exactly as configured, the lowest where connections share it, and never faster", () => {
    pace.configure("one", 30);
    pace.configure("another", 6);
    assert.equal(pace.perMinute(now), 6);
    pace.configure("another", undefined);
    sendMany(100);
    endAtOne();
    assert.equal(pace.perMinute(now), 30);
    pace.configure("one", undefined);
    assert.equal(pace.perMinute(now), 100);
  });

  const CHANCE: readonly (readonly [what: string, happens: () => ReturnType<Pace["ended"]>])[] = [
    ["a reset, as from a router on the way", () => endAtOne(false)],
    ["a close long after the publish", () => endAtOne(true, 500)],
    ["a close with nothing on its way", () => pace.ended({ now, closed: true })],
  ];
  for (const [what, happens] of CHANCE) {
    it(`takes ${what} for no end over the limit, however often it comes`, () => {
      for (let times = 0; times < 20; times += 1) {
        sendMany(20);
        assert.deepEqual(happens(), { isOverLimit: false });
      }
      assert.equal(pace.perMinute(now), undefined);
    });
  }

  it("does not change at one end at a steady rate, nor at each of twenty of them a minute apart", () => {
    for (let times = 0; times < 20; times += 1) {
      sendMany(60, 1_000);
      assert.deepEqual(endAtOne(), { isOverLimit: false });
    }
    assert.equal(pace.perMinute(now), undefined);
  });

  it("does not change at ends in a quiet time", () => {
    for (let times = 0; times < 20; times += 1) {
      sendMany(2, 40_000);
      assert.equal(endAtOne().isOverLimit, false);
    }
    assert.equal(pace.perMinute(now), undefined);
  });

  it("is lifted three minutes after a false alarm", () => {
    sendMany(5);
    assert.equal(endAtOne().slowedTo, 5);
    assert.equal(pace.perMinute(now + 14_000 - 1_000), 5);
    assert.ok((pace.perMinute(now + MINUTE) ?? 0) > 60);
    assert.equal(pace.perMinute(now + 3 * MINUTE), undefined);
  });

  it("is lifted at once where the line breaks otherwise, which no limit does", () => {
    sendMany(5);
    endAtOne();
    assert.equal(pace.perMinute(now), 5);
    endAtOne(false);
    assert.equal(pace.perMinute(now), undefined);
    sendMany(5);
    assert.equal(endAtOne().isOverLimit, false, "one more is needed now");
  });

  it("remembers a confirmed limit while nothing is sent", () => {
    const { pace: found, now: end } = outcomeOf({
      minutes: 30,
      limit: { perMinute: 60, burst: 60 },
      seed: 1,
    });
    const before = found.perMinute(end) ?? Infinity;
    assert.ok(before > 55 && before <= 60);
    assert.equal(found.perMinute(end + 3 * 60 * MINUTE), before);
  });
});

/**
 * Six hours of it, each with three seeds; the worst counts. `share`: of the limit that gets through after the first ten minutes.
 * `at first`: closed by the server in these. `later`: in any ten minutes after them.
 */
const LIMITS: readonly (Omit<Circumstances, "minutes" | "seed"> & {
  readonly expect: { readonly share: number; readonly atFirst: number; readonly later: number };
})[] = [
  { limit: { perMinute: 6, burst: 4 }, expect: { share: 0.98, atFirst: 9, later: 1 } },
  { limit: { perMinute: 6, burst: 6 }, expect: { share: 0.99, atFirst: 5, later: 1 } },
  { limit: { perMinute: 60, burst: 4 }, expect: { share: 0.91, atFirst: 6, later: 1 } },
  { limit: { perMinute: 60, burst: 60 }, expect: { share: 0.99, atFirst: 6, later: 1 } },
  { limit: { perMinute: 600, burst: 4 }, expect: { share: 0.97, atFirst: 4, later: 1 } },
  { limit: { perMinute: 600, burst: 600 }, expect: { share: 0.97, atFirst: 7, later: 1 } },
];

describe("the pace at a server that limits the rate", () => {
  const worstOf = (
    given: Omit<Circumstances, "minutes" | "seed">,
  ): Record<"share" | "atFirst" | "later", number> => {
    const outcomes = [1, 2, 3].map((seed) => outcomeOf({ ...given, minutes: 360, seed }));
    const rows = outcomes.map(({ through, refusedAt }) => {
      const late = refusedAt.filter((at) => at >= 10);
      return {
        share:
          through.slice(10).reduce((sum, number) => sum + number, 0) / 350 / (given.limit?.perMinute ?? 1),
        atFirst: refusedAt.length - late.length,
        later: Math.max(...late.map((from) => late.filter((at) => at >= from && at < from + 10).length)),
      };
    });
    return {
      share: Math.floor(100 * Math.min(...rows.map(({ share }) => share))) / 100,
      atFirst: Math.max(...rows.map(({ atFirst }) => atFirst)),
      later: Math.max(...rows.map(({ later }) => later)),
    };
  };

  for (const { expect, ...given } of LIMITS) {
    const { perMinute = 0, burst = 0 } = given.limit ?? {};
    it(`of ${perMinute} a minute, ${burst} at once: ${100 * expect.share} % gets through`, function () {
      this.timeout(20_000);
      assert.deepEqual(worstOf(given), expect);
    });
  }

  for (const [perMinute, share] of [
    [6, 0.9],
    [60, 0.9],
    [600, 0.9],
  ] as const) {
    it(`of ${perMinute} a minute on a line that breaks once a minute: the limit is found and kept all the same`, function () {
      this.timeout(20_000);
      const found = worstOf({ limit: { perMinute, burst: perMinute }, breaks: 1 });
      assert.ok(found.share >= share, JSON.stringify(found));
    });
  }
});

describe("the pace on a line that breaks once a minute, and no limit", () => {
  for (const sends of [6, 60, 600])
    it(`hardly ever slows ${sends} a minute down, and never holds them up`, () => {
      for (const seed of [1, 2, 3]) {
        const { paces, through, broken } = outcomeOf({ minutes: 360, sends, breaks: 1, seed });
        assert.ok(paces.filter((perMinute) => perMinute !== undefined).length <= 10);
        const sent = through.reduce((sum, number) => sum + number, broken);
        assert.ok(sent >= 360 * sends - sends, "all but those of the last minute");
      }
    });

  for (const sends of [8.5, 60, 600])
    it(`has ${sends} a minute through within a minute after twenty breaks that each hit a downlink`, () => {
      for (const seed of [1, 2, 3, 4, 5]) {
        const circumstances = {
          minutes: 26,
          sends,
          breaks: 1,
          breaksUntil: 20,
          clean: 1 / 2,
          aimed: true,
          seed,
        };
        const { paces, through, broken } = outcomeOf(circumstances);
        const sent = through.slice(0, 21).reduce((sum, number) => sum + number, broken);
        assert.ok(sent >= Math.floor(21 * sends));
        assert.equal(paces[25], undefined);
      }
    });
});
