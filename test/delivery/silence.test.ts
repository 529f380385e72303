import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { NoAnswerEvidence } from "../../src/downlink/evidence";
import type { Explanation } from "../../src/stack/explanation";
import type { Flow, World } from "./world";
import { device, NOT_ACCEPTED, item, publishedIds, startWorld, until } from "./world";

const HOUR = 3_600_000;

describe("a downlink that nobody answers", () => {
  let world: World;
  afterEach(() => world.end());

  const start = async (explain?: () => Promise<Explanation | "queued">): Promise<void> => {
    world = await startWorld(explain ? { explainNoAnswer: explain } : {});
    await world.connected();
  };
  /** To a device that does not exist: acknowledged and dropped. */
  const send = (wanted: Parameters<World["send"]>[0] = {}): Flow =>
    world.send({ deviceId: "valv", timeout: 10, ...wanted });
  const acknowledged = (): Promise<void> =>
    until(() => world.simulator.publishes.length > 0, "the publish").then(() => settled());
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const ended = (...flows: Flow[]): Promise<void> =>
    until(() => flows.every(({ ends }) => ends > 0), "the end");

  it("is not accepted after the time limit, and not before", async () => {
    await start();
    const flow = send();
    await acknowledged();
    world.clock.turnOn(9_800);
    await settled();
    assert.equal(flow.ends, 0);
    world.clock.turnOn(400);
    await ended(flow);
    assert.deepEqual(flow.failure, NOT_ACCEPTED);
    assert.deepEqual(flow.steps, ["published"]);
  });

  it("is explained from what was seen", async () => {
    await start();
    const good = world.send();
    await ended(good);
    const flow = send({ encoding: "text" });
    await until(() => world.simulator.publishes.length === 2, "the publish");
    await until(() => flow.steps.length === 1, "published");
    await settled();
    world.clock.turnOn(10_500);
    await ended(flow);
    const { pubackMs, connectionAge, ...evidence } = world.asked[0] ?? {};
    assert.deepEqual(evidence, {
      deviceId: "valv",
      operation: "push",
      encoding: "text",
      correlationId: flow.last?.correlationIds.at(-1),
      receivedAnything: true,
      anyAnswered: true,
      deviceAnswered: false,
      recentItems: 0,
      waited: 10,
    });
    assert.ok((pubackMs ?? -1) >= 0);
    assert.ok((connectionAge ?? 0) >= 10);
  });

  it("may be the encoder's fault among downlink objects, too", async () => {
    await start();
    const items = [item(), { decoded_payload: { level: 1 } }];
    const flow = send({ encoding: "downlinks", items });
    await acknowledged();
    world.clock.turnOn(10_500);
    await ended(flow);
    assert.equal(world.asked[0]?.encoding, "decoded");
  });

  it("is queued when the stack's API finds it in the queue", async () => {
    await start(() => Promise.resolve("queued"));
    const flow = send();
    await acknowledged();
    world.clock.turnOn(11_000);
    await ended(flow);
    assert.equal(flow.failure, undefined);
    assert.deepEqual(flow.steps, ["published", "queued"]);
    assert.equal(flow.report.state, "queued");
  });

  it("takes an answer that comes while it is asked for", async () => {
    let answer = (_: Explanation): void => undefined;
    await start(() => new Promise((resolve) => (answer = resolve)));
    const flow = send();
    await acknowledged();
    world.clock.turnOn(11_000);
    world.simulator.publish("downlink_queued", "valv", { correlation_ids: publishedIds(world)[0] });
    await ended(flow);
    answer(NOT_ACCEPTED);
    await settled();
    assert.equal(flow.failure, undefined);
    assert.equal(flow.ends, 1);
  });

  it("tells an answer that comes later in the status only", async () => {
    await start();
    const flow = send();
    await acknowledged();
    world.clock.turnOn(11_000);
    await ended(flow);
    world.simulator.publish("downlink_queued", "valv", { correlation_ids: publishedIds(world)[0] });
    await until(() => flow.steps.includes("queued"), "queued");
    assert.equal(flow.ends, 1);
    assert.deepEqual(flow.reports, []);
  });

  it("asks once for all that wait for one device", async () => {
    await start();
    const flows = [send(), send(), send()];
    await until(() => world.simulator.publishes.length === 3, "the publishes");
    await settled();
    world.clock.turnOn(11_000);
    await ended(...flows);
    assert.equal(world.asked.length, 1);
  });

  it("asks for each of them where the one before is in the queue: that says nothing of the next", async () => {
    const found = new Set<string>();
    world = await startWorld({
      explainNoAnswer: ({ correlationId }) =>
        Promise.resolve(found.has(correlationId) ? "queued" : NOT_ACCEPTED),
    });
    await world.connected();
    const [lucky, silent, another] = [send(), send(), send()];
    await until(() => world.simulator.publishes.length === 3, "the publishes");
    await settled();
    found.add(lucky.last?.correlationIds.at(-1) ?? "");
    world.clock.turnOn(11_000);
    await ended(lucky, silent, another);
    assert.equal(lucky.failure, undefined);
    assert.deepEqual(lucky.steps, ["published", "queued"]);
    for (const { failure, steps } of [silent, another]) {
      assert.deepEqual(failure, NOT_ACCEPTED);
      assert.deepEqual(steps, ["published"]);
    }
    assert.deepEqual(
      world.asked.map(({ correlationId }) => correlationId),
      [lucky, silent].map(({ last }) => last?.correlationIds.at(-1)),
      "and the last one learns what the second one did",
    );
  });

  it("lets its next part go after ten seconds where there is no time limit", async () => {
    await start();
    const items = Array.from({ length: 150 }, () => item());
    const flow = send({ encoding: "downlinks", items, timeout: 0 });
    await acknowledged();
    await until(
      () => world.lookedUp.length === 1,
      "the acknowledgement",
      () => world.clock.turnOn(100),
    );
    world.clock.turnOn(5_000);
    await settled();
    assert.equal(world.simulator.publishes.length, 1);
    world.clock.turnOn(5_000);
    await until(() => world.simulator.publishes.length === 2, "the next part");
    assert.equal(flow.ends, 0);
  });

  it("asks for different devices at the same time", async () => {
    await start();
    const flows = [send(), send({ deviceId: "walv" })];
    await until(() => world.simulator.publishes.length === 2, "the publishes");
    await settled();
    world.clock.turnOn(11_000);
    await ended(...flows);
    assert.deepEqual(
      world.asked.map(({ deviceId }) => deviceId),
      ["valv", "walv"],
    );
  });

  it("waits as long as it takes where there is no limit, and for no answer where published is enough", async () => {
    await start();
    const patient = send({ timeout: 0 });
    const content = send({ report: "published" });
    await ended(content);
    world.clock.turnOn(HOUR);
    await settled();
    assert.equal(patient.ends, 0);
    assert.deepEqual(world.asked, []);
  });

  it("is not accepted when not even the acknowledgement comes", async () => {
    await start();
    world.simulator.freeze(true);
    const flows = [send({ report: "published" }), send({ operation: "clear" })];
    await until(() => flows[0]?.steps.length === 1, "published");
    world.clock.turnOn(2_100);
    await until(() => flows[1]?.steps.includes("published") ?? false, "the second one");
    world.clock.turnOn(11_000);
    await ended(...flows);
    for (const { failure } of flows) assert.equal(failure?.code, "not_accepted");
    assert.equal(world.asked[0]?.pubackMs, undefined);
    world.simulator.freeze(false);
  });

  it("survives an explanation that fails", async () => {
    await start(() => Promise.reject(new Error("broken")));
    const flow = send();
    await acknowledged();
    world.clock.turnOn(11_000);
    await ended(flow);
    assert.equal(flow.failure?.code, "not_accepted");
  });
});

