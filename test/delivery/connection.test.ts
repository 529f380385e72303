import assert from "node:assert/strict";
import { SERVICE_TRAITS } from "../../src/stack/services";
import { stackService } from "../../src/services/stack";
import { Courier } from "../../src/delivery/courier";
import { Pace } from "../../src/delivery/pace";
import type { World } from "./world";
import { item, publishedIds, startWorld, until } from "./world";

describe("a connection that ends", () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
    await world.connected();
  });
  afterEach(() => world.end());

  const reconnected = async (): Promise<void> => {
    await until(() => world.simulator.connects.length > 1, "the reconnect");
    await world.connected();
  };
  /** Nothing was ever published twice. */
  const assertOnce = (): void => {
    const ids = publishedIds(world).map((list) => list.at(-1));
    assert.equal(new Set(ids).size, ids.length);
  };
  /** Another one, to see that all goes on. */
  const another = async (): Promise<void> => {
    const flow = world.send();
    await until(() => flow.ends > 0, "another one");
    assert.equal(flow.failure, undefined);
    assertOnce();
  };

  it("before the login is over: held, and sent after it", async () => {
    const { simulator } = world;
    simulator.closeBeforeConnack(true);
    simulator.disconnectAll();
    await until(() => !world.session.open, "the end");
    const flow = world.send();
    await until(() => flow.steps.includes("held"), "held");
    simulator.closeBeforeConnack(false);
    await until(() => flow.ends > 0, "the end");
    assert.deepEqual(flow.steps, ["held", "published", "queued"]);
    assertOnce();
  });

  it("between login and subscription: held until the answers can be heard", async () => {
    const { simulator } = world;
    simulator.disconnectAll();
    await until(() => !world.session.open, "the end");
    const flow = world.send();
    const order: string[] = [];
    simulator.events.on("subscribe", () => order.push("subscribe"));
    simulator.events.on("publish", () => order.push("publish"));
    simulator.events.once("connect", () => simulator.resetAll());
    await until(() => flow.ends > 0, "the end");
    assert.equal(flow.failure, undefined);
    assert.equal(order.lastIndexOf("subscribe"), order.indexOf("publish") - 1);
    assertOnce();
  });

  it("at the publish, before anything came of it: unanswered, never sent again", async () => {
    const { simulator } = world;
    simulator.freeze(true);
    const flow = world.send();
    const next = world.send();
    await until(() => flow.steps.includes("published"), "published");
    simulator.resetAll();
    await until(() => flow.ends > 0, "the end");
    assert.deepEqual(flow.steps, ["published", "unanswered"]);
    assert.equal(flow.failure?.code, "unanswered");
    simulator.freeze(false);
    await until(() => next.ends > 0, "the next one");
    assert.equal(next.failure, undefined);
    await another();
  });

  it("after the acknowledgement, before queued: unanswered", async () => {
    const { simulator } = world;
    simulator.mute(true);
    const flow = world.send();
    const done = world.send({ report: "published" });
    await until(() => done.ends > 0, "the acknowledgement");
    assert.equal(flow.ends, 0);
    simulator.mute(false);
    simulator.disconnectAll();
    await until(() => flow.ends > 0, "the end");
    assert.equal(flow.failure?.code, "unanswered");
    assert.equal(done.failure, undefined);
    assert.deepEqual(done.steps, ["published", "unanswered"]);
    assert.equal(simulator.publishes.length, 2);
    await reconnected();
    await another();
  });

  it("after queued: followed across the reconnect", async () => {
    const { simulator } = world;
    const flow = world.send({ report: "ack", items: [item({ confirmed: true })] });
    await until(() => flow.steps.includes("queued"), "queued");
    simulator.disconnectAll();
    await reconnected();
    assert.equal(flow.ends, 0);
    const correlation_ids = flow.last?.correlationIds ?? [];
    simulator.publish("downlink_sent", "valve", { f_cnt: 1, confirmed: true, correlation_ids });
    await until(() => flow.steps.includes("sent"), "sent");
    simulator.disconnectAll();
    await until(() => simulator.connects.length > 2, "the second reconnect");
    await world.connected();
    simulator.publish("downlink_ack", "valve", { f_cnt: 1, confirmed: true, correlation_ids });
    await until(() => flow.ends > 0, "the end");
    assert.equal(flow.failure, undefined);
    assert.deepEqual(flow.steps, ["published", "queued", "sent", "ack"]);
    await another();
  });

  it("at the publish of a clear: unanswered", async () => {
    const { simulator } = world;
    simulator.freeze(true);
    const flow = world.send({ operation: "clear" });
    await until(() => flow.steps.includes("published"), "published");
    simulator.resetAll();
    await until(() => flow.ends > 0, "the end");
    assert.equal(flow.failure?.code, "unanswered");
    simulator.freeze(false);
    await reconnected();
    await another();
  });

  it("slows nothing down where no publish was on its way", async () => {
    const flow = world.send();
    await until(() => flow.ends > 0, "the end");
    world.simulator.disconnectAll();
    await reconnected();
    world.simulator.resetAll();
    await until(() => world.simulator.connects.length > 2, "the second reconnect");
    await world.connected();
    assert.equal(world.courier.perMinute, undefined);
    assert.deepEqual(world.warnings, []);
  });

  it("refuses what waits for the pace where the node does not want it held", async () => {
    world.courier.setPerMinute(1);
    const flow = world.send();
    const refused = world.send({ offline: "error" });
    const held = world.send();
    await until(() => flow.ends > 0 && held.steps.includes("held"), "held");
    world.simulator.disconnectAll();
    await until(() => refused.ends > 0, "the end");
    assert.equal(refused.failure?.code, "not_connected");
    assert.equal(held.ends, 0);
    assert.equal(world.courier.perMinute, 1);
  });
});

