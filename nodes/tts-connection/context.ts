import type { ConnectionContext } from "../../src/diagnosis/connecting";
import { apiKeyForm, userName } from "../../src/stack/identifiers";
import type { KeyRecord } from "./keyRecord";
import type { ConnectionSettings } from "./settings";

type Account = Pick<
  ConnectionContext,
  "userName" | "applicationId" | "tenantId" | "keyForm" | "keyLength" | "accessKeyForm"
>;

function accountOf(settings: ConnectionSettings): Account {
  switch (settings.service) {
    case "stack": {
      const { applicationId, tenantId, keyForm, apiKey } = settings;
      return {
        userName: userName(applicationId, tenantId),
        applicationId,
        ...(tenantId === undefined ? {} : { tenantId }),
        keyForm,
        keyLength: apiKey.length,
      };
    }
    case "pubsub":
      return {
        userName: settings.username ?? "",
        applicationId: settings.applicationId ?? "",
        ...(settings.clientId === undefined ? {} : { clientId: settings.clientId }),
      };
    case "v2": {
      const { applicationId, accessKey } = settings;
      return { userName: applicationId, applicationId, accessKeyForm: apiKeyForm(accessKey) };
    }
  }
}

/** What is known of a connection, for explaining what is wrong with it. Nothing in it is secret. */
export function contextOf(
  settings: ConnectionSettings,
  { acceptedUntil, facts }: Pick<KeyRecord, "acceptedUntil" | "facts">,
  now: number,
): ConnectionContext {
  const { service, host, port, tls } = settings;
  return {
    service,
    host,
    port,
    useTls: tls !== undefined,
    ...accountOf(settings),
    ...(acceptedUntil === undefined ? {} : { acceptedUntil }),
    ...(facts?.expiresAt === undefined ? {} : { keyExpiresAt: facts.expiresAt }),
    now,
    ...(tls === undefined ? {} : { tls }),
  };
}
