/** A node that is new in a flow takes a connection that is there, so that it works without being opened. */
import type { ConfigNode } from "./red";

/** A node as far as its connection is asked for. */
interface Placed {
  readonly id: string;
  readonly type?: string;
  /** The tab or subflow that it is in. */
  readonly z?: string;
  connection?: unknown;
}

/** Of the connection that was edited, or chosen in a node, last. */
let lastUsed: unknown;

/** To be called once for each type of node. */
export function followConnections(): void {
  for (const event of ["nodes:add", "nodes:change"] as const)
    RED.events.on(event, (node: Placed) => {
      if (node.type === "tts-connection") lastUsed = node.id;
      else if (isConnection(node.connection)) lastUsed = node.connection;
    });
}

const isConnection = (id: unknown): boolean =>
  typeof id === "string" && Reflect.get(RED.nodes.node(id) ?? {}, "type") === "tts-connection";

/** To be called in `onadd`. What is pasted or imported keeps what it has, also none: the editor knows it by then. */
export function takeConnection(node: Placed): void {
  if (node.connection !== "" || RED.nodes.node(node.id)) return;
  const usable = connectionsFor(node.z);
  const complete = usable.filter(({ valid }) => valid !== false);
  const candidates = complete.length > 0 ? complete : usable;
  const chosen = candidates.find(({ id }) => id === lastUsed) ?? candidates.at(-1);
  if (chosen) node.connection = chosen.id;
}

/** Those that are switched on, and belong to all flows or to this one. */
function connectionsFor(flow: string | undefined): ConfigNode[] {
  const found: ConfigNode[] = [];
  RED.nodes.eachConfig((config) => {
    const isHere = config.z === undefined || config.z === "" || config.z === flow;
    if (config.type === "tts-connection" && config.d !== true && isHere) found.push(config);
  });
  return found;
}
