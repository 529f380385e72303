/** What becomes of downlinks when Node-RED ends and begins again, with a context store on the disk: the same on every service. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { NodeRed } from "../e2e/node-red";
import { until } from "./downlinks";
import { node, tab, type FlowNode } from "./nodeRed";
import { logging, startAgain, written } from "./restarting";
import { waiting, type Stage } from "./stages";

const DEVICE = "lamp";

/** A connection of its own, which a message is given to by an Inject node. */
const flowOf = (name: string, { connection }: Stage): FlowNode[] => [
  { ...connection, id: `connection-${name}`, name: `to-${name}` },
  {
    ...node("inject", name, { wires: [[`downlink-${name}`]], repeat: "", once: false }),
    props: [
      { p: "deviceId", v: DEVICE, vt: "str" },
      { p: "payload", v: "[1]", vt: "bin" },
      { p: "mine", v: name, vt: "str" },
    ],
  },
  node("tts-downlink", `downlink-${name}`, {
    ...{ connection: `connection-${name}`, report: "sent", wires: [["debug"]] },
  }),
];

/**
 * @param services of each, what starts a stage
 * @param config of the context store
 */
export function survivesRestarts(
  services: Readonly<Record<string, () => Promise<Stage>>>,
  config?: object,
): void {
  describe(`downlinks on ${Object.keys(services).join(", ")} when Node-RED is restarted, with context on the disk`, function () {
    this.timeout(40_000);
    /** For each service one that is there, and one that goes away. */
    const there = new Map<string, Stage>();
    const away = new Map<string, Stage>();
    let userDir: string;
    let nodeRed: NodeRed;

    const everywhere = (): (readonly [string, Stage])[] => [...there, ...away];
    const each = <T>(
      stages: ReadonlyMap<string, Stage>,
      run: (name: string, stage: Stage) => Promise<T>,
    ): Promise<T[]> => Promise.all(Array.from(stages, ([name, stage]) => run(name, stage)));

    beforeEach(async () => {
      userDir = await mkdtemp(path.join(tmpdir(), "node-red-restart-"));
      for (const [service, start_] of Object.entries(services)) {
        there.set(`${service}-there`, await start_());
        away.set(`${service}-away`, await start_());
      }
    });
    afterEach(async function () {
      if (this.currentTest?.state === "failed") console.log(nodeRed.log(), userDir);
      await nodeRed.stop();
      for (const [, stage] of everywhere()) await stage.stop();
      await rm(userDir, { recursive: true, force: true });
    });

    const start = async (speed = 1): Promise<void> => {
      const flows = [
        tab(),
        ...everywhere().flatMap(([name, stage]) => flowOf(name, stage)),
        logging("debug", "mine & ': ' & downlink.state & $string(payload)"),
        { ...node("catch", "catch", { scope: null, wires: [["caught"]] }) },
        logging("caught", "mine & ': ' & error.code"),
      ];
      const credentials = Object.fromEntries(
        everywhere().map(([name, stage]) => [`connection-${name}`, stage.credentials]),
      );
      nodeRed = await startAgain(userDir, flows, credentials, { speed, ...(config && { config }) });
    };
    const give = async (name: string): Promise<void> => {
      const answer = await fetch(`${nodeRed.url}/inject/${name}`, { method: "POST" });
      assert.ok(answer.ok);
    };
    const connected = (name: string): Promise<void> =>
      nodeRed.logged(new RegExp(`\\[tts-connection:to-${name}\\] Connected`));
    /** Sent or not, in this process: the message is whole, and comes once. */
    const told = async (name: string, what: RegExp): Promise<void> => {
      await nodeRed.logged(new RegExp(`\\] ${name}: ${what.source}`));
    };
    const toldOnce = (name: string): void => {
      assert.equal(nodeRed.log().match(new RegExp(`\\] ${name}: `, "g"))?.length, 1, nodeRed.log());
    };
    const SENT = /sent\{"type":"Buffer","data":\[1\]\}/;
    const sentWithUplink = async (name: string, stage: Stage): Promise<void> => {
      await connected(name);
      await waiting(stage, DEVICE);
      stage.uplink(DEVICE);
      await told(name, SENT);
    };
    const publishedOnce = (): void => {
      for (const [name, stage] of everywhere()) {
        toldOnce(name);
        assert.deepEqual(stage.published, ["AQ=="], name);
      }
    };

    it("are followed to their end where they were sent, and sent where they were held", async () => {
      await each(away, (_, stage) => stage.away());
      await start();
      await each(there, async (name, stage) => {
        await give(name);
        await waiting(stage, DEVICE);
      });
      await each(away, give);
      // Restart Flows, in the Deploy menu.
      nodeRed.clearLog();
      await fetch(`${nodeRed.url}/flows`, {
        method: "POST",
        headers: { "node-red-deployment-type": "reload" },
      });
      await nodeRed.logged(/Started flows/);
      await nodeRed.end("SIGTERM");
      assert.doesNotMatch(nodeRed.log(), /no longer followed|dropped/);
      await each(away, (_, stage) => stage.back());
      for (const stage of there.values()) if (stage.keepsAnswers) stage.uplink(DEVICE);

      await start();
      await each(there, (name, stage) =>
        stage.keepsAnswers ? told(name, SENT) : sentWithUplink(name, stage),
      );
      await each(away, sentWithUplink);
      publishedOnce();
    });

    it("are sent once where the process was killed while they were held, never again where they had left", async () => {
      for (const [, stage] of everywhere()) await stage.away();
      // Downlinks are written down after a second, and the next attempt to connect has its pause.
      await start(5);
      for (const [name] of everywhere()) await give(name);
      for (const [name] of everywhere()) await written(userDir, `downlink-${name}`, /lamp/);
      await each(there, (_, stage) => stage.back());
      await each(there, (name, stage) =>
        until(() => stage.published.length === 1, `${name} to be published`),
      );
      await nodeRed.end("SIGKILL");
      await each(away, (_, stage) => stage.back());

      await start();
      await each(away, sentWithUplink);
      await each(there, async (name, stage) => {
        await connected(name);
        stage.uplink(DEVICE);
        await told(name, /(sent|unanswered)/);
      });
      publishedOnce();
    });
  });
}
