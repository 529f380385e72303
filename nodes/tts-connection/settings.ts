import type { ConnectionOptions } from "node:tls";
import { takeApart, usualPort } from "../../src/stack/address";
import type { ErrorCode, Explanation } from "../../src/stack/explanation";
import { apiKeyForm, isIdentifier, isTenantId, splitApplication, type ApiKeyForm } from "../../src/stack/identifiers";
import type { ConnectionCredentials, ConnectionProperties } from "./properties";

/** Everything a session to The Things Stack's MQTT server needs, checked. */
export interface StackSettings {
  readonly service: "stack";
  readonly host: string;
  readonly port: number;
  /** Absent: not encrypted. */
  readonly tls?: ConnectionOptions;
  readonly applicationId: string;
  readonly tenantId?: string;
  /** Secret. */
  readonly apiKey: string;
  readonly keyForm: ApiKeyForm;
  /** Empty: `https://<host>/api/v3`; a URL; or `off`. */
  readonly api: string;
  /** Absent: generated for each session. */
  readonly clientId?: string;
  /** Seconds. */
  readonly keepalive: number;
}

export type SettingsResult =
  | { readonly ok: true; readonly settings: StackSettings }
  | { readonly ok: false; readonly explanation: Explanation };

const CODE: ErrorCode = "not_configured";

const wrong = (key: string, values: Explanation["values"] = {}): SettingsResult => ({
  ok: false,
  explanation: { code: CODE, key, values },
});

/** Values from an environment variable come as text, whatever the property is. */
const isTrue = (value: boolean | string): boolean => value === true || value === "true";
const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value).trim() : "");

function wholeNumber(value: string, least: number, most: number): number | undefined {
  const number = /^\d+$/.test(value) ? Number(value) : NaN;
  return number >= least && number <= most ? number : undefined;
}

/**
 * Reads the properties of a connection to the stack's MQTT server. What was pasted (or came from the environment) as one piece
 * is taken apart: `mqtts://host:8883` as host, `app1@ttn` as application ID.
 * @param tls options of the `tls-config` node, where one is chosen
 */
export function readSettings(
  properties: ConnectionProperties,
  credentials: ConnectionCredentials,
  tls: ConnectionOptions | undefined,
): SettingsResult {
  if (properties.service !== "stack")
    return wrong("error.not-configured.service", { service: text(properties.service) });

  if (properties.tls !== "" && tls === undefined && isTrue(properties.useTls)) return wrong("error.not-configured.tls-config");

  const address = takeApart(text(properties.host));
  const host = address.host ?? "";
  if (host === "") return wrong("error.not-configured.host");
  const encrypted = address.tls ?? isTrue(properties.useTls);
  const givenPort = text(properties.port);
  const port = address.port ?? (givenPort === "" ? usualPort(encrypted) : wholeNumber(givenPort, 1, 65_535));
  if (port === undefined) return wrong("error.not-configured.port", { port: givenPort });

  const account = splitApplication(text(properties.applicationId));
  const applicationId = account.applicationId || (address.applicationId ?? "");
  if (applicationId === "") return wrong("error.not-configured.application-id");
  if (!isIdentifier(applicationId)) return wrong("error.not-configured.application-id-form", { applicationId });
  const tenantId = account.tenantId ?? (text(properties.tenantId) || (address.tenantId ?? ""));
  if (!isTenantId(tenantId)) return wrong("error.not-configured.tenant-id-form", { tenantId });

  const apiKey = text(credentials.apiKey);
  if (apiKey === "") return wrong("error.not-configured.api-key", { applicationId });

  const keepalive = wholeNumber(text(properties.keepalive), 5, 300);
  if (keepalive === undefined)
    return wrong("error.not-configured.keepalive", { keepalive: text(properties.keepalive) });
  const clientId = text(properties.clientId);

  return {
    ok: true,
    settings: {
      service: "stack",
      host,
      port,
      ...(encrypted ? { tls: tls ?? {} } : {}),
      applicationId,
      ...(tenantId === "" ? {} : { tenantId }),
      apiKey,
      keyForm: apiKeyForm(apiKey),
      api: text(properties.api),
      ...(clientId === "" ? {} : { clientId }),
      keepalive,
    },
  };
}

/** The same for all settings that share one session: same endpoint, TLS, account and key, client ID and keepalive. */
export function identityOf(settings: StackSettings): string {
  const { api: _api, keyForm: _keyForm, ...identity } = settings;
  return JSON.stringify(identity);
}
