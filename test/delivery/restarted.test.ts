import assert from "node:assert/strict";
import type { DownlinkJob } from "../../src/delivery/contract";
import { Flow, item, startWorld, until, type World } from "./world";

const SOON = 5_000;

const jobFor = (report: DownlinkJob["report"], confirmed = false): DownlinkJob => ({
  ...{ report, timeout: 10, offline: "hold" },
  order: { deviceId: "valve", operation: "push", encoding: "bytes", items: [item({ confirmed })] },
});

describe("a downlink that stood in the queue when Node-RED was restarted", () => {
  let world: World;
  let isQueued: boolean | undefined;
  let asked: number;

  before(async () => {
    world = await startWorld({
      isQueued: () => {
        asked += 1;
        return Promise.resolve(isQueued);
      },
    });
    await world.connected();
  });
  after(() => world.end());
  beforeEach(() => (asked = 0));

  /** Queued, then gone on with as another process does. */
  const resumed = async (job: DownlinkJob): Promise<Flow> => {
    const before = new Flow();
    const sent = world.courier.send(job, before);
    await until(() => before.steps.includes("queued"), "queued");
    const progress = sent.progress();
    assert.ok(progress);
    sent.forget();
    const flow = new Flow();
    world.courier.send(job, flow, progress);
    return flow;
  };
  const pass = async (): Promise<void> => {
    world.clock.turnOn(SOON + 100);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  };

  it("is unanswered once the API has said twice that it is gone: what was told of it did not arrive", async () => {
    isQueued = false;
    const flow = await resumed(jobFor("sent"));
    await pass();
    assert.deepEqual([asked, flow.ends], [1, 0], "the word of it may be about to come");
    await pass();
    assert.deepEqual([asked, flow.ends], [2, 1]);
    assert.deepEqual(
      [flow.failure?.code, flow.failure?.key],
      ["unanswered", "error.unanswered.left-meanwhile"],
    );
  });

  it("is followed on where it is still there, or the API does not say", async () => {
    for (const answer of [true, undefined]) {
      isQueued = answer;
      const flow = await resumed(jobFor("sent"));
      await pass();
      await pass();
      assert.deepEqual([asked > 0, flow.ends], [true, 0]);
    }
  });

  it("is followed on where its acknowledgement may still come", async () => {
    isQueued = false;
    const flow = await resumed(jobFor("ack", true));
    await pass();
    await pass();
    assert.deepEqual([asked, flow.ends], [0, 0]);
  });
});
