/** Starts a real Node-RED (child process, own user directory, free port) that has this package loaded. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../freePort";

export const PACKAGE = path.resolve(__dirname, "../..");
/** `NODE_RED` picks another Node-RED, `NODE_RED_NODE` another Node.js: the compatibility matrix. */
const RED_JS = process.env.NODE_RED ?? path.join(PACKAGE, "node_modules/node-red/red.js");
const NODE = process.env.NODE_RED_NODE ?? process.execPath;

/** In the languages that tests start it in. */
const STARTED = /Started flows|Waiting for missing types|Flows sind gestartet/;

/** A node as it stands in a flow file. */
export type FlowNode = Readonly<Record<string, unknown>>;

export interface NodeRed {
  readonly url: string;
  getFlows(): Promise<readonly FlowNode[]>;
  /** Starts these in place of those that run; credentials stand in the nodes. */
  setFlows(flows: readonly FlowNode[]): Promise<void>;
  readonly userDir: string;
  /** All that Node-RED has written to its log. */
  log(): string;
  /** Forgets it, for what comes now. */
  clearLog(): void;
  /** Resolves when the log has this in it. */
  logged(text: RegExp): Promise<void>;
  /** Ends the process, and leaves the user directory. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  stop(): Promise<void>;
}

const isFlow = (value: unknown): value is readonly FlowNode[] =>
  Array.isArray(value) && value.every((node) => typeof node === "object" && node !== null);

/** Parses a flow file or an answer of the API; anything else ends the test. */
export function toFlow(value: unknown): readonly FlowNode[] {
  if (!isFlow(value)) throw new Error("This is no flow");
  return value;
}

export interface NodeRedOptions {
  /** Where packages are installed and the flow is kept; default: an empty one, removed at the end. */
  readonly userDir?: string;
  /** Folders that packages are loaded from without being installed; default: this package. */
  readonly nodesDir?: readonly string[];
  /** Of what Node-RED itself says; default: English. */
  readonly lang?: string;
  /** Beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** By node ID, as Node-RED keeps them when it does not encrypt. */
  readonly credentials?: Readonly<Record<string, object>>;
  /** More for settings.js, such as who may log in. */
  readonly settings?: object;
}

export async function startNodeRed(
  flows: readonly FlowNode[] = [],
  options: NodeRedOptions = {},
): Promise<NodeRed> {
  const port = await freePort();
  const userDir = options.userDir ?? (await mkdtemp(path.join(tmpdir(), "node-red-")));
  const settings = {
    uiHost: "127.0.0.1",
    uiPort: port,
    flowFile: "flows.json",
    credentialSecret: options.credentials ? false : "test",
    nodesDir: options.nodesDir ?? [PACKAGE],
    fileWorkingDirectory: userDir,
    lang: options.lang ?? "en-US",
    // No test writes code: the smaller of the editors for it is loaded in a moment.
    editorTheme: { tours: false, codeEditor: { lib: "ace" } },
    telemetry: { enabled: false, updateNotification: false },
    externalModules: { palette: { allowInstall: false, allowUpload: false } },
    ...options.settings,
  };
  await writeFile(path.join(userDir, "settings.js"), `module.exports = ${JSON.stringify(settings)};`);
  await writeFile(path.join(userDir, "flows.json"), JSON.stringify(flows));
  if (options.credentials)
    await writeFile(path.join(userDir, "flows_cred.json"), JSON.stringify(options.credentials));

  const child = spawn(NODE, [RED_JS, "--userDir", userDir], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...options.environment },
  });
  let output = "";
  const watchers = new Set<() => void>();
  const write = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const look of watchers) look();
  };
  child.stdout.on("data", write);
  child.stderr.on("data", write);
  const logged = (text: RegExp): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!text.test(output)) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
    });

  const url = `http://127.0.0.1:${port}`;
  const end = async (signal: "SIGTERM" | "SIGKILL"): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  };
  const stop = async (): Promise<void> => {
    await end("SIGTERM");
    await rm(userDir, { recursive: true, force: true });
  };
  const deadline = Date.now() + 60_000;
  // The flows may be there before the server: in any language, it tells its address.
  while (!STARTED.test(output) || !output.includes(`127.0.0.1:${port}`)) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`Node-RED did not start:\n${output}`);
    }
    await sleep(20);
  }
  return {
    url,
    getFlows: async () => toFlow(await (await fetch(`${url}/flows`)).json()),
    setFlows: async (next) => {
      const answer = await fetch(`${url}/flows`, {
        method: "POST",
        headers: { "content-type": "application/json", "node-red-deployment-type": "full" },
        body: JSON.stringify(next),
      });
      if (!answer.ok) throw new Error(`Node-RED did not take the flows: ${await answer.text()}`);
    },
    userDir,
    log: () => output,
    clearLog: () => void (output = ""),
    logged,
    end,
    stop,
  };
}
