import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startSimulator, type Simulator } from "../../simulator/simulator";
import type { NodeRed } from "../e2e/node-red";
import { DEVICES, until } from "./downlinks";
import { connection, node, subscribed, tab, uplink } from "./nodeRed";
import { logging, startAgain, written } from "./restarting";
import { survivesRestarts } from "./restartScenes";
import { stackStage, v2Stage } from "./stages";

survivesRestarts({ "the-stack": stackStage, V2: v2Stage });

describe("when Node-RED is killed and started again, with context on the disk", function () {
  this.timeout(40_000);
  let simulator: Simulator;
  let userDir: string;
  let nodeRed: NodeRed;

  beforeEach(async () => {
    simulator = await startSimulator({ devices: DEVICES, storage: {} });
    userDir = await mkdtemp(path.join(tmpdir(), "node-red-restart-"));
  });
  afterEach(async () => {
    await nodeRed.stop();
    await simulator.stop();
    await rm(userDir, { recursive: true, force: true });
  });

  it("downlinks that the context store had not written yet are counted, once", async () => {
    const far = { ...connection(simulator, { host: "127.0.0.1", port: "1" }) };
    const flow = [
      ...[tab(), far],
      node("tts-downlink", "down", { connection: "connection", device: "lamp", deviceType: "str" }),
      node("inject", "ask", {
        ...{ wires: [["down"]], repeat: "", once: false },
        props: [{ p: "payload", v: "[1]", vt: "bin" }],
      }),
    ];
    const start = async (): Promise<void> => {
      const config = { flushInterval: 600 };
      nodeRed = await startAgain(userDir, flow, { connection: { apiKey: simulator.apiKey } }, { config });
    };
    const give = (): Promise<Response> => fetch(`${nodeRed.url}/inject/ask`, { method: "POST" });
    const counted = /Waiting downlinks lost because Node-RED ended too soon: 2\./;
    await start();
    for (let times = 0; times < 2; times++) await give();
    const journal = path.join(userDir, "tts-downlinks.journal");
    await until(() => existsSync(journal) && readFileSync(journal, "utf8").split("waits").length === 3, "it");
    await nodeRed.end("SIGKILL");

    await start();
    await nodeRed.logged(counted);
    await nodeRed.end("SIGKILL");
    await start();
    await nodeRed.logged(/Started flows/);
    await give();
    assert.doesNotMatch(nodeRed.log(), counted);
  });

  it("uplinks that came meanwhile are fetched, each once, and a watch knows what it knew", async () => {
    const flow = [
      ...[tab(), connection(simulator, { api: simulator.apiUrl, backfill: true })],
      uplink({ wires: [["came"]] }),
      logging("came", "deviceId & ' ' & fCnt & (backfilled ? ' fetched' : ' live')"),
      node("tts-watch", "watch", { wires: [["told"]] }),
      logging("told", "event & ' ' & payload.(id & ' ' & received & ' ' & lost)"),
      node("inject", "ask", { wires: [["watch"]], repeat: "", once: false, props: [] }),
    ];
    const start = async (speed: number): Promise<void> => {
      nodeRed = await startAgain(userDir, flow, { connection: { apiKey: simulator.apiKey } }, { speed });
    };
    const send = (f_cnt: number): unknown =>
      simulator.publish("uplink_message", "lamp", {
        session_key_id: "AA==",
        f_port: 1,
        f_cnt,
        frm_payload: "AQ==",
      });
    const lines = (): string[] => nodeRed.log().match(/(?<=\] )(lamp|new|lost|reset|back|silent) .*/g) ?? [];

    // A watch writes down twice a minute what it knows.
    await start(20);
    await subscribed(simulator, 2);
    for (const f_cnt of [1, 2, 4]) send(f_cnt);
    await nodeRed.logged(/lamp 4 live/);
    assert.deepEqual(lines().sort(), ["lamp 1 live", "lamp 2 live", "lamp 4 live", "new lamp 1 0"]);
    await written(userDir, "watch", /"fCnt":\s*4/);
    await written(userDir, "connection", /lamp AA== 4/);
    await nodeRed.end("SIGKILL");
    for (const f_cnt of [5, 6]) send(f_cnt);

    await start(1);
    await nodeRed.logged(/lamp 6 fetched/);
    send(7);
    await nodeRed.logged(/lamp 7 live/);
    assert.deepEqual(lines(), ["lamp 5 fetched", "lamp 6 fetched", "lamp 7 live"]);
    await fetch(`${nodeRed.url}/inject/ask`, { method: "POST" });
    await nodeRed.logged(/table lamp 6 1/);
  });
});
