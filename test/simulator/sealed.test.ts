import assert from "node:assert/strict";
import type { JsonObject } from "../../src/stack/messages";
import { device, stopWatched, Watched } from "./watched";

const counted = (f_cnt: number): object => ({ f_port: 15, frm_payload: "vu8=", f_cnt });

describe("a simulated device whose payload the stack cannot read", () => {
  let watched: Watched;
  beforeEach(async () => {
    watched = await Watched.start(device({ sealed: true, receiveDelay: 0 }));
  });
  afterEach(stopWatched);

  const uplink = (confirmed = false): void => {
    watched.simulator.uplink("pump", { confirmed });
  };

  it("sends the key that the application needs, and the highest counter it has chosen", async () => {
    uplink();
    const [before] = await watched.tells("up");
    watched.push(counted(7));
    await watched.tells("queued");
    uplink();
    const [after] = await watched.tells("up", "sent");
    const bodies = [before, after].map((told) => told?.message.uplink_message as JsonObject);
    assert.deepEqual(Object.keys(bodies[0]?.app_s_key as object), ["kek_label", "encrypted_key"]);
    assert.deepEqual(
      bodies.map(({ last_a_f_cnt_down }) => last_a_f_cnt_down),
      [undefined, 7],
    );
  });

  it("gets its downlinks with the counters of the application, each higher than the one before", async () => {
    watched.push(counted(3), counted(5));
    await watched.tells("queued", "queued");
    watched.push(counted(5));
    const [failed] = await watched.tells("failed");
    assert.deepEqual(failed?.error?.attributes, { f_cnt: "5", min_f_cnt: "6" });
    watched.push(counted(6), counted(6));
    const [together] = await watched.tells("failed", "failed");
    assert.deepEqual(together?.error?.attributes, { f_cnt: "6", min_f_cnt: "7" });
    for (const fCnt of [3, 5]) {
      uplink();
      const [, sent] = await watched.tells("up", "sent");
      assert.equal(sent?.downlink.f_cnt, fCnt);
    }
  });

  it("is acknowledged by a downlink that is queued, and nothing is lost", async () => {
    watched.push(counted(1));
    await watched.tells("queued");
    uplink(true);
    await watched.tells("up", "sent");
    await watched.isSilent();
  });

  it("is acknowledged by the network where nothing is queued, which takes a counter and says so", async () => {
    uplink(true);
    const [, invalidated] = await watched.tells("up", "invalidated");
    const body = invalidated?.message.downlink_queue_invalidated as JsonObject;
    assert.deepEqual(Object.keys(body), ["last_f_cnt_down", "session_key_id"]);
    assert.equal(body.last_f_cnt_down, 1);
    watched.push(counted(1));
    const [failed] = await watched.tells("failed");
    assert.equal(failed?.error?.name, "f_cnt_too_low");
  });

  it("loses its queue with its session: it was encrypted with the old key", async () => {
    watched.push(counted(1));
    await watched.tells("queued");
    watched.simulator.join("pump");
    await watched.tells("join");
    assert.deepEqual(watched.simulator.queue("pump"), []);
  });
});
