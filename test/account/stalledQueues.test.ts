import assert from "node:assert/strict";
import { StalledQueues } from "../../src/account/stalledQueues";
import { networkEvent } from "../../src/diagnosis/networkEvents";
import type { DownlinkState } from "../../src/delivery/contract";
import type { StackApi } from "../../src/diagnosis/stackApi";
import type { ApplicationDownlink } from "../../src/stack/messages";
import { rendered } from "../diagnosis/catalogue";
import { TurnableClock } from "../delivery/world";

const QUARTER_HOUR = 15 * 60_000;

type Answer = Awaited<ReturnType<StackApi["downlinkQueue"]>>;

/** Queues with this content, an hour of quiet, and what was said. */
function queues(downlinks: readonly ApplicationDownlink[], answer: Answer = { answer: "ok", downlinks }) {
  const clock = new TurnableClock();
  const said: string[] = [];
  const asked: string[] = [];
  let listening = 0;
  /** What is in the queues, by device and name. */
  const inQueue = new Set<string>();
  const stalled = new StalledQueues({
    applicationId: "app1",
    waits: (deviceId) => [...inQueue].some((one) => one.startsWith(`${deviceId} `)),
    api: () => ({
      downlinkQueue: (_applicationId, deviceId) => {
        asked.push(deviceId);
        return Promise.resolve(answer);
      },
    }),
    listen: () => {
      listening += 1;
      return () => (listening -= 1);
    },
    warn: (text) => said.push(rendered(text)),
    clock,
  });
  const pass = async (ms: number): Promise<void> => {
    clock.turnOn(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  /** A step of a downlink with this name. */
  const step = (deviceId: string, state: DownlinkState, name = "one"): void => {
    if (state === "queued") inQueue.add(`${deviceId} ${name}`);
    else inQueue.delete(`${deviceId} ${name}`);
    stalled.step({ deviceId, steps: [{ state, at: clock.date() }] });
  };
  return { stalled, step, inQueue, clock, said, asked, pass, listening: () => listening };
}

const item = (more: object = {}): ApplicationDownlink => ({ f_port: 15, frm_payload: "AQ==", ...more });

/** As the stack's event stream tells that no gateway could send. */
function noGateway(deviceId = "valve") {
  const event = networkEvent(
    {
      name: "ns.down.data.schedule.fail",
      identifiers: [{ device_ids: { device_id: deviceId, application_ids: { application_id: "app1" } } }],
      data: { namespace: "pkg/networkserver", name: "no_downlink_path", message_format: "no downlink path" },
    },
    "app1",
  );
  assert.ok(event);
  return event;
}

describe("a queue whose first downlink does not go", () => {
  it("is said to be blocked by a downlink for class B or C, once", async () => {
    const { step, said, pass } = queues([item({ class_b_c: {} }), item()]);
    step("valve", "queued");
    await pass(QUARTER_HOUR - 60_000);
    assert.deepEqual(said, []);
    await pass(60_000);
    assert.equal(said.length, 1);
    assert.match(
      said.join(),
      /^A downlink for class B or C blocks the queue of valve\. .*FPort 15.*any of the 2 in its queue/,
    );
    step("valve", "queued");
    await pass(10 * QUARTER_HOUR);
    assert.equal(said.length, 1);
  });

  it("is not, where the time of that downlink is still to come", async () => {
    const { step, clock, said, pass } = queues([]);
    const later = new Date(clock.date() + 2 * QUARTER_HOUR).toISOString();
    const other = queues([item({ class_b_c: { absolute_time: later } })]);
    other.step("valve", "queued");
    await other.pass(QUARTER_HOUR);
    assert.deepEqual([other.asked, other.said], [["valve"], []]);
    step("valve", "queued");
    await pass(QUARTER_HOUR);
    assert.deepEqual(said, []);
  });

  it("is explained by what the network tells of an attempt from then on", async () => {
    const { stalled, step, said, pass, listening } = queues([item()]);
    step("valve", "queued");
    stalled.tell(noGateway());
    assert.deepEqual([said, listening()], [[], 0]);
    await pass(QUARTER_HOUR);
    assert.equal(listening(), 1);
    stalled.tell(noGateway("lamp"));
    assert.deepEqual(said, []);
    stalled.tell(noGateway());
    stalled.tell(noGateway());
    assert.equal(said.length, 1);
    assert.match(said.join(), /valve/);
    assert.equal(listening(), 0);
  });

  for (const state of ["sent", "ack", "failed", "invalidated", "unanswered"] as const)
    it(`is forgotten with the next step: ${state}`, async () => {
      const { step, clock, asked, pass, listening } = queues([item({ class_b_c: {} })]);
      step("valve", "queued");
      step("valve", state);
      assert.equal(clock.timers, 0);
      await pass(QUARTER_HOUR);
      assert.deepEqual([asked, listening()], [[], 0]);
    });

  it("is the next one's, when one of two has gone", async () => {
    const { step, said, asked, pass } = queues([item({ class_b_c: {} })]);
    step("valve", "queued");
    step("valve", "queued", "two");
    await pass(QUARTER_HOUR / 2);
    step("valve", "sent");
    await pass(QUARTER_HOUR / 2);
    assert.deepEqual(asked, []);
    await pass(QUARTER_HOUR / 2);
    assert.equal(said.length, 1);
    step("valve", "sent", "two");
    await pass(QUARTER_HOUR);
    assert.deepEqual(asked, ["valve"]);
  });

  it("is forgotten where its end is no step, as when nothing was told of it for a day", async () => {
    const { step, inQueue, clock, pass, listening } = queues([item()]);
    step("valve", "queued");
    step("lamp", "queued");
    step("lamp", "queued", "two");
    inQueue.delete("lamp one");
    step("lamp", "sent", "two");
    await pass(QUARTER_HOUR);
    assert.equal(listening(), 1);
    inQueue.clear();
    await pass(QUARTER_HOUR);
    assert.deepEqual([listening(), clock.timers], [0, 0]);
  });

  it("is quiet where the API says nothing", async () => {
    const { step, said, pass } = queues([], { answer: "unknown", why: "timeout" });
    step("valve", "queued");
    await pass(QUARTER_HOUR);
    assert.deepEqual(said, []);
  });

  it("asks for a thousand devices at most, each after its own quarter of an hour", async () => {
    const { step, asked, pass } = queues([]);
    for (let number = 0; number < 1_001; number += 1) step(`d-${number}`, "queued");
    await pass(QUARTER_HOUR);
    assert.equal(asked.length, 1_000);

    const other = queues([]);
    other.step("valve", "queued");
    await other.pass(QUARTER_HOUR / 2);
    other.step("lamp", "queued");
    await other.pass(QUARTER_HOUR / 2);
    assert.deepEqual(other.asked, ["valve"]);
    await other.pass(QUARTER_HOUR / 2);
    assert.deepEqual(other.asked, ["valve", "lamp"]);
  });

  it("asks nothing more after the end", async () => {
    const { stalled, step, asked, pass, listening } = queues([item()]);
    step("valve", "queued");
    stalled.end();
    await pass(QUARTER_HOUR);
    assert.deepEqual([asked, listening()], [[], 0]);
  });
});
