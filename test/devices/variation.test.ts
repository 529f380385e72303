import assert from "node:assert/strict";
import { Intervals } from "../../src/devices/intervals";
import { chances, type Chance } from "./month/chance";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Times in ms, in order, until `end`. */
type Sends = (chance: Chance, end: number) => number[];

const random = (chance: Chance, mean: number): number => -mean * Math.log(1 - chance());

const atAnyTime =
  (mean: number): Sends =>
  (chance, end) => {
    const times: number[] = [];
    for (let at = random(chance, mean); at < end; at += random(chance, mean)) times.push(at);
    return times;
  };

const byDay =
  (mean: number, from: number, to: number): Sends =>
  (chance, end) =>
    atAnyTime(mean)(chance, end).filter((at) => at % DAY >= from * HOUR && at % DAY < to * HOUR);

/** About ten, a minute apart, each time that something moves. */
const bursts =
  (starts: Sends): Sends =>
  (chance, end) =>
    starts(chance, end)
      .flatMap((start) => Array.from({ length: 10 }, (_each, index) => start + index * MINUTE))
      .filter((at) => at < end)
      .sort((one, other) => one - other);

const beside =
  (beat: number, events: Sends): Sends =>
  (chance, end) =>
    [
      ...events(chance, end),
      ...Array.from({ length: Math.floor(end / beat) }, (_each, index) => index * beat),
    ].sort((one, other) => one - other);

const KINDS: Readonly<Record<string, Sends>> = {
  "a door, by day": byDay(30 * MINUTE, 7, 22),
  "a motion, each ten uplinks": bursts(byDay(2 * HOUR, 6, 23)),
  "a counter at any time": atAnyTime(20 * MINUTE),
  "a button beside a sign of life each day": beside(DAY, byDay(2 * HOUR, 7, 22)),
  "a contact beside a sign of life each hour": beside(HOUR, byDay(HOUR, 7, 22)),
};

const KNOWN_AFTER = 5 * DAY;
const DAYS = 30;
const DEVICES = 20;

describe("the limit of a device that sends when something happens", () => {
  for (const [kind, sends] of Object.entries(KINDS))
    it(`calls ${kind} silent at most ten times in a thousand days, and finds two days of silence`, () => {
      let wrong = 0;
      for (let number = 0; number < DEVICES; number++) {
        const times = sends(chances(number), DAYS * DAY);
        const intervals = new Intervals();
        let before = times[0] ?? 0;
        for (const at of times.slice(1)) {
          if (before > KNOWN_AFTER && at - before > intervals.limitWith(0)) wrong += 1;
          intervals.add(at - before);
          before = at;
        }
        assert.ok(intervals.limitWith(0) < 2 * DAY, `${intervals.limitWith(0) / HOUR} hours`);
      }
      const days = (DEVICES * (DAYS * DAY - KNOWN_AFTER)) / DAY;
      assert.ok(wrong <= (10 * days) / 1_000, `${wrong} in ${days} days`);
    });

  it("is exactly four intervals for a regular one, also with two outages in ten days and with jitter", () => {
    const chance = chances(1);
    const outages = new Set([60, 150]);
    const intervals = new Intervals();
    for (let hour = 0; hour < 240; hour++) intervals.add(outages.has(hour) ? 20 * HOUR : HOUR);
    assert.equal(intervals.limitWith(0), 4 * HOUR);
    const jittered = new Intervals();
    for (let count = 0; count < 1_000; count++) jittered.add(MINUTE * (5 + 10 * chance()));
    assert.ok(jittered.limitWith(0) <= 4 * 15 * MINUTE);
    assert.equal(jittered.limitWith(0), 4 * (jittered.median ?? 0));
  });
});
