/** What @types/node-red 1.3.5 lacks or has wrong of the runtime, in one place. */
import type { ConnectionOptions } from "node:tls";
import type { Node, NodeAPI, NodeMessage } from "node-red";

/** `RED.nodes.getNode` gives null for an id that is absent, disabled or of an unknown type. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the one cast, named once
export function getConfigNode<T extends Node>(RED: NodeAPI, id: string): T | undefined {
  if (id === "") return undefined;
  return (RED.nodes.getNode(id) as T | null) ?? undefined;
}

/** A message may have any fields; the type wants an index signature, which interfaces have not. */
export function asMessage(fields: object): NodeMessage {
  return fields as NodeMessage;
}

/** The tab a node is on, also from within subflows: Node-RED (4.0 to 5.0) keeps `tab/subflow instance/…/node` in `_path`. */
export function tabOf(node: Node & { readonly _path?: string }): string {
  return (node._path ?? node.z).split("/", 1)[0] ?? node.id;
}

/** Node-RED hands errors and statuses of a config node to the Catch and Status nodes that these nodes are seen by. */
export interface WithUsers {
  users?: Record<string, Node>;
}

/** What core's `tls-config` node can do for others. */
interface TlsConfigNode extends Node {
  readonly valid?: boolean;
  addTLSOptions<T extends object>(options: T): T;
}

/** What a `tls-config` node says of a connection; undefined where there is no node, `other_kind` where it is none of these. */
export function tlsOptionsOf(RED: NodeAPI, id: string): ConnectionOptions | "other_kind" | undefined {
  const node = getConfigNode<TlsConfigNode>(RED, id);
  if (!node) return undefined;
  return node.type === "tls-config" ? node.addTLSOptions({}) : "other_kind";
}

/** A property or credential that is a whole `${NAME}`, as Node-RED would fill it in for this node; others stay as they are. */
export function fromEnvironment(RED: NodeAPI, node: Node | undefined, value: string): string {
  const name = /^\$(?:\{(\S+)\}|\((\S+)\))$/.exec(value);
  const variable = name?.[1] ?? name?.[2];
  if (variable === undefined) return value;
  // Without a node that could ask its flow; the type wants one and says that there is always an answer.
  const found: unknown = node ? RED.util.getSetting(node, variable) : process.env[variable];
  return typeof found === "string" || typeof found === "number" || typeof found === "boolean"
    ? String(found)
    : value;
}
