import assert from "node:assert/strict";
import { hasPuback, isPublish, startFaultyLine, type FaultyLine } from "./faultyLine";
import { startWorld, until, type Flow, type World } from "./world";

interface Scene {
  readonly line: FaultyLine;
  readonly world: World;
  readonly wait: (ms: number) => Promise<void>;
}

const isOpen = ({ world }: Scene): Promise<void> => until(() => world.session.open, "the connection");
const isGone = ({ world }: Scene): Promise<void> => until(() => !world.session.open, "its end");

/** What can happen to a line, or to the server behind it; each ends with the fault over. */
const FAULTS: Readonly<Record<string, (scene: Scene) => void | Promise<void>>> = {
  "closed by both sides": ({ line }) => line.close(),
  reset: ({ line }) => line.reset(),
  "closed by the server": ({ world }) => world.simulator.disconnectAll(),
  "reset by the server": ({ world }) => world.simulator.resetAll(),
  "closed towards the server, and the client hears of it": ({ line }) => line.closeTowardsServerOnly(),
  "closed instead of a publish": async (scene) => {
    const { line } = scene;
    line.treat("up", (bytes, pass, { client }) => {
      if (isPublish(bytes)) client.end();
      else pass(bytes);
    });
    await isGone(scene);
    line.treat("up", undefined);
  },
  "closed right after a publish": async (scene) => {
    const { line } = scene;
    line.treat("up", (bytes, pass, { client }) => {
      pass(bytes);
      if (isPublish(bytes)) client.end();
    });
    await isGone(scene);
    line.treat("up", undefined);
  },
  "reset within a publish": async (scene) => {
    const { line } = scene;
    line.treat("up", (bytes, pass, { client, server }) => {
      pass(isPublish(bytes) ? bytes.subarray(0, bytes.length >> 1) : bytes);
      if (!isPublish(bytes)) return;
      client.resetAndDestroy();
      server.destroy();
    });
    await isGone(scene);
    line.treat("up", undefined);
  },
  "closed within an answer": async (scene) => {
    const { line } = scene;
    line.treat("down", (bytes, pass, { client }) => {
      pass(bytes.subarray(0, bytes.length >> 1));
      client.end();
    });
    await isGone(scene);
    line.treat("down", undefined);
  },
  "closed instead of an acknowledgement": async (scene) => {
    const { line } = scene;
    line.treat("down", (bytes, pass, { client }) => {
      if (hasPuback(bytes)) client.end();
      else pass(bytes);
    });
    await isGone(scene);
    line.treat("down", undefined);
  },
  "answers lost, then closed": async ({ line, wait }) => {
    line.treat("down", () => undefined);
    await wait(150);
    line.treat("down", undefined);
    line.close();
  },
  "requests lost, then reset": async ({ line, wait }) => {
    line.treat("up", () => undefined);
    await wait(150);
    line.treat("up", undefined);
    line.reset();
  },
  "silent in both directions until the keepalive notices": async (scene) => {
    const { line } = scene;
    line.treat("up", () => undefined);
    line.treat("down", () => undefined);
    await isGone(scene);
    line.treat("up", undefined);
    line.treat("down", undefined);
  },
  slow: async ({ line, wait }) => {
    line.treat("down", (bytes, pass) => void setTimeout(() => pass(bytes), 40));
    await wait(400);
    line.treat("down", undefined);
    line.close();
  },
  "byte by byte": async ({ line, wait }) => {
    line.treat("down", (bytes, pass) => {
      for (const byte of bytes) pass(Buffer.from([byte]));
    });
    await wait(150);
    line.treat("down", undefined);
  },
  "garbage in an answer": async (scene) => {
    const { line } = scene;
    line.treat("down", (_bytes, pass) => pass(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff])));
    await isGone(scene);
    line.treat("down", undefined);
  },
  "connections dropped for a while": async ({ line, wait }) => {
    line.refuse("drop");
    line.close();
    await wait(150);
    line.refuse(undefined);
  },
  "connections reset for a while": async ({ line, wait }) => {
    line.refuse("reset");
    line.reset();
    await wait(150);
    line.refuse(undefined);
  },
  "connections taken without a word for a while": async ({ line, wait }) => {
    line.refuse("silent");
    line.reset();
    await wait(150);
    line.refuse(undefined);
    line.close();
  },
  "the server too busy for a while (CONNACK 3)": async ({ world, wait }) => {
    world.simulator.refuse(3);
    world.simulator.disconnectAll();
    await wait(150);
    world.simulator.refuse(undefined);
  },
  "the key refused for a while (CONNACK 5)": async ({ world, wait }) => {
    world.simulator.refuse(5);
    world.simulator.disconnectAll();
    await wait(150);
    world.simulator.refuse(undefined);
  },
  "logins accepted and dropped for a while": async (scene) => {
    const { world, wait } = scene;
    const drop = (): void => world.simulator.disconnectAll();
    world.simulator.events.on("connect", drop);
    drop();
    await wait(100);
    world.simulator.events.off("connect", drop);
  },
  "subscriptions refused for a while": async (scene) => {
    const { world, wait } = scene;
    world.simulator.refuseTopics(true);
    world.simulator.disconnectAll();
    await wait(100);
    world.simulator.refuseTopics(false);
    world.simulator.disconnectAll();
  },
  "the server frozen for a while": async ({ world, wait }) => {
    world.simulator.freeze(true);
    await wait(200);
    world.simulator.freeze(false);
  },
  "the server frozen, then killed": async ({ world, wait }) => {
    world.simulator.freeze(true);
    await wait(100);
    world.simulator.resetAll();
    world.simulator.freeze(false);
  },
  "the server restarted": ({ world }) => world.simulator.restart(),
};

