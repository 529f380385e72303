import type { JsonObject } from "../../src/stack/messages";
import type { Application } from "../application";
import { INFO } from "../keys";
import type { ApiKey, KeyRing } from "../keys";
import { stackError } from "../stackErrors";
import { badIdentifier, failure, missingRight, ok } from "./access";
import type { Answer, Caller } from "./access";

/** Microseconds, as the identity server's database keeps them. */
const stored = (time: Date): string => time.toISOString().replace("Z", "000Z");

function keyJson(key: ApiKey): JsonObject {
  return {
    id: key.id,
    ...(key.name !== undefined && { name: key.name }),
    rights: key.rights,
    created_at: stored(key.createdAt),
    updated_at: stored(key.createdAt),
    ...(key.expiresAt && { expires_at: key.expiresAt.toISOString() }),
  };
}

/** `GET /auth_info`: whose key this is. */
export function authInfo(caller: Caller): Answer {
  if (caller.who === "anonymous") return ok({});
  if (caller.who === "refused") return failure(caller.error);
  const { key } = caller;
  const ofUser = "userId" in key.owner;
  const owner =
    "userId" in key.owner
      ? { user_ids: { user_id: key.owner.userId } }
      : { application_ids: { application_id: key.owner.applicationId } };
  return ok({
    api_key: { api_key: keyJson(key), entity_ids: owner },
    ...(ofUser && { universal_rights: { rights: key.rights } }),
  });
}

/** `GET /applications/{application}/rights`: of this key; on another application an empty answer, not an error. */
export function applicationRights(
  caller: Caller,
  applicationId: string,
  application: Application,
  keys: KeyRing,
): Answer {
  const bad = badIdentifier(applicationId);
  if (bad !== undefined) return failure(bad);
  if (caller.who === "anonymous") return ok({});
  if (caller.who === "refused") return failure(caller.error);
  if (applicationId === application.applicationId) {
    const rights = keys.rightsHere(caller.key);
    return ok(rights.length > 0 ? { rights } : {});
  }
  if ("applicationId" in caller.key.owner) {
    return ok(caller.key.owner.applicationId === applicationId ? { rights: caller.key.rights } : {});
  }
  return failure(
    stackError({
      namespace: "pkg/identityserver/store",
      name: "application_not_found",
      format: "application with id `{application_id}` not found",
      code: 5,
      attributes: { application_id: applicationId },
    }),
  );
}

/** `GET /as/applications/{application}/mqtt-connection-info`. */
export function connectionInfo(
  request: { readonly caller: Caller; readonly applicationId: string },
  addresses: { readonly plain: string; readonly tls: string },
  application: Application,
  keys: KeyRing,
): Answer {
  const refused =
    badIdentifier(request.applicationId) ?? missingRight({ ...request, right: INFO }, application, keys);
  if (refused !== undefined) return failure(refused);
  return ok({
    public_address: addresses.plain,
    public_tls_address: addresses.tls,
    username: application.uid,
  });
}
