import assert from "node:assert/strict";
import net from "node:net";
import type { DownlinkJob } from "../../src/delivery/contract";
import type { Sent } from "../../src/delivery/courier";
import { Dispatch } from "../../src/delivery/dispatch";
import type { Progress } from "../../src/delivery/progress";
import type { Explanation } from "../../src/stack/explanation";
import { freePort } from "../freePort";
import { device, Flow, item, NOT_ACCEPTED, publishedIds, startWorld, until, type World } from "./world";

const SOON = 5_000;
const PATIENCE = 10_000;
const A_DAY = 24 * 3_600_000;

/** As many as there are tests: the queue of a class A device has only what its test put in, and so an uplink brings that out. */
const DEVICES = Array.from({ length: 40 }, (_, number) => device(`valve-${number}`));

describe("the steps of a downlink that Node-RED was restarted with", () => {
  it("are no fewer than before", () => {
    const [ourId, job] = ["node-red:1", { report: "ack", timeout: 10, offline: "hold" } as const];
    const order = { deviceId: "valve", operation: "push", encoding: "bytes", items: [item()] } as const;
    const dispatch = (progress: Progress): Dispatch =>
      new Dispatch({ ...job, order }, new Flow(), { arrivedAt: 0, date: () => 1_000 }, true, progress);
    const steps = Array.from({ length: 100 }, (_, at) => ({ state: "nack" as const, at }));
    const known = { attempts: 1, concluded: 1, over: false, settled: false };
    const before = {
      arrivedAt: 0,
      items: [{ correlationIds: [ourId], ourId, steps, stepsLeftOut: 7, ...known }],
    };
    const [after] = dispatch(before).progress?.items ?? [];
    assert.deepEqual([after?.steps.length, after?.stepsLeftOut], [100, 7]);
  });
});

