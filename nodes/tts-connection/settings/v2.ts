import type { ChosenTls } from "../../shared/tlsConfig";
import { isV2Identifier } from "../../../src/stack/identifiers";
import { mendKey } from "../../../src/stack/pasted";
import { asText } from "../../shared/values";
import type { ConnectionCredentials, ConnectionProperties } from "../properties";
import { readEndpoint, readManners, type CommonSettings } from "./common";
import { unsetVariable, wrong, type Read } from "./read";

/** Everything a session to a V2 network needs, checked. */
export interface V2Settings extends CommonSettings {
  readonly service: "v2";
  readonly applicationId: string;
  /** Secret. */
  readonly accessKey: string;
}

/** Reads the properties of a connection to a V2 network. */
export function readV2(
  properties: ConnectionProperties,
  credentials: ConnectionCredentials,
  tls: ChosenTls,
): Read<V2Settings> {
  const unset = unsetVariable({ applicationId: properties.applicationId, apiKey: credentials.apiKey });
  if (unset) return unset;
  const endpoint = readEndpoint(properties, tls);
  if (!endpoint.ok) return endpoint;
  const { address, ...place } = endpoint.settings;
  const applicationId = asText(properties.applicationId) || (address.userName ?? "");
  if (applicationId === "") return wrong("error.not-configured.application-id");
  if (!isV2Identifier(applicationId))
    return wrong("error.not-configured.application-id-form-v2", { applicationId });
  const accessKey = mendKey(asText(credentials.apiKey));
  if (accessKey === "") return wrong("error.not-configured.access-key", { applicationId });
  const manners = readManners(properties);
  if (!manners.ok) return manners;
  return { ok: true, settings: { service: "v2", ...place, ...manners.settings, applicationId, accessKey } };
}
