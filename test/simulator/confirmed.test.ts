import assert from "node:assert/strict";
import { device, stopWatched, Watched, type Told } from "./watched";

const ITEM = { f_port: 15, frm_payload: "vu8=", confirmed: true, correlation_ids: ["c"] };

const attempts = (told: readonly Told[]): unknown[] =>
  told.map(({ kind, downlink: { confirmed_retry: retry } }) => [kind, retry?.attempt]);

describe("a confirmed downlink to the simulator", () => {
  afterEach(stopWatched);

  it("is acknowledged by the next uplink of the device, before that uplink is published", async () => {
    const watched = await Watched.start(device());
    watched.push(ITEM);
    await watched.tells("queued");
    watched.uplink();
    const [, sent] = await watched.tells("up", "sent");
    watched.uplink();
    const [ack] = await watched.tells("ack", "up");
    assert.deepEqual(
      [ack?.downlink.f_cnt, ack?.downlink.session_key_id],
      [sent?.downlink.f_cnt, sent?.downlink.session_key_id],
    );
    watched.uplink();
    await watched.tells("up");
  });

  it("is queued again behind what waits, with the next counter, when the device does not acknowledge", async () => {
    const watched = await Watched.start(device());
    watched.push(ITEM);
    await watched.tells("queued");
    watched.uplink();
    await watched.tells("up", "sent");
    watched.push({ f_port: 1, frm_payload: "AQ==" });
    await watched.tells("queued");
    watched.uplink(false);
    const [nack, , next] = await watched.tells("nack", "up", "sent");
    assert.deepEqual([nack?.downlink.f_cnt, nack?.downlink.confirmed_retry], [1, { attempt: 2 }]);
    assert.equal(next?.downlink.f_port, 1);
    watched.uplink();
    const [, again] = await watched.tells("up", "sent");
    assert.deepEqual([again?.downlink.f_port, again?.downlink.f_cnt], [15, 3]);
  });

  it("is transmitted once more than its most attempts say, as the count starts at nothing", async () => {
    const watched = await Watched.start(device());
    watched.push({ ...ITEM, confirmed_retry: { max_attempts: 1 } });
    await watched.tells("queued");
    watched.uplink();
    await watched.tells("up", "sent");
    watched.uplink(false);
    assert.deepEqual(attempts(await watched.tells("nack", "up", "sent")), [
      ["nack", 1],
      ["up", undefined],
      ["sent", undefined],
    ]);
    watched.uplink(false);
    const [failed, nack] = await watched.tells("failed", "nack", "up");
    assert.deepEqual([failed?.error?.name, failed?.error?.code], ["max_retries_reached", 10]);
    assert.deepEqual(
      [failed?.error?.attributes, nack?.downlink.confirmed_retry],
      [{ max_retries: "1" }, { attempt: 2, max_attempts: 1 }],
    );
    watched.uplink();
    await watched.tells("up");
    await watched.isSilent();
  });

  it("is not at its end when a gateway could not transmit it", async () => {
    const watched = await Watched.start(device());
    watched.simulator.gateways({ txError: "TOO_LATE" });
    watched.push(ITEM);
    await watched.tells("queued");
    watched.uplink();
    const [, failed] = await watched.tells("up", "failed");
    assert.deepEqual(failed?.error?.attributes, { result: "TOO_LATE" });
    watched.simulator.gateways({ txError: undefined });
    watched.uplink();
    const [nack] = await watched.tells("nack", "up", "sent");
    assert.deepEqual(nack?.downlink.confirmed_retry, { attempt: 2 });
    watched.uplink();
    await watched.tells("ack", "up");
  });

  it("is acknowledged without `sent` where the gateway reports nothing", async () => {
    const watched = await Watched.start(device());
    watched.simulator.gateways({ silent: true });
    watched.push(ITEM);
    await watched.tells("queued");
    const transmitted = watched.simulator.next("transmission");
    watched.uplink();
    await watched.tells("up");
    await transmitted;
    watched.uplink();
    await watched.tells("ack", "up");
  });

  it("is not acknowledged across a new join, and transmitted again in the new session", async () => {
    const watched = await Watched.start(device());
    watched.push(ITEM);
    await watched.tells("queued");
    watched.uplink();
    const [, sent] = await watched.tells("up", "sent");
    watched.simulator.join("pump");
    await watched.tells("join");
    watched.uplink();
    const [nack, , again] = await watched.tells("nack", "up", "sent");
    assert.equal(nack?.downlink.session_key_id, sent?.downlink.session_key_id);
    assert.notEqual(again?.downlink.session_key_id, sent?.downlink.session_key_id);
    assert.equal(again?.downlink.f_cnt, 1);
  });

  it("to a class C device holds the next confirmed one until there was an uplink", async () => {
    const watched = await Watched.start(device({ class: "C" }));
    watched.push(ITEM, ITEM);
    await watched.tells("queued", "queued", "sent");
    await watched.isSilent();
    watched.uplink();
    await watched.tells("ack", "up", "sent");
  });
});