describe("a downlink that is looked up a second after the acknowledgement", () => {
  let world: World;
  afterEach(() => world.end());

  const MISSING: Explanation = { ...NOT_ACCEPTED, key: "error.not-accepted.no-device" };
  type Found = Explanation | "queued" | undefined;
  const start = async (lookUp: (evidence: NoAnswerEvidence) => Promise<Found>): Promise<void> => {
    world = await startWorld({ lookUp }, { devices: [device("valve")] });
    await world.connected();
  };
  const acknowledged = async (flow: Flow): Promise<void> => {
    await until(() => flow.steps.length > 0, "published");
    await until(() => world.clock.nextIn < 1_500, "the acknowledgement");
  };

  it("ends at once where it is certain that it was not accepted, and not before", async () => {
    await start(() => Promise.resolve(MISSING));
    const flow = world.send({ deviceId: "valv" });
    await acknowledged(flow);
    world.clock.turnOn(900);
    await settledTwice();
    assert.equal(flow.ends + world.lookedUp.length, 0);
    world.clock.turnOn(200);
    await until(() => flow.ends > 0, "the end");
    assert.deepEqual(flow.failure, MISSING);
    world.clock.turnOn(20_000);
    await settledTwice();
    assert.deepEqual([flow.ends, world.asked.length, world.lookedUp.length], [1, 0, 1]);
    assert.deepEqual([world.lookedUp[0]?.deviceId, world.lookedUp[0]?.waited], ["valv", 1]);
  });

  it("ends at once also where there is no time limit", async () => {
    await start(() => Promise.resolve(MISSING));
    const flow = world.send({ deviceId: "valv", timeout: 0 });
    await acknowledged(flow);
    world.clock.turnOn(1_100);
    await until(() => flow.ends > 0, "the end");
    assert.deepEqual(flow.failure, MISSING);
  });

  it("is queued where it is found in the queue", async () => {
    await start(() => Promise.resolve("queued"));
    const flow = world.send({ deviceId: "valv" });
    await acknowledged(flow);
    world.clock.turnOn(1_100);
    await until(() => flow.ends > 0, "the end");
    assert.equal(flow.failure, undefined);
    assert.deepEqual(flow.steps, ["published", "queued"]);
  });

  for (const [how, lookUp] of [
    ["nothing is known", () => Promise.resolve(undefined)],
    ["the question fails", () => Promise.reject(new Error("broken"))],
  ] as const) {
    it(`goes on waiting to its time limit where ${how}, and is looked up once`, async () => {
      await start(lookUp);
      const flow = world.send({ deviceId: "valv" });
      await acknowledged(flow);
      for (let second = 1; second < 9; second += 1) {
        world.clock.turnOn(1_000);
        await settledTwice();
      }
      assert.deepEqual([flow.ends, world.lookedUp.length], [0, 1]);
      world.clock.turnOn(3_000);
      await until(() => flow.ends > 0, "the end");
      assert.deepEqual(flow.failure, NOT_ACCEPTED);
    });
  }

  it("is looked up once for all that wait for one device", async () => {
    await start(() => Promise.resolve(MISSING));
    const flows = [1, 2, 3].map(() => world.send({ deviceId: "valv" }));
    await until(() => world.simulator.publishes.length === 3, "the publishes");
    // One at a time is on its way: when this one is, those before it are acknowledged.
    const last = world.send();
    await until(() => last.ends > 0, "the one behind them");
    world.clock.turnOn(1_200);
    await until(() => flows.every(({ ends }) => ends > 0), "the ends");
    assert.equal(world.lookedUp.length, 1);
    for (const { failure } of flows) assert.deepEqual(failure, MISSING);
  });

  it("is not looked up where an answer has come, nor where none is awaited", async () => {
    await start(() => Promise.resolve(MISSING));
    const flows = [
      world.send({ report: "sent" }),
      world.send({ deviceId: "valv", report: "published" }),
      world.send({ operation: "clear", deviceId: "walv" }),
    ];
    await until(() => flows[2]?.ends === 1 && (flows[0]?.steps.includes("queued") ?? false), "answers");
    world.clock.turnOn(5_000);
    await settledTwice();
    assert.equal(world.lookedUp.length, 0);
    assert.deepEqual(
      flows.map(({ failure }) => failure),
      [undefined, undefined, undefined],
    );
  });

  it("takes an answer that comes meanwhile, and has one end", async () => {
    let answer = (_: Found): void => undefined;
    await start(() => new Promise((resolve) => (answer = resolve)));
    const flow = world.send({ deviceId: "valv", report: "sent" });
    await acknowledged(flow);
    world.clock.turnOn(1_100);
    await until(() => world.lookedUp.length === 1, "the question");
    world.simulator.publish("downlink_queued", "valv", { correlation_ids: publishedIds(world)[0] });
    await until(() => flow.steps.includes("queued"), "queued");
    answer(MISSING);
    await settledTwice();
    assert.equal(flow.ends, 0);
    world.simulator.publish("downlink_sent", "valv", { correlation_ids: publishedIds(world)[0] });
    await until(() => flow.ends > 0, "the end");
    assert.deepEqual([flow.failure, flow.ends], [undefined, 1]);
  });

  it("has one end where its time limit comes while it is looked up", async () => {
    let answer = (_: Found): void => undefined;
    await start(() => new Promise((resolve) => (answer = resolve)));
    const flow = world.send({ deviceId: "valv", timeout: 2 });
    await acknowledged(flow);
    world.clock.turnOn(1_100);
    await until(() => world.lookedUp.length === 1, "the question");
    world.clock.turnOn(2_000);
    await until(() => flow.ends > 0, "the end");
    answer(MISSING);
    await settledTwice();
    assert.equal(flow.ends, 1);
    assert.deepEqual(flow.failure, NOT_ACCEPTED);
  });

  it("is not looked up any more at its time limit", async () => {
    await start(() => Promise.resolve(MISSING));
    const flow = world.send({ deviceId: "valv" });
    await acknowledged(flow);
    world.clock.turnOn(11_000);
    await until(() => flow.ends > 0, "the end");
    assert.deepEqual([world.lookedUp.length, world.asked.length], [0, 1]);
  });

  it("leaves those of its push that are not answered their time, once one of them is", async () => {
    let answer = (_: Found): void => undefined;
    await start(() => new Promise((resolve) => (answer = resolve)));
    const flow = world.send({ deviceId: "valv", encoding: "downlinks", items: [item(), item()] });
    await acknowledged(flow);
    world.clock.turnOn(1_100);
    await until(() => world.lookedUp.length === 1, "the question");
    const [first, second] = publishedIds(world);
    world.simulator.publish("downlink_queued", "valv", { correlation_ids: first });
    await until(() => flow.steps.includes("published") && flow.last?.index === 0, "one answer");
    answer(MISSING);
    await settledTwice();
    assert.equal(flow.ends, 0);
    world.simulator.publish("downlink_queued", "valv", { f_port: 7, correlation_ids: second });
    await until(() => flow.ends > 0, "the end");
    assert.equal(flow.failure, undefined);
    assert.equal(flow.report.items?.[1]?.fPort, 7, "as its own answer has it");
  });

  it("stops the parts behind it", async () => {
    await start(() => Promise.resolve(MISSING));
    const items = Array.from({ length: 150 }, () => item());
    const flow = world.send({ deviceId: "valv", encoding: "downlinks", items });
    await acknowledged(flow);
    world.clock.turnOn(1_100);
    await until(() => flow.ends > 0, "the end");
    await settledTwice();
    assert.deepEqual([flow.failure?.several?.values.failed, world.simulator.publishes.length], [150, 1]);
  });
});

