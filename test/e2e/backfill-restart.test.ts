import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startSimulator, type Simulator } from "../../simulator/simulator";
import { startNodeRed, type FlowNode, type NodeRed } from "./node-red";

const PERSISTENT = {
  contextStorage: { default: { module: "localfilesystem", config: { flushInterval: 1 } } },
};

const flow = ({ host, port, apiUrl, applicationId }: Simulator): FlowNode[] => [
  { id: "tab1", type: "tab", label: "Flow 1" },
  {
    ...{ id: "c1", type: "tts-connection", host, port: String(port), useTls: false },
    ...{ applicationId, api: apiUrl, backfill: true },
  },
  { ...{ id: "u1", type: "tts-uplink", z: "tab1", x: 0, y: 0, connection: "c1", wires: [["f1"]] } },
  {
    ...{ id: "f1", type: "function", z: "tab1", x: 0, y: 0, wires: [], outputs: 0 },
    func: "node.warn(`got ${msg.fCnt}${msg.backfilled ? ' later' : ''};`);",
  },
];

const got = (nodeRed: NodeRed): string[] =>
  [...nodeRed.log().matchAll(/got (\d+(?: later)?);/g)].map(([, what = ""]) => what);

describe("a restart of Node-RED with backfill", () => {
  let simulator: Simulator;
  let userDir: string;
  let nodeRed: NodeRed | undefined;
  let counter = 0;

  beforeEach(async () => {
    counter = 0;
    simulator = await startSimulator({ storage: {} });
    userDir = await mkdtemp(path.join(tmpdir(), "node-red-"));
  });
  afterEach(async () => {
    await nodeRed?.stop();
    await simulator.stop();
  });

  const send = (): void => {
    const body = { session_key_id: "AA==", f_port: 1, f_cnt: ++counter, frm_payload: "AQ==" };
    simulator.publish("uplink_message", "lamp", body);
  };

  const start = async (settings: object): Promise<NodeRed> => {
    const before = simulator.subscribes.length;
    nodeRed = await startNodeRed(flow(simulator), {
      ...{ userDir, settings, credentials: { c1: { apiKey: simulator.apiKey } } },
    });
    while (simulator.subscribes.length <= before) await simulator.next("subscribe");
    return nodeRed;
  };

  it("brings what came meanwhile, each once, where the context store is persistent", async () => {
    const first = await start(PERSISTENT);
    send();
    send();
    await first.logged(/got 2;/);
    await first.end("SIGTERM");
    [3, 4].forEach(send);
    const second = await start(PERSISTENT);
    await second.logged(/Missed uplinks fetched: 2 /);
    send();
    await second.logged(/got 5;/);
    assert.deepEqual(got(second), ["3 later", "4 later", "5"]);
  });

  it("brings nothing of before from another application", async () => {
    const first = await start(PERSISTENT);
    send();
    await first.logged(/got 1;/);
    await first.end("SIGTERM");
    await simulator.stop();
    simulator = await startSimulator({ applicationId: "app2", storage: {} });
    send();
    const second = await start(PERSISTENT);
    send();
    await second.logged(/got 3;/);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.deepEqual(got(second), ["3"]);
  });

  it("brings nothing where nothing is kept over a restart", async () => {
    const first = await start({});
    send();
    await first.logged(/got 1;/);
    await first.end("SIGKILL");
    send();
    const second = await start({});
    send();
    await second.logged(/got 3;/);
    assert.deepEqual(got(second), ["3"]);
  });
});
