import type { JsonObject } from "../../src/stack/messages";
import { isIdentifier } from "../application";
import { stackError } from "../stackErrors";
import { failure, ok } from "./access";
import type { Answer, Caller } from "./access";

/** A gateway as the Gateway Server tells of it. */
export interface GatewayConnection {
  /** Its status is public. Default: true. */
  readonly isPublic?: boolean;
  /** As `GatewayConnectionStats`; absent while it is not connected. */
  readonly statistics?: JsonObject;
}

const uidOf = (gatewayId: string): JsonObject => ({ uid: gatewayId });

/** `GET /gs/gateways/{gateway}/connection/stats`. Rule: docs/server.md#9-http-api. */
export function connectionStatistics(
  caller: Caller,
  gatewayId: string,
  gateways: ReadonlyMap<string, GatewayConnection>,
): Answer {
  if (caller.who === "refused") return failure(caller.error);
  const gateway = isIdentifier(gatewayId) ? gateways.get(gatewayId) : undefined;
  if (!gateway || gateway.isPublic === false || caller.who === "anonymous")
    return failure(
      stackError({
        namespace: "pkg/auth/rights",
        name: "no_gateway_rights",
        format: "no rights for gateway `{uid}`",
        code: 7,
        attributes: uidOf(gatewayId),
      }),
    );
  if (gateway.statistics) return ok(gateway.statistics);
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