const settledTwice = async (): Promise<void> => {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe("downlinks without an end", () => {
  let world: World;
  before(async () => {
    world = await startWorld();
    await world.connected();
  });
  after(() => world.end());

  it("are unanswered after a day, with a word to those who still wait", async () => {
    const waiting = world.send({ report: "sent" });
    const done = world.send();
    await until(() => waiting.steps.length + done.steps.length === 4, "queued");
    world.clock.turnOn(23 * HOUR);
    assert.equal(waiting.ends, 0);
    assert.deepEqual(
      ["valve", "lamp"].map((id) => world.courier.isQueued(id)),
      [true, false],
    );
    world.clock.turnOn(HOUR);
    assert.equal(world.courier.isQueued("valve"), false);
    assert.equal(waiting.failure?.code, "unanswered");
    assert.equal(waiting.failure.values.hours, 24);
    assert.deepEqual(waiting.steps, ["published", "queued", "unanswered"]);
    assert.deepEqual(done.steps, ["published", "queued"]);
    assert.equal(world.clock.timers, 0);
  });

  it("cost little memory and one timer, ten thousand at once", async function () {
    this.timeout(60_000);
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const rounds = 10;
    const follower = { onStep: () => (steps += 1), onReport: () => undefined, onEnd: () => undefined };
    let steps = 0;
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let round = 1; round <= rounds; round += 1) {
      for (let index = 0; index < 1_000; index += 1) {
        world.courier.send(
          {
            report: "ack",
            timeout: 0,
            offline: "hold",
            order: {
              deviceId: "valv",
              operation: "push",
              encoding: "bytes",
              items: [item({ confirmed: true })],
            },
          },
          follower,
        );
      }
      await until(() => world.simulator.publishes.length >= Math.min(5_000, round * 1_000), "the publishes");
    }
    await until(() => steps >= rounds * 1_000, "all published");
    collect();
    const each = (process.memoryUsage().heapUsed - before) / (rounds * 1_000);
    assert.ok(each < 4_000, `${Math.round(each)} bytes each`);
    assert.ok(world.clock.timers <= 1);
  });
});
