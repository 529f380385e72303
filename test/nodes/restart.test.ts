/** A real Node-RED that ends and begins again, with a context store on the disk. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Simulator } from "../../simulator/simulator";
import { startNodeRed, type NodeRed } from "../e2e/node-red";
import { startSimulator } from "../../simulator/simulator";
import { DEVICES, published, queued, until } from "./downlinks";
import { connection, node, tab, type FlowNode } from "./nodeRed";

const inject = (id: string, deviceId: string): FlowNode => ({
  ...node("inject", id, { wires: [["downlink"]], repeat: "", once: false }),
  props: [
    { p: "deviceId", v: deviceId, vt: "str" },
    { p: "payload", v: "[1]", vt: "bin" },
    { p: "mine", v: `of ${deviceId}`, vt: "str" },
  ],
});

const flowFor = (simulator: Simulator, report: string): FlowNode[] => [
  tab(),
  connection(simulator, { api: simulator.apiUrl }),
  ...["lamp", "lamp-2"].map((id) => inject(id, id)),
  node("tts-downlink", "downlink", { report, wires: [["debug"]] }),
  node("debug", "debug", {
    ...{ active: true, console: true, tosidebar: false, targetType: "jsonata" },
    complete: "mine & ': ' & downlink.state & $string(payload)",
  }),
  { ...node("catch", "catch", { scope: null, wires: [["caught"]] }) },
  node("debug", "caught", {
    ...{ active: true, console: true, tosidebar: false, targetType: "jsonata" },
    complete: "mine & ': ' & error.code",
  }),
];

describe("downlinks when Node-RED is restarted, where context is kept on the disk", function () {
  this.timeout(40_000);
  let simulator: Simulator;
  let userDir: string;
  let nodeRed: NodeRed;

  beforeEach(async () => {
    simulator = await startSimulator({ devices: DEVICES, timing: { acceptedAfter: 1 } });
    userDir = await mkdtemp(path.join(tmpdir(), "node-red-restart-"));
  });
  afterEach(async () => {
    await nodeRed.stop();
    await simulator.stop();
    await rm(userDir, { recursive: true, force: true });
  });

  const start = async (report: string, config: object = { flushInterval: 1 }): Promise<void> => {
    nodeRed = await startNodeRed(flowFor(simulator, report), {
      userDir,
      credentials: { connection: { apiKey: simulator.apiKey } },
      settings: { contextStorage: { default: { module: "localfilesystem", config } } },
    });
  };
  const give = async (id: string): Promise<void> => {
    const answer = await fetch(`${nodeRed.url}/inject/${id}`, { method: "POST" });
    assert.ok(answer.ok);
  };
  /** When the file of the node's context has this in it. */
  const written = async (text: string): Promise<void> => {
    let found = false;
    const look = async (): Promise<void> => {
      const folder = path.join(userDir, "context");
      const files = await readdir(folder, { recursive: true });
      const file = files.find((name) => name.endsWith("downlink.json"));
      found = file !== undefined && (await readFile(path.join(folder, file), "utf8")).includes(text);
    };
    await until(() => {
      look().catch(() => undefined);
      return found;
    }, `${text} on the disk`);
  };

  it("are sent where they were held, and followed to their end where they were sent", async () => {
    await start("sent");
    await give("lamp");
    await queued(simulator, "lamp");
    await nodeRed.end("SIGTERM");
    assert.doesNotMatch(nodeRed.log(), /no longer followed|dropped/);
    await simulator.stop();

    await start("sent");
    await give("lamp-2");
    await nodeRed.end("SIGTERM");
    assert.doesNotMatch(nodeRed.log(), /no longer followed|dropped/);
    await simulator.restart();

    await start("sent");
    await queued(simulator, "lamp-2");
    for (const device of ["lamp", "lamp-2"]) {
      simulator.uplink(device);
      await nodeRed.logged(new RegExp(`of ${device}: sent`));
    }
    assert.equal(simulator.publishes.length, 2);
  });

  it("are sent once where the process was killed while they were held", async () => {
    await simulator.stop();
    await start("queued");
    await give("lamp");
    await written("lamp");
    await nodeRed.end("SIGKILL");
    await simulator.restart();
    await start("queued");
    await nodeRed.logged(/of lamp: queued/);
    assert.equal(simulator.publishes.length, 1);
  });

  it("are never sent again where the process was killed right after they were sent", async () => {
    await simulator.stop();
    await start("sent", { flushInterval: 1 });
    await give("lamp");
    await written("lamp");
    await simulator.restart();
    await published(simulator, 1);
    await nodeRed.end("SIGKILL");
    await start("sent");
    await until(() => simulator.subscribes.length >= 12, "the subscriptions");
    simulator.uplink("lamp");
    await nodeRed.logged(/of lamp: (sent|unanswered)/);
    assert.equal(simulator.publishes.length, 1);
  });
});
