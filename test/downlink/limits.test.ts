import assert from "node:assert/strict";
import { buildOrder } from "../../src/downlink/build";
import { V2_LIMITS } from "../../src/downlink/limits";
import { GOOD, GOOD_ITEM, NOW, items, refusalOf } from "./texts";

describe("a downlink on V2", () => {
  it("goes to a device whose ID is one of V2", () => {
    for (const device of ["door_1", "ab", "door-1"]) {
      assert.equal(buildOrder({ ...GOOD, device }, V2_LIMITS, NOW).ok, true, device);
    }
    assert.match(refusalOf({ device: "Door_1" }, V2_LIMITS), /^device is "Door_1": .*mean door_1\?.*TTN V2/);
    assert.match(refusalOf({ device: "a" }, V2_LIMITS), /^device is "a": .*at least two/);
  });

  it("passes with everything that V2 has, and with what is not set", () => {
    const values = {
      ...GOOD,
      operation: "replace",
      confirmed: true,
      priority: "normal",
      maxAttempts: "",
      correlationIds: [],
      gateways: [],
      absoluteTime: undefined,
    };
    assert.equal(buildOrder(values, V2_LIMITS, NOW).ok, true);
    const decoded = { ...GOOD, encoding: "decoded", payload: { open: true } };
    assert.equal(buildOrder(decoded, V2_LIMITS, NOW).ok, true);
  });

  for (const [values, text] of [
    [{ operation: "clear" }, /^operation is "clear", and TTN V2/],
    [items(GOOD_ITEM), /^encoding is "downlinks", which TTN V2/],
    [{ priority: "high" }, /^priority is "HIGH", and TTN V2.*NORMAL/],
    [{ maxAttempts: 3 }, /^maxAttempts: TTN V2/],
    [{ correlationIds: "a" }, /^correlationIds: TTN V2/],
    [{ gateways: [{ id: "roof-gateway" }] }, /^gateways: TTN V2/],
    [{ absoluteTime: NOW + 10_000 }, /^absoluteTime: TTN V2/],
  ] as const) {
    it(`is refused with ${Object.keys(values).join(", ")}, never sent without`, () =>
      assert.match(refusalOf(values, V2_LIMITS), text));
  }
});
