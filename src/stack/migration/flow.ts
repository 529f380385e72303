/** A Node-RED flow as JSON, of unknown origin: people paste what they find. */
import { isJsonObject } from "../check";

/** A node as it stands in a flow. */
export interface FlowNode {
  readonly [property: string]: unknown;
  readonly id: string;
  readonly type: string;
}

/** What stands in every node, whatever its type, and stays when the type changes. */
const COMMON = ["id", "z", "g", "d", "l", "info", "x", "y", "wires"] as const;

export function isFlowNode(value: unknown): value is FlowNode {
  return isJsonObject(value) && typeof value.id === "string" && typeof value.type === "string";
}

/** A property that is text or a number, trimmed; empty for anything else. */
export function textIn(node: FlowNode, property: string): string {
  const value = Object.hasOwn(node, property) ? node[property] : undefined;
  return typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
}

export function commonOf(node: FlowNode): Record<string, unknown> {
  return Object.fromEntries(
    COMMON.flatMap((name) => (Object.hasOwn(node, name) ? [[name, node[name]]] : [])),
  );
}

/** The IDs that each output leads to. */
export function wiresOf(node: FlowNode): readonly (readonly string[])[] {
  if (!Array.isArray(node.wires)) return [];
  return node.wires.map((wires: unknown) =>
    Array.isArray(wires) ? wires.filter((id): id is string => typeof id === "string") : [],
  );
}

/** Which nodes come before which, along wires and links. */
export class Wiring {
  readonly #nodes: ReadonlyMap<string, FlowNode>;
  readonly #before = new Map<string, FlowNode[]>();

  constructor(flow: readonly FlowNode[]) {
    this.#nodes = new Map(flow.map((node) => [node.id, node]));
    for (const node of flow) {
      const links = node.type === "link out" && Array.isArray(node.links) ? (node.links as unknown[]) : [];
      for (const id of [...wiresOf(node).flat(), ...links])
        if (typeof id === "string") this.#before.set(id, [...(this.#before.get(id) ?? []), node]);
    }
  }

  node(id: string): FlowNode | undefined {
    return this.#nodes.get(id);
  }

  /** All nodes that a message may have come through, the nearest first. */
  before(id: string): readonly FlowNode[] {
    const found = new Map<string, FlowNode>();
    let edge = [id];
    while (edge.length > 0) {
      const next = edge.flatMap((one) => this.#before.get(one) ?? []).filter((node) => !found.has(node.id));
      for (const node of next) found.set(node.id, node);
      edge = [...new Set(next.map((node) => node.id))];
    }
    return [...found.values()];
  }
}
