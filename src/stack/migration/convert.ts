/**
 * Old flows: the nodes of `node-red-contrib-ttn` become nodes of this package, with their IDs, places and wires. Pure; what it is
 * given may be anything. Usable in the browser.
 */
import { connectionFrom, targetOf } from "./connection";
import { isFlowNode, textIn, Wiring, type FlowNode } from "./flow";
import { noteOn, type Made, type Note } from "./note";
import { roleOf } from "./oldNodes";
import { bothFrom, eventFrom, uplinkFrom, type Around } from "./receiving";
import { downlinkFrom } from "./sending";

export type { Note } from "./note";
export { OLD_TYPES } from "./oldNodes";

export interface Conversion {
  /** The whole flow, in the order as given; what is no old node is the very same. */
  readonly flow: readonly unknown[];
  /** IDs of the nodes that were made, new ones included. */
  readonly made: readonly string[];
  /** How many old nodes there were. */
  readonly converted: number;
  /** What is to be done, and what could not be carried over, in the order of the nodes. */
  readonly notes: readonly Note[];
}

/** Whether there is anything to convert. */
export function hasOldNodes(flow: readonly unknown[]): boolean {
  return flow.some((node) => isFlowNode(node) && roleOf(node.type) !== undefined);
}

/** @param newId for nodes that are added: an ID that is not in use */
export function convertFlow(flow: readonly unknown[], newId: () => string): Conversion {
  const nodes = flow.filter(isFlowNode);
  const wiring = new Wiring(nodes);
  const accounts = new Map<string, Made>();
  const results = flow.map((entry): Made | undefined => {
    if (!isFlowNode(entry)) return undefined;
    const role = roleOf(entry.type);
    if (role === undefined) return undefined;
    if (role === "app") return connectionFrom(entry);
    const own = ownAccount(entry, accounts, newId);
    const app = wiring.node(textIn(entry, "app"));
    const known = app && roleOf(app.type) === "app" ? app : undefined;
    const around: Around = {
      connection: own?.nodes[0]?.id ?? textIn(entry, "app"),
      target: targetOf(own ? entry : known),
      newId,
    };
    const made = byRole(role, entry, around, wiring);
    const missing = own || known ? [] : [noteOn(entry)("migration.connection-missing")];
    return { nodes: made.nodes, notes: [...missing, ...made.notes] };
  });
  const made = [...results, ...accounts.values()].flatMap((one) => (one ? [one] : []));
  return {
    flow: [
      ...flow.flatMap((entry, index): readonly unknown[] => results[index]?.nodes ?? [entry]),
      ...[...accounts.values()].flatMap((account) => account.nodes),
    ],
    made: made.flatMap((one) => one.nodes.map(({ id }) => id)),
    converted: results.filter((one) => one !== undefined).length,
    notes: [...accounts.values(), ...results].flatMap((one) => one?.notes ?? []),
  };
}

function byRole(
  role: "uplink" | "event" | "downlink" | "both",
  node: FlowNode,
  around: Around,
  wiring: Wiring,
): Made {
  switch (role) {
    case "uplink":
      return uplinkFrom(node, around);
    case "event":
      return eventFrom(node, around);
    case "downlink":
      return downlinkFrom(node, around, wiring);
    case "both":
      return bothFrom(node, around);
  }
}

/** The first versions had the account in each node: nodes of one account share a connection. */
function ownAccount(node: FlowNode, accounts: Map<string, Made>, newId: () => string): Made | undefined {
  if (roleOf(node.type) !== "both" || Object.hasOwn(node, "app")) return undefined;
  const account = JSON.stringify(["appEUI", "appId", "broker", "region"].map((name) => textIn(node, name)));
  const known = accounts.get(account) ?? connectionFrom({ ...node, z: undefined }, newId());
  accounts.set(account, known);
  return known;
}
