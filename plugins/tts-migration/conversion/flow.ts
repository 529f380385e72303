/** A Node-RED flow as JSON, of unknown origin: people paste what they find. */
import { isJsonObject } from "../../../src/stack/check";

/** A node as it stands in a flow. */
export interface FlowNode {
  readonly [property: string]: unknown;
  readonly id: string;
  readonly type: string;
}

/** What stands in every node, whatever its type, and stays when the type changes. */
const COMMON = [
  "id",
  "z",
  "g",
  "d",
  "l",
  "info",
  "icon",
  "inputLabels",
  "outputLabels",
  "x",
  "y",
  "wires",
] as const;

export function isFlowNode(value: unknown): value is FlowNode {
  return isJsonObject(value) && typeof value.id === "string" && typeof value.type === "string";
}

/** A property that is text or a number, trimmed; empty for anything else. */
export function textIn(node: Readonly<Record<string, unknown>>, property: string): string {
  const value = Object.hasOwn(node, property) ? node[property] : undefined;
  return typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
}

/** Objects in a list of a node, such as the rules of a change node; whatever else is in it is left out. */
export function objectsIn(node: FlowNode, property: string): readonly Record<string, unknown>[] {
  const list = Object.hasOwn(node, property) ? node[property] : undefined;
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

export function commonOf(node: FlowNode): Record<string, unknown> {
  return Object.fromEntries(
    COMMON.flatMap((name) =>
      Object.hasOwn(node, name) && node[name] !== undefined && isCarried(node, name)
        ? [[name, node[name]]]
        : [],
    ),
  );
}

/** An icon of the old package is not there without it. */
const isCarried = (node: FlowNode, name: string): boolean =>
  name !== "icon" || !textIn(node, name).startsWith("node-red-contrib-ttn/");

/** Properties of a node that neither it is known for, by its type, nor every node has: they are left behind. */
export function restOf(node: FlowNode, known: readonly string[]): readonly string[] {
  return Object.keys(node).filter(
    (name) =>
      !(known.includes(name) || name === "type" || (isCommon(name) && isCarried(node, name))) &&
      !isEmpty(node[name]),
  );
}

const isCommon = (name: string): boolean => COMMON.some((one) => one === name);

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

/** The IDs that each output leads to. */
export function wiresOf(node: FlowNode): readonly (readonly string[])[] {
  if (!Array.isArray(node.wires)) return [];
  return node.wires.map((wires: unknown) =>
    Array.isArray(wires) ? wires.filter((id): id is string => typeof id === "string") : [],
  );
}

/** All that a node leads to, along wires and links. */
export function nextOf(node: FlowNode): readonly string[] {
  const links = node.type === "link out" && Array.isArray(node.links) ? (node.links as unknown[]) : [];
  return [...wiresOf(node).flat(), ...links.filter((id): id is string => typeof id === "string")];
}
