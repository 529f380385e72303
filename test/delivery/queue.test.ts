import assert from "node:assert/strict";
import { MOST_ITEMS } from "../../src/delivery/part";
import type { DownlinkItem } from "../../src/downlink/order";
import type { Flow, World } from "./world";
import type { Queued } from "../../src/delivery/queueLooks";
import { item, NOT_ACCEPTED, publishedIds, startWorld, until } from "./world";

const ended = (...flows: Flow[]): Promise<void> =>
  until(() => flows.every(({ ends }) => ends > 0), "the end");

describe("replace and clear", () => {
  let world: World;
  before(async () => {
    world = await startWorld();
    await world.connected();
  });
  after(() => world.end());

  it("are done at the acknowledgement where they clear", async () => {
    const flow = world.send({ operation: "clear", report: "every" });
    await ended(flow);
    assert.equal(flow.failure, undefined);
    const [report] = flow.reports;
    assert.ok(report);
    const { steps, ...rest } = report;
    assert.equal(steps.length, 1);
    assert.deepEqual(rest, {
      state: "published",
      deviceId: "valve",
      operation: "clear",
      correlationIds: [],
    });
    const { topic, payload } = world.simulator.publishes.at(-1) ?? {};
    assert.equal(topic, "v3/app1/devices/valve/down/replace");
    assert.deepEqual(JSON.parse(String(payload)), { downlinks: [] });
  });

  it("fail where they clear the queue of a device that nothing is known of, and the stack's API knows better", async () => {
    const other = await startWorld({ explainNoAnswer: () => Promise.resolve(NOT_ACCEPTED) });
    try {
      await other.connected();
      const clear = { operation: "clear", items: [] } as const;
      const typo = other.send({ ...clear, deviceId: "valv" });
      await until(() => typo.ends > 0, "the end");
      assert.equal(typo.failure?.code, "not_accepted");
      const known = other.send();
      await until(() => known.ends > 0, "queued");
      const right = other.send(clear);
      await until(() => right.ends > 0, "cleared");
      assert.equal(right.failure, undefined);
      assert.equal(other.asked.length, 1);
    } finally {
      await other.end();
    }
  });

  it("are counted, and not told any more, where the connection goes away while a clear is looked into", async () => {
    let answer = (_: "queued"): void => undefined;
    const other = await startWorld({ explainNoAnswer: () => new Promise((resolve) => (answer = resolve)) });
    try {
      await other.connected();
      const flow = other.send({ operation: "clear", deviceId: "valv" });
      await until(() => other.asked.length === 1, "the question");
      other.courier.end();
      assert.deepEqual(other.warnings, [{ key: "warning.dropped-followed", values: { number: 1 } }]);
      answer("queued");
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(flow.ends, 0);
    } finally {
      await other.end();
    }
  });

  it("are counted once where their node goes, and then the connection, while a clear is looked into", async () => {
    const other = await startWorld({ explainNoAnswer: () => new Promise(() => undefined) });
    try {
      await other.connected();
      const { drop } = other.handle({ operation: "clear", deviceId: "valv" });
      await until(() => other.asked.length === 1, "the question");
      drop();
      other.courier.end();
      assert.deepEqual(other.warnings, [{ key: "warning.dropped-followed", values: { number: 1 } }]);
    } finally {
      await other.end();
    }
  });

  it("are not looked for any more where their node went while they were looked up", async () => {
    let answer = (_: "queued"): void => undefined;
    const looks: string[] = [];
    const other = await startWorld({
      lookUp: () => new Promise((resolve) => (answer = resolve)),
      queueOf: (deviceId) => {
        looks.push(deviceId);
        return Promise.resolve(new Set<string>());
      },
    });
    try {
      await other.connected();
      const { drop } = other.handle({ deviceId: "valv", report: "sent" });
      await until(() => other.lookedUp.length === 1, "the question");
      drop();
      answer("queued");
      for (let quarters = 0; quarters < 8; quarters++) {
        await new Promise((resolve) => setImmediate(resolve));
        other.clock.turnOn(15 * 60_000);
      }
      assert.deepEqual([looks, other.clock.timers], [[], 0]);
    } finally {
      await other.end();
    }
  });

  it("are not looked for any more where their node went while the queue was looked at", async () => {
    let answer = (_: ReadonlySet<string>): void => undefined;
    let looks = 0;
    const queueOf = (): Promise<ReadonlySet<string>> => {
      looks += 1;
      return new Promise((resolve) => (answer = resolve));
    };
    const other = await startWorld({ queueOf });
    try {
      await other.connected();
      const { flow, drop } = other.handle({ report: "sent" });
      await until(() => flow.steps.includes("queued"), "queued");
      other.clock.turnOn(15 * 60_000);
      await until(() => looks === 1, "a look");
      drop();
      answer(new Set());
      for (let quarters = 0; quarters < 8; quarters++) {
        await new Promise((resolve) => setImmediate(resolve));
        other.clock.turnOn(15 * 60_000);
      }
      assert.equal(looks, 1);
    } finally {
      await other.end();
    }
  });

  for (const operation of ["replace", "clear"] as const) {
    it(`end with a ${operation} what is in the queue, and not what is with the device or for others`, async () => {
      const { simulator } = world;
      const confirmed = [item({ confirmed: true })];
      const queued = world.send({ report: "sent" });
      const done = world.send();
      const flying = world.send({ report: "ack", items: confirmed });
      const back = world.send({ report: "ack", items: confirmed });
      const other = world.send({ report: "sent", deviceId: "lamp" });
      await until(() => other.steps.includes("queued"), "queued");
      const ids = (flow: Flow): object => ({ correlation_ids: flow.last?.correlationIds, f_cnt: 1 });
      simulator.publish("downlink_sent", "valve", ids(flying));
      simulator.publish("downlink_nack", "valve", ids(back));
      await until(() => back.steps.includes("nack"), "nack");

      const later = world.send({ operation });
      await ended(later, queued, back);
      assert.equal(later.failure, undefined);
      for (const { failure, last } of [queued, back]) {
        assert.equal(failure?.code, "undelivered");
        assert.equal(last?.state, "invalidated");
      }
      assert.deepEqual(done.steps, ["published", "queued", "invalidated"]);
      assert.equal(done.failure, undefined);
      assert.equal(flying.ends + other.ends, 0);
      const goesOn = { key: `warning.goes-on.${operation}`, values: { device: "valve" } };
      assert.deepEqual(world.warnings.splice(0), [goesOn]);
      simulator.publish("downlink_ack", "valve", ids(flying));
      simulator.publish("downlink_sent", "lamp", ids(other));
      await ended(flying, other);
    });
  }

  it("say of a confirmed one that it goes on, once for all of a device, while it is on its way only", async () => {
    const { simulator, warnings } = world;
    const send = (): Flow => world.send({ report: "ack", items: [item({ confirmed: true })] });
    const flying = [send(), send()];
    await until(() => flying.every(({ steps }) => steps.includes("queued")), "queued");
    const about = (flow: Flow | undefined): object => ({
      correlation_ids: flow?.last?.correlationIds,
      f_cnt: 1,
    });
    const error = { name: "transmission", message_format: "TOO_LATE" };
    const failing = world.send({ report: "ack", deviceId: "lamp", items: [item({ confirmed: true })] });
    await until(() => failing.steps.includes("queued"), "queued");
    simulator.publish("downlink_failed", "lamp", { downlink: about(failing), error });
    await until(() => failing.steps.includes("failed"), "failed");
    await ended(world.send({ operation: "replace", deviceId: "lamp" }));
    assert.deepEqual(warnings.splice(0), [{ key: "warning.goes-on.replace", values: { device: "lamp" } }]);
    simulator.publish("downlink_ack", "lamp", about(failing));
    await ended(failing);
    simulator.publish("downlink_sent", "valve", about(flying[0]));
    simulator.publish("downlink_failed", "valve", { downlink: about(flying[1]), error });
    await until(() => flying[1]?.steps.includes("failed") ?? false, "failed");
    await ended(world.send({ operation: "clear", deviceId: "lamp" }));
    assert.deepEqual(warnings, []);
    await ended(world.send({ operation: "clear" }));
    assert.equal(warnings.splice(0).length, 1);
    for (const flow of flying) simulator.publish("downlink_ack", "valve", about(flow));
    await ended(...flying);
    await ended(world.send({ operation: "clear" }));
    assert.deepEqual(warnings, []);
  });

  it("leave the queue alone when the stack refuses the replacement", async () => {
    const { simulator } = world;
    const queued = world.send({ report: "sent" });
    await until(() => queued.steps.includes("queued"), "queued");
    const later = world.send({ operation: "replace", items: [item({ f_port: 0 })] });
    await ended(later);
    assert.equal(later.failure?.code, "downlink_failed");
    assert.equal(queued.ends, 0);
    simulator.publish("downlink_sent", "valve", { correlation_ids: queued.last?.correlationIds });
    await ended(queued);
  });
});

