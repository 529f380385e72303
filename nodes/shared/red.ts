/** What @types/node-red 1.3.5 lacks or has wrong of the runtime, in one place. */
import type { Node, NodeAPI, NodeMessage, NodeMessageInFlow } from "node-red";
import { environmentVariable } from "../../src/stack/environment";
import { guardedCall } from "./guardedCall";
import type { FlowError } from "./text";

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

/** One message, or one or several for each output. */
export type Send = (msg: NodeMessage | (NodeMessage | NodeMessage[] | null)[]) => void;

/** Never throws. */
export type Done = (error?: FlowError) => void;

/** Node-RED takes anything as an error; the types want an `Error`. */
export function onInput(node: Node, handle: (msg: NodeMessageInFlow, send: Send, done: Done) => void): void {
  node.on("input", (msg, send, done) =>
    handle(msg, send, (error) => guardedCall(node, () => (done as Done)(error), error)),
  );
}

/** `g`: the group a node is in. */
export type GroupedNode = Node & { readonly g?: string };

/** A Catch or Status node. */
export type ListeningNode = GroupedNode & {
  /** IDs of nodes, its own group, or all. */
  readonly scope?: readonly string[] | "group" | null;
  readonly uncaught?: boolean;
};

/** A tab, or an instance of a subflow, as the runtime of Node-RED 3.1 to 5.0 has it. */
export type RuntimeFlow = {
  readonly catchNodes: readonly ListeningNode[];
  readonly statusNodes: readonly ListeningNode[];
  readonly groups: Readonly<Record<string, { readonly id: string; readonly g?: string } | undefined>>;
} & (
  | { readonly TYPE: "flow" }
  /** `node` stands for the instance where it is used; `statusNode` is there where the subflow makes its status itself. */
  | {
      readonly TYPE: "subflow";
      readonly node: GroupedNode;
      readonly parent: RuntimeFlow;
      readonly statusNode?: object;
    }
);

/** The flow that a node runs in. Undefined for a Node-RED that keeps these things elsewhere. */
export function flowOf(node: Node): RuntimeFlow | undefined {
  const flow: unknown = node._flow;
  return isRuntimeFlow(flow) ? flow : undefined;
}

function isRuntimeFlow(flow: unknown): flow is RuntimeFlow {
  if (typeof flow !== "object" || flow === null) return false;
  return ["catchNodes", "statusNodes", "groups"].every((list) => list in flow);
}

/** Where it is set, Node-RED hands errors and statuses of a config node to all that hear these nodes. */
export interface WithUsers {
  users?: Record<string, Node>;
}

/** What core's `tls-config` node can do for others. */
export interface TlsConfigNode extends Node {
  readonly valid?: boolean;
  addTLSOptions<T extends object>(options: T): T;
}

/** A property or credential that is a whole `${NAME}`, as Node-RED would fill it in for this node; others stay as they are. */
export function fromEnvironment(RED: NodeAPI, node: Node | undefined, value: string): string {
  const variable = environmentVariable(value);
  if (variable === undefined) return value;
  // Without a node that could ask its flow; the type wants one and says that there is always an answer.
  const found: unknown = node ? RED.util.getSetting(node, variable) : process.env[variable];
  return typeof found === "string" || typeof found === "number" || typeof found === "boolean"
    ? String(found)
    : value;
}
