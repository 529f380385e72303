import { type FlowNode } from "../e2e/node-red";
import { exampleOf } from "../exampleFiles";

/**
 * An example in which nodes are set to what runs on this machine, such as the port of a database.
 *
 * @param settings by node type
 */
export const changed = (name: string, settings: Readonly<Record<string, object>> = {}): FlowNode[] =>
  exampleOf(name).nodes.map((node) => ({
    ...node,
    ...(node.type === "debug" && { console: true }),
    ...settings[String(node.type)],
  }));
