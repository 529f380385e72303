import type { ChosenTls } from "../../shared/tlsConfig";
import { readApiAddress, type ApiProblem } from "../../../src/stack/apiAddress";
import {
  apiKeyForm,
  isIdentifier,
  isTenantId,
  splitApplication,
  type ApiKeyForm,
} from "../../../src/stack/identifiers";
import { mendKey } from "../../../src/stack/pasted";
import { asText } from "../../shared/values";
import type { ConnectionCredentials, ConnectionProperties } from "../properties";
import { readEndpoint, readManners, type CommonSettings } from "./common";
import { unsetVariable, wrong, type Read } from "./read";

/** Everything a session to The Things Stack's MQTT server needs, checked. */
export interface StackSettings extends CommonSettings {
  readonly service: "stack";
  readonly applicationId: string;
  readonly tenantId?: string;
  /** Secret. */
  readonly apiKey: string;
  readonly keyForm: ApiKeyForm;
  /** Empty: `https://<host>/api/v3`; a URL; or `off`. */
  readonly api: string;
}

const API_PROBLEMS: Readonly<Record<ApiProblem, string>> = {
  form: "error.not-configured.api",
  user: "error.not-configured.api-user",
  unencrypted: "error.not-configured.api-unencrypted",
};

/** Reads the properties of a connection to the stack's own MQTT server; a pasted `app1@ttn` is taken apart. */
export function readStack(
  properties: ConnectionProperties,
  credentials: ConnectionCredentials,
  tls: ChosenTls,
): Read<StackSettings> {
  const { applicationId: application, tenantId: tenant, api: apiGiven } = properties;
  const unset = unsetVariable({
    applicationId: application,
    tenantId: tenant,
    api: apiGiven,
    apiKey: credentials.apiKey,
  });
  if (unset) return unset;
  const endpoint = readEndpoint(properties, tls);
  if (!endpoint.ok) return endpoint;
  const { address, ...place } = endpoint.settings;

  const account = splitApplication(asText(application));
  const applicationId = account.applicationId || (address.applicationId ?? "");
  if (applicationId === "") return wrong("error.not-configured.application-id");
  if (!isIdentifier(applicationId))
    return wrong("error.not-configured.application-id-form", { applicationId });
  const tenantId = account.tenantId ?? (asText(tenant) || (address.tenantId ?? ""));
  if (!isTenantId(tenantId)) return wrong("error.not-configured.tenant-id-form", { tenantId });
  const apiKey = mendKey(asText(credentials.apiKey));
  if (apiKey === "") return wrong("error.not-configured.api-key", { applicationId });

  const manners = readManners(properties);
  if (!manners.ok) return manners;
  const api = asText(apiGiven);
  const apiAddress = readApiAddress(api, place.host);
  if (!apiAddress.ok) return wrong(API_PROBLEMS[apiAddress.problem], { api });
  return {
    ok: true,
    settings: {
      service: "stack",
      ...place,
      ...manners.settings,
      applicationId,
      ...(tenantId === "" ? {} : { tenantId }),
      apiKey,
      keyForm: apiKeyForm(apiKey),
      api,
    },
  };
}
