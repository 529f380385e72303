import type { Node, NodeAPI } from "node-red";
import type { ArrivalMemory } from "../../src/account/backfill/memories";
import { keep, recall } from "../shared/recall";

const KEY = "arrivals";

/** The context of a config node: it outlives restarts where the default store is persistent. */
export const memoryOf = (RED: NodeAPI, node: Node): ArrivalMemory => ({
  recall: (then) => recall(RED, node, KEY, then),
  keep: (kept) => keep(RED, node, KEY, kept),
});
