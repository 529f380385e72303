import type { JsonObject, StackError } from "../../src/stack/messages";
import { isIdentifier } from "../application";
import { errorDetails, stackError } from "../stackErrors";
import { failure, ok } from "./access";
import type { Answer, Caller } from "./access";

/** A gateway as the Gateway Server tells of it. */
export interface GatewayConnection {
  /** Its status is public. Default: true. */
  readonly isPublic?: boolean;
  /** As `GatewayConnectionStats`; absent while it is not connected. */
  readonly statistics?: JsonObject;
  /** How its WebSocket has ended, of a Basic Station that is gone; absent: it is one by UDP. */
  readonly closed?: string;
}

/** Why a gateway by UDP is gone: it said nothing for three minutes. */
const CONNECTION_EXPIRED = stackError({
  namespace: "pkg/gatewayserver/io/udp",
  name: "connection_expired",
  format: "connection expired",
  code: 2,
});

/** The data of `gs.gateway.disconnect`. */
export const whyGone = ({ closed }: GatewayConnection): JsonObject =>
  closed === undefined
    ? errorDetails(CONNECTION_EXPIRED)
    : { "@type": "type.googleapis.com/google.protobuf.StringValue", value: closed };

const uidOf = (gatewayId: string): JsonObject => ({ uid: gatewayId });

/** Why a caller sees nothing of a gateway: its status is not public, or there is none. */
export function hiddenGateway(
  caller: Caller,
  gatewayId: string,
  gateways: ReadonlyMap<string, GatewayConnection>,
): StackError | undefined {
  if (caller.who === "refused") return caller.error;
  const gateway = isIdentifier(gatewayId) ? gateways.get(gatewayId) : undefined;
  if (gateway && gateway.isPublic !== false && caller.who !== "anonymous") return undefined;
  return stackError({
    namespace: "pkg/auth/rights",
    name: "no_gateway_rights",
    format: "no rights for gateway `{uid}`",
    code: 7,
    attributes: uidOf(gatewayId),
  });
}

/** `GET /gs/gateways/{gateway}/connection/stats`. Rule: docs/server.md#9-http-api. */
export function connectionStatistics(
  caller: Caller,
  gatewayId: string,
  gateways: ReadonlyMap<string, GatewayConnection>,
): Answer {
  const refused = hiddenGateway(caller, gatewayId, gateways);
  if (refused) return failure(refused);
  const statistics = gateways.get(gatewayId)?.statistics;
  if (statistics) return ok(statistics);
  return failure(
    stackError({
      namespace: "pkg/gatewayserver",
      name: "not_connected",
      format: "gateway `{gateway_uid}` not connected",
      code: 5,
      attributes: { gateway_uid: gatewayId },
    }),
  );
}
