import { SERVICE_TRAITS } from "../stack/services";
import { tenantOfHost } from "../stack/address";
import type { Explanation, TextValues } from "../stack/explanation";
import { userName, type ApiKeyForm } from "../stack/identifiers";
import { explanations, isStackItself, type ConnectionContext } from "./context";
import { keyFacts, type InvalidKey, type KeyFacts } from "./keyFacts";
import { keyNameOf } from "./missingRight";
import { shownText, shownTime } from "../stack/shown";
import type { KeyOwnerKind, StackApi } from "./stackApi";
import { explainV2Login } from "./v2";

const refused = explanations("connection_refused");

/** MQTT 3.1.1, CONNACK: the client ID is refused. */
const IDENTIFIER_REJECTED = 2;

/** Rule: docs/server.md#2-connecting, 11. */
const GATEWAY_PORTS: ReadonlySet<number> = new Set([1881, 1882, 8881, 8882]);

function valuesOf(context: ConnectionContext): TextValues {
  return {
    host: shownText(context.host),
    userName: shownText(context.userName),
    applicationId: shownText(context.applicationId),
  };
}

/** The user name that fits the host, where another one was sent. */
function betterUserName(
  context: ConnectionContext,
): { readonly fits: string; readonly host: "cloud" | "other" } | undefined {
  const { host, tenantId = "", applicationId } = context;
  const expected = tenantOfHost(host) ?? "";
  if (expected === tenantId) return undefined;
  return { fits: shownText(userName(applicationId, expected)), host: expected === "" ? "other" : "cloud" };
}

/** What may be wrong, by what is known: accepted before with the same key; another user name fits this host. */
interface Guesses {
  readonly acceptedBefore: string;
  readonly otherTenant: string;
  readonly noTenant: string;
  readonly none: string;
}

/** Without facts: the likeliest reasons. */
const LIKELY: Guesses = {
  acceptedBefore: "error.login-refused.accepted-before",
  otherTenant: "error.login-refused.likely-other-tenant",
  noTenant: "error.login-refused.likely-no-tenant",
  none: "error.login-refused.likely",
};

/** The stack takes this key for this application: then it is not the key. */
const KEY_IS_VALID: Guesses = {
  acceptedBefore: "error.login-refused.valid-and-accepted-before",
  otherTenant: "error.login-refused.valid-other-tenant",
  noTenant: "error.login-refused.valid-no-tenant",
  none: "error.login-refused.valid",
};

function guess(guesses: Guesses, context: ConnectionContext): Explanation {
  const values = valuesOf(context);
  const { acceptedUntil } = context;
  if (acceptedUntil !== undefined)
    return refused(guesses.acceptedBefore, { ...values, acceptedUntil: shownTime(acceptedUntil) });
  if (GATEWAY_PORTS.has(context.port))
    return refused("error.login-refused.gateway-port", { ...values, port: context.port });
  const better = betterUserName(context);
  if (!better) return refused(guesses.none, values);
  const key = better.host === "cloud" ? guesses.otherTenant : guesses.noTenant;
  return refused(key, { ...values, fits: better.fits });
}

function invalidKey(whyNot: InvalidKey, context: ConnectionContext): Explanation {
  const values = valuesOf(context);
  switch (whyNot) {
    case "api_key_not_found":
      return refused("error.login-refused.key-deleted", values);
    case "invalid_authorization":
      return refused("error.login-refused.wrong-secret", values);
    case "token":
      return refused("error.login-refused.no-key", values);
    case "api_key_expired": {
      const { keyExpiresAt } = context;
      if (keyExpiresAt === undefined) return refused("error.login-refused.key-expired", values);
      return refused("error.login-refused.key-expired-on", {
        ...values,
        expired: shownTime(keyExpiresAt),
      });
    }
  }
}

const OTHER_OWNER: Readonly<Record<KeyOwnerKind, string>> = {
  application: "error.login-refused.other-application",
  user: "error.login-refused.user-without-rights",
  organization: "error.login-refused.organization-without-rights",
  gateway: "error.login-refused.gateway-key",
  client: "error.login-refused.client-key",
};

function fromFacts(facts: KeyFacts, context: ConnectionContext): Explanation | undefined {
  const { whyNot, mayLogIn, owner } = facts;
  if (whyNot !== undefined) return invalidKey(whyNot, context);
  if (mayLogIn === true) return guess(KEY_IS_VALID, context);
  if (mayLogIn === undefined || !owner) return undefined;
  const values = { ...valuesOf(context), owner: owner.id, keyName: keyNameOf(facts) };
  return refused(OTHER_OWNER[owner.kind], values);
}

/** A broker of the user's own, or a V2 network: neither can be asked why. */
function atAnotherServer(returnCode: number, context: ConnectionContext): Explanation {
  const values = { ...valuesOf(context), port: context.port };
  const { service, acceptedUntil } = context;
  if (returnCode === IDENTIFIER_REJECTED) return refused("error.login-refused.client-id", values);
  if (SERVICE_TRAITS[service].generation === "v2") return explainV2Login(context, values);
  if (isStackItself(context)) return refused("error.login-refused.pubsub-at-stack", values);
  if (acceptedUntil !== undefined)
    return refused("error.login-refused.server-accepted-before", {
      ...values,
      acceptedUntil: shownTime(acceptedUntil),
    });
  if (context.userName === "") return refused("error.login-refused.no-user-name", values);
  return refused("error.login-refused.user-name", values);
}

/** CONNACK 5 (from other brokers 2 and 4): what the stack says of the key, else the likely reasons. */
export async function explainLoginRefused(
  returnCode: number,
  context: ConnectionContext,
  api: StackApi | undefined,
): Promise<Explanation> {
  if (!SERVICE_TRAITS[context.service].isStackServer) return atAnotherServer(returnCode, context);
  const facts = api && (await keyFacts(api, context.applicationId));
  return (facts && fromFacts(facts, context)) ?? guess(LIKELY, context);
}

/** A refused login with something that does not look like an API key. */
export async function explainKeyForm(
  returnCode: number,
  form: ApiKeyForm,
  context: ConnectionContext,
  api: StackApi | undefined,
): Promise<Explanation> {
  const values = { ...valuesOf(context), length: context.keyLength ?? 0 };
  switch (form) {
    case "access_key_v2":
      return refused("error.key-form.access-key-v2", values);
    case "key_id":
      return refused("error.key-form.key-id", values);
    case "cut_off":
      if (context.keyLength === undefined) return refused("error.key-form.cut-off", values);
      return refused("error.key-form.cut-off-at", values);
    case "empty":
      return refused("error.key-form.empty", values);
    case "other": {
      // A deployment may have keys of its own form: what it says of this one counts more than how it looks.
      const facts = api && (await keyFacts(api, context.applicationId));
      const known = facts && facts.whyNot !== "token" ? fromFacts(facts, context) : undefined;
      return known ?? refused("error.key-form.other", values);
    }
    case "api_key":
    case "access_token":
      return explainLoginRefused(returnCode, context, api);
  }
}
