/** What the form of a node knows of the connection that is chosen in it. */
import { LIMITS_OF_SERVICE, type DownlinkLimits } from "../../../src/downlink/limits";
import type { IdentifierForm } from "../../../src/stack/identifiers";
import { isServiceName, SERVICE_TRAITS, type ServiceName } from "../../../src/stack/services";
import type { EditedNode } from "./red";
import { valueNow } from "./openForms";

/** A property of a connection; `undefined` for a connection that does not exist (yet). */
export function ofConnection(id: string, property: string): unknown {
  const node = RED.nodes.node(id);
  return node ? Reflect.get(node, property) : undefined;
}

/** The chosen connection's ID: in the form while it is open, else as saved. */
export const connectionOf = (node: EditedNode): string => valueNow(node, "connection");

/** Undefined for a connection that does not exist (yet). */
const serviceOf = (connection: string): ServiceName | undefined => {
  const service = ofConnection(connection, "service");
  return isServiceName(service) ? service : undefined;
};

/** Whose rules count for the IDs of a connection. */
export const generationOf = (connection: string): IdentifierForm =>
  SERVICE_TRAITS[serviceOf(connection) ?? "stack"].generation;

export const isV2 = (connection: string): boolean => generationOf(connection) === "v2";

/** Whether a text is entered there. */
const isEntered = (value: unknown): boolean => typeof value === "string" && value.trim() !== "";

/** What the connection can say of a downlink. Of one that does not exist (yet) everything is expected. */
export function limitsOf(connection: string): DownlinkLimits {
  const topics: unknown = ofConnection(connection, "topics");
  return LIMITS_OF_SERVICE[serviceOf(connection) ?? "stack"]({
    hasTopic: (type) => isEntered(Reflect.get(Object(topics), type)),
    hasApplication: isEntered(ofConnection(connection, "applicationId")),
  });
}
