import { stackService } from "../../services/stack";
import { readApiAddress, serverOf, type ApiProblem } from "../../stack/apiAddress";
import { apiKeyForm, isIdentifier, isTenantId, userName, splitApplication } from "../../stack/identifiers";
import { mendKey } from "../../stack/pasted";
import { asFlag, asText } from "../../stack/values";
import type { ConnectionCredentials, ConnectionProperties } from "../../stack/connectionProperties";
import { readEndpoint, readSessionOptions, type ChosenTls } from "./common";
import type { Dialect } from "./dialect";
import { unusableProxy } from "./proxy";
import { unreadable, withoutPassword, wrong, type Read } from "./read";
import type { StackSettings } from "./stackSettings";

const API_PROBLEMS: Readonly<Record<ApiProblem, string>> = {
  form: "error.not-configured.api",
  user: "error.not-configured.api-user",
  unencrypted: "error.not-configured.api-unencrypted",
};

/**
 * Reads the properties of a connection to the stack's own MQTT server; a pasted `app1@ttn` is taken apart. Those of the demo are not
 * what stands in a flow, but what its stack says of itself once it has started.
 */
function read(
  properties: ConnectionProperties,
  credentials: ConnectionCredentials,
  tls: ChosenTls,
): Read<StackSettings> {
  const { applicationId: application, tenantId: tenant, api: apiGiven, backfill } = properties;
  const unset = unreadable({
    applicationId: application,
    tenantId: tenant,
    api: apiGiven,
    backfill,
    apiKey: credentials.apiKey,
  });
  if (unset) return unset;
  const endpoint = readEndpoint(properties, credentials, tls);
  if (!endpoint.ok) return endpoint;
  const { address, ...place } = endpoint.settings;

  const account = splitApplication(withoutPassword(asText(application)));
  const applicationId = account.applicationId || (address.applicationId ?? "");
  if (applicationId === "") return wrong("error.not-configured.application-id");
  if (!isIdentifier(applicationId))
    return wrong("error.not-configured.application-id-form", { applicationId });
  const tenantId = account.tenantId ?? (asText(tenant) || (address.tenantId ?? ""));
  if (!isTenantId(tenantId)) return wrong("error.not-configured.tenant-id-form", { tenantId });
  const apiKey = mendKey(asText(credentials.apiKey));
  if (apiKey === "") return wrong("error.not-configured.api-key", { applicationId });

  const options = readSessionOptions(properties);
  if (!options.ok) return options;
  const api = asText(apiGiven);
  const apiAddress = readApiAddress(api, place.host);
  if (!apiAddress.ok) return wrong(API_PROBLEMS[apiAddress.problem], { api });
  const url = apiAddress.url;
  const unusable = url?.startsWith("https:") ? unusableProxy(place.proxy, serverOf(url)) : undefined;
  if (unusable) return unusable;
  return {
    ok: true,
    settings: {
      service: properties.service === "demo" ? "demo" : "stack",
      ...place,
      ...options.settings,
      applicationId,
      ...(tenantId === "" ? {} : { tenantId }),
      apiKey,
      keyForm: apiKeyForm(apiKey),
      api,
      backfill: asFlag(backfill),
    },
  };
}

export const stack: Dialect<StackSettings> = {
  read,
  service: stackService,
  account: ({ applicationId, tenantId, apiKey }) => [applicationId, tenantId, apiKey],
  withoutSecret: (settings) => ({ ...settings, apiKey: "" }),
  context: ({ applicationId, tenantId, keyForm, apiKey }) => ({
    userName: userName(applicationId, tenantId),
    applicationId,
    ...(tenantId === undefined ? {} : { tenantId }),
    keyForm,
    keyLength: apiKey.length,
  }),
  limitedWith: ({ tenantId }) => tenantId,
  ofStackServer: (settings) => settings,
};
