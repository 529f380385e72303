import assert from "node:assert/strict";
import { noSignal } from "../../src/devices/deviceHistory";
import { readSnapshot, toStore } from "../../src/devices/snapshot";

const HISTORY = {
  lastSeen: 1,
  intervals: { last: [1, 2], pauses: [2], rests: [], sincePause: 2, sinceRest: 0, first: 0 },
  signal: { gateways: 1 },
  session: { keyId: "a", fCnt: 1, received: 1, lost: 0, arrived: 1, expected: 1 },
};
const DEVICE = { id: "door", state: "online", since: 1, isLossy: true, isLow: false, isWeak: false };
const GATEWAY = { id: "roof", state: "offline", since: 1 };

const read = (devices: unknown, gateways: unknown = []) => readSnapshot({ form: 1, devices, gateways });

describe("what a store gives back", () => {
  it("is read as it was stored", () => {
    const stored = JSON.parse(
      JSON.stringify(
        toStore({ devices: [], gateways: [{ ...GATEWAY, state: "offline", since: 7, quiet: 9 }] }),
      ),
    ) as unknown;
    assert.deepEqual(readSnapshot(stored)?.gateways, [
      { id: "roof", state: "offline", since: 7, quiet: 9, history: undefined },
    ]);
    const [device] = read([{ ...DEVICE, history: HISTORY }])?.devices ?? [];
    assert.ok(device);
    assert.deepEqual(device.history?.session, HISTORY.session);
    assert.deepEqual([device.isLossy, device.isLow, device.quiet], [true, false, 0]);
    const never = { ...DEVICE, state: "unknown", quiet: 60_000, loss: 0, usualLoss: 0 };
    assert.deepEqual(read([never])?.devices, [{ ...never, history: undefined }]);
  });

  it("says of which application it is, where it was stored with that", () => {
    const stored = (of?: unknown) => readSnapshot({ form: 1, devices: [], gateways: [], of })?.of;
    assert.deepEqual(
      [stored("app1@ttn"), stored(), stored(7), stored("a".repeat(2_000))],
      ["app1@ttn", undefined, undefined, undefined],
    );
  });

  for (const [what, value] of Object.entries({
    nothing: undefined,
    null: null,
    "a text": "{}",
    "a list": [],
    "another form": { form: 2, devices: [], gateways: [] },
    "no lists": { form: 1, devices: {}, gateways: "x" },
  }))
    it(`is nothing where it is ${what}`, () => assert.equal(readSnapshot(value), undefined));

  it("is without entries that are not right", () => {
    const entries: unknown[] = [
      null,
      "door",
      [],
      { ...DEVICE },
      { ...DEVICE, state: "silent", history: null },
      { ...DEVICE, id: "x".repeat(65), history: HISTORY },
      { ...DEVICE, id: 7, history: HISTORY },
      { ...DEVICE, state: "constructor", history: HISTORY },
      { ...DEVICE, since: "now", history: HISTORY },
      { ...DEVICE, history: { ...HISTORY, lastSeen: null } },
      { ...DEVICE, history: { ...HISTORY, intervals: { ...HISTORY.intervals, last: "x" } } },
      { ...DEVICE, history: { ...HISTORY, intervals: null } },
    ];
    assert.deepEqual(read(entries)?.devices, []);
    assert.deepEqual(read([], [null, {}, { ...GATEWAY, state: "silent" }])?.gateways, []);
  });

  it("has no counters, signal or intervals that cannot be", () => {
    const history = {
      ...HISTORY,
      session: { ...HISTORY.session, arrived: -1 },
      signal: "strong",
      battery: "full",
      intervals: { last: [1, "2", -3, null, 5], pauses: [-7, Infinity, 3], sincePause: -1 },
    };
    const [device] = read([{ ...DEVICE, history }])?.devices ?? [];
    assert.deepEqual(device?.history, {
      lastSeen: 1,
      receivedAt: undefined,
      session: undefined,
      intervals: {
        ...{ last: [1, 5], pauses: [3], rests: [], sincePause: 0, sinceRest: 0, first: 0 },
        variation: { spread: 0, before: 0, longest: [], day: 0, today: 0 },
      },
      battery: undefined,
      signal: noSignal(),
    });
  });

  it("is ten thousand devices at most", () => {
    const many = Array.from({ length: 10_001 }, (_, index) => ({
      ...DEVICE,
      id: `d${index}`,
      history: HISTORY,
    }));
    assert.equal(read(many)?.devices.length, 10_000);
  });
});
