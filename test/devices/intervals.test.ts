import assert from "node:assert/strict";
import { Intervals } from "../../src/devices/intervals";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const repeated = (length: number, count: number): number[] => Array.from({ length: count }, () => length);

/** Those lengths, one after the other. */
function learned(lengths: readonly number[]): Intervals {
  const intervals = new Intervals();
  for (const length of lengths) intervals.add(length);
  return intervals;
}

const limit = (lengths: readonly number[]): number => learned(lengths).limitWith(0);

describe("the interval of a device", () => {
  it("is the median of the last ten", () => {
    assert.equal(learned([MINUTE]).median, undefined, "one is none");
    assert.equal(learned([MINUTE, 3 * MINUTE]).median, 2 * MINUTE);
    assert.equal(learned([HOUR, MINUTE, MINUTE]).median, MINUTE);
    assert.equal(learned([...repeated(HOUR, 10), ...repeated(MINUTE, 10)]).median, MINUTE);
  });

  it("gives a limit of exactly four of them, ten minutes at least, and a day and half an hour until two are known", () => {
    assert.equal(limit([]), 24.5 * HOUR);
    for (const one of [SECOND, HOUR, 22.9 * HOUR, 25.1 * HOUR, 30 * DAY])
      assert.equal(limit([one]), 24.5 * HOUR);
    assert.equal(limit([MINUTE, MINUTE]), 10 * MINUTE);
    assert.equal(limit([2.5 * MINUTE, 2.5 * MINUTE]), 10 * MINUTE);
    assert.equal(limit([2.6 * MINUTE, 2.6 * MINUTE]), 10.4 * MINUTE);
    for (const length of [15 * MINUTE, HOUR, DAY])
      for (const count of [2, 3, 10, 50]) assert.equal(limit(repeated(length, count)), 4 * length);
  });

  it("gives an hour more while one is known that is about a day", () => {
    for (const one of [23 * HOUR, DAY, 25 * HOUR]) assert.equal(limit([one]), 25 * HOUR);
    assert.equal(limit([25 * HOUR, DAY]), 98 * HOUR, "exactly four of them from the second on");
  });

  it("gives just that to a device that sends more often from now on, and to one that was away once", () => {
    assert.equal(limit([...repeated(HOUR, 10), ...repeated(5 * MINUTE, 10)]), 20 * MINUTE);
    assert.equal(limit([...repeated(HOUR, 10), ...repeated(MINUTE, 10)]), 10 * MINUTE);
    assert.equal(limit([...repeated(MINUTE, 10), 3 * DAY, ...repeated(MINUTE, 10)]), 10 * MINUTE);
    assert.equal(limit([...repeated(HOUR, 10), 3 * DAY, 3 * DAY, ...repeated(HOUR, 3)]), 4 * HOUR);
  });

  it("gives a sensor that speaks once a day four days, however often it spoke in an alarm", () => {
    for (const count of [6, 30]) assert.equal(limit([DAY, DAY, ...repeated(6 * SECOND, count)]), 4 * DAY);
    const days = Array.from({ length: 20 }, () => [DAY, ...repeated(6 * SECOND, 30)]);
    assert.equal(limit(days.flat()), 4 * DAY);
  });

  it("gives such a sensor its day and an hour where the first alarm comes before a second day, but for a day at most", () => {
    const alarm = repeated(6 * SECOND, 30);
    for (const first of [8 * HOUR, DAY]) assert.equal(limit([first, ...alarm]), 25 * HOUR);
    assert.equal(limit([DAY, ...alarm, 10 * HOUR, ...alarm]), 68 * HOUR, "two pauses are a habit");
    assert.equal(limit([MINUTE, DAY, ...alarm]), 10 * MINUTE, "it was away once");
    assert.equal(limit([HOUR, ...repeated(6 * SECOND, 601)]), 10 * MINUTE, "for longer than it paused");
    assert.equal(limit([3 * DAY, ...repeated(10 * MINUTE, 6 * 24)]), 25 * HOUR);
    assert.equal(limit([3 * DAY, ...repeated(10 * MINUTE, 6 * 24 + 1)]), 40 * MINUTE, "this is how it sends");
    const lossy = new Intervals();
    lossy.add(DAY, false);
    for (const length of alarm) lossy.add(length);
    assert.equal(lossy.limitWith(0), 10 * MINUTE, "something was lost in the pause");
  });

  it("gives one that is moved, or speaks at each event, its pauses, once it made two of them right after that", () => {
    const trip = repeated(5 * MINUTE, 12);
    assert.equal(limit([...repeated(4 * HOUR, 5), ...trip]), 20 * MINUTE, "may send more often from now on");
    assert.equal(limit([...trip, 4 * HOUR, ...trip]), 20 * MINUTE);
    assert.equal(limit([...trip, 4 * HOUR, ...trip, 4 * HOUR, ...trip]), 16 * HOUR);
    const event = repeated(20 * SECOND, 5);
    assert.equal(limit([...repeated(HOUR, 5), ...event]), 4 * HOUR, "half of the last ten");
  });

  it("gives one that has just made a long pause another one", () => {
    assert.equal(limit([...repeated(5 * MINUTE, 10), 4 * HOUR]), 5 * HOUR);
    assert.equal(limit([...repeated(5 * MINUTE, 10), 4 * HOUR, 5 * MINUTE]), 20 * MINUTE);
    const intervals = learned(repeated(5 * MINUTE, 10));
    intervals.add(4 * HOUR, false);
    assert.equal(intervals.limitWith(0), 20 * MINUTE, "something in it was lost");
  });

  it("takes no pause in which something was lost for one of its own", () => {
    const intervals = learned(repeated(MINUTE, 10));
    for (let day = 1; day < 5; day++) intervals.add(DAY, false);
    for (const length of repeated(MINUTE, 10)) intervals.add(length);
    assert.equal(intervals.limitWith(0), 10 * MINUTE);
  });

  it("forgets pauses once it has sent for three times as long as they are", () => {
    const often = (days: number) => [DAY, DAY, ...repeated(MINUTE, days * 24 * 60)];
    assert.equal(limit(often(3)), 4 * DAY);
    assert.equal(limit([...often(3), MINUTE]), 10 * MINUTE);
    const night = [...repeated(15 * MINUTE, 40), 14 * HOUR];
    assert.equal(
      limit([...night, ...night, ...night, 15 * MINUTE]),
      56 * HOUR,
      "as long as it is awake by day",
    );
  });

  it("gives a regular device exactly four of its intervals, however often it was away", () => {
    for (const interval of [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR])
      for (const away of [5, 12, 40, 200]) {
        const times = repeated(interval, 4 * away);
        const lengths = repeated(away * interval, 4).flatMap((pause) => [...times, pause]);
        const expected = Math.max(10 * MINUTE, 4 * interval);
        assert.equal(limit([...lengths, ...times]), expected, `${interval / MINUTE} min, ${away} times that`);
      }
  });

  it("gives more where more than a twentieth is lost", () => {
    const intervals = learned([HOUR, HOUR, HOUR]);
    for (const rate of [0, 0.01, 0.05]) assert.equal(intervals.limitWith(rate), 4 * HOUR);
    assert.ok(intervals.limitWith(0.3) > 10 * HOUR && intervals.limitWith(0.3) < 18 * HOUR);
    assert.equal(intervals.limitWith(1), intervals.limitWith(0.5), "at most so many");
  });

  it("is the same after it was stored", () => {
    const before = learned([DAY, ...Array.from({ length: 13 }, (_, index) => index * MINUTE)]);
    const after = new Intervals(before.stored);
    assert.deepEqual(after.stored, before.stored);
    assert.deepEqual([after.median, after.limitWith(0)], [before.median, before.limitWith(0)]);
    for (const intervals of [before, after]) intervals.add(HOUR);
    assert.deepEqual(after.stored, before.stored);
    const alarm = learned([DAY, ...repeated(6 * SECOND, 12)]);
    assert.equal(new Intervals(alarm.stored).limitWith(0), 25 * HOUR);
    const trip = repeated(5 * MINUTE, 12);
    const moved = learned([...trip, 4 * HOUR, ...trip, 4 * HOUR, ...trip]);
    const again = new Intervals(moved.stored);
    assert.deepEqual([again.stored, again.limitWith(0)], [moved.stored, 16 * HOUR]);
  });
});
