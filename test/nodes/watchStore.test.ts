import assert from "node:assert/strict";
import { handOver, takeOver } from "../../nodes/tts-watch/store";
import type { Snapshot } from "../../src/devices/snapshot";

describe("what a watch hands over at a deploy", () => {
  const snapshot = (): Snapshot => ({ of: "app1", devices: [], gateways: [] });
  const stored = snapshot();

  it("is taken over once, and then what was stored", () => {
    const mine = snapshot();
    handOver("watch", mine);
    assert.equal(takeOver("watch", stored, "app1"), mine);
    assert.equal(takeOver("watch", stored, "app1"), stored);
  });

  it("is what was stored where that could not be read before, and has something", () => {
    const more: Snapshot = {
      ...snapshot(),
      gateways: [{ id: "roof", state: "online", since: 1, quiet: 0 }],
    };
    const mine = snapshot();
    handOver("watch", mine, true);
    assert.equal(takeOver("watch", more, "app1"), more);
    handOver("watch", mine, true);
    assert.equal(takeOver("watch", stored, "app1"), mine);
  });

  it("is nothing for a node whose connection has another application since", () => {
    handOver("watch", snapshot());
    const storedSince: Snapshot = { ...snapshot(), of: "app2" };
    assert.equal(takeOver("watch", storedSince, "app2"), storedSince);
    assert.deepEqual(takeOver("watch", stored, "app2"), { devices: [], gateways: [] });
  });

  it("is that of the last thousand nodes, whatever others have left that never came back", () => {
    for (let number = 1; number <= 1_001; number++) handOver(`node-${number}`, snapshot());
    assert.deepEqual(
      [1, 2, 1_001].map((number) => takeOver(`node-${number}`, stored, "app1") !== stored),
      [false, true, true],
    );
  });
});
