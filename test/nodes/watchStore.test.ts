import assert from "node:assert/strict";
import { handOver, takeOver } from "../../nodes/tts-watch/store";
import { Ledger } from "../../src/devices/ledger";
import { stackService } from "../../src/services/stack";

describe("what a watch hands over at a deploy", () => {
  const ledger = new Ledger(stackService({ applicationId: "app1", apiKey: "" }));
  const snapshot = () => ({ devices: [], gateways: [] });

  it("is taken over once", () => {
    const mine = snapshot();
    handOver(ledger, "watch", mine);
    assert.equal(takeOver(ledger, "watch"), mine);
    assert.equal(takeOver(ledger, "watch"), undefined);
  });

  it("is that of the last thousand nodes, whatever others have left that never came back", () => {
    for (let number = 1; number <= 1_001; number++) handOver(ledger, `node-${number}`, snapshot());
    assert.deepEqual(
      [1, 2, 1_001].map((number) => takeOver(ledger, `node-${number}`) !== undefined),
      [false, true, true],
    );
  });
});
