/**
 * Old flows: the nodes of `node-red-contrib-ttn` become nodes of this package, with their IDs, places and wires. Pure; what it is
 * given may be anything. Usable in the browser.
 */
import { connectionFrom, targetOf } from "./connection";
import { isFlowNode, restOf, textIn, type FlowNode } from "./flow";
import { noteOn, type Converted, type Note, type Target } from "./note";
import { oldIdNotes } from "./oldIds";
import { KNOWN_PROPERTIES, roleOf, type OldRole } from "./oldNodes";
import { Places } from "./places";
import { bothFrom, eventFrom, uplinkFrom, type Surroundings } from "./receiving";
import { downlinkFrom } from "./sending";
import { Upstream } from "./upstream";

export type { Note } from "./note";
export { OLD_TYPES } from "./oldNodes";

/** What comes in place of an old node. */
export interface Replacement {
  readonly old: FlowNode;
  /** The first has the ID of the old node. */
  readonly nodes: readonly FlowNode[];
  /** See `Converted`. */
  readonly outputs?: readonly (readonly string[])[];
  /** See `Converted`. */
  readonly input?: string;
}

export interface Conversion {
  /** Of which nodes the converted ones come: those of the old package, or core's for MQTT (and perhaps both). */
  readonly origin: "ttn" | "mqtt";
  /** The whole flow, in the order as given; what is no old node is the very same. */
  readonly flow: readonly unknown[];
  /** One for each old node. */
  readonly replacements: readonly Replacement[];
  /** Connections that were part of other nodes before. */
  readonly added: readonly FlowNode[];
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
  const upstream = new Upstream(nodes);
  const places = new Places(nodes);
  const accounts = new Map<string, Converted>();
  const targets = new Set<Target>();
  const results = flow.map((entry): Converted | undefined => {
    if (!isFlowNode(entry)) return undefined;
    const role = roleOf(entry.type);
    if (role === undefined) return undefined;
    const rest = restOf(entry, KNOWN_PROPERTIES);
    const left = rest.length === 0 ? [] : [noteOn(entry)("migration.left", { properties: shortened(rest) })];
    if (role === "app") {
      const { nodes: made, notes } = connectionFrom(entry);
      targets.add(targetOf(entry));
      return { nodes: made, notes: [...notes, ...left] };
    }
    const own = ownAccount(entry, accounts, newId);
    const app = upstream.node(textIn(entry, "app"));
    const known = app && roleOf(app.type) === "app" ? app : undefined;
    const target = targetOf(own ? entry : known);
    targets.add(target);
    const surroundings: Surroundings = {
      connection: own?.nodes[0]?.id ?? textIn(entry, "app"),
      target,
      newId,
      placeBelow: places.takeBelow,
    };
    const made = byRole(role, entry, surroundings, upstream);
    const missing = own || known ? [] : [noteOn(entry)("migration.connection-missing")];
    return { ...made, notes: [...missing, ...made.notes, ...left] };
  });
  const added = [...accounts.values()].flatMap((account) => account.nodes);
  const made = results.flatMap((one) => one?.nodes ?? []);
  return {
    origin: "ttn",
    flow: [...flow.flatMap((entry, index): readonly unknown[] => results[index]?.nodes ?? [entry]), ...added],
    replacements: flow.flatMap((entry, index) => {
      const result = results[index];
      if (!result || !isFlowNode(entry)) return [];
      const { outputs } = result;
      return [{ old: entry, nodes: result.nodes, ...(outputs ? { outputs } : {}) }];
    }),
    added,
    made: [...made, ...added].map(({ id }) => id),
    converted: results.filter((one) => one !== undefined).length,
    notes: [
      ...[...accounts.values(), ...results].flatMap((one) => one?.notes ?? []),
      ...(targets.has("stack") ? oldIdNotes(nodes) : []),
    ],
  };
}

/** A conversion, and another one of what it has left as it was, as one. */
export function together(first: Conversion, second: Conversion): Conversion {
  return {
    origin: second.origin,
    flow: second.flow,
    replacements: [...first.replacements, ...second.replacements],
    added: [...first.added, ...second.added],
    made: [...first.made, ...second.made],
    converted: first.converted + second.converted,
    notes: [...first.notes, ...second.notes],
  };
}

const LONGEST = 200;

const shortened = (names: readonly string[]): string => names.join(", ").slice(0, LONGEST);

function byRole(
  role: Exclude<OldRole, "app">,
  node: FlowNode,
  surroundings: Surroundings,
  upstream: Upstream,
): Converted {
  switch (role) {
    case "uplink":
      return uplinkFrom(node, surroundings);
    case "event":
      return eventFrom(node, surroundings);
    case "downlink":
      return downlinkFrom(node, surroundings, upstream);
    case "both":
      return bothFrom(node, surroundings);
  }
}

/** The first versions had the account in each node: nodes of one account share a connection. */
function ownAccount(
  node: FlowNode,
  accounts: Map<string, Converted>,
  newId: () => string,
): Converted | undefined {
  if (roleOf(node.type) !== "both" || Object.hasOwn(node, "app")) return undefined;
  const account = JSON.stringify(["appEUI", "appId", "broker", "region"].map((name) => textIn(node, name)));
  const known = accounts.get(account) ?? connectionFrom({ ...node, z: undefined, d: undefined }, newId());
  accounts.set(account, known);
  return known;
}
