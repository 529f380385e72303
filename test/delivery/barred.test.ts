import assert from "node:assert/strict";
import type { Refusal } from "../../src/delivery/courier";
import { NOT_ACCEPTED, startWorld, until, type World } from "./world";

describe("downlinks while nothing may be sent", () => {
  let world: World;
  afterEach(() => world.end());

  const refusal: Refusal = (deviceId) => ({ ...NOT_ACCEPTED, values: { device: deviceId } });

  it("fail without being published, each with its device", async () => {
    world = await startWorld({ barred: () => Promise.resolve(refusal) });
    await world.connected();
    const flows = [world.send(), world.send({ deviceId: "lamp", operation: "clear" })];
    await until(() => flows.every(({ ends }) => ends > 0), "the ends");
    assert.deepEqual(
      flows.map(({ failure, steps }) => [failure?.values.device, steps.length]),
      [
        ["valve", 0],
        ["lamp", 0],
      ],
    );
    assert.equal(world.simulator.publishes.length, 0);
  });

  it("wait while it is asked, in order, and go where they may by now", async () => {
    let answer = (_: Refusal | undefined): void => undefined;
    let asked = 0;
    world = await startWorld({
      barred: () => {
        asked += 1;
        return asked > 1 ? undefined : new Promise((resolve) => (answer = resolve));
      },
    });
    await world.connected();
    const first = world.send();
    await until(() => asked === 1, "the question");
    const { flow: gone, drop } = world.handle();
    drop();
    const second = world.send({ deviceId: "lamp" });
    answer(undefined);
    await until(() => first.ends + second.ends === 2, "the ends");
    assert.deepEqual([first.failure, second.failure, gone.ends], [undefined, undefined, 0]);
    assert.deepEqual(
      world.simulator.publishes.map(({ topic }) => topic.split("/")[3]),
      ["valve", "lamp"],
    );
    assert.deepEqual(world.warnings, [{ key: "warning.dropped-held", values: { number: 1 } }]);
  });

  it("go where the question fails", async () => {
    world = await startWorld({ barred: () => Promise.reject(new Error("broken")) });
    await world.connected();
    const flow = world.send();
    await until(() => flow.ends > 0, "the end");
    assert.equal(flow.failure, undefined);
  });

  it("are dropped and counted where the connection goes away while it is asked", async () => {
    world = await startWorld({ barred: () => new Promise(() => undefined) });
    await world.connected();
    const flow = world.send();
    await new Promise((resolve) => setImmediate(resolve));
    world.courier.end();
    assert.deepEqual(world.warnings, [{ key: "warning.dropped-held", values: { number: 1 } }]);
    assert.equal(flow.ends, 0);
  });
});
