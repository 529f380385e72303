/** A Node-RED that has this package and those of others that examples use. */
import { existsSync } from "node:fs";
import { mkdtemp, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startNodeRed, type FlowNode, type NodeRed, type NodeRedOptions } from "../e2e/node-red";

const INSTALLED = path.join(__dirname, "node_modules");

/** Where a package is installed, if it is. */
export function installed(name: string): string | undefined {
  const folder = path.join(INSTALLED, name);
  return existsSync(folder) ? folder : undefined;
}

/** They are found as those of a user: in `node_modules` of the user directory. */
export async function startWithParts(
  flows: readonly FlowNode[] = [],
  options: NodeRedOptions = {},
): Promise<NodeRed> {
  const userDir = await mkdtemp(path.join(tmpdir(), "node-red-"));
  await symlink(INSTALLED, path.join(userDir, "node_modules"));
  return startNodeRed(flows, { ...options, userDir });
}
