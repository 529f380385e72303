import type { ApiAnswer, AuthInfo, FactsApi } from "./stackApi";

/** Why the stack does not take a key. */
export type InvalidKey = "api_key_not_found" | "invalid_authorization" | "api_key_expired" | "token";

/** What is known of a key. `undefined` means: not known. */
export interface KeyFacts {
  /** The stack knows the key, and it has not expired. */
  readonly valid: boolean | undefined;
  /** Where it is not valid. */
  readonly whyNot?: InvalidKey;
  readonly owner?: AuthInfo["owner"];
  readonly keyName?: string;
  readonly keyId?: string;
  /** ms since 1970. */
  readonly expiresAt?: number;
  /** It has any right on the application: that lets it log in. */
  readonly mayLogIn: boolean | undefined;
  /** Uplinks, joins and events. */
  readonly mayRead: boolean | undefined;
  /** Downlinks. */
  readonly mayWrite: boolean | undefined;
}

const INVALID: ReadonlySet<string> = new Set([
  "api_key_not_found",
  "invalid_authorization",
  "api_key_expired",
  "token",
] satisfies InvalidKey[]);

// The stack names implied rights as well (observed with 3.32); older ones may not.
const ALL = ["RIGHT_ALL", "RIGHT_APPLICATION_ALL", "RIGHT_APPLICATION_LINK"];
const READ = ["RIGHT_APPLICATION_TRAFFIC_READ", ...ALL];
const WRITE = ["RIGHT_APPLICATION_TRAFFIC_DOWN_WRITE", ...ALL];

function isInvalid(name: string): name is InvalidKey {
  return INVALID.has(name);
}

type Rights = readonly string[] | undefined;

const any = (rights: Rights, wanted: readonly string[]): boolean | undefined =>
  rights?.some((right) => wanted.includes(right));

function may(rights: Rights): Pick<KeyFacts, "mayLogIn" | "mayRead" | "mayWrite"> {
  return {
    mayLogIn: rights && rights.length > 0,
    mayRead: any(rights, READ),
    mayWrite: any(rights, WRITE),
  };
}

/** The rights on the application, from whichever of the two answers tells. */
function rightsOn(
  applicationId: string,
  info: ApiAnswer<AuthInfo>,
  rights: ApiAnswer<{ readonly rights: readonly string[] }>,
): Rights {
  if (info.answer === "ok" && info.owner.kind === "application")
    return info.owner.id === applicationId ? info.rights : [];
  if (rights.answer === "refused" && rights.name === "no_application_rights") return [];
  if (rights.answer !== "ok") return undefined;
  // A proxy that takes the key out of the request gets `{}` as well: no rights, and no owner.
  return rights.rights.length > 0 || info.answer === "ok" ? rights.rights : undefined;
}

/** Asks the stack what the key may do with an application. Never rejects; what has no answer is `undefined`. */
export async function keyFacts(api: FactsApi, applicationId: string): Promise<KeyFacts> {
  const [info, rights] = await Promise.all([api.authInfo(), api.rights(applicationId)]);
  for (const answer of [info, rights]) {
    if (answer.answer === "refused" && isInvalid(answer.name))
      return { valid: false, whyNot: answer.name, mayLogIn: false, mayRead: false, mayWrite: false };
  }
  const known = rightsOn(applicationId, info, rights);
  if (info.answer !== "ok") return { valid: known && known.length > 0 ? true : undefined, ...may(known) };
  const { owner, keyName, keyId, expiresAt } = info;
  return {
    valid: true,
    owner,
    keyName,
    keyId,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...may(known),
  };
}
