import assert from "node:assert/strict";
import { device, item, startWorld, until, type Flow, type World } from "./world";

const SOON = 5_100;
const HOUR = 3_600_000;

describe("a downlink that was queued before the connection was interrupted", () => {
  let world: World;
  /** Whose queue was asked for. */
  let asked: string[];
  let isQueued: boolean | "unavailable" | undefined;
  /** Those that are asked and have no answer yet. */
  let waiting: number;
  let mostWaiting: number;

  beforeEach(async () => {
    [asked, isQueued, waiting, mostWaiting] = [[], false, 0, 0];
    const devices = Array.from({ length: 15 }, (_, number) => device(`valve-${number}`));
    world = await startWorld(
      {
        queueOf: async (deviceId) => {
          asked.push(deviceId);
          waiting += 1;
          mostWaiting = Math.max(mostWaiting, waiting);
          await new Promise((resolve) => setImmediate(resolve));
          waiting -= 1;
          if (typeof isQueued !== "boolean") return isQueued;
          return { has: () => isQueued === true };
        },
      },
      { devices },
    );
    await world.connected();
  });
  afterEach(() => world.end());

  const queued = async (wanted: Parameters<World["send"]>[0] = {}): Promise<Flow> => {
    const flow = world.send({ deviceId: "valve-1", report: "sent", ...wanted });
    await until(() => flow.steps.includes("queued"), "queued");
    return flow;
  };
  const interrupt = async (): Promise<void> => {
    world.simulator.disconnectAll();
    await until(() => !world.session.open, "the end");
    await world.connected();
  };
  const pass = async (ms = SOON): Promise<void> => {
    world.clock.turnOn(ms);
    // The clock of the ledger is not turned on.
    world.clock.setOn(-ms);
    for (let turn = 0; turn < 40; turn++) await new Promise((resolve) => setImmediate(resolve));
  };

  it("is unanswered once it has left the queue: what the stack told of that did not arrive", async () => {
    const flow = await queued();
    await interrupt();
    await pass();
    assert.equal(flow.ends, 0, "the word of it may be about to come");
    await pass();
    assert.deepEqual(
      [flow.failure?.code, flow.failure?.key],
      ["unanswered", "error.unanswered.left-unheard"],
    );
  });

  it("is sent where it was in the queue still, and asked for once an hour at most", async () => {
    isQueued = true;
    const flow = await queued();
    await interrupt();
    await pass();
    await pass();
    assert.deepEqual([flow.ends, asked], [0, ["valve-1"]]);
    await pass(HOUR);
    assert.deepEqual([flow.ends, asked.length], [0, 2]);
    world.simulator.uplink("valve-1");
    await until(() => flow.ends > 0, "its end");
    assert.equal(flow.failure, undefined);
  });

  it("waits for its acknowledgement, which may come when it has left the queue", async () => {
    const flow = await queued({ report: "ack", items: [item({ confirmed: true })] });
    await interrupt();
    await pass();
    await pass();
    for (let hour = 1; hour <= 22; hour++) await pass(HOUR);
    assert.equal(flow.ends, 0);
  });

  describe("and is to be acknowledged", () => {
    const QUARTER = HOUR / 4;
    const confirmed = (): Promise<Flow> => queued({ report: "ack", items: [item({ confirmed: true })] });
    const sent = async (): Promise<Flow> => {
      const flow = await confirmed();
      world.simulator.publish("downlink_sent", "valve-1", about(flow));
      await until(() => flow.steps.includes("sent"), "sent");
      return flow;
    };
    const about = (flow: Flow) => ({ f_port: 15, f_cnt: 1, correlation_ids: flow.last?.correlationIds });
    const heard = async (): Promise<void> => {
      const before = Date.now();
      while (Date.now() === before) await new Promise((resolve) => setImmediate(resolve));
      world.simulator.publish("uplink_message", "valve-1", { f_port: 1, frm_payload: "AQ==" });
      await until(() => world.session.isHeardSince("valve-1", before), "the uplink");
    };
    beforeEach(async () => {
      world.session.receive({
        kinds: new Set(["uplink_message"]),
        everyDevice: true,
        wantsDevice: () => true,
        deliver: () => undefined,
      });
      await world.connected();
    });

    for (const [what, follow, key] of [
      ["has left the queue", confirmed, "error.unanswered.left-unheard"],
      ["was sent", sent, "error.unanswered.acknowledgement-unheard"],
    ] as const)
      it(`is unanswered when it ${what} and its device is heard again without a word of it`, async () => {
        const flow = await follow();
        await interrupt();
        await pass();
        assert.deepEqual([flow.ends, asked], [0, ["valve-1"]]);
        await pass(QUARTER);
        assert.equal(flow.ends, 0, "the device may answer with its next uplink");
        await heard();
        await pass(HOUR);
        assert.equal(flow.ends, 0, "the word of it may be about to come");
        await pass();
        assert.deepEqual([flow.failure?.code, flow.failure?.key], ["unanswered", key]);
      });

    it("is acknowledged with the next uplink", async () => {
      const flow = await sent();
      await interrupt();
      await pass();
      await heard();
      world.simulator.publish("downlink_ack", "valve-1", about(flow));
      await until(() => flow.ends > 0, "its end");
      assert.equal(flow.failure, undefined);
    });

    it("is followed on where it is in the queue again, and where it is sent once more", async () => {
      const flow = await sent();
      isQueued = true;
      await interrupt();
      await pass();
      await heard();
      await pass(HOUR);
      await pass();
      assert.equal(flow.ends, 0);
      isQueued = false;
      world.simulator.publish("downlink_sent", "valve-1", { ...about(flow), f_cnt: 2 });
      await until(() => flow.steps.filter((step) => step === "sent").length === 2, "sent again");
      await heard();
      for (let hour = 0; hour < 6; hour++) await pass(HOUR);
      assert.equal(flow.ends, 0, "what comes of it is heard");
    });

    it("is unanswered soon where one that was behind it is sent", async () => {
      const flow = await sent();
      await interrupt();
      await pass();
      world.simulator.publish("downlink_sent", "valve-1", { f_port: 7, f_cnt: 3, correlation_ids: ["as:o"] });
      const last = await queued({ deviceId: "valve-2" });
      world.simulator.publish("downlink_sent", "valve-2", about(last));
      await until(() => last.ends > 0, "the last one");
      await pass();
      assert.equal(flow.ends, 0);
      await pass();
      assert.equal(flow.failure?.key, "error.unanswered.acknowledgement-unheard");
    });
  });

  it("is not asked for where nobody waits for more", async () => {
    await queued({ report: "queued" });
    await interrupt();
    await pass();
    assert.deepEqual(asked, []);
  });

  it("is followed on where the API does not say", async () => {
    isQueued = undefined;
    const flow = await queued();
    await interrupt();
    await pass();
    await pass();
    assert.equal(flow.ends, 0);
  });

  it("is asked about again, less and less often, while the stack cannot say", async () => {
    isQueued = "unavailable";
    const flow = await queued();
    await interrupt();
    for (const [times, wait] of [1, 1, 2, 4].entries()) {
      await pass(SOON * wait);
      assert.deepEqual([flow.ends, asked.length], [0, times + 1]);
    }
    isQueued = false;
    await pass(SOON * 8);
    await pass();
    assert.equal(flow.failure?.key, "error.unanswered.left-unheard");
  });

  it("is asked about anew where the connection is interrupted between the questions", async () => {
    const flow = await queued();
    await interrupt();
    await pass();
    await interrupt();
    await pass();
    assert.deepEqual([flow.ends, asked.length], [0, 2]);
    await pass();
    assert.deepEqual([flow.ends, asked.length], [1, 3]);
  });

  it("costs a question for each device, one after the other", async () => {
    const flows: Flow[] = [];
    for (let number = 0; number < 15; number++)
      for (let times = 0; times < 3; times++) flows.push(await queued({ deviceId: `valve-${number}` }));
    await interrupt();
    await pass();
    assert.deepEqual([asked.length, new Set(asked).size, mostWaiting], [15, 15, 1]);
    await pass();
    assert.ok(flows.every(({ failure }) => failure?.code === "unanswered"));
    assert.equal(asked.length, 30);
  });

  describe("beside a later one that is sent", () => {
    /** As it is where another client replaces the queue by its own in between. */
    const overtaken = async (wanted: Parameters<World["send"]>[0] = {}): Promise<Flow> => {
      const flow = await queued(wanted);
      const api = `${world.simulator.apiUrl}/as/applications/${world.simulator.userName}`;
      const emptied = await fetch(`${api}/devices/valve-1/down/replace`, {
        method: "POST",
        headers: { authorization: `Bearer ${world.simulator.apiKey}` },
        body: JSON.stringify({ downlinks: [] }),
      });
      assert.ok(emptied.ok);
      const later = await queued();
      world.simulator.uplink("valve-1");
      await until(() => later.ends > 0, "the later one");
      assert.equal(later.failure, undefined);
      return flow;
    };

    it("is unanswered where it is not in the queue any more, which others may have emptied", async () => {
      const flow = await overtaken();
      await pass();
      assert.deepEqual([flow.ends, asked], [0, ["valve-1"]]);
      await pass();
      assert.deepEqual([flow.failure?.code, flow.failure?.key], ["unanswered", "error.unanswered.overtaken"]);
    });

    it("is followed on where it is in the queue still", async () => {
      isQueued = true;
      const flow = await overtaken();
      await pass();
      await pass();
      assert.deepEqual([flow.ends, asked], [0, ["valve-1"]]);
    });

    const ofAnother = (f_cnt = 1): void => {
      const ids = { f_port: 7, f_cnt, correlation_ids: [`node-red:another-${f_cnt}`] };
      world.simulator.publish("downlink_sent", "valve-1", ids);
    };
    /** What was published before has come then. */
    const come = async (): Promise<void> => {
      const last = await queued({ deviceId: "valve-2" });
      const ids = { correlation_ids: last.last?.correlationIds, f_cnt: 1 };
      world.simulator.publish("downlink_sent", "valve-2", ids);
      await until(() => last.ends > 0, "the last one");
    };

    it("is unanswered as well where the one that is sent is of another client, which has replaced the queue", async () => {
      const flow = await queued();
      ofAnother();
      await come();
      await pass();
      assert.deepEqual([flow.ends, asked], [0, ["valve-1"]]);
      await pass();
      assert.equal(flow.failure?.key, "error.unanswered.overtaken");
    });

    it("is followed on where that one was in front of it, and asked for once in five seconds at most", async () => {
      isQueued = true;
      const flow = await queued();
      for (let times = 1; times <= 5; times++) ofAnother(times);
      await come();
      await pass();
      await pass();
      assert.deepEqual([flow.ends, asked], [0, ["valve-1"]]);
    });

    it("is not asked for where all goes in order", async () => {
      const one = await queued();
      const other = await queued();
      world.simulator.uplink("valve-1");
      await until(() => one.ends > 0, "the first");
      world.simulator.uplink("valve-1");
      await until(() => other.ends > 0, "the second");
      await pass();
      assert.deepEqual([one.failure, other.failure, asked], [undefined, undefined, []]);
    });
  });
});
