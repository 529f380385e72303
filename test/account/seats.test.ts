import assert from "node:assert/strict";
import { Awaited, Seat } from "../../src/account/seats";
import type { DownlinkJob } from "../../src/delivery/contract";
import { item, startWorld, until, type World } from "../delivery/world";

const JOB: DownlinkJob = {
  ...{ report: "sent", timeout: 10, offline: "hold" },
  order: { deviceId: "valve", operation: "push", encoding: "bytes", items: [item()] },
};
const NO_STEPS = { onStep: () => undefined };

describe("the seat of a node that sends", () => {
  it("tells the session of each step, also while its node is made anew", async () => {
    const world = await startWorld();
    try {
      await world.connected();
      const [ofSession, ofNode]: [string[], string[]] = [[], []];
      const seat = new Seat(world.courier, ({ state }) => ofSession.push(state));
      seat.take({ onStep: ({ state }) => ofNode.push(state), onInherited: () => undefined });
      seat.send(JOB, {}, { onReport: () => undefined, onEnd: () => undefined });
      await until(() => ofNode.includes("queued"), "queued");
      seat.vacate();
      world.simulator.uplink("valve");
      await until(() => ofSession.includes("sent"), "sent");
      assert.deepEqual(ofSession.slice(0, -1), ofNode);
      seat.drop();
    } finally {
      await world.end();
    }
  });

  it("tells the session what it goes on with after a restart, as far as that had come", async () => {
    const world = await startWorld();
    try {
      await world.connected();
      const before = new Seat(world.courier);
      const steps: string[] = [];
      before.take({ onStep: ({ state }) => steps.push(state), onInherited: () => undefined });
      before.send(JOB, {}, { onReport: () => undefined, onEnd: () => undefined });
      await until(() => steps.includes("queued"), "queued");
      const [[awaited, progress] = []] = before.progress;
      assert.ok(awaited && progress);
      before.leave(new Set([awaited]));
      const told: string[] = [];
      const seat = new Seat(world.courier, ({ deviceId, state }) => {
        told.push(`${deviceId} ${state}`);
        assert.ok(world.courier.isQueued(deviceId));
      });
      seat.resume(new Awaited(JOB, {}), progress);
      assert.deepEqual(told, ["valve queued"]);
      seat.drop();
    } finally {
      await world.end();
    }
  });

  /** A downlink of a node that was closed is sent after the next one has taken the seat, and before that has inherited it. */
  async function endsBetween(then: (seat: Seat, world: World, inherited: Awaited[]) => void): Promise<void> {
    const world = await startWorld();
    try {
      await world.connected();
      const inherited: Awaited[] = [];
      const steps: string[] = [];
      const seat = new Seat(world.courier);
      seat.take({ onStep: ({ state }) => steps.push(state), onInherited: () => undefined });
      seat.send(JOB, {}, { onReport: () => undefined, onEnd: () => undefined });
      await until(() => steps.includes("queued"), "queued");
      seat.vacate();
      seat.take({
        onStep: ({ state }) => steps.push(state),
        onInherited: (awaited) => inherited.push(awaited),
      });
      world.simulator.uplink("valve");
      await until(() => steps.includes("sent"), "sent");
      then(seat, world, inherited);
    } finally {
      await world.end();
    }
  }

  it("hands on what ends after the next node has come, and before that can inherit", () =>
    endsBetween((seat, _world, inherited) => {
      seat.inherit();
      const told: string[] = [];
      for (const awaited of inherited)
        awaited.follow({ onReport: ({ state }) => told.push(state), onEnd: () => told.push("end") });
      assert.deepEqual(told, ["sent", "end"]);
      assert.equal(seat.isAwaiting, false);
    }));

  it("counts what has ended so, where the next node goes before it could inherit", () =>
    endsBetween((seat, world) => {
      seat.vacate();
      seat.drop();
      world.courier.end();
      assert.deepEqual(world.warnings, [{ key: "warning.dropped-followed", values: { number: 1 } }]);
    }));

  it("leaves alone what the next node has sent before it inherits", async () => {
    const world = await startWorld();
    try {
      const seat = new Seat(world.courier);
      const inherited: unknown[] = [];
      const waiter = { onReport: () => undefined, onEnd: () => undefined };
      seat.take({ ...NO_STEPS, onInherited: () => undefined });
      seat.send(JOB, { of: "the first" }, waiter);
      seat.vacate();
      seat.send(JOB, { of: "the first, being closed" }, waiter);
      seat.take({ ...NO_STEPS, onInherited: ({ message }) => inherited.push(message) });
      seat.send(JOB, { of: "the second" }, waiter);
      seat.inherit();
      assert.deepEqual(inherited, [{ of: "the first" }, { of: "the first, being closed" }]);
      seat.vacate();
      seat.drop();
    } finally {
      await world.end();
    }
  });
});
