import assert from "node:assert/strict";
import { Counters, type CounterStep } from "../../src/devices/counters";

/** `7`: the next frame; `7<`: one that the network received before others; `7!`: the first behind an interruption of ours. */
function counted(written: string, counters = new Counters(), keyId = "a") {
  const steps = written.split(" ").map((frame): CounterStep => {
    const fCnt = Number(/^\d+/.exec(frame)?.[0]);
    return counters.take(keyId, fCnt, frame.endsWith("<"), frame.endsWith("!"));
  });
  const { received = 0, lost = 0, fCnt } = counters.session ?? {};
  return { steps, received, lost, fCnt, rate: counters.lossRate, counters };
}

describe("the frame counters of a device", () => {
  it("count what came and what is missing between", () => {
    const { steps, received, lost, rate } = counted("0 1 2 5 6");
    assert.deepEqual(steps, ["first", "next", "next", "next", "next"]);
    assert.deepEqual([received, lost, rate], [5, 2, 2 / 7]);
  });

  it("begin anywhere: what was before is not lost", () => {
    const { received, lost, fCnt } = counted("5000 5001");
    assert.deepEqual([received, lost, fCnt], [2, 0, 5001]);
  });

  it("take the same frame again, as of a confirmed uplink, for no loss", () => {
    const { steps, received, lost } = counted("1 2 2 2 3");
    assert.deepEqual(steps, ["first", "next", "repeated", "repeated", "next"]);
    assert.deepEqual([received, lost], [3, 0]);
  });

  it("take back a loss when the frame comes late, once", () => {
    const { steps, received, lost, rate } = counted("1 2 5 4< 3< 3<");
    assert.deepEqual(steps.slice(3), ["late", "late", "repeated"]);
    assert.deepEqual([received, lost, rate], [5, 0, 0]);
  });

  it("take a lower one without a new session for a reset, and count on", () => {
    const { steps, received, lost, fCnt } = counted("100 101 0 1 3");
    assert.deepEqual(steps, ["first", "next", "reset", "next", "next"]);
    assert.deepEqual([received, lost, fCnt], [5, 1, 3]);
  });

  it("wrap after 65,535, also with a loss and with a frame that comes late", () => {
    const { steps, received, lost } = counted("65533 65534 0 1 65535<");
    assert.deepEqual(steps, ["first", "next", "next", "next", "late"]);
    assert.deepEqual([received, lost], [5, 0]);
    assert.deepEqual(counted("65535 0").steps, ["first", "next"]);
    assert.deepEqual(counted("60000 0").steps, ["first", "reset"], "too far from the end");
    assert.deepEqual(counted("65535 65536 0").steps, ["first", "next", "reset"], "32 bits");
  });

  it("begin anew with new session keys", () => {
    const { counters } = counted("10 11 14");
    assert.deepEqual(counters.take("b", 0, false, false), "first");
    assert.deepEqual(counters.session, {
      keyId: "b",
      fCnt: 0,
      received: 1,
      lost: 0,
      arrived: 1,
      expected: 1,
    });
    assert.equal(counters.lossRate, 0);
  });

  it("go on with the session of before, where the device did not hear the answer to its join", () => {
    const { counters } = counted("10 11");
    counters.join();
    counters.take("b", 0, false, false);
    const { steps, lost } = counted("12 14", counters);
    assert.deepEqual(steps, ["next", "next"]);
    assert.equal(lost, 1);
  });

  it("leave out a frame of the session before that comes late", () => {
    const { counters } = counted("10 12");
    counters.take("b", 0, false, false);
    assert.equal(counters.take("a", 11, true, false), "late");
    assert.equal(counters.take("older", 500, true, false), "late");
    assert.deepEqual([counters.session?.keyId, counters.session?.fCnt], ["b", 0]);
  });

  it("know a join where sessions have no ID", () => {
    const { counters } = counted("10 11", new Counters(), "");
    counters.join();
    assert.deepEqual(counted("0 1", counters, "").steps, ["first", "next"]);
    counters.join();
    assert.deepEqual(counted("2 0", counters, "").steps, ["next", "reset"], "the join was not heard");
  });

  it("do not call lost what was missed during an interruption of ours", () => {
    const { steps, received, lost, rate } = counted("1 2 50! 51 53");
    assert.deepEqual(steps, ["first", "next", "next", "next", "next"]);
    assert.deepEqual([received, lost, rate], [5, 1, 1 / 4]);
  });

  it("look back at 25 frames", () => {
    const { counters, rate } = counted("0 20");
    assert.equal(rate, 19 / 21);
    const all = Array.from({ length: 24 }, (_, index) => 21 + index).join(" ");
    assert.equal(counted(all, counters).rate, 0);
    assert.equal(counters.framesExpected, 25);
    assert.equal(counted("1000", counters).rate, 24 / 25);
    assert.equal(counters.session?.lost, 19 + 955);
  });
});
