/** A real Node-RED that ends and begins again in one user directory, with a context store on the disk. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { PACKAGE, startNodeRed, type NodeRed } from "../e2e/node-red";
import { until } from "./downlinks";
import { node, type FlowNode } from "./nodeRed";

export interface Again {
  /** Of the context store. */
  readonly config?: object;
  /** The package's pauses are so many times as short; default 1. */
  readonly speed?: number;
}

export const startAgain = (
  userDir: string,
  flows: readonly FlowNode[],
  credentials: Readonly<Record<string, object>>,
  { config = { flushInterval: 1 }, speed = 1 }: Again = {},
): Promise<NodeRed> =>
  startNodeRed(flows, {
    ...{ userDir, credentials },
    settings: { contextStorage: { default: { module: "localfilesystem", config } } },
    environment: {
      NODE_OPTIONS: `--require ${path.join(PACKAGE, "trust/node-red/time.cjs")}`,
      TRUST_SPEED: String(speed),
    },
  });

/** When the context of a node has this in it on the disk. */
export async function written(userDir: string, nodeId: string, text: RegExp): Promise<void> {
  let found = false;
  const look = async (): Promise<void> => {
    const folder = path.join(userDir, "context");
    const files = await readdir(folder, { recursive: true });
    // A config node has no tab, and its context stands where that of a tab does.
    const names = [`${nodeId}.json`, path.join(nodeId, "flow.json")];
    const file = files.find((one) => names.some((name) => one.endsWith(path.sep + name) || one === name));
    found = file !== undefined && text.test(await readFile(path.join(folder, file), "utf8"));
  };
  await until(() => {
    look().catch(() => undefined);
    return found;
  }, `${text.source} of ${nodeId} on the disk`);
}

/** Shows in the log what comes. @param shown JSONata */
export const logging = (id: string, shown: string): FlowNode =>
  node("debug", id, {
    ...{ active: true, console: true, tosidebar: false, targetType: "jsonata" },
    complete: shown,
  });
