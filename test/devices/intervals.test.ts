import assert from "node:assert/strict";
import { Intervals } from "../../src/devices/intervals";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Those lengths, one after the other. */
function learned(lengths: readonly number[], intervals = new Intervals()): Intervals {
  let at = 0;
  for (const length of lengths) intervals.add(length, (at += length));
  return intervals;
}

describe("the interval of a device", () => {
  it("is the median of the last ten", () => {
    assert.equal(learned([MINUTE]).median, undefined, "one is none");
    assert.equal(learned([MINUTE, 3 * MINUTE]).median, 2 * MINUTE);
    assert.equal(learned([HOUR, MINUTE, MINUTE]).median, MINUTE);
    const ten = Array.from({ length: 10 }, () => MINUTE);
    assert.equal(learned([...Array.from({ length: 10 }, () => HOUR), ...ten]).median, MINUTE);
  });

  it("gives a grace of four of them, at least ten minutes, and a day until two are known", () => {
    assert.equal(learned([]).graceWith(0), DAY + HOUR);
    assert.equal(learned([MINUTE]).graceWith(0), DAY + HOUR);
    assert.equal(learned([MINUTE, MINUTE]).graceWith(0), 10 * MINUTE);
    assert.equal(learned([HOUR, HOUR, HOUR]).graceWith(0), 4 * HOUR);
  });

  it("gives a sensor that speaks once a day two days and a half, however often it spoke in an alarm", () => {
    const alarm = Array.from({ length: 30 }, () => 6 * SECOND);
    assert.equal(learned([DAY, DAY, ...alarm]).graceWith(0), 2.5 * DAY);
  });

  it("gives more where many uplinks are lost", () => {
    const intervals = learned([HOUR, HOUR, HOUR]);
    assert.equal(intervals.graceWith(0.05), 4 * HOUR);
    assert.ok(intervals.graceWith(0.3) > 10 * HOUR && intervals.graceWith(0.3) < 15 * HOUR);
    assert.equal(intervals.graceWith(1), intervals.graceWith(0.9), "at most so many");
  });

  it("gives what was seen once two and a half times as long", () => {
    assert.equal(learned([DAY]).graceWith(0), 2.5 * DAY);
  });

  it("remembers a daily one that is never quite as long again", () => {
    const days = Array.from({ length: 20 }, () => [DAY, ...Array.from({ length: 30 }, () => 6 * SECOND)]);
    assert.equal(learned([1.1 * DAY, ...days.flat()]).graceWith(0), 2.5 * DAY);
  });

  it("forgets a long one that never comes again", () => {
    const often = Array.from({ length: 15 * 24 }, () => HOUR);
    assert.equal(learned([DAY, ...often.slice(0, 20)]).graceWith(0), 2.5 * DAY);
    assert.equal(learned([DAY, ...often]).graceWith(0), 4 * HOUR);
  });

  it("is the same after it was stored", () => {
    const before = learned([DAY, ...Array.from({ length: 13 }, (_, index) => index * MINUTE)]);
    const after = new Intervals(before.stored);
    assert.deepEqual(after.stored, before.stored);
    assert.deepEqual([after.median, after.graceWith(0)], [before.median, before.graceWith(0)]);
    for (const intervals of [before, after]) intervals.add(HOUR, 40 * DAY);
    assert.deepEqual(after.stored, before.stored);
  });
});