describe("a downlink that was published before Node-RED was restarted", () => {
  let world: World;
  let isQueued: boolean | undefined;
  let found: Explanation | "queued" | undefined;
  let asked: number;
  let number = 0;
  let deviceId: string;
  const going: Sent[] = [];

  before(async () => {
    world = await startWorld(
      {
        queueOf: () => {
          asked += 1;
          return Promise.resolve(isQueued === undefined ? undefined : { has: () => isQueued === true });
        },
        lookUp: () => Promise.resolve(found),
      },
      { devices: DEVICES },
    );
    await world.connected();
  });
  after(() => world.end());
  afterEach(() => {
    for (const { forget } of going.splice(0)) forget();
  });
  beforeEach(() => {
    asked = 0;
    isQueued = true;
    found = undefined;
    deviceId = `valve-${number++}`;
  });

  const jobFor = (report: DownlinkJob["report"], confirmed = false): DownlinkJob => ({
    ...{ report, timeout: 10, offline: "hold" },
    order: { deviceId, operation: "push", encoding: "bytes", items: [item({ confirmed })] },
  });
  /** As it stands on the disk. */
  const left = async (
    job: DownlinkJob,
    { change = (progress: Progress) => progress, meanwhile = async (_: Flow) => Promise.resolve() } = {},
  ): Promise<Progress> => {
    const before = new Flow();
    const sent = world.courier.send(job, before);
    await until(() => before.steps.includes("queued"), "queued");
    const progress = sent.progress();
    assert.ok(progress);
    await meanwhile(before);
    sent.forget();
    return change(JSON.parse(JSON.stringify(progress)) as Progress);
  };
  const goOn = (job: DownlinkJob, progress: Progress): Flow => {
    const flow = new Flow();
    going.push(world.courier.send(job, flow, progress));
    return flow;
  };
  /** As if all that had been so many ms later. */
  const later = (progress: Progress, ms: number): Progress => ({
    arrivedAt: progress.arrivedAt + ms,
    ...(progress.published && { published: { ...progress.published, at: progress.published.at + ms } }),
    items: progress.items.map((each) => ({
      ...each,
      steps: each.steps.map(({ state, at }) => ({ state, at: at + ms })),
    })),
  });
  /** It was killed before the stack had answered. */
  const unanswered = (progress: Progress): Progress => ({
    ...progress,
    published: { at: progress.published?.at ?? 0, acknowledged: true, accepted: false },
    items: progress.items.map((each) => ({ ...each, steps: each.steps.slice(0, 1) })),
  });
  const resumed = async (job: DownlinkJob, change?: (progress: Progress) => Progress): Promise<Flow> =>
    goOn(job, await left(job, { change }));
  const pass = async (ms = SOON + 100): Promise<void> => {
    world.clock.turnOn(ms);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const ended = (flow: Flow): Promise<void> => until(() => flow.ends > 0, "its end");
  const idOf = (progress: Progress): string => progress.items[0]?.ourId ?? "";

  describe("and stood in the queue", () => {
    it("is sent with the next uplink, and told with all its steps", async () => {
      const flow = await resumed(jobFor("sent"));
      world.simulator.uplink(deviceId);
      await ended(flow);
      assert.deepEqual([flow.failure, flow.steps], [undefined, ["sent"]]);
      assert.deepEqual(
        flow.report.steps.map(({ state }) => state),
        ["published", "queued", "sent"],
      );
    });

    it("is acknowledged", async () => {
      const flow = await resumed(jobFor("ack", true));
      world.simulator.uplink(deviceId);
      await until(() => flow.steps.includes("sent"), "sent");
      world.simulator.uplink(deviceId);
      await ended(flow);
      assert.deepEqual([flow.failure, flow.steps], [undefined, ["sent", "ack"]]);
    });

    it("is acknowledged, also where what came between was told while there was no process", async () => {
      const job = jobFor("ack", true);
      const progress = await left(job, {
        meanwhile: async (flow) => {
          world.simulator.uplink(deviceId);
          await until(() => flow.steps.includes("sent"), "sent");
        },
      });
      isQueued = false;
      const flow = goOn(job, progress);
      await pass();
      await pass();
      world.simulator.uplink(deviceId);
      await ended(flow);
      assert.deepEqual([asked, flow.failure, flow.steps], [1, undefined, ["ack"]]);
    });

    it("tells each step that is still to come", async () => {
      const job = jobFor("every", true);
      const progress = await left(job);
      const flow = goOn(job, progress);
      world.simulator.publish("downlink_nack", deviceId, {
        correlation_ids: [idOf(progress)],
        session_key_id: "AY==",
      });
      await until(() => flow.steps.includes("nack"), "nack");
      world.simulator.uplink(deviceId);
      await until(() => flow.steps.includes("sent"), "sent");
      world.simulator.uplink(deviceId);
      await ended(flow);
      assert.deepEqual(
        flow.reports.map(({ state }) => state),
        ["nack", "sent", "ack"],
      );
    });

    const ENDS = {
      failed: [
        "downlink_failed",
        (downlink: object) => ({ downlink, error: { name: "other", message_format: "no" } }),
        "downlink_failed",
      ],
      invalidated: [
        "downlink_queue_invalidated",
        (downlink: object) => ({ downlinks: [downlink], last_f_cnt_down: 1 }),
        "undelivered",
      ],
    } as const;
    for (const [state, [kind, body, code]] of Object.entries(ENDS))
      it(`is ${state}, and the node says so`, async () => {
        const job = jobFor("sent");
        const progress = await left(job);
        const flow = goOn(job, progress);
        world.simulator.publish(kind, deviceId, body({ f_port: 15, correlation_ids: [idOf(progress)] }));
        await ended(flow);
        assert.deepEqual([flow.failure?.code, flow.steps], [code, [state]]);
      });

    it("is known by the IDs of the message alone, as those of class C are", async () => {
      const job = jobFor("sent");
      const progress = await left(job);
      const flow = goOn(job, progress);
      const ids = { correlation_ids: ["as:downlink:1", idOf(progress)] };
      world.simulator.publish("downlink_sent", deviceId, { f_port: 15 }, ids);
      await ended(flow);
      assert.deepEqual(flow.steps, ["sent"]);
    });

    it("is not ended by what is told of others", async () => {
      const flow = await resumed(jobFor("sent"));
      const others = { f_port: 15, frm_payload: "AQ==", correlation_ids: ["node-red:other"] };
      world.simulator.publish("downlink_sent", deviceId, others);
      const next = world.send({ deviceId, report: "queued" });
      await ended(next);
      assert.deepEqual(flow.steps, []);
    });

    it("is undelivered where a replace takes it out of the queue", async () => {
      const flow = await resumed(jobFor("sent"));
      await ended(world.send({ deviceId, operation: "replace" }));
      await ended(flow);
      assert.equal(flow.failure?.code, "undelivered");
    });

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

    it("is sent, where the word of that comes between two questions", async () => {
      isQueued = false;
      const flow = await resumed(jobFor("sent"));
      await pass();
      world.simulator.uplink(deviceId);
      await ended(flow);
      await pass();
      assert.deepEqual([flow.failure, flow.ends, asked], [undefined, 1, 1]);
    });

    for (const [where, answer] of [
      ["it is still there", true],
      ["the API does not say", undefined],
    ] as const)
      it(`is followed on where ${where}, a day from publishing at most`, async () => {
        isQueued = answer;
        const flow = await resumed(jobFor("sent"));
        await pass();
        await pass();
        assert.deepEqual([asked > 0, flow.ends], [true, 0]);
        await pass(A_DAY);
        assert.deepEqual(
          [flow.failure?.code, flow.failure?.key],
          ["unanswered", "error.unanswered.never-ended"],
        );
      });
  });

  describe("and was not answered", () => {
    it("is queued where that comes now", async () => {
      const job = jobFor("queued");
      const progress = await left({ ...job, report: "sent" }, { change: unanswered });
      const flow = goOn(job, progress);
      const downlink = { f_port: 15, frm_payload: "AQ==", correlation_ids: [idOf(progress)] };
      world.simulator.publish("downlink_queued", deviceId, downlink);
      await ended(flow);
      assert.deepEqual([flow.failure, flow.steps], [undefined, ["queued"]]);
    });

    it("is sent where only that comes", async () => {
      const flow = await resumed(jobFor("sent"), unanswered);
      world.simulator.uplink(deviceId);
      await ended(flow);
      assert.deepEqual([flow.failure, flow.steps], [undefined, ["sent"]]);
    });

    it("is queued where the API finds it in the queue, and followed from there", async () => {
      found = "queued";
      const flow = await resumed(jobFor("sent"), unanswered);
      await pass(1_100);
      assert.deepEqual(flow.steps, ["queued"]);
      await pass(PATIENCE);
      world.simulator.uplink(deviceId);
      await ended(flow);
      assert.deepEqual([flow.failure, flow.steps], [undefined, ["queued", "sent"]]);
    });

    it("fails where the API knows why", async () => {
      found = NOT_ACCEPTED;
      const flow = await resumed(jobFor("sent"), unanswered);
      await pass(1_100);
      assert.equal(flow.failure?.code, "not_accepted");
    });

    it("is unanswered ten seconds later, where nothing comes and the API says nothing", async () => {
      const flow = await resumed(jobFor("sent"), unanswered);
      await pass(1_100);
      await pass(PATIENCE - 2_000);
      assert.equal(flow.ends, 0);
      await pass(2_000);
      assert.deepEqual([flow.failure?.code, flow.failure?.key], ["unanswered", "error.unanswered.restarted"]);
    });

    for (const [what, ms] of Object.entries({ "an hour": 3_600_000, "a year": 365 * A_DAY }))
      it(`is unanswered then also where the clock was ${what} ahead, as one without a battery is after a restart`, async () => {
        const flow = await resumed(jobFor("sent"), (progress) => later(unanswered(progress), ms));
        await pass(PATIENCE + 100);
        assert.equal(flow.failure?.key, "error.unanswered.restarted");
      });

    it("is held for its time once more where the clock was ahead", async () => {
      await world.simulator.stop();
      await until(() => !world.session.open, "the end of the connection");
      const held = world.courier.send(jobFor("queued"), new Flow());
      await new Promise((resolve) => setImmediate(resolve));
      const progress = held.progress();
      assert.ok(progress);
      held.forget();
      const flow = goOn(jobFor("queued"), later(progress, 365 * A_DAY));
      await pass(200_000);
      assert.equal(flow.ends, 0);
      await pass(101_000);
      assert.equal(flow.failure?.code, "expired");
      await world.simulator.restart();
      await world.connected();
    });

    it("replaces what several nodes have published before, not after", async () => {
      const earlier = jobFor("sent");
      const replace: DownlinkJob = { ...earlier, order: { ...earlier.order, operation: "replace" } };
      // Dates are whole milliseconds: what comes within one cannot be told apart.
      const next = async (job: DownlinkJob, more = {}): Promise<Progress> => {
        world.clock.turnOn(10);
        return left(job, more);
      };
      const progress = { before: await next(earlier), of: await next(replace, { change: unanswered }) };
      const later = await next(earlier);
      const flows = { later: goOn(earlier, later), of: goOn(replace, progress.of) };
      const before = goOn(earlier, progress.before);
      const downlink = { f_port: 15, correlation_ids: [idOf(progress.of)] };
      world.simulator.publish("downlink_queued", deviceId, downlink);
      await ended(before);
      assert.deepEqual(
        [before.failure?.code, flows.of.steps, flows.later.ends],
        ["undelivered", ["queued"], 0],
      );
    });
  });
});

describe("a downlink that was published before Node-RED was restarted, without a connection", () => {
  it("waits for that before it is given up, and gets its answer then", async () => {
    const world = await startWorld();
    try {
      await world.connected();
      const job: DownlinkJob = {
        ...{ report: "sent", timeout: 10, offline: "hold" },
        order: { deviceId: "valve", operation: "push", encoding: "bytes", items: [item()] },
      };
      const sent = world.courier.send(job, new Flow());
      await until(() => world.simulator.queue("valve").length === 1, "queued");
      const progress = sent.progress();
      assert.ok(progress?.published);
      sent.forget();
      await world.simulator.stop();
      await until(() => !world.session.open, "the end of the connection");
      const flow = new Flow();
      world.courier.send(job, flow, { ...progress, published: { ...progress.published, accepted: false } });
      world.clock.turnOn(120_000);
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual([flow.ends, world.lookedUp.length], [0, 0]);
      await world.simulator.restart();
      await world.connected();
      world.simulator.uplink("valve");
      await until(() => flow.ends > 0, "its end");
      assert.deepEqual([flow.failure, flow.steps.at(-1)], [undefined, "sent"]);
    } finally {
      await world.end();
    }
  });
});

describe("downlinks that waited for the pace when Node-RED was restarted", () => {
  const job: DownlinkJob = {
    ...{ report: "queued", timeout: 10, offline: "hold" },
    order: { deviceId: "valve", operation: "push", encoding: "bytes", items: [item()] },
  };

  it("are all sent, also where they are more than may come without a connection", async () => {
    const before = await startWorld();
    await before.connected();
    before.courier.pause(before);
    const waiting = Array.from({ length: 5 }, () => before.courier.send(job, new Flow()).progress());
    await before.end();

    const world = await startWorld({ holdMax: 3 });
    try {
      const flows = waiting.map((progress) => {
        assert.ok(progress && !progress.published);
        const flow = new Flow();
        world.courier.send(job, flow, progress);
        return flow;
      });
      assert.ok(!world.session.open);
      const come = Array.from({ length: 4 }, () => world.send());
      await until(() => [...flows, ...come].every(({ ends }) => ends > 0), "their ends");
      assert.deepEqual(
        flows.map(({ failure }) => failure),
        Array(5).fill(undefined),
      );
      const codes = come.map(({ failure }) => failure?.code);
      assert.deepEqual(codes, ["expired", undefined, undefined, undefined]);
    } finally {
      await world.end();
    }
  });

  const HELD_FOR = 60;
  const LONGER = 10 * HELD_FOR * 1_000;

  /** As it stands on the disk, written now. */
  const waited = async (ms: number): Promise<Progress> => {
    const before = await startWorld({ holdFor: HELD_FOR });
    await before.connected();
    before.courier.pause(before);
    const sent = before.courier.send(job, new Flow());
    await new Promise((resolve) => setImmediate(resolve));
    before.clock.turnOn(ms);
    const progress = sent.progress();
    await before.end();
    assert.ok(progress);
    return { ...progress, arrivedAt: progress.arrivedAt - ms };
  };

  it("are sent, however long they have waited for it", async () => {
    const progress = await waited(LONGER);
    const world = await startWorld({ holdFor: HELD_FOR });
    try {
      const flow = new Flow();
      world.courier.send(job, flow, progress);
      await until(() => flow.ends > 0, "its end");
      assert.equal(flow.failure, undefined);
    } finally {
      await world.end();
    }
  });

  it("are sent in the order in which they came to several nodes", async () => {
    const before = await startWorld();
    await before.connected();
    before.courier.pause(before);
    const waiting: { job: DownlinkJob; sent: Sent }[] = [];
    for (const operation of ["replace", "push", "push"] as const) {
      const each: DownlinkJob = { ...job, order: { ...job.order, operation } };
      waiting.push({ job: each, sent: before.courier.send(each, new Flow()) });
      await new Promise((resolve) => setImmediate(resolve));
      before.clock.turnOn(10);
    }
    const kept = waiting.map(({ job: each, sent }) => ({ job: each, progress: sent.progress() }));
    await before.end();
    const world = await startWorld();
    try {
      const flows = kept.reverse().map(({ job: each, progress }) => {
        const flow = new Flow();
        world.courier.send(each, flow, progress);
        return flow;
      });
      await until(() => flows.every(({ ends }) => ends > 0), "their ends");
      assert.deepEqual(
        flows.map(({ failure }) => failure),
        [undefined, undefined, undefined],
      );
      const ids = kept.reverse().map(({ progress }) => [progress?.items[0]?.ourId]);
      assert.deepEqual(publishedIds(world), ids);
    } finally {
      await world.end();
    }
  });

  it("are held for their time where the connection ends, however long they wait for it now", async () => {
    const progress = await waited(0);
    const world = await startWorld({ holdFor: HELD_FOR });
    try {
      await world.connected();
      world.courier.pause(world);
      const flow = new Flow();
      const sent = world.courier.send(job, flow, progress);
      await new Promise((resolve) => setImmediate(resolve));
      world.clock.turnOn(LONGER);
      await world.simulator.stop();
      await until(() => !world.session.open, "the end");
      world.clock.turnOn((HELD_FOR * 1_000) / 2);
      assert.equal(flow.ends, 0);
      const { arrivedAt } = sent.progress() ?? { arrivedAt: Infinity };
      const counted = world.clock.date() - arrivedAt;
      // Dates are whole milliseconds.
      assert.ok(counted > (HELD_FOR * 1_000) / 2 - 2, "without a connection it counts");
      world.clock.turnOn((HELD_FOR * 1_000) / 2);
      assert.equal(flow.failure?.code, "expired");
    } finally {
      await world.end();
    }
  });
});

describe("downlinks that were held when Node-RED was restarted", () => {
  const HELD_FOR = 60;
  type Operation = DownlinkJob["order"]["operation"];
  const jobOf = (operation: Operation = "push"): DownlinkJob => ({
    ...{ report: "queued", timeout: 10, offline: "hold" },
    order: { deviceId: "valve", operation, encoding: "bytes", items: operation === "clear" ? [] : [item()] },
  });
  /** As it stands on the disk of one that came so many ms ago. */
  const heldFor = (ms: number): Progress => ({
    arrivedAt: Date.now() - ms,
    items: [{ correlationIds: [], steps: [], attempts: 0, concluded: 0, over: false, settled: false }],
  });
  let world: World;
  let way: net.Server;
  let port: number;
  beforeEach(async () => {
    port = await freePort();
    world = await startWorld(
      { holdFor: HELD_FOR },
      {},
      {
        through: (to) => {
          way = net.createServer((from) => {
            const there = net.connect(to, "127.0.0.1");
            from.pipe(there).pipe(from);
            for (const socket of [from, there]) socket.on("error", () => undefined);
          });
          return Promise.resolve(port);
        },
      },
    );
  });
  afterEach(async () => {
    await world.end();
    way.close();
  });
  const goOn = (ms: number, operation?: Operation): Flow => {
    const flow = new Flow();
    world.courier.send(jobOf(operation), flow, heldFor(ms));
    return flow;
  };
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const operations = (): string[] =>
    world.simulator.publishes.map(({ topic }) => topic.slice(topic.lastIndexOf("/") + 1));
  const connect = async (): Promise<void> => {
    way.listen(port, "127.0.0.1");
    await world.connected();
  };

  it("are sent in the order in which they came to several nodes, and a replace takes nothing that came later", async () => {
    const later = goOn(10_000);
    const replace = goOn(20_000, "replace");
    const before = goOn(30_000);
    await connect();
    await until(() => later.ends > 0, "its end");
    assert.deepEqual(
      [before, replace, later].map(({ failure }) => failure?.key),
      ["error.expired.replaced", undefined, undefined],
    );
    assert.deepEqual(operations(), ["replace", "push"]);
  });

  it("go before what came since, and are held no longer than their time", async () => {
    const fresh = world.send();
    await turn();
    const old = goOn(50_000);
    const older = goOn(55_000);
    await turn();
    world.clock.turnOn(7_000);
    await turn();
    assert.deepEqual([older.failure?.code, old.ends, fresh.ends], ["expired", 0, 0]);
    world.clock.turnOn(5_000);
    await turn();
    assert.deepEqual([old.failure?.code, fresh.ends], ["expired", 0]);
  });

  it("are not sent where the clock was set since, and says that they are too old", async () => {
    world.clock.setOn(-7 * A_DAY);
    const flow = goOn(3_000);
    await turn();
    world.clock.setOn(7 * A_DAY);
    world.clock.setOn(A_DAY);
    await connect();
    await until(() => flow.ends > 0, "its end");
    assert.deepEqual([flow.failure?.code, operations()], ["expired", []]);
  });
});
