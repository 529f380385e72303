import assert from "node:assert/strict";
import { mock } from "node:test";
import type { Simulator } from "../../src/simulator/simulator";
import {
  connection,
  receiving,
  running,
  simulated,
  sink,
  tab,
  uplink,
  withNodeRed,
  type Flows,
} from "./nodeRed";
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

  /** From here on time is ours. The connection is not open yet: that takes turns of the event loop. */
  async function takeTime(flows: Flows, status = "waiting: all devices"): Promise<void> {
    mock.timers.enable({ apis: ["setTimeout"] });
    while (flows.statuses("uplink").at(-1)?.text !== status) {
      await tenMilliseconds();
      mock.timers.tick(10);
    }
  }

  it("is worth one warning where nothing has ever come with this key", async () => {
    const simulator = await simulated();
    const flows = await running(nodesFor(simulator), { connection: { apiKey: simulator.apiKey } });
    await takeTime(flows);
    await pass(simulator, HOUR + 1_000);
    assert.equal(flows.logged("WARN").length, 1);
    assert.match(flows.logged("WARN")[0] ?? "", /nothing has come for an hour/);
    mock.timers.tick(5 * HOUR);
    assert.equal(flows.logged("WARN").length, 1);
  });

  it("is none where a message came before, also before a redeploy", async () => {
    const simulator = await simulated();
    const nodes = nodesFor(simulator);
    const flows = await receiving(simulator, nodes);
    simulator.publish("uplink_message", "door", { f_port: 1, frm_payload: "AQ==" });
    await flows.next();
    await flows.deploy("full", nodes);
    await takeTime(flows);
    await pass(simulator, 2 * HOUR);
    assert.deepEqual(flows.logged("WARN"), []);
  });

  it("needs no second warning where the key may not read", async () => {
    const simulator = await simulated({ keys: [{ rights: WRITE_ONLY }] });
    const nodes = nodesFor(simulator, { api: simulator.apiUrl });
    const flows = await running(nodes, { connection: { apiKey: simulator.apiKey } });
    await takeTime(flows, "key may not read");
    await pass(simulator, 2 * HOUR);
    assert.equal(flows.logged("WARN").length, 1);
    assert.match(flows.logged("WARN")[0] ?? "", /lacks/);
  });
});