describe("several downlinks in one message", () => {
  let world: World;
  before(async () => {
    world = await startWorld();
    await world.connected();
  });
  after(() => world.end());

  const send = (items: DownlinkItem[], wanted: Parameters<World["send"]>[0] = {}): Flow =>
    world.send({ encoding: "downlinks", items, ...wanted });
  const many = (count: number): DownlinkItem[] =>
    Array.from({ length: count }, (_, index) => item({ correlation_ids: [`number-${index}`] }));
  const publishes = (from: number): [string, number][] =>
    world.simulator.publishes.slice(from).map(({ topic, payload }) => {
      const { downlinks } = JSON.parse(payload.toString()) as { downlinks: unknown[] };
      return [topic.split("/").at(-1) ?? "", downlinks.length];
    });

  it("are one message when all are where the node waits for, each with its own ID", async () => {
    const flow = send([item(), item({ f_port: 7, confirmed: true })]);
    await ended(flow);
    const { items, state, correlationIds, fPort, steps, index } = flow.report;
    assert.equal(state, "queued");
    assert.equal(fPort, undefined);
    assert.equal(index, undefined);
    assert.deepEqual(
      steps.map((step) => step.state),
      ["published", "queued"],
    );
    assert.deepEqual(
      items?.map((one) => [one.index, one.state, one.fPort]),
      [
        [0, "queued", 15],
        [1, "queued", 7],
      ],
    );
    assert.deepEqual(
      correlationIds,
      items.flatMap((one) => one.correlationIds),
    );
    assert.deepEqual(publishedIds(world).slice(-2).flat(), correlationIds);
    assert.equal(new Set(correlationIds).size, 2);
  });

  it("are as far as the least advanced of them", async () => {
    const flow = send([item(), item()], { report: "sent" });
    await until(() => flow.last?.state === "queued", "queued");
    world.simulator.publish("downlink_sent", "valve", { correlation_ids: flow.last?.correlationIds });
    await until(() => flow.steps.includes("sent"), "sent");
    assert.equal(flow.last?.state, "queued");
    assert.equal(flow.ends, 0);
  });

  it("with report every are a message per step, that says of which", async () => {
    const flow = send([item(), item()], { report: "every" });
    await until(() => flow.reports.length === 4, "four steps");
    assert.deepEqual(
      flow.reports.map(({ index, items, state }) => [index, items?.[index ?? 0]?.state, state]),
      [
        [0, "published", "published"],
        [1, "published", "published"],
        [0, "queued", "published"],
        [1, "queued", "queued"],
      ],
    );
  });

  it("go in parts of a hundred: the first replaces, the others push", async () => {
    const from = world.simulator.publishes.length;
    const flow = send(many(2 * MOST_ITEMS + 1), { operation: "replace" });
    await ended(flow);
    assert.equal(flow.failure, undefined);
    assert.deepEqual(publishes(from), [
      ["replace", 100],
      ["push", 100],
      ["push", 1],
    ]);
    const order = world.simulator.queue("valve").flatMap(({ correlationIds }) => correlationIds);
    assert.deepEqual(
      order.filter((id) => id.startsWith("number-")),
      many(201).flatMap(({ correlation_ids }) => correlation_ids),
    );
    assert.equal(flow.report.items?.length, 201);
  });

  it("stop at a part that is refused, with one error that counts", async () => {
    const from = world.simulator.publishes.length;
    const items = many(250);
    items[120] = item({ f_port: 0 });
    const flow = send(items);
    await ended(flow);
    assert.equal(flow.failure?.code, "downlink_failed");
    assert.deepEqual(flow.failure.several?.values, { device: "valve", failed: 150, total: 250 });
    assert.equal(publishes(from).length, 2);
    assert.deepEqual(flow.reports, []);
    assert.equal(flow.last?.state, "held");
  });

  it("stop at a part that nobody answers", async () => {
    const from = world.simulator.publishes.length;
    const items = many(150);
    items[20] = item({ f_port: 224 });
    const flow = send(items, { timeout: 5 });
    await until(() => publishes(from).length === 1 && flow.steps.length >= 100, "the first part");
    await until(
      () => flow.ends > 0,
      "the end",
      () => world.clock.turnOn(100),
    );
    assert.deepEqual(flow.failure?.code, "not_accepted");
    assert.deepEqual(flow.failure.several?.values, { device: "valve", failed: 150, total: 150 });
    assert.equal(world.asked.length, 1);
    assert.equal(publishes(from).length, 1);
  });

  it("let nothing else to their device in between, and others by", async () => {
    const from = world.simulator.publishes.length;
    const parts = send(many(150));
    const behind = world.send();
    const other = world.send({ deviceId: "lamp" });
    await ended(parts, behind, other);
    const devices = world.simulator.publishes.slice(from).map(({ topic }) => topic.split("/")[3]);
    assert.deepEqual(
      devices.filter((id) => id === "valve"),
      ["valve", "valve", "valve"],
    );
    assert.deepEqual(
      publishes(from)
        .filter((_, index) => devices[index] === "valve")
        .map(([, count]) => count),
      [100, 50, 1],
    );
  });

  it("are all queued when one of their push is, even if the others' answers are lost", async () => {
    const from = world.simulator.publishes.length;
    const flow = send([item(), item()], { deviceId: "unknown", timeout: 5 });
    await until(() => world.simulator.publishes.length > from, "the publish");
    const [, second] = publishedIds(world).slice(-2);
    world.simulator.publish("downlink_queued", "unknown", { f_port: 15, correlation_ids: second });
    await until(() => flow.steps.includes("queued"), "queued");
    assert.equal(flow.ends, 0);
    world.clock.turnOn(6_000);
    assert.equal(flow.failure, undefined);
    assert.equal(flow.ends, 1);
  });

  it("are all taken out by a replace, even if the others' answers are lost", async () => {
    const from = world.simulator.publishes.length;
    const flow = send([item(), item()], { deviceId: "unknown", report: "sent", timeout: 0 });
    await until(() => world.simulator.publishes.length === from + 1, "the publish");
    const [, second] = publishedIds(world).slice(-2);
    world.simulator.publish("downlink_queued", "unknown", { f_port: 15, correlation_ids: second });
    await until(() => flow.steps.includes("queued"), "queued");
    const replacing = send([item()], { deviceId: "unknown", operation: "replace" });
    await until(() => world.simulator.publishes.length === from + 2, "the replace");
    const [ids] = publishedIds(world).slice(-1);
    world.simulator.publish("downlink_queued", "unknown", { f_port: 15, correlation_ids: ids });
    await until(() => replacing.ends > 0, "replaced");
    assert.equal(flow.ends, 1);
    assert.deepEqual(
      [flow.failure?.key, flow.failure?.several?.values],
      ["error.undelivered.replaced", { device: "unknown", failed: 2, total: 2 }],
    );
  });
});

