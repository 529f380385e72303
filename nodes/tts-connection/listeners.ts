import type { Node } from "node-red";
import { flowOf, type GroupedNode, type ListeningNode, type RuntimeFlow } from "../shared/red";

/** Lists of a flow's nodes that listen to others. */
type Listening = "catchNodes" | "statusNodes";

/** How many groups lie between the two; undefined where one listens to others only. Rule: as in Node-RED's own `Flow.js`, 3.1 to 5.0. */
function distance(flow: RuntimeFlow, listener: ListeningNode, reporter: GroupedNode): number | undefined {
  const { scope, g: home } = listener;
  if (Array.isArray(scope) && !scope.includes(reporter.id)) return undefined;
  let steps = 0;
  let group = reporter.g === undefined ? undefined : flow.groups[reporter.g];
  while (group && group.id !== home) {
    steps += 1;
    group = group.g === undefined ? undefined : flow.groups[group.g];
  }
  return !group && home !== undefined && scope === "group" ? undefined : steps;
}

/** Those that hear a node of their own flow. "Uncaught only" is for what no nearer one has. */
function hearing(flow: RuntimeFlow, listening: Listening, reporter: GroupedNode): Node[] {
  const near = flow[listening].flatMap((listener) => {
    const steps = distance(flow, listener, reporter);
    return steps === undefined ? [] : [{ listener, steps }];
  });
  near.sort((one, other) => one.steps - other.steps);
  const heard: Node[] = [];
  let isUncaught = false;
  for (const { listener } of near) {
    if (listener.uncaught === true && !isUncaught) {
      if (heard.length > 0) continue;
      isUncaught = true;
    }
    heard.push(listener);
  }
  return heard;
}

/** Those that hear a node; what nothing hears within a subflow is heard around it, as if its instance there had said it. */
function listenersOf(user: Node, listening: Listening): readonly Node[] {
  let reporter: GroupedNode = user;
  let flow = flowOf(user);
  while (flow) {
    const heard = hearing(flow, listening, reporter);
    if (heard.length > 0) return heard;
    // A subflow with a status of its own tells nothing but that.
    if (flow.TYPE !== "subflow" || (listening === "statusNodes" && flow.statusNode)) return [];
    reporter = flow.node;
    flow = flow.parent;
  }
  return [];
}

/**
 * The nodes that use a connection, and who hears of them. Node-RED hands what a config node reports to the Catch and Status nodes once
 * for each of its users: two of them under one Catch node, and it has two errors; one of them left out, and a Catch node for that one
 * has none.
 */
export class Listeners {
  readonly #users = new Set<Node>();

  add(user: Node): void {
    this.#users.add(user);
  }

  remove(user: Node): void {
    this.#users.delete(user);
  }

  /** Each Catch node whose scope covers a user. */
  get catchNodes(): ReadonlySet<Node> {
    return this.#listeners("catchNodes");
  }

  /** Each Status node whose scope covers a user. */
  get statusNodes(): ReadonlySet<Node> {
    return this.#listeners("statusNodes");
  }

  /** Users of whom it cannot be said who hears them. */
  get unplaced(): Record<string, Node> {
    return Object.fromEntries(
      [...this.#users].filter((user) => !flowOf(user)).map((user) => [user.id, user]),
    );
  }

  #listeners(listening: Listening): ReadonlySet<Node> {
    return new Set([...this.#users].flatMap((user) => listenersOf(user, listening)));
  }
}

/** The Status nodes that Node-RED itself hands the statuses of a config node to: that of a tab or subflow is one of its nodes. */
export function ownStatusNodes(configNode: Node): ReadonlySet<Node> {
  return new Set(listenersOf(configNode, "statusNodes"));
}
