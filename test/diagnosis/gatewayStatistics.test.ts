import assert from "node:assert/strict";
import { gatewayStatisticsOf } from "../../src/diagnosis/gatewayStatistics";
import { JUST_CONNECTED, IN_USE } from "../../simulator/http/gatewayStatistics";

describe("the statistics of a gateway", () => {
  it("are read as The Things Stack 3.32.1 sends them", () => {
    assert.deepEqual(gatewayStatisticsOf(IN_USE), {
      connectedAt: Date.parse("2026-11-30T15:08:28.994Z"),
      lastSeen: Date.parse("2026-11-30T15:08:48.581Z"),
      lastUplink: Date.parse("2026-11-30T15:08:48.139Z"),
      roundTrip: 22.8,
    });
  });

  it("are little more than when it connected, of one that has just done so", () => {
    const connectedAt = Date.parse("2026-11-30T15:08:28.994Z");
    assert.deepEqual(gatewayStatisticsOf(JUST_CONNECTED), { connectedAt, lastSeen: connectedAt });
  });

  it("say why it is gone, in text", () => {
    const gone = { connected_at: "2026-11-30T15:08:28Z", disconnected_at: "2026-11-30T16:00:00Z" };
    const reasonOf = (disconnect_reason: unknown): unknown =>
      gatewayStatisticsOf({ ...gone, disconnect_reason })?.disconnectReason;
    assert.equal(gatewayStatisticsOf(gone)?.disconnectedAt, Date.parse("2026-11-30T16:00:00Z"));
    assert.equal(reasonOf({ message_format: "connection expired", name: "expired" }), "connection expired");
    assert.equal(reasonOf({ name: "expired" }), "expired");
    assert.equal(reasonOf("restarted"), "restarted");
    const filled = { message_format: "replaced by `{ip}`", name: "replaced", attributes: { ip: "10.0.0.7" } };
    assert.equal(reasonOf(filled), "replaced by `10.0.0.7`");
    assert.equal(
      reasonOf({ "@type": "…StringValue", value: "websocket: close 1000 (normal)" }),
      "websocket: close 1000 (normal)",
    );
    for (const none of ["", 7, null, {}, [], { value: 7 }, { value: {} }, { name: 7 }])
      assert.equal(reasonOf(none), undefined);
    assert.ok(String(reasonOf("x".repeat(10_000))).length <= 201);
  });

  for (const [what, value] of Object.entries({
    nothing: {},
    "no time": { connected_at: "soon" },
    "a number": { connected_at: 7 },
    "a very long text": { connected_at: "2026-11-30T15:08:28Z".padStart(10_000, "0") },
    "another answer": { code: 5, message: "not found" },
  }))
    it(`are none where there is ${what}`, () => assert.equal(gatewayStatisticsOf(value), undefined));

  it("leave out a round trip that is none", () => {
    for (const round_trip_times of [{ median: "fast" }, { median: 7 }, "20ms", [], null])
      assert.equal(gatewayStatisticsOf({ ...JUST_CONNECTED, round_trip_times })?.roundTrip, undefined);
  });
});