describe("downlinks and uplinks through a line that breaks in all ways", () => {
  let world: World;
  let line: FaultyLine;
  afterEach(async () => {
    await world.end();
    await line.stop();
  });

  it("each downlink has one end, none is executed twice, and all are through within a minute after the last fault", async function () {
    this.timeout(60_000);
    world = await startWorld(
      {},
      {},
      { through: async (port) => (line = await startFaultyLine(port)).port, keepalive: 1 },
    );
    await world.connected();
    const { simulator, clock, session } = world;

    const uplinks: (number | undefined)[] = [];
    session.receive({
      kinds: new Set(["uplink_message"]),
      everyDevice: true,
      wantsDevice: () => true,
      deliver: ({ received }) => {
        if (received.kind === "uplink_message") uplinks.push(received.message.uplink_message.f_cnt);
      },
    });
    const flows: Flow[] = [];
    const underway = setInterval(() => {
      flows.push(world.send({ timeout: 2, deviceId: flows.length % 2 === 0 ? "valve" : "lamp" }));
      simulator.uplink("valve");
    }, 20);
    const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    try {
      for (const [name, happens] of Object.entries(FAULTS)) {
        await happens({ line, world, wait });
        await isOpen({ line, world, wait });
        const before = simulator.publishes.length;
        // An end right after a downlink may look like a limit of the rate: then the pace needs its clock to go on.
        await until(
          () => simulator.publishes.length > before + 3,
          `some downlinks after: ${name}`,
          () => clock.turnOn(2),
        );
      }
    } finally {
      clearInterval(underway);
    }

    const lastFaultAt = clock.now();
    await until(
      () => flows.every(({ ends }) => ends > 0),
      "all ends",
      () => clock.turnOn(20),
    );
    assert.ok(clock.now() - lastFaultAt < 60_000, "within a minute");
    assert.deepEqual(
      flows.filter(({ ends }) => ends !== 1),
      [],
    );
    const executed = simulator.publishes
      .filter(({ outcome }) => outcome === "executed")
      .map(({ payload }) => payload.toString());
    assert.equal(new Set(executed).size, executed.length, "none twice");
    const failed = flows.filter(({ failure }) => failure);
    const codes = new Set(failed.map(({ failure }) => failure?.code));
    for (const code of codes) assert.ok(code === "unanswered" || code === "not_accepted", code);
    assert.ok(flows.length - failed.length <= executed.length);
    assert.ok(failed.length <= 2 * Object.keys(FAULTS).length, `${failed.length} of ${flows.length} failed`);
    assert.equal(new Set(uplinks).size, uplinks.length, "no uplink twice");
    assert.ok(uplinks.length > 0);
    // The rest of an alarm is over at the latest now.
    clock.turnOn(300_000);
    assert.equal(world.courier.perMinute, undefined);
  });
});
