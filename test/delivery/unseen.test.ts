import assert from "node:assert/strict";
import type { Queued } from "../../src/delivery/queueLooks";
import { device, item, NOT_ACCEPTED, startWorld, until, type Flow, type World } from "./world";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SOON = 5_100;

/** Nothing is told of a queue that another client clears, nor of one that goes with its device. */
describe("a downlink that leaves its queue without a word", () => {
  let world: World;
  let asked: number;
  let queue: Queued;

  const empty: Queued = new Set<string>();
  const full: Queued = { has: () => true };

  beforeEach(async () => {
    [asked, queue] = [0, full];
    world = await startWorld(
      {
        queueOf: () => {
          asked += 1;
          return Promise.resolve(queue);
        },
        lookUp: ({ deviceId }) => Promise.resolve(deviceId === "deleted" ? NOT_ACCEPTED : undefined),
      },
      { devices: [device("valve"), device("other")] },
    );
    await world.connected();
  });
  afterEach(() => world.end());

  const queued = async (wanted: Parameters<World["send"]>[0] = {}): Promise<Flow> => {
    const flow = world.send({ report: "sent", ...wanted });
    await until(() => flow.steps.includes("queued"), "queued");
    return flow;
  };
  const confirmed = (report: "ack" | "every" | "sent" = "ack"): Promise<Flow> =>
    queued({ report, items: [item({ confirmed: true })] });
  const pass = async (ms: number): Promise<void> => {
    world.clock.turnOn(ms);
    for (let turn = 0; turn < 40; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  /** What was published before has come then. */
  const come = async (): Promise<void> => {
    const last = await queued({ deviceId: "other" });
    world.simulator.publish("downlink_sent", "other", {
      correlation_ids: last.last?.correlationIds,
      f_cnt: 1,
    });
    await until(() => last.ends > 0, "the last one");
  };

  it("is unanswered after a quarter of an hour, once the queue says so twice", async () => {
    const flow = await queued();
    queue = empty;
    await pass(14 * MINUTE);
    assert.equal(asked, 0);
    await pass(2 * MINUTE);
    assert.deepEqual([flow.ends, asked], [0, 1], "the word of it may be about to come");
    await pass(SOON);
    assert.deepEqual([flow.failure?.code, flow.failure?.key], ["unanswered", "error.unanswered.left-unseen"]);
    await pass(23 * HOUR);
    assert.equal(asked, 2);
  });

  it("is looked for less and less often where it is there, ten times a day at most", async () => {
    const flow = await queued();
    for (let hours = 0; hours < 23.5; hours += 0.25) await pass(15 * MINUTE);
    assert.equal(flow.ends, 0);
    assert.ok(asked >= 6 && asked <= 10, String(asked));
  });

  it("is not looked for where its node waits for no more", async () => {
    await queued({ report: "queued" });
    await pass(10 * HOUR);
    assert.equal(asked, 0);
  });

  it("ends at once where its device was deleted", async () => {
    const flows = [await queued(), await confirmed(), await confirmed("every")];
    queue = "no_device";
    await pass(16 * MINUTE);
    for (const { failure, last } of flows)
      assert.deepEqual(
        [failure?.code, failure?.key, last?.state],
        ["unanswered", "error.unanswered.device-deleted", "unanswered"],
      );
  });

  it("ends, too, where it waits for an acknowledgement when its device is deleted", async () => {
    const flow = await confirmed();
    world.simulator.uplink("valve");
    await until(() => flow.steps.includes("sent"), "sent");
    queue = "no_device";
    await pass(16 * MINUTE);
    assert.equal(flow.failure?.key, "error.unanswered.device-deleted");
  });

  it("says the same after a clear, which has not taken it out of the queue", async () => {
    const flow = await queued();
    queue = "no_device";
    const clear = world.send({ operation: "clear", items: [] });
    await until(() => clear.ends > 0, "the clear");
    await pass(SOON);
    assert.equal(flow.failure?.key, "error.unanswered.device-deleted");
  });

  it("is looked for where a later one to its device goes wrong", async () => {
    world.simulator.publish("downlink_queued", "deleted", { f_port: 1 });
    const flow = world.send({ deviceId: "deleted", report: "sent" });
    await until(() => flow.steps.includes("published"), "published");
    world.simulator.publish("downlink_queued", "deleted", {
      correlation_ids: flow.last?.correlationIds,
      f_port: 1,
    });
    await until(() => flow.steps.includes("queued"), "queued");
    queue = "no_device";
    const later = world.send({ deviceId: "deleted", report: "sent" });
    await until(() => later.steps.includes("published"), "published");
    await come();
    await pass(2_000);
    assert.equal(later.failure?.key, NOT_ACCEPTED.key);
    await pass(SOON);
    assert.equal(flow.failure?.key, "error.unanswered.device-deleted");
  });

  it("is looked for where another client queues something, which may have replaced it", async () => {
    const flow = await queued();
    queue = empty;
    world.simulator.publish("downlink_queued", "valve", { f_port: 7, correlation_ids: ["as:other"] });
    await come();
    await pass(SOON);
    await pass(SOON);
    assert.equal(flow.failure?.key, "error.unanswered.left-unseen");
    assert.equal(asked, 2);
  });

  describe("and is to be acknowledged", () => {
    it("waits for two hours, in which a gateway that reports nothing may have sent it", async () => {
      const flow = await confirmed();
      queue = empty;
      for (const wait of [16, 31, 61]) {
        await pass(wait * MINUTE);
        assert.equal(flow.ends, 0);
      }
      await pass(3 * HOUR);
      assert.equal(flow.ends, 0, "its acknowledgement may be about to come");
      await pass(SOON);
      assert.equal(flow.failure?.key, "error.unanswered.left-unseen");
    });

    for (const operation of ["clear", "replace"] as const)
      it(`says so also where a ${operation} of this connection comes too late to have taken it out`, async () => {
        const flow = await confirmed();
        queue = empty;
        await pass(16 * MINUTE);
        world.send({ operation, ...(operation === "clear" && { items: [] }) });
        await until(
          () => flow.ends > 0,
          "its end",
          () => world.clock.turnOn(100),
        );
        assert.equal(flow.failure?.key, "error.unanswered.left-unseen");
      });

    it("is acknowledged in that time", async () => {
      const flow = await confirmed();
      queue = empty;
      await pass(16 * MINUTE);
      await pass(HOUR);
      const ids = { correlation_ids: flow.last?.correlationIds, f_port: 15, f_cnt: 1 };
      world.simulator.publish("downlink_ack", "valve", ids);
      await until(() => flow.ends > 0, "the end");
      assert.equal(flow.failure, undefined);
    });

    it("waits anew where it is back in the queue", async () => {
      const flow = await confirmed();
      queue = empty;
      await pass(16 * MINUTE);
      queue = full;
      await pass(HOUR);
      queue = empty;
      await pass(2 * HOUR);
      assert.equal(flow.ends, 0);
    });

    it("is unanswered soon where one that was behind it is sent", async () => {
      const flow = await confirmed("every");
      queue = empty;
      world.simulator.publish("downlink_sent", "valve", { f_port: 7, f_cnt: 3, correlation_ids: ["as:o"] });
      await come();
      await pass(SOON);
      assert.equal(flow.ends, 0);
      await pass(SOON);
      assert.equal(flow.failure?.key, "error.unanswered.overtaken");
    });
  });
});
