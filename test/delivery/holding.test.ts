import assert from "node:assert/strict";
import type { CourierOptions } from "../../src/delivery/courier";
import type { Flow, World } from "./world";
import { item, startWorld, until } from "./world";

/** The one byte that tells the downlinks of a test apart. */
const bytes = (number: number): string => Buffer.from([number]).toString("base64");

const sentBytes = ({ simulator }: World): number[] =>
  simulator.publishes.flatMap(({ payload }) => {
    const { downlinks } = JSON.parse(payload.toString()) as { downlinks: { frm_payload: string }[] };
    return downlinks.map(({ frm_payload }) => Buffer.from(frm_payload, "base64").readUInt8(0));
  });

describe("downlinks while disconnected", () => {
  let world: World;

  const start = async (options: Partial<CourierOptions> = {}): Promise<void> => {
    world = await startWorld(options);
    await world.connected();
  };
  const disconnect = async (): Promise<void> => {
    await world.simulator.stop();
    await until(() => !world.session.open, "the end of the connection");
  };
  const send = (number: number, wanted: Parameters<World["send"]>[0] = {}): Flow =>
    world.send({ items: [item({ frm_payload: bytes(number) })], ...wanted });
  const ended = (...flows: Flow[]): Promise<void> =>
    until(() => flows.every(({ ends }) => ends > 0), "the end");

  afterEach(() => world.end());

  it("are held and sent in order after the reconnect", async () => {
    await start();
    await disconnect();
    const flows = [1, 2, 3].map((number) => send(number));
    await until(() => flows.every(({ steps }) => steps.includes("held")), "held");
    await world.simulator.restart();
    await ended(...flows);
    assert.deepEqual(sentBytes(world), [1, 2, 3]);
    for (const { steps, failure } of flows) {
      assert.deepEqual(steps, ["held", "published", "queued"]);
      assert.equal(failure, undefined);
    }
  });

  it("are held before the first login, too", async () => {
    world = await startWorld();
    const flow = send(1);
    await ended(flow);
    assert.deepEqual(flow.steps, ["held", "published", "queued"]);
  });

  it("are refused at once where the node says so", async () => {
    await start();
    await disconnect();
    const flow = send(1, { offline: "error" });
    await ended(flow);
    assert.equal(flow.failure?.code, "not_connected");
    assert.deepEqual(flow.steps, []);
  });

  it("expire when they are held too long", async () => {
    await start({ holdFor: 60 });
    await disconnect();
    const early = send(1);
    await until(() => early.steps.includes("held"), "held");
    world.clock.turnOn(40_000);
    const late = send(2);
    await until(() => late.steps.includes("held"), "held");
    assert.equal(early.ends, 0);
    world.clock.turnOn(21_000);
    assert.equal(early.failure?.code, "expired");
    assert.equal(early.failure.values.seconds, 60);
    assert.equal(late.ends, 0);
    await world.simulator.restart();
    await ended(late);
    assert.deepEqual(sentBytes(world), [2]);
  });

  it("push out the oldest when there are too many", async () => {
    await start({ holdMax: 2 });
    await disconnect();
    const flows = [1, 2, 3].map((number) => send(number));
    const [oldest] = flows;
    await until(() => flows[0]?.ends === 1, "the oldest");
    assert.equal(oldest?.failure?.code, "expired");
    assert.equal(oldest.failure.values.number, 2);
    await world.simulator.restart();
    await ended(...flows);
    assert.deepEqual(sentBytes(world), [2, 3]);
  });

  for (const operation of ["replace", "clear"] as const) {
    it(`are obsolete when a later ${operation} comes for their device, and each says so`, async () => {
      await start();
      await disconnect();
      const [first, second] = [send(1), send(2)];
      const other = send(3, { deviceId: "lamp" });
      const later = world.send({ operation });
      await until(() => first.ends + second.ends === 2, "the obsolete ones");
      for (const { failure } of [first, second]) assert.equal(failure?.code, "expired");
      await world.simulator.restart();
      await ended(other, later);
      assert.equal(other.failure, undefined);
      assert.equal(later.failure, undefined);
      assert.deepEqual(
        world.simulator.publishes.map(({ topic }) => topic.split("/").slice(3).join("/")),
        ["lamp/down/push", "valve/down/replace"],
      );
    });
  }

  it("are dropped with their node, with one warning that counts them", async () => {
    await start();
    await disconnect();
    const handles = [1, 2, 3].map(() => world.handle());
    const kept = send(9);
    await until(() => kept.steps.includes("held"), "held");
    for (const { drop } of handles) drop();
    await until(() => world.warnings.length > 0, "a warning");
    await world.simulator.restart();
    await ended(kept);
    assert.deepEqual(world.warnings, [{ key: "warning.dropped-held", values: { number: 3 } }]);
    assert.deepEqual(sentBytes(world), [9]);
    for (const { flow } of handles) assert.equal(flow.ends, 0);
  });

  it("are dropped with the connection, with one warning that counts them", async () => {
    await start();
    await disconnect();
    const flow = send(1);
    send(2);
    await until(() => flow.steps.includes("held"), "held");
    send(3);
    world.courier.end();
    assert.deepEqual(world.warnings, [{ key: "warning.dropped-held", values: { number: 3 } }]);
    assert.equal(world.clock.timers, 0);
  });

  it("that are sent and go with their node before it knows how they went are counted in a warning of their own", async () => {
    await start();
    const handles = [1, 2].map(() => world.handle({ report: "sent" }));
    const kept = world.send({ report: "sent" });
    await until(() => kept.steps.includes("queued"), "queued");
    for (const { drop } of handles) drop();
    await until(() => world.warnings.length > 0, "a warning");
    assert.deepEqual(world.warnings, [{ key: "warning.dropped-followed", values: { number: 2 } }]);
    world.courier.end();
    assert.deepEqual(world.warnings.slice(1), [{ key: "warning.dropped-followed", values: { number: 1 } }]);
    for (const { flow } of handles) assert.equal(flow.ends, 0);
  });

  it("and those that are sent are counted in one warning where they go together", async () => {
    world = await startWorld();
    world.courier.setPerMinute(6);
    await world.connected();
    const handles = [1, 2, 3].map(() => world.handle({ report: "sent" }));
    await until(() => handles[0]?.flow.steps.includes("queued") ?? false, "queued");
    for (const { drop } of handles) drop();
    await until(() => world.warnings.length > 0, "a warning");
    assert.deepEqual(world.warnings, [{ key: "warning.dropped-both", values: { number: 2, followed: 1 } }]);
  });

  it("that a node drops when it knows how they went cost no warning", async () => {
    await start();
    const { flow, drop } = world.handle();
    await ended(flow);
    drop();
    await Promise.resolve();
    assert.deepEqual(world.warnings, []);
  });
});

