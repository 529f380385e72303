import assert from "node:assert/strict";
import { startSimulator, type Simulator } from "../../simulator/simulator";
import { startNodeRed, type NodeRed } from "./node-red";

/** As it stands in the log: `debug` shows bytes in hex. */
const inHex = (text: string): string => (Buffer.from(text).toString("hex").match(/../g) ?? []).join(" ");

describe("Node-RED that was started with DEBUG=* and NODE_DEBUG to look for a fault", () => {
  let simulator: Simulator;
  let nodeRed: NodeRed;

  before(async function () {
    this.timeout(60_000);
    simulator = await startSimulator();
    const flows = [
      { id: "tab", type: "tab", label: "Flow 1" },
      {
        ...{ id: "connection", type: "tts-connection", host: simulator.host, port: String(simulator.port) },
        ...{ useTls: false, applicationId: "app1", api: simulator.apiUrl },
      },
      { id: "uplink", type: "tts-uplink", z: "tab", connection: "connection", wires: [[]] },
    ];
    const subscribed = simulator.next("subscribe");
    nodeRed = await startNodeRed(flows, {
      environment: { DEBUG: "*", DEBUG_COLORS: "no", NODE_DEBUG: "http,https,net,tls" },
      credentials: { connection: { apiKey: simulator.apiKey } },
    });
    await subscribed;
  });

  after(async () => {
    await nodeRed.stop();
    await simulator.stop();
  });

  it("writes no API key of a connection that works to its log", () => {
    assert.match(nodeRed.log(), /express/);
    assert.match(nodeRed.log(), /HTTP \d+: .*auth_info/s);
    for (const key of [simulator.apiKey, inHex(simulator.apiKey).slice(0, 60)])
      assert.ok(!nodeRed.log().includes(key), key);
  });
});
