import assert from "node:assert/strict";
import { LeftTopics } from "../../src/connection/leftTopics";

describe("a topic that nobody here wants any more", () => {
  it("is left once, and what is still on its way is ignored for a minute", () => {
    const topics = new LeftTopics();
    const met = [0, 1, 59_999, 60_000].map((now) => topics.meet("ttn/up", now));
    assert.deepEqual(met, ["leave", "ignore", "ignore", "unknown"]);
  });

  it("is unknown where there are a hundred already: they may be made up", () => {
    const topics = new LeftTopics();
    const met = Array.from({ length: 101 }, (_, number) => topics.meet(`hostile/${number}`, 0));
    assert.deepEqual(new Set(met.slice(0, 100)), new Set(["leave"]));
    assert.equal(met[100], "unknown");
    assert.equal(topics.meet("hostile/0", 1), "ignore");
  });
});
