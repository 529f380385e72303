import assert from "node:assert/strict";
import type { DownlinkState } from "../../src/delivery/contract";
import { Steps } from "../../src/delivery/steps";
import { CombinedProgress } from "../../src/delivery/view";

describe("the state of several downlinks together", () => {
  const ORDER: readonly DownlinkState[] = [
    ...(["held", "published", "unanswered", "failed", "invalidated"] as const),
    ...(["queued", "nack", "sent", "ack"] as const),
  ];

  it("is that of the least advanced, and what went wrong came less far than what is in the queue", () => {
    for (const [index, less] of ORDER.entries()) {
      for (const more of ORDER.slice(index)) {
        for (const states of [
          [less, more],
          [more, less],
        ]) {
          const together = new CombinedProgress(2);
          for (const state of states) together.moved("held", state, 0);
          assert.equal(together.state, less, states.join());
        }
      }
    }
  });

  it("makes a step when it changes", () => {
    const together = new CombinedProgress(2);
    together.moved("held", "published", 1);
    together.moved("held", "published", 2);
    together.moved("published", "queued", 3);
    together.moved("published", "queued", 4);
    assert.deepEqual(together.steps.view(), {
      steps: [
        { state: "published", at: 2 },
        { state: "queued", at: 4 },
      ],
    });
  });
});

describe("the steps of a downlink", () => {
  const after = (count: number): ReturnType<Steps["view"]> => {
    const steps = new Steps();
    for (let at = 1; at <= count; at += 1) steps.add("nack", at);
    return steps.view();
  };
  const times = (count: number): number[] => after(count).steps.map(({ at }) => at);

  it("are all there up to a hundred", () => {
    assert.equal(times(100).length, 100);
    assert.ok(!("stepsLeftOut" in after(100)));
  });

  it("are of more the first and the latest fifty, and how many are left out", () => {
    assert.deepEqual(
      [times(101).length, times(101)[49], times(101)[50], times(101)[99], after(101).stepsLeftOut],
      [100, 50, 52, 101, 1],
    );
    assert.deepEqual(
      [times(20_000)[0], times(20_000)[49], times(20_000)[50], times(20_000)[99]],
      [1, 50, 19_951, 20_000],
    );
    assert.equal(after(20_000).stepsLeftOut, 19_900);
  });
});
