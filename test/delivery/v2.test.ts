import assert from "node:assert/strict";
import { Session } from "../../src/connection/session";
import { Ledger } from "../../src/devices/ledger";
import { Courier } from "../../src/delivery/courier";
import type { NoAnswerEvidence } from "../../src/downlink/evidence";
import type { DownlinkJob } from "../../src/delivery/contract";
import { v2Service } from "../../src/services/v2/service";
import { startV2Simulator, type V2Simulator, type V2SimulatorOptions } from "../../simulator/v2/simulator";
import type { DownlinkItem, DownlinkOrder } from "../../src/downlink/order";
import { Flow, NOT_ACCEPTED, TurnableClock, until } from "./world";

interface V2World {
  readonly simulator: V2Simulator;
  readonly clock: TurnableClock;
  readonly asked: NoAnswerEvidence[];
  readonly send: (
    item?: DownlinkItem,
    wanted?: Partial<Omit<DownlinkJob, "order">> & Partial<DownlinkOrder>,
  ) => Flow;
}

describe("downlinks on a V2 network", () => {
  let simulator: V2Simulator;
  let session: Session;
  let courier: Courier;

  async function start(options: V2SimulatorOptions = {}): Promise<V2World> {
    simulator = await startV2Simulator(options);
    const { host, port, applicationId, accessKey } = simulator;
    const service = v2Service({ applicationId, accessKey });
    session = new Session({
      endpoint: { host, port },
      service,
      ledger: new Ledger(service),
      clientId: "test",
      keepalive: 30,
      pause: () => 2,
    });
    const clock = new TurnableClock();
    const asked: NoAnswerEvidence[] = [];
    courier = new Courier({
      service,
      session,
      holdMax: 100,
      holdFor: 300,
      clock,
      warn: () => undefined,
      explainNoAnswer(evidence) {
        asked.push(evidence);
        return Promise.resolve(NOT_ACCEPTED);
      },
    });
    session.receive(courier.recipient);
    await until(() => session.stateFor(courier.recipient.kinds).state === "connected", "the connection");
    const send: V2World["send"] = (item = {}, wanted = {}) => {
      const { report = "queued", timeout = 10, offline = "hold", ...order } = wanted;
      const flow = new Flow();
      const items: DownlinkItem[] = [{ f_port: 15, frm_payload: "vu8=", priority: "NORMAL", ...item }];
      courier.send(
        {
          report,
          timeout,
          offline,
          order: { deviceId: "door_1", operation: "push", encoding: "bytes", items, ...order },
        },
        flow,
      );
      return flow;
    };
    return { simulator, clock, asked, send };
  }

  afterEach(async () => {
    courier.end();
    await session.end();
    await simulator.stop();
  });

  for (const form of ["first", "last"] as const) {
    it(`are followed from the queue to the acknowledgement, in the ${form} form of the API`, async () => {
      const { send } = await start({ form });
      const plain = send({}, { report: "every" });
      const confirmed = send({ confirmed: true, f_port: 16 }, { report: "ack" });
      await until(() => confirmed.steps.includes("queued"), "the queue");
      assert.deepEqual(plain.steps, ["published", "queued"]);
      simulator.uplink("door_1");
      await until(() => plain.ends === 1, "sent");
      assert.deepEqual(plain.steps, ["published", "queued", "sent"]);
      assert.deepEqual(
        plain.reports.map(({ state }) => state),
        ["published", "queued", "sent"],
      );
      simulator.uplink("door_1");
      await until(() => confirmed.steps.includes("sent"), "the second one to be sent");
      assert.equal(confirmed.ends, 0);
      simulator.uplink("door_1");
      await until(() => confirmed.ends === 1, "the acknowledgement");
      assert.deepEqual(confirmed.steps, ["published", "queued", "sent", "ack"]);
      assert.deepEqual(confirmed.report.correlationIds, []);
      assert.equal(confirmed.failure, undefined);
    });
  }

  it("go out in V2's words", async () => {
    const { send } = await start();
    const flow = send({ confirmed: true }, { operation: "replace" });
    await until(() => flow.ends === 1, "the queue");
    const [publish] = simulator.publishes;
    assert.equal(publish?.topic, "my_app/devices/door_1/down");
    assert.equal(publish.retain, false);
    assert.deepEqual(JSON.parse(publish.payload.toString()), {
      port: 15,
      confirmed: true,
      schedule: "replace",
      payload_raw: "vu8=",
    });
  });

  it("are taken from each device in its own order", async () => {
    const { send } = await start();
    const flows = [1, 2, 3].map((fPort) => send({ f_port: fPort, frm_payload: "AQ==" }));
    const other = send({ f_port: 1 }, { deviceId: "valve", report: "sent" });
    await until(() => [...flows, other].every(({ steps }) => steps.includes("queued")), "the queues");
    for (const count of [1, 2, 3]) {
      simulator.uplink("door_1");
      await until(
        () => flows.filter(({ steps }) => steps.includes("sent")).length === count,
        `${count} sent`,
      );
      assert.deepEqual(
        flows.map(({ steps }) => steps.includes("sent")),
        [true, count > 1, count > 2],
      );
    }
    assert.equal(other.ends, 0);
    simulator.uplink("valve");
    await until(() => other.ends === 1, "the other device's");
  });

  it("of another client to the same device are not taken for ours", async () => {
    const { send } = await start();
    const ours = send({ f_port: 1, frm_payload: "AQ==" }, { report: "sent" });
    await until(() => ours.steps.includes("queued"), "the queue");
    simulator.send("door_1", "events/down/sent", { message: { port: 1, payload_raw: "Ag==" } });
    simulator.send("door_1", "events/down/sent", { message: { port: 2, payload_raw: "AQ==" } });
    simulator.send("door_1", "events/down/errors", {
      error: "no",
      message: { port: 2, payload_raw: "AQ==" },
    });
    const next = send({ f_port: 3 });
    await until(() => next.ends === 1, "what came after them");
    assert.deepEqual(ours.steps, ["published", "queued"]);
  });

  it("for fields go through V2's encoder and are not said to be empty", async () => {
    const { send } = await start();
    const fields: DownlinkItem = { f_port: 1, decoded_payload: { open: true }, priority: "NORMAL" };
    const flow = send({}, { deviceId: "valve", report: "sent", encoding: "decoded", items: [fields] });
    await until(() => flow.steps.includes("queued"), "the queue");
    assert.equal(flow.failure, undefined);
    simulator.uplink("valve");
    await until(() => flow.ends === 1, "sent");
    assert.equal(flow.failure, undefined);
    assert.deepEqual(flow.steps, ["published", "queued", "sent"]);
  });

  it("fail with V2's own sentence when V2 says so, at once or when they should be sent", async () => {
    const { send } = await start();
    const fields: DownlinkItem = { f_port: 1, decoded_payload: { open: true }, priority: "NORMAL" };
    const flow = send({}, { report: "sent", encoding: "decoded", items: [fields] });
    await until(() => flow.steps.includes("queued"), "the queue");
    simulator.uplink("door_1");
    await until(() => flow.ends === 1, "the error");
    assert.equal(flow.failure?.code, "downlink_failed");
    assert.equal(flow.failure.values.sentence, "Unable to encode downlink fields: no encoder function");
    assert.deepEqual(flow.steps, ["published", "queued", "failed"]);
  });

  it("that are replaced end as invalidated, also a confirmed one that waits for its acknowledgement", async () => {
    const { send } = await start();
    const sent = send({ confirmed: true, f_port: 1 }, { report: "ack" });
    await until(() => sent.steps.includes("queued"), "the queue");
    simulator.uplink("door_1");
    await until(() => sent.steps.includes("sent"), "it to be sent");
    const queued = send({ f_port: 2 }, { report: "sent" });
    const last = send({ confirmed: true, f_port: 3 }, { operation: "replace", report: "ack" });
    await until(() => last.steps.includes("queued"), "the replacement");
    for (const flow of [sent, queued]) {
      assert.equal(flow.failure?.code, "undelivered");
      assert.equal(flow.steps.at(-1), "invalidated");
    }
    simulator.uplink("door_1");
    await until(() => last.steps.includes("sent"), "the replacement to be sent");
    simulator.uplink("door_1");
    await until(() => last.ends === 1, "the acknowledgement");
    assert.equal(last.failure, undefined);
  });

  it("without an answer are asked about with what was seen", async () => {
    const { send, clock, asked } = await start();
    const flow = send({}, { deviceId: "door_2" });
    await until(() => simulator.publishes.length === 1, "the publish");
    await until(
      () => flow.ends === 1,
      "the time-out",
      () => clock.turnOn(1_000),
    );
    assert.equal(flow.failure?.code, "not_accepted");
    assert.equal(asked[0]?.correlationId, "");
    assert.equal(asked[0].deviceId, "door_2");
  });

  it("are held while V2 is away, and sent once", async () => {
    const { send } = await start();
    await simulator.stop();
    await until(() => !session.open, "the end");
    const flow = send();
    await until(() => flow.steps.includes("held"), "the hold");
    await simulator.restart();
    await until(() => flow.ends === 1, "the queue");
    assert.deepEqual(flow.steps, ["held", "published", "queued"]);
    assert.equal(simulator.publishes.length, 1);
  });
});
