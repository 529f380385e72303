/** What a watch knows, in the context of its node: it outlives deploys, and restarts where the store is persistent. */
import type { Node, NodeAPI } from "node-red";
import { readSnapshot, toStore, type Snapshot } from "../../src/devices/snapshot";
import { keep, recall } from "../shared/recall";
import { textOf } from "../shared/text";

const KEY = "known";
const NOTHING: Snapshot = { devices: [], gateways: [] };

interface Known {
  readonly snapshot: Snapshot;
  /** What was stored could not be read: it knows more, once it can be. */
  readonly isPart: boolean;
}

/**
 * Node-RED without a configured context store empties the context of a node with every deploy: this outlives that, by the IDs of nodes,
 * also where the connection has another key or other settings since.
 */
const handedOver = new Map<string, Known>();
/** Nodes that are deployed at a time, and those that were disabled last. */
const MOST_NODES = 1_000;

/** For the node of the same ID that comes next. */
export function handOver(nodeId: string, snapshot: Snapshot, isPart = false): void {
  handedOver.delete(nodeId);
  handedOver.set(nodeId, { snapshot, isPart });
  const [oldest] = handedOver.keys();
  if (handedOver.size > MOST_NODES && oldest !== undefined) handedOver.delete(oldest);
}

/** What the node of the same ID knew that was there before, else what was stored; nothing of another application. */
export function takeOver(nodeId: string, stored: Snapshot, of: string): Snapshot {
  const known = handedOver.get(nodeId);
  handedOver.delete(nodeId);
  const inOrder = known?.isPart === true && !isEmpty(stored) ? [stored] : [known?.snapshot, stored];
  return inOrder.find((one) => one && (one.of ?? of) === of) ?? NOTHING;
}

const isEmpty = ({ devices, gateways }: Snapshot): boolean => devices.length + gateways.length === 0;

/** Hands over what was stored, nothing where that cannot be used; at once or later. `isRead`: the store has answered. */
export function restore(RED: NodeAPI, node: Node, begin: (stored: Snapshot, isRead: boolean) => void): void {
  recall(RED, node, KEY, (value, isRead) => {
    const isThere = value !== undefined && value !== null;
    const stored = isThere ? readSnapshot(value) : undefined;
    if (!stored && isThere) node.warn(textOf(RED, { key: "warning.watch-store", values: {} }));
    begin(stored ?? NOTHING, isRead);
  });
}

/** Where it cannot be stored, which is said, the watch works without. */
export function store(RED: NodeAPI, node: Node, snapshot: Snapshot, done: () => void): void {
  keep(RED, node, KEY, toStore(snapshot), done);
}
