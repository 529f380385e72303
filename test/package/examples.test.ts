import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { javaScriptFormatter, startSimulator, type Simulator } from "../../src/simulator/simulator";
import { PACKAGE, startNodeRed, toFlow, type FlowNode, type NodeRed } from "../e2e/node-red";

const FOLDER = path.join(PACKAGE, "examples");

/** An example as a user has it after following its first comment: connection and device entered. */
function followed(file: string, simulator: Simulator): FlowNode[] {
  const text = readFileSync(path.join(FOLDER, file), "utf8");
  return toFlow(JSON.parse(text) as unknown).map((node) => {
    if (node.type === "tts-connection") {
      const { host, port, applicationId, apiUrl: api } = simulator;
      return { ...node, host, port: String(port), useTls: false, tenantId: "", applicationId, api };
    }
    return node.type === "debug" ? { ...node, console: true } : node;
  });
}

/** How many kinds of messages each of them waits for, and what comes out of it, in its debug nodes. */
const EXPECTED: Record<string, { readonly kinds: number; readonly logs: readonly RegExp[] }> = {
  "Receive uplinks.json": {
    kinds: 1,
    logs: [/debug:decoded payload\][^]*temperature: 30/, /debug:radio\]/, /debug:temperature\]\s+30/],
  },
  "Watch joins.json": { kinds: 1, logs: [/debug:joined\]/] },
  "Follow downlinks and events.json": {
    kinds: 7,
    logs: [/debug:what becomes of downlinks\]/, /debug:reason\][^]*never acknowledged/, /debug:event\]/],
  },
  "Send a downlink.json": { kinds: 6, logs: [/(debug:queued\][^]*){4}/] },
  "Reply to an uplink.json": { kinds: 7, logs: [/(debug:queued\][^]*){2}/] },
  "Replace and clear the queue.json": { kinds: 6, logs: [/(debug:downlink\][^]*){4}/] },
  "Confirmed downlink, step by step.json": {
    kinds: 6,
    logs: [/debug:steps\][^]*sent/, /debug:acknowledged\]/],
  },
};

describe("the example", () => {
  let simulator: Simulator;
  let nodeRed: NodeRed;

  /** A class C device that is called as the one in the examples, hears all and answers with an uplink at once. */
  const startStack = (): Promise<Simulator> =>
    startSimulator({
      devices: [
        {
          id: "door-1",
          class: "C",
          joined: true,
          makeUplink: () => ({ f_port: 2, frm_payload: "AQ==", decoded_payload: { temperature: 30 } }),
          downlinkFormatter: javaScriptFormatter({
            encodeDownlink: () => ({ bytes: [1] }),
            decodeDownlink: () => ({ data: {} }),
          }),
          hear: () => true,
        },
      ],
    });

  afterEach(async () => {
    await nodeRed.stop();
    await simulator.stop();
  });

  for (const file of readdirSync(FOLDER))
    it(`"${path.parse(file).name}" works, with no error`, async () => {
      simulator = await startStack();
      const nodes = followed(file, simulator);
      const connections = nodes.filter(({ type }) => type === "tts-connection");
      const credentials = Object.fromEntries(
        connections.map(({ id }) => [String(id), { apiKey: simulator.apiKey }]),
      );
      nodeRed = await startNodeRed(nodes, { credentials });
      const expected = EXPECTED[file];
      assert.ok(expected, "an example without a test");
      while (simulator.subscribes.length < expected.kinds) await simulator.next("subscribe");
      simulator.join("door-1");
      simulator.uplink("door-1");
      simulator.publish("downlink_queued", "door-1", { f_port: 1, frm_payload: "AQ==" });
      simulator.publish("downlink_failed", "door-1", { error: { name: "max_retries_reached" } });
      simulator.publish("location_solved", "door-1", { service: "gnss", location: { latitude: 52 } });
      for (const { id, type } of nodes)
        if (type === "inject") await fetch(`${nodeRed.url}/inject/${String(id)}`, { method: "POST" });
      for (const text of expected.logs) await nodeRed.logged(text);
      assert.doesNotMatch(nodeRed.log(), /debug:error\]|\[error\]/);
    });
});
