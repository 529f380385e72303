import assert from "node:assert/strict";
import { GatewayIntervals } from "../../src/devices/gatewayIntervals";
import { between, chances } from "./month/chance";
import { DAY, HOUR, MINUTE, SECOND, World } from "./world";

const repeated = (length: number, count: number): number[] => Array.from({ length: count }, () => length);

function learned(lengths: readonly number[]): GatewayIntervals {
  const intervals = new GatewayIntervals();
  for (const length of lengths) intervals.add(length);
  return intervals;
}

const limit = (lengths: readonly number[]): number => learned(lengths).limit;

describe("the intervals of a gateway", () => {
  it("give a limit of exactly four of them where they are regular, and a day and half an hour until two are known", () => {
    assert.equal(limit([]), 24.5 * HOUR);
    assert.equal(limit([MINUTE]), 24.5 * HOUR);
    assert.equal(limit([DAY]), 25 * HOUR);
    for (const length of [15 * MINUTE, HOUR, DAY])
      for (const count of [2, 3, 10, 50]) assert.equal(limit(repeated(length, count)), 4 * length);
    assert.equal(limit(repeated(SECOND, 50)), 10 * MINUTE, "ten minutes at least");
  });

  it("give exactly that, however often the gateway was away", () => {
    for (const interval of [MINUTE, 15 * MINUTE, HOUR])
      for (const away of [12, 40, 200]) {
        const times = repeated(interval, 4 * away);
        const lengths = repeated(away * interval, 4).flatMap((pause) => [...times, pause]);
        assert.equal(limit([...lengths, ...times]), Math.max(10 * MINUTE, 4 * interval), `${away} times`);
      }
  });

  it("give three of the fifth longest of the last days where they are irregular", () => {
    const hour = [...repeated(MINUTE, 60), 15 * MINUTE];
    assert.equal(limit(repeated(0, 4).flatMap(() => hour)), 10 * MINUTE);
    const day = repeated(0, 24).flatMap(() => hour);
    assert.equal(limit([...day, ...day]), 45 * MINUTE);
    const busy = repeated(MINUTE, 7 * 24 * 60);
    assert.equal(limit([...day, ...busy]), 10 * MINUTE, "forgotten after some days");
  });

  it("give four of the pauses that it makes by habit", () => {
    const night = [...repeated(MINUTE, 16 * 60), 8 * HOUR];
    assert.equal(limit([...night, ...night, MINUTE]), 32 * HOUR);
    assert.equal(limit([...night, ...night, ...repeated(MINUTE, 25 * 60)]), 10 * MINUTE, "no more");
  });

  it("are the same after they were stored", () => {
    const before = learned([HOUR, ...repeated(2 * MINUTE, 3000), 8 * HOUR, MINUTE, 9 * HOUR, 3 * MINUTE]);
    const after = new GatewayIntervals(before.stored);
    assert.deepEqual(after.stored, before.stored);
    for (const intervals of [before, after]) intervals.add(HOUR);
    assert.deepEqual([after.stored, after.limit], [before.stored, before.limit]);
  });
});

const FLEETS: readonly (readonly [string, readonly number[], number])[] = [
  ["one device each quarter of an hour", [15], 0.02],
  ["one of which a third is lost", [15], 0.3],
  ["five devices", [15, 15, 15, 60, 60], 0.05],
  ["twenty devices of which a third is lost", repeated(0, 20).map((_, index) => (index % 2 ? 60 : 15)), 0.3],
];

/** Devices keep their intervals to a fiftieth, and each loses its own. */
function monthOf(intervals: readonly number[], loss: number, seed: number) {
  const chance = chances(seed);
  const world = new World();
  const devices = intervals.map((minutes, index) => {
    const interval = minutes * MINUTE * between(chance, 1, 1.1);
    return { id: `device-${index}`, interval, next: interval * chance(), fCnt: 0 };
  });
  const longest = 15 * MINUTE * (loss > 0.1 ? 20 : 10);
  const outages = [8, 14, 21, 27].map((day) => ({ from: day * DAY, to: day * DAY + longest }));
  const isAway = (at: number): boolean => outages.some(({ from, to }) => at >= from && at < to);
  const silences: number[] = [];
  while (world.passed < 30 * DAY) {
    world.pass(30 * SECOND, 30 * SECOND);
    const at = world.passed;
    for (const told of world.takeGateways()) if (told === "silent roof") silences.push(at);
    for (const device of devices) {
      if (device.next > at) continue;
      device.next += device.interval * between(chance, 0.98, 1.02);
      const f_cnt = device.fCnt++;
      if (chance() >= loss) world.send(device.id, { f_cnt }, { gateways: isAway(at) ? ["yard"] : ["roof"] });
    }
  }
  const learning = 3 * DAY;
  return {
    missed: outages.filter(({ from, to }) => !silences.some((at) => at >= from && at < to)),
    wrong: silences.filter((at) => at > learning && !isAway(at)),
  };
}

describe("a month of a gateway through which come the uplinks of", () => {
  for (const [what, intervals, loss] of FLEETS)
    it(`${what} has each outage told, and nothing else`, () => {
      const { missed, wrong } = monthOf(intervals, loss, 7);
      assert.deepEqual([missed, wrong], [[], []]);
    });
});
