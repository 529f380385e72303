import type { Text } from "../../../src/stack/explanation";
import { nearestIdentifier } from "../../../src/stack/nearestIdentifier";
import { textIn, type FlowNode } from "./flow";

/** What a user should know or do about a converted node, or about one that works with it. */
export interface Note extends Text {
  /** ID of the node. */
  readonly node: string;
}

/** Which network a connection leads to: IDs have to follow its rule. */
export type Target = "stack" | "v2";

/** What becomes of an old node: nodes, and what could not be carried over. */
export interface Converted {
  readonly nodes: readonly FlowNode[];
  readonly notes: readonly Note[];
  /** For each output of the old node the IDs of those from whose only output its wires lead now. Without it: as they were. */
  readonly outputs?: readonly (readonly string[])[];
  /** The one of them to which the wires of the old input lead now. Without it: the first. */
  readonly input?: string;
}

export const noteOn =
  (node: FlowNode) =>
  (key: `migration.${string}`, values: Text["values"] = {}): Note => ({
    node: node.id,
    key,
    values: { node: nameOf(node), ...values },
  });

/** What stands on nodes that have no name. */
const LABELS: Readonly<Record<string, string>> = {
  "mqtt in": "topic",
  "mqtt out": "topic",
  "mqtt-broker": "broker",
};

/** As it is called on the canvas. */
function nameOf(node: FlowNode): string {
  const label = Object.hasOwn(LABELS, node.type) ? LABELS[node.type] : "appId";
  return (textIn(node, "name") || textIn(node, label ?? "") || node.type).slice(0, 60);
}

/** An ID as it is in The Things Stack, where V2's have been allowed more: `door_1` is registered as `door-1` there. */
export function idFor(target: Target, id: string): string {
  return target === "v2" ? id : (nearestIdentifier(id) ?? id);
}
