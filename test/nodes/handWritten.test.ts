/** Flows that were written by hand, and code in them that throws what nobody throws. */
import assert from "node:assert/strict";
import { explainTopic } from "../../nodes/shared/topic";
import { reasonIn } from "../../nodes/tts-downlink/typedInput";

describe("a topic that is no text", () => {
  it("is refused like any other that is none of the choices", () => {
    for (const topic of [{ toString: 1 }, null, 5]) assert.equal(explainTopic(topic)?.code, "not_configured");
  });
});

describe("what an expression throws", () => {
  it("has a reason, even where it cannot be made a text", () => {
    const fails = (): never => {
      throw new Error("no");
    };
    assert.equal(reasonIn(new Error("it failed.")), "it failed");
    assert.equal(reasonIn(Object.create(null)), "object");
    assert.equal(reasonIn({ message: { toString: 1, valueOf: 1 } }), "object");
    assert.equal(reasonIn(Object.defineProperty({}, "message", { get: fails })), "object");
  });
});
