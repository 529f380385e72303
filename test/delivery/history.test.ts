import assert from "node:assert/strict";
import { DownlinkHistory } from "../../src/delivery/history";
import { SERVICE_TRAITS } from "../../src/stack/services";

interface Seen {
  openedAt?: number;
  interrupted: boolean;
}

describe("what is known of a device before a clear", () => {
  const experience = (service: "stack" | "pubsub", seen: Seen): DownlinkHistory =>
    new DownlinkHistory(SERVICE_TRAITS[service], {
      devicesSeen: new Set(["seen"]),
      lastMessageAt: undefined,
      get openedAt() {
        return seen.openedAt;
      },
      get interrupted() {
        return seen.interrupted;
      },
    });

  it("is enough once the stack has taken a downlink for it, or for any where it was seen", () => {
    const known = experience("stack", { openedAt: 1_000, interrupted: false });
    assert.deepEqual([known.knows("seen"), known.knows("valve")], [false, false]);
    known.accepted("valve", 2_000);
    assert.deepEqual([known.knows("seen"), known.knows("valve"), known.knows("lamp")], [true, true, false]);
  });

  it("is kept of the last five thousand devices", () => {
    const known = experience("stack", { openedAt: 1_000, interrupted: false });
    for (let number = 1; number <= 5_000; number += 1) known.accepted(`door-${number}`, 2_000);
    known.accepted("door-1", 2_000);
    known.accepted("door-5001", 2_000);
    assert.deepEqual(
      ["door-1", "door-2", "door-5000", "door-5001"].map((id) => known.knows(id)),
      [true, false, true, true],
    );
  });

  it("is not enough after a broker came back, until the stack has taken one again", () => {
    const seen: Seen = { openedAt: 1_000, interrupted: false };
    const known = experience("pubsub", seen);
    known.accepted("valve", 2_000);
    assert.equal(known.knows("valve"), true);
    seen.openedAt = 3_000;
    seen.interrupted = true;
    assert.equal(known.knows("valve"), false, "the stack may no longer listen");
    known.accepted("valve", 2_999);
    assert.equal(known.knows("valve"), false);
    known.accepted("valve", 3_000);
    assert.equal(known.knows("valve"), true);
  });

  it("is enough after a reconnect to the stack itself, which listens as before", () => {
    const seen: Seen = { openedAt: 1_000, interrupted: false };
    const known = experience("stack", seen);
    known.accepted("valve", 2_000);
    Object.assign(seen, { openedAt: 3_000, interrupted: true });
    assert.equal(known.knows("valve"), true);
  });
});
