import { v2Service } from "../../services/v2/service";
import { apiKeyForm, isV2Identifier } from "../../stack/identifiers";
import { mendKey } from "../../stack/pasted";
import { asText } from "../../stack/values";
import type { ConnectionCredentials, ConnectionProperties } from "../../stack/connectionProperties";
import { readEndpoint, readSessionOptions, type ChosenTls, type CommonSettings } from "./common";
import type { Dialect } from "./dialect";
import { unreadable, wrong, type Read } from "./read";

/** Everything a session to a V2 network needs, checked. */
export interface V2Settings extends CommonSettings {
  readonly service: "v2";
  readonly applicationId: string;
  /** Secret. */
  readonly accessKey: string;
}

/** Reads the properties of a connection to a V2 network. */
function read(
  properties: ConnectionProperties,
  credentials: ConnectionCredentials,
  tls: ChosenTls,
): Read<V2Settings> {
  const unset = unreadable({ applicationId: properties.applicationId, apiKey: credentials.apiKey });
  if (unset) return unset;
  const endpoint = readEndpoint(properties, credentials, tls);
  if (!endpoint.ok) return endpoint;
  const { address, ...place } = endpoint.settings;
  const applicationId = asText(properties.applicationId) || (address.userName ?? "");
  if (applicationId === "") return wrong("error.not-configured.application-id");
  if (!isV2Identifier(applicationId))
    return wrong("error.not-configured.application-id-form-v2", { applicationId });
  const accessKey = mendKey(asText(credentials.apiKey));
  if (accessKey === "") return wrong("error.not-configured.access-key", { applicationId });
  const options = readSessionOptions(properties);
  if (!options.ok) return options;
  return { ok: true, settings: { service: "v2", ...place, ...options.settings, applicationId, accessKey } };
}

export const v2: Dialect<V2Settings> = {
  read,
  service: v2Service,
  account: ({ applicationId, accessKey }) => [applicationId, accessKey],
  withoutSecret: (settings) => ({ ...settings, accessKey: "" }),
  context: ({ applicationId, accessKey }) => ({
    userName: applicationId,
    applicationId,
    accessKeyForm: apiKeyForm(accessKey),
  }),
  limitedWith: () => undefined,
  ofStackServer: () => undefined,
};
