/** A real Node-RED that ends and begins again, with a context store on the disk: the same on every service. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PACKAGE, startNodeRed, type NodeRed } from "../e2e/node-red";
import { until } from "./downlinks";
import { node, tab, type FlowNode } from "./nodeRed";
import { waiting, type Stage } from "./stages";

/** The package's pauses are so many times as short: what is waited for here is Node-RED itself. */
const SPEED = 5;
const FASTER = {
  NODE_OPTIONS: `--require ${path.join(PACKAGE, "trust/node-red/time.cjs")}`,
  TRUST_SPEED: String(SPEED),
};

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

const debug = (id: string, shown: string): FlowNode =>
  node("debug", id, {
    ...{ active: true, console: true, tosidebar: false, targetType: "jsonata" },
    complete: `mine & ': ' & ${shown}`,
  });

/**
 * @param services of each, what starts a stage
 * @param config of the context store
 */
export function survivesRestarts(
  services: Readonly<Record<string, () => Promise<Stage>>>,
  config: object = { flushInterval: 1 },
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
    afterEach(async () => {
      await nodeRed.stop();
      for (const [, stage] of everywhere()) await stage.stop();
      await rm(userDir, { recursive: true, force: true });
    });

    const start = async (): Promise<void> => {
      const flows = [
        tab(),
        ...everywhere().flatMap(([name, stage]) => flowOf(name, stage)),
        debug("debug", "downlink.state & $string(payload)"),
        { ...node("catch", "catch", { scope: null, wires: [["caught"]] }) },
        debug("caught", "error.code"),
      ];
      const credentials = Object.fromEntries(
        everywhere().map(([name, stage]) => [`connection-${name}`, stage.credentials]),
      );
      nodeRed = await startNodeRed(flows, {
        userDir,
        credentials,
        settings: { contextStorage: { default: { module: "localfilesystem", config } } },
        environment: FASTER,
      });
    };
    const give = async (name: string): Promise<void> => {
      const answer = await fetch(`${nodeRed.url}/inject/${name}`, { method: "POST" });
      assert.ok(answer.ok);
    };
    const connected = (name: string): Promise<void> =>
      nodeRed.logged(new RegExp(`\\[tts-connection:to-${name}\\] Connected`));
    /** When it stands in the context of its node on the disk. */
    const written = async (name: string): Promise<void> => {
      let found = false;
      const look = async (): Promise<void> => {
        const folder = path.join(userDir, "context");
        const files = await readdir(folder, { recursive: true });
        const file = files.find((one) => one.endsWith(`downlink-${name}.json`));
        found = file !== undefined && (await readFile(path.join(folder, file), "utf8")).includes(DEVICE);
      };
      await until(() => {
        look().catch(() => undefined);
        return found;
      }, `${name} on the disk`);
    };
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
      await start();
      for (const [name] of everywhere()) await give(name);
      for (const [name] of everywhere()) await written(name);
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
