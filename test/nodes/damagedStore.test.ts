import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { downlink, withDevices } from "./downlinks";
import { connection, tab } from "./nodeRed";
import { startAgain } from "./restarting";
import type { Simulator } from "../../simulator/simulator";

describe("what stands of downlinks in a context store and was damaged", () => {
  let userDir: string;
  let simulator: Simulator;

  before(async () => {
    userDir = await mkdtemp(path.join(tmpdir(), "damaged-"));
    simulator = await withDevices();
  });

  after(async () => {
    await simulator.stop();
    await rm(userDir, { recursive: true, force: true });
  });

  it("ends no Node-RED, at whatever start, and the node works", async function () {
    this.timeout(60_000);
    const target = JSON.stringify(["stack", simulator.host, simulator.port, simulator.applicationId]);
    const record = (number: number, more: object): object => ({
      ...{ version: 1, id: `${number}`.padStart(32, "0"), target, savedAt: 1, journal: "x", message: "{}" },
      ...{ job: { order: { items: [] } }, progress: { items: [] } },
      ...more,
    });
    const records = [
      record(1, {}),
      record(2, { job: { order: { items: [null] } }, progress: { items: [null] } }),
      record(3, { job: { order: { items: [{}] } }, progress: { items: [{}], published: 5 } }),
      record(4, { message: '{"a":' }),
      record(6, {
        ...{
          job: {
            report: "queued",
            timeout: 10,
            offline: "hold",
            order: { deviceId: "valve", operation: "push", encoding: "bytes", items: [] },
          },
        },
        progress: { arrivedAt: 1, items: [], published: { at: 1, acknowledged: true, accepted: true } },
      }),
      // Of an item that the order does not have.
      record(7, {
        job: {
          ...{ report: "sent", timeout: 0, offline: "hold" },
          order: { deviceId: "valve", operation: "push", encoding: "bytes", items: [] },
        },
        progress: {
          arrivedAt: Date.now(),
          published: { at: Date.now(), acknowledged: true, accepted: false },
          items: [{ correlationIds: [], steps: [], attempts: 0, concluded: 0, over: false, settled: false }],
        },
      }),
      record(5, { message: "5", job: { order: { items: [{}], deviceId: 5 } } }),
      null,
    ];
    await mkdir(path.join(userDir, "context/tab"), { recursive: true });
    await writeFile(path.join(userDir, "context/tab/downlink.json"), JSON.stringify({ downlinks: records }));
    const inject = {
      ...{
        id: "inject",
        type: "inject",
        z: "tab",
        x: 0,
        y: 0,
        once: true,
        onceDelay: 1,
        wires: [["downlink"]],
      },
      props: [
        { p: "payload", v: "[1]", vt: "json" },
        { p: "deviceId", v: "valve", vt: "str" },
      ],
    };
    const flows = [tab(), connection(simulator), downlink({ report: "published" }), inject];
    const nodeRed = await startAgain(
      userDir,
      flows,
      { connection: { apiKey: simulator.apiKey } },
      { config: { cache: false } },
    );
    try {
      if (simulator.publishes.length === 0) await simulator.next("publish");
      assert.doesNotMatch(nodeRed.log(), /Uncaught|Unhandled/i);
    } finally {
      await nodeRed.stop();
    }
  });
});
