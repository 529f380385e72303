/** What a watch knows, in the context of its node: it outlives deploys, and restarts where the store is persistent. */
import type { Node, NodeAPI } from "node-red";
import type { Ledger } from "../../src/devices/ledger";
import { readSnapshot, toStore, type Snapshot } from "../../src/devices/snapshot";
import { keep, recall } from "../shared/recall";
import { textOf } from "../shared/text";

const KEY = "known";
export const NOTHING: Snapshot = { devices: [], gateways: [] };

/**
 * Node-RED without a configured context store empties the context of a node with every deploy: this outlives that, by the IDs of nodes,
 * as long as there is a ledger of their connection.
 */
const handedOver = new WeakMap<Ledger, Map<string, Snapshot>>();
/** Nodes that are deployed at a time. Of some the next one never comes, or on another connection. */
const MOST_NODES = 1_000;

/** For the node of the same ID that comes next. */
export function handOver(ledger: Ledger, nodeId: string, snapshot: Snapshot): void {
  const ofLedger = handedOver.get(ledger) ?? new Map<string, Snapshot>();
  handedOver.set(ledger, ofLedger);
  ofLedger.delete(nodeId);
  ofLedger.set(nodeId, snapshot);
  const [oldest] = ofLedger.keys();
  if (ofLedger.size > MOST_NODES && oldest !== undefined) ofLedger.delete(oldest);
}

/** What the node of the same ID knew that was there before. */
export function takeOver(ledger: Ledger, nodeId: string): Snapshot | undefined {
  const snapshot = handedOver.get(ledger)?.get(nodeId);
  handedOver.get(ledger)?.delete(nodeId);
  return snapshot;
}

/** Hands over what was stored, nothing where that cannot be used; at once or later. */
export function restore(RED: NodeAPI, node: Node, begin: (stored: Snapshot) => void): void {
  recall(RED, node, KEY, (value) => {
    const isThere = value !== undefined && value !== null;
    const stored = isThere ? readSnapshot(value) : undefined;
    if (!stored && isThere) node.warn(textOf(RED, { key: "warning.watch-store", values: {} }));
    begin(stored ?? NOTHING);
  });
}

/** Where it cannot be stored, which is said, the watch works without. */
export function store(RED: NodeAPI, node: Node, snapshot: Snapshot, done: () => void): void {
  keep(RED, node, KEY, toStore(snapshot), done);
}
