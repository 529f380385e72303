/** What the form of a node knows of the connection that is chosen in it. */
import { pubsubLimits, V2_LIMITS, V3_LIMITS, type DownlinkLimits } from "../../../src/downlink/limits";
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

/** Whether a text is entered there. */
const isEntered = (value: unknown): boolean => typeof value === "string" && value.trim() !== "";

/** What the connection can say of a downlink. Of one that does not exist (yet) everything is expected. */
export function limitsOf(connection: string): DownlinkLimits {
  switch (ofConnection(connection, "service")) {
    case "v2":
      return V2_LIMITS;
    case "pubsub": {
      const topics: unknown = ofConnection(connection, "topics");
      const hasTopic = (type: string): boolean => isEntered(Reflect.get(Object(topics), type));
      return pubsubLimits(hasTopic, isEntered(ofConnection(connection, "applicationId")));
    }
    default:
      return V3_LIMITS;
  }
}
