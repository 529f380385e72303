/** What the form of a node knows of the connection that is chosen in it. */
import type { EditedNode } from "./red";
import { valueNow } from "./openForms";

/** A property of a connection; `undefined` for a connection that does not exist (yet). */
export function ofConnection(id: string, property: string): unknown {
  const node = RED.nodes.node(id);
  return node ? Reflect.get(node, property) : undefined;
}

/** The chosen connection's ID: in the form while it is open, else as saved. */
export const connectionOf = (node: EditedNode): string => valueNow(node, "connection");

export const isV2 = (connection: string): boolean => ofConnection(connection, "service") === "v2";

/** Pub/Sub: whether the connection has no sub topic for this kind of message. Other services have a topic for everything. */
export function lacksTopic(connection: string, kind: string): boolean {
  if (ofConnection(connection, "service") !== "pubsub") return false;
  const topics = ofConnection(connection, "topics");
  const topic: unknown =
    typeof topics === "object" && topics !== null ? Reflect.get(topics, kind) : undefined;
  return typeof topic !== "string" || topic.trim() === "";
}