describe("downlinks with a pace", () => {
  let world: World;
  afterEach(() => world.end());

  it("go evenly, the others held without a time limit", async () => {
    world = await startWorld({ holdFor: 1, holdMax: 1 });
    world.courier.setPerMinute(6);
    await world.connected();
    const flows = [1, 2, 3].map(() => world.send());
    await until(() => flows[0]?.ends === 1, "the first");
    await until(() => flows[2]?.steps.includes("held") ?? false, "held");
    world.clock.turnOn(9_000);
    assert.deepEqual(flows[1]?.steps, ["held"]);
    world.clock.turnOn(1_100);
    await until(() => flows[1]?.ends === 1, "the second");
    assert.deepEqual(flows[2]?.steps, ["held"]);
    assert.equal(world.simulator.publishes.length, 2);
    world.clock.turnOn(10_100);
    await until(() => flows[2]?.ends === 1, "the third");
    for (const { failure } of flows) assert.equal(failure, undefined);
  });

  it("go faster as soon as the pace is lifted", async () => {
    world = await startWorld();
    world.courier.setPerMinute(1);
    await world.connected();
    const flows = [1, 2, 3].map(() => world.send());
    await until(() => flows[0]?.ends === 1, "the first");
    assert.equal(world.courier.perMinute, 1);
    world.courier.setPerMinute(undefined);
    assert.equal(world.courier.perMinute, undefined);
    await until(() => flows.every(({ ends }) => ends === 1), "all");
  });

  it("wait ten thousand at most, the oldest pushed out", async () => {
    world = await startWorld();
    world.courier.setPerMinute(1);
    await world.connected();
    const first = world.send();
    await until(() => first.ends === 1, "the first");
    const flows = Array.from({ length: 10_001 }, () => world.send());
    await until(() => flows[0]?.ends === 1, "the oldest");
    assert.equal(flows[0]?.failure?.code, "expired");
    assert.equal(flows[1]?.ends, 0);
  });
});
