import type { JsonObject, StackError } from "../../src/stack/messages";
import { isIdentifier } from "../application";
import type { Application } from "../application";
import type { ApiKey, KeyRing } from "../keys";
import { errorBody, httpStatus, identifiersError, stackError } from "../stackErrors";

export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

export const ok = (body: JsonObject): Answer => ({ status: 200, body });

export const failure = (error: StackError): Answer => ({
  status: httpStatus(error.code),
  body: errorBody(error),
});

/** The answers of the gateway in front of the services, without details. */
export const plain = (status: number, code: number, message: string): Answer => ({
  status,
  body: { code, message },
});

/** Who asks: anonymous without an `Authorization: Bearer` header. */
export type Caller =
  | { readonly who: "anonymous" }
  | { readonly who: "key"; readonly key: ApiKey }
  | { readonly who: "refused"; readonly error: StackError };

export function callerOf(authorization: string | undefined, keys: KeyRing): Caller {
  const [scheme, token] = (authorization ?? "").split(" ");
  if (scheme === undefined || token === undefined) return { who: "anonymous" };
  if (scheme.toLowerCase() !== "bearer") {
    return {
      who: "refused",
      error: stackError({
        namespace: "pkg/identityserver",
        name: "unsupported_authorization",
        format: "unsupported authorization method",
        code: 16,
      }),
    };
  }
  const result = keys.authenticate(token);
  return result.ok ? { who: "key", key: result.key } : { who: "refused", error: result.error };
}

function noRights(uid: string): StackError {
  return stackError({
    namespace: "pkg/auth/rights",
    name: "no_application_rights",
    format: "no rights for application `{uid}`",
    code: 7,
    attributes: { uid },
  });
}

/** What keeps the caller from doing this on that application; undefined: nothing. Where no right is named, any one will do. */
export function missingRight(
  request: { readonly caller: Caller; readonly applicationId: string; readonly right?: string },
  application: Application,
  keys: KeyRing,
): StackError | undefined {
  const { caller, applicationId, right } = request;
  if (caller.who === "refused") return caller.error;
  const here = applicationId === application.applicationId;
  const uid = here ? application.uid : applicationId;
  const rights = caller.who === "key" && here ? keys.rightsHere(caller.key) : [];
  if (rights.length === 0) return noRights(uid);
  if (right === undefined || rights.includes(right)) return undefined;
  return stackError({
    namespace: "pkg/auth/rights",
    name: "insufficient_application_rights",
    format: "insufficient rights for application `{uid}`",
    code: 7,
    attributes: { missing: [right], uid },
  });
}

/** The error for an identifier in the path that cannot be one. */
export function badIdentifier(applicationId: string, deviceId?: string): StackError | undefined {
  if (!isIdentifier(applicationId)) return identifiersError("ApplicationIdentifiers", "application_id");
  if (deviceId !== undefined && !isIdentifier(deviceId)) {
    return identifiersError("EndDeviceIdentifiers", "device_id");
  }
  return undefined;
}
