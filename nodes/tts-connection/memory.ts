import type { Node } from "node-red";
import type { ArrivalMemory } from "../../src/account/backfill/memories";

const KEY = "arrivals";

/** The context of a config node: it outlives restarts where the default store is persistent. Node-RED itself tells what cannot be stored. */
export const memoryOf = (node: Node): ArrivalMemory => ({
  recall: (then) =>
    node.context().get(KEY, (error: unknown, kept: unknown) => then(error ? undefined : kept)),
  keep: (kept) => node.context().set(KEY, kept, () => undefined),
});
