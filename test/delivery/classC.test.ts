import assert from "node:assert/strict";
import { device, item, startWorld, until, type Flow, type World } from "./world";

const TIMING = { acceptedAfter: 2, classCTimeout: 15 };

/** Rule: docs/server.md#13-newer-servers, 4. */
describe("a confirmed downlink for a class C device that sends no uplink", () => {
  let world: World;
  /** How many it hears before it answers. */
  let answersAfter = Infinity;
  let heard = 0;

  before(async () => {
    const siren = device("siren", { class: "C", hear: () => ++heard > answersAfter });
    world = await startWorld({}, { version: "3.36", devices: [siren], timing: TIMING });
    await world.connected();
  });
  after(() => world.end());
  afterEach(() => world.simulator.gateways({ silent: false }));

  const confirmed = (answers: number): Flow => {
    heard = 0;
    answersAfter = answers;
    return world.send({ deviceId: "siren", report: "ack", items: [item({ confirmed: true })] });
  };

  it("is not acknowledged, sent again, and acknowledged in the end", async () => {
    const flow = confirmed(1);
    await until(() => flow.ends > 0, "the end");
    assert.equal(flow.failure, undefined);
    assert.deepEqual(flow.steps, ["published", "queued", "sent", "nack", "sent", "ack"]);
    assert.equal(flow.report.attempts, 2);
  });

  it("is given up by the stack after eight transmissions", async () => {
    const flow = confirmed(Infinity);
    await until(() => flow.ends > 0, "the end");
    const { code, key, values } = flow.failure ?? {};
    assert.deepEqual([code, key, values?.attempts], ["undelivered", "error.undelivered.max-retries", 8]);
    const again = Array.from({ length: 7 }, () => ["nack", "sent"]).flat();
    assert.deepEqual(flow.steps, ["published", "queued", "sent", ...again, "failed"]);
    assert.equal(heard, 8);
    assert.deepEqual([flow.last?.state, flow.last?.attempts], ["failed", 8]);
  });

  it("is followed where gateways report no transmissions: then only those that were missed are told", async () => {
    world.simulator.gateways({ silent: true });
    const flow = confirmed(2);
    await until(() => flow.ends > 0, "the end");
    assert.deepEqual(flow.steps, ["published", "queued", "nack", "nack", "ack"]);
    assert.equal(flow.report.attempts, 3);
  });
});
