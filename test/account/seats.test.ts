import assert from "node:assert/strict";
import { Seat } from "../../src/account/seats";
import { item, startWorld, until } from "../delivery/world";

describe("the seat of a node that sends", () => {
  it("tells the session of each step, also while its node is made anew", async () => {
    const world = await startWorld();
    try {
      await world.connected();
      const [ofSession, ofNode]: [string[], string[]] = [[], []];
      const seat = new Seat(world.courier, ({ state }) => ofSession.push(state));
      seat.take({ onStep: ({ state }) => ofNode.push(state), onInherited: () => undefined });
      seat.send(
        {
          ...{ report: "sent", timeout: 10, offline: "hold" },
          order: { deviceId: "valve", operation: "push", encoding: "bytes", items: [item()] },
        },
        {},
        { onReport: () => undefined, onEnd: () => undefined },
      );
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
});
