import assert from "node:assert/strict";
import { demoDevices, door, thermometer } from "../../simulator/devices/demo";
import { stopWatched, Watched } from "./watched";

const lock = (state: string, more: object = {}): object => ({ decoded_payload: { lock: state }, ...more });

describe("the demo's devices", () => {
  afterEach(stopWatched);

  it("are called as the devices in the examples", () => {
    assert.deepEqual(
      demoDevices().map(({ id }) => id),
      ["thermometer-1", "tracker-1", "door-1"],
    );
  });

  it("include a door whose lock obeys a decoded downlink at once", async () => {
    const watched = await Watched.start(door());
    watched.push(lock("unlocked"));
    const [queued, sent, up] = await watched.tells("queued", "sent", "up");
    assert.deepEqual([queued?.downlink.f_port, queued?.downlink.frm_payload], [15, "AA=="]);
    assert.deepEqual(sent?.downlink.decoded_payload, { lock: "unlocked" });
    assert.match(JSON.stringify(up?.message), /"lock":"unlocked"/);
    watched.push(lock("ajar"));
    await watched.isSilent();
  });

  it("show every step of a confirmed downlink to the door", async () => {
    const watched = await Watched.start(door());
    watched.push(lock("locked", { confirmed: true }));
    await watched.tells("queued", "sent", "ack", "up");
  });

  it("include a thermometer that hears of its interval after its next uplink, and tells it from then on", async () => {
    const watched = await Watched.start(thermometer());
    const interval = (seconds: number): object => ({ decoded_payload: { interval: seconds } });
    watched.push(interval(30), interval(40));
    await watched.tells("queued", "queued");
    watched.replace(interval(60));
    const [queued] = await watched.tells("queued");
    assert.deepEqual([queued?.downlink.f_port, queued?.downlink.frm_payload], [1, "ADw="]);
    watched.uplink();
    const [, before, sent] = await watched.tells("normalized", "up", "sent");
    assert.doesNotMatch(JSON.stringify(before?.message), /interval/);
    assert.deepEqual(sent?.downlink.decoded_payload, { interval: 60 });
    watched.push(interval(90));
    await watched.tells("queued");
    watched.replace();
    watched.uplink();
    const [, after] = await watched.tells("normalized", "up");
    assert.match(JSON.stringify(after?.message), /"interval":60/);
    await watched.isSilent();
  });
});
