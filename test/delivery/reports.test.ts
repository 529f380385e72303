import assert from "node:assert/strict";

import type { Report } from "../../src/downlink/order";
import type { Flow, World } from "./world";
import { item, publishedIds, startWorld, until } from "./world";

describe("a downlink that is followed", () => {
  let world: World;

  before(async () => {
    world = await startWorld();
    await world.connected();
  });
  after(() => world.end());

  const id = (flow: Flow): string[] => [flow.last?.correlationIds.at(-1) ?? ""];
  const about = (kind: "sent" | "ack" | "nack", flow: Flow, more: object = {}, confirmed = true): unknown =>
    world.simulator.publish(`downlink_${kind}`, "valve", {
      f_port: 15,
      f_cnt: 7,
      frm_payload: "AQ==",
      correlation_ids: id(flow),
      ...(confirmed ? { confirmed: true } : {}),
      ...more,
    });
  const failed = (flow: Flow, error: object, more: object = {}): unknown =>
    world.simulator.publish("downlink_failed", "valve", {
      downlink: { f_port: 15, correlation_ids: id(flow), ...more },
      error,
    });
  const queued = async (flow: Flow): Promise<void> => until(() => flow.steps.includes("queued"), "queued");

  it("is done when it is queued, and says all that was sent", async () => {
    const flow = world.send({ items: [item({ correlation_ids: ["order-66"] })] });
    await until(() => flow.ends > 0, "the end");
    assert.equal(flow.failure, undefined);
    assert.deepEqual(flow.steps, ["published", "queued"]);
    const { steps, correlationIds, ...rest } = flow.report;
    assert.deepEqual(rest, {
      state: "queued",
      deviceId: "valve",
      operation: "push",
      fPort: 15,
      priority: "NORMAL",
      confirmed: false,
    });
    assert.deepEqual(
      steps.map(({ state }) => state),
      ["published", "queued"],
    );
    assert.deepEqual(publishedIds(world).at(-1), correlationIds);
    assert.equal(correlationIds[0], "order-66");
    assert.match(correlationIds[1] ?? "", /^node-red:[0-9a-f]{32}$/);
  });

  it("is published with QoS 1, without retain", async () => {
    const flow = world.send();
    await until(() => flow.ends > 0, "the end");
    const { qos, retain, dup, topic } = world.simulator.publishes.at(-1) ?? {};
    assert.deepEqual(
      { qos, retain, dup, topic },
      {
        qos: 1,
        retain: false,
        dup: false,
        topic: "v3/app1/devices/valve/down/push",
      },
    );
  });

  for (const [report, ends] of [
    ["published", 0],
    ["queued", 1],
    ["sent", 2],
    ["ack", 3],
  ] as const satisfies readonly (readonly [Report, number])[]) {
    it(`with report ${report} reports once, at that step, and tells the later ones for the status`, async () => {
      const flow = world.send({ report, items: [item({ confirmed: true })] });
      await queued(flow);
      if (ends > 1) assert.equal(flow.ends, 0);
      about("sent", flow);
      await until(() => flow.steps.includes("sent"), "sent");
      assert.equal(flow.ends, ends > 2 ? 0 : 1);
      about("ack", flow);
      await until(() => flow.steps.includes("ack"), "ack");
      assert.deepEqual(flow.steps, ["published", "queued", "sent", "ack"]);
      assert.equal(flow.ends, 1);
      assert.equal(flow.report.steps.length, Math.max(2, ends + 1));
    });
  }

  it("with report every sends a message per step, done at sent", async () => {
    const flow = world.send({ report: "every" });
    await queued(flow);
    assert.equal(flow.ends, 0);
    about("sent", flow, {}, false);
    await until(() => flow.ends > 0, "the end");
    assert.deepEqual(
      flow.reports.map(({ state }) => state),
      ["published", "queued", "sent"],
    );
  });

  it("with report every and confirmed is done at ack, with nacks on the way and the transmissions counted", async () => {
    const flow = world.send({ report: "every", items: [item({ confirmed: true })] });
    await queued(flow);
    about("sent", flow, { f_cnt: 7 });
    about("nack", flow, { f_cnt: 7, confirmed_retry: { attempt: 2 } });
    about("sent", flow, { f_cnt: 8 });
    failed(flow, { name: "transmission", attributes: { result: "TOO_LATE" } }, { confirmed: true, f_cnt: 9 });
    about("nack", flow, { f_cnt: 9, confirmed_retry: { attempt: 4 } });
    about("sent", flow, { f_cnt: 10 });
    about("ack", flow, { f_cnt: 10, confirmed_retry: { attempt: 4 } });
    await until(() => flow.ends > 0, "the end");
    assert.equal(flow.failure, undefined);
    assert.deepEqual(
      flow.reports.map(({ state }) => state),
      ["published", "queued", "sent", "nack", "sent", "failed", "nack", "sent", "ack"],
    );
    const { attempts, fCnt, error } = flow.reports.at(-1) ?? {};
    assert.deepEqual({ attempts, fCnt, error }, { attempts: 4, fCnt: 10, error: undefined });
  });

  it("with report sent is done at an ack of which no sent came before", async () => {
    const flow = world.send({ report: "sent", items: [item({ confirmed: true })] });
    await queued(flow);
    about("ack", flow);
    await until(() => flow.ends > 0, "the end");
    assert.equal(flow.report.state, "ack");
  });

  it("fails as the stack says when it fails before it is queued", async () => {
    const flow = world.send({ deviceId: "new" });
    await until(() => flow.ends > 0, "the end");
    assert.deepEqual(flow.steps, ["published", "failed"]);
    assert.deepEqual(flow.reports, []);
    assert.equal(flow.failure?.code, "downlink_failed");
    assert.equal(flow.failure.stack?.name, "no_device_session");
    assert.match(String(flow.failure.values.sentence), /no device session/);
    assert.equal(flow.last?.error?.name, "no_device_session");
  });

  it("fails when an unconfirmed one could not be transmitted, and not when a confirmed one could not", async () => {
    const error = { name: "transmission", attributes: { result: "TOO_LATE" } };
    const once = world.send({ report: "sent" });
    const again = world.send({ report: "ack", items: [item({ confirmed: true })] });
    await queued(again);
    failed(once, error);
    failed(again, error, { confirmed: true });
    await until(() => once.ends > 0 && again.steps.includes("failed"), "failed");
    assert.equal(once.failure?.code, "downlink_failed");
    assert.equal(again.ends, 0);
    about("ack", again);
    await until(() => again.ends > 0, "the end");
    assert.equal(again.failure, undefined);
  });

  for (const report of ["sent", "ack", "every"] as const) {
    it(`with report ${report} is undelivered when the stack gives up a confirmed one`, async () => {
      const flow = world.send({ report, items: [item({ confirmed: true })] });
      await queued(flow);
      failed(
        flow,
        { name: "max_retries_reached", attributes: { max_retries: "8" } },
        { confirmed: true, confirmed_retry: { attempt: 9 } },
      );
      about("nack", flow, { confirmed_retry: { attempt: 9 } });
      await until(() => flow.ends > 0, "the end");
      assert.equal(flow.failure?.code, "undelivered");
      assert.equal(flow.failure.values.attempts, 8);
      assert.equal(flow.last?.state, "failed");
    });
  }

  it("is undelivered when the stack invalidates it, and not when it invalidates nothing of ours", async () => {
    const flow = world.send({ report: "sent" });
    await queued(flow);
    world.simulator.publish("downlink_queue_invalidated", "valve", { last_f_cnt_down: 3 });
    world.simulator.publish("downlink_queue_invalidated", "valve", {
      downlinks: [
        { f_port: 1, correlation_ids: ["somebody"] },
        { f_port: 15, correlation_ids: id(flow) },
      ],
    });
    await until(() => flow.ends > 0, "the end");
    assert.equal(flow.failure?.code, "undelivered");
    assert.equal(flow.last?.state, "invalidated");
  });

  it("is found by the IDs of the message where its own are missing", async () => {
    const flow = world.send({ report: "sent" });
    await queued(flow);
    world.simulator.publish("downlink_sent", "valve", { f_cnt: 1 }, { correlation_ids: ["x", ...id(flow)] });
    await until(() => flow.ends > 0, "the end");
    assert.equal(flow.failure, undefined);
  });

  it("is not disturbed by answers to others, nor by one that comes twice", async () => {
    const flow = world.send({ report: "every", items: [item({ confirmed: true })] });
    await queued(flow);
    world.simulator.publish("downlink_sent", "valve", { f_cnt: 1, correlation_ids: ["node-red:somebody"] });
    world.simulator.publish("downlink_queued", "valve", { correlation_ids: id(flow) });
    about("sent", flow);
    about("sent", flow);
    about("ack", flow);
    about("ack", flow);
    await until(() => flow.ends > 0, "the end");
    assert.deepEqual(flow.steps, ["published", "queued", "sent", "ack"]);
  });

  it("is not taken back by a step that comes late", async () => {
    const flow = world.send({ report: "ack", deviceId: "nobody", items: [item({ confirmed: true })] });
    await until(() => flow.steps.length > 0, "published");
    for (const kind of ["sent", "queued", "ack"])
      world.simulator.publish(`downlink_${kind}` as "downlink_sent", "nobody", { correlation_ids: id(flow) });
    await until(() => flow.ends > 0, "the end");
    assert.deepEqual(flow.steps, ["published", "sent", "ack"]);
  });

  // JSON of the stack leaves an empty payload out; a program in between may write it.
  for (const [what, queued] of [
    ["leaves the payload out", {}],
    ["writes an empty payload", { frm_payload: "" }],
  ] as const)
    it(`is not encoded when the stack queues nothing for decoded fields, and ${what}`, async () => {
      const { simulator } = world;
      const flow = world.send({
        deviceId: "unknown",
        report: "sent",
        encoding: "decoded",
        items: [{ f_port: 1, decoded_payload: { open: true } }],
      });
      await until(() => flow.steps.includes("published"), "published");
      simulator.publish("downlink_queued", "unknown", {
        f_port: 1,
        decoded_payload: { open: true },
        correlation_ids: id(flow),
        ...queued,
      });
      await until(() => flow.ends > 0, "the end");
      assert.equal(flow.failure?.code, "not_encoded");
      assert.deepEqual(flow.reports, []);
    });

  it("keeps the first and the latest of its steps where the stack reports of it without end", async () => {
    const flow = world.send({ report: "ack", items: [item({ confirmed: true })] });
    await queued(flow);
    for (let f_cnt = 1; f_cnt <= 20_000; f_cnt += 1)
      world.courier.recipient.deliver({
        topic: "v3/app1/devices/valve/down/nack",
        origin: { deviceId: "valve", applicationId: "app1" },
        arrivedAt: 0,
        retained: false,
        received: {
          kind: "downlink_nack",
          message: {
            end_device_ids: { device_id: "valve", application_ids: { application_id: "app1" } },
            downlink_nack: { f_cnt, correlation_ids: id(flow) },
          },
        },
      });
    const { steps, stepsLeftOut } = flow.last ?? { steps: [] };
    assert.deepEqual([flow.steps.length, steps.length, stepsLeftOut], [20_002, 100, 19_902]);
    assert.deepEqual([steps[1]?.state, steps.at(-1)?.state], ["queued", "nack"]);
    about("ack", flow);
    await until(() => flow.ends > 0, "the end");
    assert.deepEqual([flow.report.steps.length, flow.report.stepsLeftOut], [100, 19_903]);
  });

  it("gives each message its own object", async () => {
    const flow = world.send({ report: "every" });
    await queued(flow);
    const [first, second] = flow.reports;
    assert.ok(first && second);
    first.steps.length = 0;
    first.correlationIds.push("changed");
    assert.equal(second.steps.length, 2);
    about("sent", flow, {}, false);
    await until(() => flow.ends > 0, "the end");
    assert.equal(flow.reports.at(-1)?.correlationIds.length, 1);
  });
});
