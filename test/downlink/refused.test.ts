import assert from "node:assert/strict";
import { refusalOf } from "./texts";
import { WRONG } from "./wrong";

describe("a downlink that is refused before it is sent", () => {
  it("can be wrong in more than ninety ways", () => assert.ok(WRONG.length > 90));

  for (const [what, values, text] of WRONG) {
    it(`because of ${what}`, () => assert.match(refusalOf(values), text));
  }

  it("says only the first thing: device, operation, FPort, payload, the rest in the order of the form", () => {
    const wrong = {
      device: "A",
      operation: "x",
      fPort: 0,
      payload: [],
      priority: "x",
      confirmed: "x",
      maxAttempts: 0,
      correlationIds: 1,
      gateways: 1,
      absoluteTime: "x",
      report: "x",
    };
    const right = {
      device: "door-1",
      operation: "push",
      fPort: 1,
      payload: [1],
      priority: "low",
      confirmed: "true",
      maxAttempts: "",
      correlationIds: "",
      gateways: [],
      absoluteTime: "",
    };
    const order = Object.keys(wrong);
    const values: Record<string, unknown> = { ...wrong };
    for (const [index, property] of order.entries()) {
      assert.match(refusalOf(values), new RegExp(`^${property}\\b`));
      if (index < order.length - 1) values[property] = (right as Record<string, unknown>)[property];
    }
  });

  it("has a text without control characters and without the whole payload", () => {
    const text = refusalOf({ encoding: "hex", payload: `secret\u202e${"x".repeat(500)}` });
    assert.match(text, /^payload "secret·x{4}…" is not hex/);
  });

  it("has a text without the API key that got into the wrong field", () => {
    const key = `NNSXS.${"A".repeat(39)}.${"B".repeat(52)}`;
    for (const values of [{ device: key }, { correlationIds: [`as:${key}`] }, { priority: key }]) {
      assert.doesNotMatch(refusalOf(values), /AA|BB/);
    }
  });
});