describe("a clear where the queue of the device can be read", () => {
  const STEP = 5_100;
  let world: World;
  /** What is in the queue, the next times that it is asked for; then nothing is. */
  let queue: Queued[];
  let asked: number;

  beforeEach(async () => {
    [queue, asked] = [[], 0];
    world = await startWorld({
      queueOf: () => {
        asked += 1;
        return Promise.resolve(queue.length > 0 ? queue.shift() : new Set<string>());
      },
    });
    await world.connected();
  });
  afterEach(() => world.end());

  const everything: Queued = { has: () => true };
  const queued = async (report: "queued" | "sent" = "sent"): Promise<Flow> => {
    const flow = world.send({ report });
    await until(() => flow.steps.includes("queued"), "queued");
    return flow;
  };
  const clear = async (): Promise<void> => {
    const flow = world.send({ operation: "clear" });
    await until(() => flow.ends > 0, "cleared");
    assert.equal(flow.failure, undefined);
  };

  it("ends what is not there any more", async () => {
    const flow = await queued();
    await clear();
    await until(() => flow.ends > 0, "its end");
    assert.deepEqual([flow.failure?.key, flow.last?.state], ["error.undelivered.cleared", "invalidated"]);
    assert.equal(asked, 1);
  });

  it("does not end what is there still: the acknowledgement is no proof", async () => {
    queue = [everything];
    const flow = await queued();
    await clear();
    await until(() => asked === 1, "the question");
    world.clock.turnOn(STEP);
    assert.deepEqual([flow.ends, asked], [0, 1]);
    simulatedSent(flow);
    await until(() => flow.ends > 0, "its end");
    assert.equal(flow.failure, undefined);
  });

  it("waits until the stack can say what is there", async () => {
    queue = ["unavailable", "unavailable"];
    const flow = await queued();
    await clear();
    await until(() => asked === 1, "the question");
    for (const [times, wait] of [2, 3].entries()) {
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(flow.ends, 0);
      world.clock.turnOn(STEP * (times + 1));
      await until(() => asked === wait, "the next question");
    }
    await until(() => flow.ends > 0, "its end");
    assert.equal(flow.failure?.key, "error.undelivered.cleared");
  });

  it("takes the acknowledgement for it where nobody can be asked", async () => {
    queue = [undefined];
    const flow = await queued();
    await clear();
    await until(() => flow.ends > 0, "its end");
    assert.equal(flow.failure?.key, "error.undelivered.cleared");
  });

  it("asks nothing where no node waits", async () => {
    const flow = await queued("queued");
    await clear();
    assert.deepEqual([flow.last?.state, asked], ["invalidated", 0]);
  });

  const simulatedSent = (flow: Flow): void => {
    world.simulator.publish("downlink_sent", "valve", {
      correlation_ids: flow.last?.correlationIds,
      f_cnt: 1,
    });
  };
});
