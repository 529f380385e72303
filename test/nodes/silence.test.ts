import assert from "node:assert/strict";
import { mock } from "node:test";
import type { Simulator } from "../../simulator/simulator";
import { connection, running, simulated, sink, tab, uplink, withNodeRed, type Flows } from "./nodeRed";
import { WRITE_ONLY } from "./rights";

const HOUR = 3_600_000;

describe("an hour of silence", () => {
  afterEach(() => mock.timers.reset());
  withNodeRed();

  const nodesFor = (simulator: Simulator, more: object = {}) => [
    ...[tab(), connection(simulator, more), uplink(), sink()],
  ];

  /** Lets time pass, for the simulator too: it misses the keepalive, and closes. */
  async function pass(simulator: Simulator, ms: number): Promise<void> {
    const closed = simulator.next("disconnect");
    mock.timers.tick(ms);
    await closed;
    await tenMilliseconds();
  }

  const tenMilliseconds = (): Promise<void> =>
    new Promise((resolve) => {
      const interval = setInterval(() => {
        clearInterval(interval);
        resolve();
      }, 10);
    });

  /** Lets time go its usual way until something has happened, but by our clock. */
  async function ticking<T>(happening: Promise<T>): Promise<T> {
    const state = { over: false };
    const done = (): void => {
      state.over = true;
    };
    happening.then(done, done);
    while (!state.over) {
      await tenMilliseconds();
      mock.timers.tick(10);
    }
    return happening;
  }

  async function connected(simulator: Simulator, more: object = {}): Promise<Flows> {
    mock.timers.enable({ apis: ["setTimeout"] });
    return ticking(running(nodesFor(simulator, more), { connection: { apiKey: simulator.apiKey } }));
  }

  it("is worth one warning where nothing has ever come with this key", async () => {
    const simulator = await simulated();
    const flows = await connected(simulator);
    await ticking(flows.shows("uplink", "waiting: all devices"));
    await pass(simulator, HOUR + 1_000);
    assert.equal(flows.logged("WARN").length, 1);
    assert.match(flows.logged("WARN")[0] ?? "", /^Nothing has come for app1 for an hour/);
    mock.timers.tick(5 * HOUR);
    assert.equal(flows.logged("WARN").length, 1);
  });

  it("begins anew with the next connection where there is none when it is over", async () => {
    const simulator = await simulated();
    const flows = await connected(simulator);
    await ticking(flows.shows("uplink", "waiting: all devices"));
    await simulator.stop();
    await ticking(flows.shows("uplink", "no connection"));
    await simulator.restart();
    mock.timers.tick(HOUR + 1_000); // The next attempt begins in it, and cannot be over yet.
    await ticking(flows.shows("uplink", "waiting: all devices"));
    assert.deepEqual(flows.logged("WARN"), []);
    await pass(simulator, HOUR + 1_000);
    assert.equal(flows.logged("WARN").length, 1);
  });

  it("is none where a message came before, also before a redeploy", async () => {
    const simulator = await simulated();
    const flows = await connected(simulator);
    await ticking(flows.shows("uplink", "waiting: all devices"));
    simulator.publish("uplink_message", "door", { f_port: 1, frm_payload: "AQ==" });
    await flows.next();
    await ticking(flows.deploy("full", nodesFor(simulator)));
    await ticking(flows.shows("uplink", "waiting: all devices"));
    await pass(simulator, 2 * HOUR);
    assert.deepEqual(flows.logged("WARN"), []);
  });

  it("needs no second warning where the key may not read", async () => {
    const simulator = await simulated({ keys: [{ rights: WRITE_ONLY }] });
    const flows = await connected(simulator, { api: simulator.apiUrl });
    await ticking(flows.shows("uplink", "key may not read"));
    await pass(simulator, 2 * HOUR);
    assert.equal(flows.logged("WARN").length, 1);
    assert.match(flows.logged("WARN")[0] ?? "", /lacks/);
  });
});
