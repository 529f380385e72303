import type { ChosenTls } from "../../../src/account/settings/common";
import { keyFacts } from "../../../src/diagnosis/keyFacts";
import { createStackApi } from "../../../src/diagnosis/stackApi";
import { usableProxy } from "../../../src/connection/proxy/environment";
import { apiUrl, serverOf } from "../../../src/stack/apiAddress";
import type { ConnectionCredentials, ConnectionProperties } from "../../../src/stack/connectionProperties";
import { traitsOf } from "../../../src/stack/services";
import type { KeyReport } from "../report";
import { readEndpoint } from "../../../src/account/settings/common";

/**
 * Asks the stack's HTTP API whose key this is and what it may do: at the host in the form over a verified connection, or at the URL
 * that is given for it. Never rejects.
 */
export async function reportOnKey(
  properties: ConnectionProperties,
  credentials: ConnectionCredentials,
  tls: ChosenTls,
): Promise<KeyReport> {
  const { apiKey = "" } = credentials;
  if (traitsOf(properties.service).builtIn) return { answer: "unknown" };
  const endpoint = readEndpoint(properties, credentials, tls);
  const url = endpoint.ok ? apiUrl(properties.api, endpoint.settings.host) : undefined;
  if (url === undefined || apiKey === "") return { answer: "unknown" };
  const proxy = endpoint.ok ? usableProxy(endpoint.settings.proxy, serverOf(url)) : undefined;
  const certificates = typeof tls === "object" ? { tls } : {};
  const api = createStackApi({ url, apiKey, ...certificates, ...(proxy ? { proxy } : {}) });
  const info = await api.authInfo();
  if (info.answer === "refused") return { answer: "invalid", why: info.name };
  if (info.answer === "unknown") return { answer: "unknown" };
  const { owner, keyName, keyId, expiresAt } = info;
  const { mayRead, mayWrite } = await keyFacts(
    api,
    owner.kind === "application" ? owner.id : properties.applicationId,
  );
  return {
    answer: "known",
    keyName: keyName || keyId,
    owner,
    ...(mayRead === undefined ? {} : { mayRead }),
    ...(mayWrite === undefined ? {} : { mayWrite }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
