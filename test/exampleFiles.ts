/** The examples of the package, as Node-RED finds them: files in folders. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { PACKAGE, toFlow, type FlowNode } from "./e2e/node-red";

export interface Example {
  readonly folder: string;
  readonly name: string;
  readonly json: string;
  readonly nodes: readonly FlowNode[];
  /** The package of others that it needs. */
  readonly needs: string | undefined;
}

const FOLDER = path.join(PACKAGE, "examples");

/** Beginning of a node type to the package that has it. */
const OTHERS: Readonly<Record<string, string>> = {
  "ui-": "@flowfuse/node-red-dashboard",
  worldmap: "node-red-contrib-web-worldmap",
  influxdb: "node-red-contrib-influxdb",
  postgre: "node-red-contrib-postgresql",
  "e-mail": "node-red-node-email",
};

function packageOf(nodes: readonly FlowNode[]): string | undefined {
  for (const [start, name] of Object.entries(OTHERS))
    if (nodes.some(({ type }) => String(type).startsWith(start))) return name;
  return undefined;
}

function read(folder: string, file: string): Example {
  const json = readFileSync(path.join(FOLDER, folder, file), "utf8");
  const nodes = toFlow(JSON.parse(json) as unknown);
  return { folder, name: path.parse(file).name, json, nodes, needs: packageOf(nodes) };
}

/** Sorted by folder, then by name. */
export const EXAMPLES: readonly Example[] = readdirSync(FOLDER)
  .sort()
  .flatMap((folder) =>
    readdirSync(path.join(FOLDER, folder))
      .sort()
      .map((file) => read(folder, file)),
  );

export const isConnection = ({ type }: FlowNode): boolean => type === "tts-connection";

/** Whether several examples have it, with the same ID: the connection to the demo, and what all pages of a dashboard have in common. */
export const isShared = ({ type, service }: FlowNode): boolean =>
  service === "demo" || type === "ui-base" || type === "ui-theme";

/** By its name. */
export function exampleOf(name: string): Example {
  const found = EXAMPLES.find((example) => example.name === name);
  if (!found) throw new Error(`No example is called ${name}`);
  return found;
}
