import assert from "node:assert/strict";
import { device, stopWatched, Watched } from "./watched";

const ITEM = { f_port: 15, frm_payload: "vu8=" };

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

const via = (...ids: readonly string[]): object => ({
  gateways: ids.map((gateway_id) => ({ gateway_ids: { gateway_id } })),
});

describe("the simulator transmits", () => {
  afterEach(stopWatched);

  it("one downlink per uplink of a class A device, still within the receive delay after it", async () => {
    const watched = await Watched.start(device());
    watched.uplink();
    await watched.tells("up");
    watched.push(ITEM, ITEM);
    await watched.tells("queued", "queued", "sent");
    await watched.isSilent();
    watched.uplink();
    await watched.tells("up", "sent");
  });

  it("nothing in the windows of an old session; the queue stays and counts anew", async () => {
    const watched = await Watched.start(device());
    watched.uplink();
    watched.simulator.join("pump");
    await watched.tells("up", "join");
    watched.push(ITEM, ITEM);
    await watched.tells("queued", "queued");
    await watched.isSilent();
    watched.simulator.join("pump");
    await watched.tells("join");
    assert.deepEqual(
      watched.simulator.queue("pump").map(({ fCnt }) => fCnt),
      [1, 2],
    );
  });

  it("the next one where one is too long for the data rate of the uplink", async () => {
    const watched = await Watched.start(device());
    watched.push({ ...ITEM, frm_payload: Buffer.alloc(52).toString("base64") }, ITEM);
    await watched.tells("queued", "queued");
    const settings = { data_rate: { lora: { spreading_factor: 12 } } };
    watched.simulator.uplink("pump", { settings });
    const [, failed] = await watched.tells("up", "failed", "sent");
    assert.deepEqual(failed?.error?.attributes, { length: 52, max: "51" });
  });

  it("a timed downlink early, and the device's next one after its time", async () => {
    const watched = await Watched.start(device({ class: "C" }), { timing: { planAhead: 600 } });
    const time = Date.now() + 800;
    watched.push({ ...ITEM, class_b_c: { absolute_time: new Date(time).toISOString() } }, ITEM);
    await watched.tells("queued", "queued", "sent");
    const early = Date.now();
    await watched.tells("sent");
    assert.ok(early < time && Date.now() >= time, `${early} ${time} ${Date.now()}`);
  });

  it("no timed downlink years before its time", async () => {
    const watched = await Watched.start(device({ class: "C" }));
    watched.push({ ...ITEM, class_b_c: { absolute_time: "2099-01-01T00:00:00Z" } });
    await watched.tells("queued");
    await watched.isSilent();
    assert.equal(watched.simulator.queue("pump").length, 1);
  });

  it("no timed downlink whose time has passed while it waited", async () => {
    const watched = await Watched.start(device({ class: "C" }), { timing: { planAhead: 600 } });
    const timed = { ...ITEM, class_b_c: { absolute_time: inMs(900) } };
    watched.push(timed, { ...ITEM, class_b_c: { absolute_time: inMs(850) } });
    const [, , , failed] = await watched.tells("queued", "queued", "sent", "failed");
    assert.equal(failed?.error?.name, "downlink_expired");
    assert.equal(failed.error.correlation_id, undefined);
  });

  it("by the first of the chosen gateways that exists, and says where none does", async () => {
    const watched = await Watched.start(device({ class: "C" }));
    watched.push({ ...ITEM, class_b_c: via("no-gateway", "yard-gateway") });
    await watched.tells("queued", "sent");
    assert.equal(watched.simulator.transmissions[0]?.gatewayId, "yard-gateway");
    watched.push({ ...ITEM, correlation_ids: ["mine"], class_b_c: via("no-gateway") });
    const [, failed] = await watched.tells("queued", "failed");
    assert.deepEqual([failed?.error?.name, failed?.error?.correlation_id], ["fixed_paths", undefined]);
    assert.ok(failed?.downlink.correlation_ids?.includes("mine"));
    assert.match(JSON.stringify(failed?.message.correlation_ids), /"as:up:\w+","mine","rpc:/);
  });

  it("with HIGH at most: what is above is the network's own", async () => {
    const watched = await Watched.start(device({ class: "C" }));
    watched.push({ ...ITEM, priority: "HIGHEST" });
    const told = await watched.tells("queued", "sent");
    assert.deepEqual(
      told.map(({ downlink }) => downlink.priority),
      ["HIGHEST", "HIGH"],
    );
  });

  it("nothing of 10,001 downlinks: that many do not fit into a queue", async () => {
    const watched = await Watched.start(device());
    const first = watched.simulator.next("publish");
    watched.push(...Array<object>(9_999).fill({ f_port: 1, frm_payload: "AQ==" }));
    assert.equal((await first).outcome, "executed");
    const second = watched.simulator.next("publish");
    watched.push(ITEM, ITEM);
    const { outcome, reason } = await second;
    assert.deepEqual([outcome, reason], ["failed", "downlink_queue_capacity"]);
    assert.equal(watched.simulator.queue("pump").length, 9_999);
  });
});