describe("an end of the connection that leaves a downlink unanswered right after a burst", () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
    await world.connected();
    const burst = Array.from({ length: 5 }, () => world.send({ report: "published" }));
    await until(() => burst.every(({ ends }) => ends > 0), "the burst");
    world.simulator.freeze(true);
  });
  afterEach(() => world.end());

  const oneInDoubt = async (...ways: (() => void)[]): Promise<void> => {
    const flow = world.send();
    await until(() => flow.steps.includes("published"), "published");
    for (const happen of ways) happen();
    await until(() => flow.ends > 0, "the end");
    assert.equal(flow.failure?.code, "unanswered");
    world.simulator.freeze(false);
    await until(() => world.simulator.connects.length > 1, "the reconnect");
    await world.connected();
  };
  const close = (): void => world.simulator.disconnectAll();

  it("is one over the limit where the server closes at once", async () => {
    await oneInDoubt(close);
    assert.equal(world.courier.perMinute, 5);
    assert.equal(world.warnings.length, 1);
  });

  for (const [what, ways] of [
    ["where the server closes long after the publish", [() => world.clock.turnOn(1_900), close]],
    ["where the server is silent for more than two seconds", [() => world.clock.turnOn(2_100), close]],
    ["where the line is reset, as a router on the way does", [() => world.simulator.resetAll()]],
  ] as const) {
    it(`is none ${what}`, async () => {
      await oneInDoubt(...ways);
      assert.equal(world.courier.perMinute, undefined);
      assert.deepEqual(world.warnings, []);
      const next = world.send();
      await until(() => next.ends > 0, "the next one, at once");
      assert.equal(next.failure, undefined);
    });
  }
});

describe("a server that limits the rate", () => {
  let world: World;
  afterEach(() => world.end());

  it("ends the connection once: one is unanswered, the others go on more slowly, and it is said", async () => {
    world = await startWorld({}, { downlinkLimit: { perMinute: 600, burst: 4 } });
    await world.connected();
    const flows = Array.from({ length: 8 }, () => world.send({ offline: "error" }));
    await until(() => world.warnings.length > 0, "a warning");
    assert.deepEqual(world.warnings, [{ key: "warning.slowed-down.rate-limit", values: { perMinute: 4 } }]);
    assert.equal(world.courier.perMinute, 4);
    await until(
      () => flows.every(({ ends }) => ends === 1),
      "all",
      () => {
        if (world.session.open) world.clock.turnOn(100);
      },
    );
    const unanswered = flows.filter(({ failure }) => failure);
    assert.equal(unanswered.length, 1);
    assert.equal(unanswered[0]?.failure?.code, "unanswered");
    assert.equal(flows.indexOf(unanswered[0]), 4);
  });

  it("may be a broker that forbids the publish: Pub/Sub says that, too", async () => {
    const service = { ...stackService({ applicationId: "app1", apiKey: "" }), traits: SERVICE_TRAITS.pubsub };
    world = await startWorld({ service }, { downlinkLimit: { perMinute: 600, burst: 4 } });
    await world.connected();
    const flows = Array.from({ length: 5 }, () => world.send());
    await until(() => world.warnings.length > 0, "a warning");
    assert.deepEqual(world.warnings, [{ key: "warning.slowed-down.broker", values: { perMinute: 4 } }]);
    await until(() => flows.some(({ failure }) => failure), "the end of one");
    assert.equal(flows.at(-1)?.failure?.key, "error.unanswered.broker-ended");
  });

  it("slows its other connections down with it: they share one pace", async () => {
    const pace = new Pace();
    world = await startWorld({ pace }, { downlinkLimit: { perMinute: 6, burst: 4 } });
    await world.connected();
    const other = new Courier({
      service: stackService({ applicationId: "app1", apiKey: "" }),
      session: world.session,
      pace,
      holdMax: 1,
      holdFor: 1,
      explainNoAnswer: () => Promise.resolve("queued"),
      warn: (text) => world.warnings.push(text),
      clock: world.clock,
    });
    const flows = Array.from({ length: 5 }, () => world.send());
    await until(() => flows.every(({ ends }) => ends === 1), "all");
    assert.equal(other.perMinute, 4);
    other.setPerMinute(2);
    assert.equal(world.courier.perMinute, 2);
    other.end();
    assert.equal(world.courier.perMinute, 4);
  });

  for (const [count, perMinute, turn] of [
    [500, 15_000, 2_000],
    // The limit is so low that the connection is ended over and over.
    [200, 1, 60_000],
  ] as const) {
    it(`gets ${count} at once, and none is lost without a word or sent twice`, async function () {
      this.timeout(20_000);
      world = await startWorld({}, { downlinkLimit: { perMinute, burst: 100 } });
      const { simulator, clock, session } = world;
      await world.connected();
      const flows = Array.from({ length: count }, () => world.send());
      await until(
        () => flows.every(({ ends }) => ends === 1),
        "all",
        () => {
          const inFlight = flows.some(({ steps }) => steps.at(-1) === "published");
          if (session.open && !inFlight) clock.turnOn(turn);
        },
      );
      const refused = simulator.publishes.filter(({ reason }) => reason === "rate limit").length;
      const codes = flows.flatMap(({ failure }) => (failure ? [failure.code] : []));
      assert.ok(refused > 0);
      assert.deepEqual(codes, new Array<string>(refused).fill("unanswered"));
      assert.equal(simulator.queue("valve").length, count - refused);
      const ids = publishedIds(world).map((list) => list.at(-1));
      assert.equal(new Set(ids).size, count);
      assert.ok(world.warnings.length > 0 && world.warnings.length <= refused);
    });
  }
});
