/** What the form of a node knows of the connection that is chosen in it. */
import { LIMITS_OF_SERVICE, type DownlinkLimits } from "../../../src/downlink/limits";
import type { IdentifierForm } from "../../../src/stack/identifiers";
import { isApiOff } from "../../../src/stack/apiAddress";
import { isNetworkKind, V2_KINDS, type Kind } from "../../../src/stack/kinds";
import { isServiceName, traitsOf, type ServiceName } from "../../../src/stack/services";
import type { EditedNode } from "./red";
import { valueNow } from "./openForms";

/** A property of a connection; `undefined` for a connection that does not exist (yet). */
function ofConnection(id: string, property: string): unknown {
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
  traitsOf(ofConnection(connection, "service")).generation;

export const isV2 = (connection: string): boolean => generationOf(connection) === "v2";

/** Whether the stack's HTTP API can be asked, as far as the connection's form says. */
function hasApi(connection: string): boolean {
  const api = ofConnection(connection, "api");
  const { isStackServer, builtIn } = traitsOf(ofConnection(connection, "service"));
  return builtIn || (isStackServer && !(typeof api === "string" && isApiOff(api)));
}

/** Whether a message of this kind can come on the connection, as far as its form says. */
export function canCome(connection: string, kind: Kind): boolean {
  if (generationOf(connection) === "v2") return V2_KINDS.has(kind);
  return !isNetworkKind(kind) || hasApi(connection);
}

/** Whether a text is entered there. */
const isEntered = (value: unknown): boolean => typeof value === "string" && value.trim() !== "";

/** What the connection can say of a downlink. Of one that does not exist (yet) everything is expected. */
export function limitsOf(connection: string): DownlinkLimits {
  const topics: unknown = ofConnection(connection, "topics");
  return LIMITS_OF_SERVICE[serviceOf(connection) ?? "stack"]({
    hasTopic: (type) => isEntered(Reflect.get(Object(topics), type)),
    hasApi: hasApi(connection),
    hasApplication: isEntered(ofConnection(connection, "applicationId")),
  });
}
