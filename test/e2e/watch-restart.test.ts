import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startSimulator, type Simulator } from "../../simulator/simulator";
import { startNodeRed, type FlowNode, type NodeRed } from "./node-red";

const STORED = path.join("context", "tab", "watch.json");

describe("a watch in a Node-RED with a persistent context store", () => {
  let simulator: Simulator;
  let folder: string;
  let nodeRed: NodeRed | undefined;

  beforeEach(async () => {
    simulator = await startSimulator();
    folder = await mkdtemp(path.join(tmpdir(), "node-red-"));
  });
  afterEach(async () => {
    await nodeRed?.stop();
    nodeRed = undefined;
    await simulator.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const flow = (): FlowNode[] => {
    const { host, port, applicationId, apiUrl: api } = simulator;
    return [
      { id: "tab", type: "tab", label: "Flow 1" },
      {
        ...{ id: "c", type: "tts-connection", host, port: String(port), useTls: false },
        ...{ tenantId: "", applicationId, api },
      },
      {
        ...{ id: "watch", type: "tts-watch", z: "tab", connection: "c", atStart: true },
        ...{ x: 100, y: 100, wires: [["debug"]] },
      },
      {
        ...{ id: "debug", type: "debug", z: "tab", name: "told", active: true, console: true },
        ...{ complete: "reason", targetType: "msg", x: 300, y: 100, wires: [] },
      },
    ];
  };

  /** When it runs and is subscribed. */
  async function start(): Promise<NodeRed> {
    const before = simulator.subscribes.length;
    const credentials = { c: { apiKey: simulator.apiKey } };
    // It writes out what it has when it stops. The user directory is another one each time.
    const store = { module: "localfilesystem", config: { dir: folder } };
    const settings = { contextStorage: { default: store } };
    nodeRed = await startNodeRed(flow(), { credentials, settings });
    while (simulator.subscribes.length === before) await simulator.next("subscribe");
    return nodeRed;
  }

  it("knows after a restart what it knew before", async () => {
    const before = await start();
    simulator.uplink("thermometer");
    await before.logged(/thermometer was heard for the first time/);
    await before.stop();
    const stored = await readFile(path.join(folder, STORED), "utf8");
    assert.match(stored, /"thermometer"/);
    assert.equal(stored.includes(simulator.apiKey), false);

    const after = await start();
    await after.logged(/thermometer is online: last seen/);
    assert.doesNotMatch(after.log(), /first time/);
  });

  it("knows nothing of the devices of another application", async () => {
    const before = await start();
    simulator.uplink("thermometer");
    await before.logged(/thermometer was heard for the first time/);
    await before.stop();
    await simulator.stop();
    simulator = await startSimulator({ applicationId: "app2" });
    const after = await start();
    simulator.publish("uplink_message", "gps", { f_port: 1, f_cnt: 1 });
    await after.logged(/gps was heard for the first time/);
    assert.doesNotMatch(after.log(), /thermometer/);
  });

  for (const [what, content] of [
    ["of another form", JSON.stringify({ known: { form: 99 } })],
    [
      "hostile",
      '{"known":{"form":1,"__proto__":{"a":1},"devices":[{"id":{"toString":1}},null],"gateways":[7]}}',
    ],
  ] as const)
    it(`begins anew where what was stored is ${what}`, async () => {
      const before = await start();
      simulator.uplink("thermometer");
      await before.logged(/first time/);
      await before.stop();
      assert.ok((await readdir(path.join(folder, "context", "tab"))).includes("watch.json"));
      await writeFile(path.join(folder, STORED), content);
      const after = await start();
      simulator.uplink("thermometer");
      await after.logged(/thermometer was heard for the first time/);
    });
});
