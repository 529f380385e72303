import assert from "node:assert/strict";
import type { NodeAPI } from "node-red";
import { LastMessage, waitingFor } from "../../nodes/shared/lastMessage";
import type { Outcome } from "../../nodes/shared/outcome";
import { shorten } from "../../nodes/shared/status";

const RED = { _: () => "en-US" } as unknown as NodeAPI;

const AT = new Date(2026, 10, 21, 14, 3, 20).getTime();
const SENT: Outcome = { send: {} };
const EUI = "eui-70b3d57ed0000001";
const FIELD = { key: "error.missing-payload.no-field", values: { field: "temperature" } };
const DECODED = { key: "error.missing-payload.not-decoded", values: { field: "" } };

function lineOf(deviceId: string, port: number | undefined, outcome: Outcome): string {
  const last = new LastMessage();
  last.take(deviceId, port, AT, outcome);
  return `${last.fill}: ${shorten(last.line(RED))}`;
}

describe("the status of what came last", () => {
  const CASES: readonly (readonly [string, number | undefined, Outcome, string])[] = [
    ["door-1", 3, SENT, "green: door-1 · FPort 3 · 14:03"],
    ["door-1", undefined, SENT, "green: door-1 · 14:03"],
    [EUI, 3, SENT, `green: ${EUI} · 14:03`],
    ["a-device-with-an-id-of-28-chr", 3, SENT, "green: a-device-with-an-id-of-28-chr"],
    ["door-1", 3, { send: {}, value: 21.5 }, "green: 21.5 · 14:03"],
    ["door-1", 3, { send: {}, value: 0.1 + 0.2 }, "green: 0.3 · 14:03"],
    ["door-1", 3, { send: {}, value: false }, "green: false · 14:03"],
    ["door-1", 3, { send: {}, value: "x".repeat(99) }, `green: ${"x".repeat(23)}… · 14:03`],
    ["door-1", 3, { send: {}, value: { a: 1 } }, "green: door-1 · FPort 3 · 14:03"],
    ["valve", undefined, { send: {}, word: "status.failed" }, "green: failed · valve · 14:03"],
    [EUI, undefined, { send: {}, word: "status.failed" }, `green: failed · ${EUI}`],
    ["plain", 1, { send: {}, lacks: DECODED }, "yellow: plain · bytes, not decoded"],
    ["plain", 1, { send: {}, lacks: FIELD }, "yellow: plain · bytes, no temperature"],
    ["plain", 1, { skip: FIELD }, "yellow: plain · not sent, no temperature"],
    ["plain", 1, { skip: DECODED }, "yellow: plain · not sent, not decoded"],
    [
      "plain",
      1,
      { fail: { code: "missing_payload", ...DECODED }, message: {} },
      "yellow: plain · not decoded",
    ],
  ];
  for (const [deviceId, port, outcome, text] of CASES)
    it(`is ${text}`, () => assert.equal(lineOf(deviceId, port, outcome), text));

  it("has at most 32 characters, whatever comes", () => {
    const outcomes: Outcome[] = [SENT, { send: {}, word: "status.location" }, { skip: FIELD }];
    for (const outcome of outcomes)
      for (let length = 1; length < 80; length++) {
        const text = lineOf("d".repeat(length), 223, outcome).replace(/^\w+: /, "");
        assert.ok(Array.from(text).length <= 32, text);
      }
  });

  it("is another one with another device, port, value, cause or minute, and only then", () => {
    const last = new LastMessage();
    assert.equal(last.any, false);
    assert.equal(last.take("door", 1, AT, SENT), true);
    assert.equal(last.take("door", 1, AT + 1000, SENT), false);
    assert.equal(last.take("door", 2, AT + 1000, SENT), true);
    assert.equal(last.take("lamp", 2, AT + 1000, SENT), true);
    assert.equal(last.take("lamp", 2, AT + 1000, { send: {}, value: 1 }), true);
    assert.equal(last.take("lamp", 2, AT + 1000, { send: {}, value: 2 }), true);
    assert.equal(last.take("lamp", 2, AT + 1000, { skip: FIELD }), true);
    assert.equal(last.take("lamp", 2, AT + 1000, { skip: FIELD }), false);
    assert.equal(last.take("lamp", 2, AT + 60_000, { skip: FIELD }), true);
  });
});

describe("the status before the first message", () => {
  const CASES: readonly (readonly [string, string, string])[] = [
    ["", "", "waiting: all devices"],
    ["", "1-10", "waiting: FPort 1-10"],
    ["door-1", "3", "waiting: door-1 · FPort 3"],
    ["door-1, valve, a, b, c", "", "waiting: 5 devices"],
    ["door-1, valve-*", "", "waiting: 2 patterns"],
    [EUI, "1-10", `waiting: ${EUI}`],
  ];
  for (const [devices, ports, text] of CASES)
    it(`is ${text}`, () => assert.equal(waitingFor(RED, devices, ports), text));
});
