import type { ConnectionOptions } from "node:tls";
import { apiUrl } from "../../src/diagnosis/stackApi";
import { takeApart, usualPort } from "../../src/stack/address";
import type { ErrorCode, Explanation } from "../../src/stack/explanation";
import {
  apiKeyForm,
  isIdentifier,
  isTenantId,
  splitApplication,
  type ApiKeyForm,
} from "../../src/stack/identifiers";
import { asFlag, asText, asWholeNumber } from "../shared/values";
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
  /** Absent: none until the server ends a connection over its rate limit. */
  readonly downlinksPerMinute?: number;
  /** Downlinks held while disconnected. */
  readonly holdMax: number;
  /** Seconds. */
  readonly holdFor: number;
}

export type SettingsResult =
  | { readonly ok: true; readonly settings: StackSettings }
  | { readonly ok: false; readonly explanation: Explanation };

const CODE: ErrorCode = "not_configured";

const wrong = (key: string, values: Explanation["values"] = {}): Extract<SettingsResult, { ok: false }> => ({
  ok: false,
  explanation: { code: CODE, key, values },
});

/** Node-RED leaves `${NAME}` as it is where there is no such environment variable. */
function unsetVariable(values: object): { property: string; variable: string } | undefined {
  for (const [property, value] of Object.entries(values)) {
    const variable = /^\$\{([^}]+)\}$/.exec(asText(value))?.[1];
    if (variable !== undefined) return { property, variable };
  }
  return undefined;
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
    return wrong("error.not-configured.service", { service: asText(properties.service) });

  // A label may say what it likes.
  const unset = unsetVariable({ ...properties, name: "", apiKey: credentials.apiKey });
  if (unset) return wrong("error.not-configured.environment", unset);

  const address = takeApart(asText(properties.host));
  const host = address.host ?? "";
  if (host === "") return wrong("error.not-configured.host");
  const encrypted = address.tls ?? asFlag(properties.useTls);
  if (properties.tls !== "" && tls === undefined && encrypted)
    return wrong("error.not-configured.tls-config");
  const givenPort = asText(properties.port);
  const port =
    address.port ?? (givenPort === "" ? usualPort(encrypted) : asWholeNumber(givenPort, 1, 65_535));
  if (port === undefined) return wrong("error.not-configured.port", { port: givenPort });

  const account = splitApplication(asText(properties.applicationId));
  const applicationId = account.applicationId || (address.applicationId ?? "");
  if (applicationId === "") return wrong("error.not-configured.application-id");
  if (!isIdentifier(applicationId))
    return wrong("error.not-configured.application-id-form", { applicationId });
  const tenantId = account.tenantId ?? (asText(properties.tenantId) || (address.tenantId ?? ""));
  if (!isTenantId(tenantId)) return wrong("error.not-configured.tenant-id-form", { tenantId });

  const apiKey = asText(credentials.apiKey);
  if (apiKey === "") return wrong("error.not-configured.api-key", { applicationId });

  const keepalive = asWholeNumber(properties.keepalive, 5, 300);
  if (keepalive === undefined)
    return wrong("error.not-configured.keepalive", { keepalive: asText(properties.keepalive) });
  const sending = readSending(properties);
  if (!sending.ok) return sending;
  const clientId = asText(properties.clientId);
  const api = asText(properties.api);
  if (!/^(off)?$/i.test(api) && apiUrl(api, host) === undefined)
    return wrong("error.not-configured.api", { api });

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
      api,
      ...(clientId === "" ? {} : { clientId }),
      keepalive,
      ...sending.sending,
    },
  };
}

type Sending = Pick<StackSettings, "downlinksPerMinute" | "holdMax" | "holdFor">;

/** How many at most: of downlinks a minute, of downlinks held, of seconds. */
const MOST = { downlinksPerMinute: 60_000, holdMax: 10_000, holdFor: 86_400 } as const;

function readSending(
  properties: ConnectionProperties,
): { readonly ok: true; readonly sending: Sending } | Extract<SettingsResult, { ok: false }> {
  const numbers = {
    downlinksPerMinute: asWholeNumber(properties.downlinksPerMinute, 1, MOST.downlinksPerMinute),
    holdMax: asWholeNumber(properties.holdMax, 0, MOST.holdMax),
    holdFor: asWholeNumber(properties.holdFor, 1, MOST.holdFor),
  };
  const pace = asText(properties.downlinksPerMinute);
  const { downlinksPerMinute, holdMax, holdFor } = numbers;
  if (downlinksPerMinute === undefined && pace !== "")
    return wrong("error.not-configured.pace", { pace, most: MOST.downlinksPerMinute });
  if (holdMax === undefined)
    return wrong("error.not-configured.hold-max", { number: asText(properties.holdMax), most: MOST.holdMax });
  if (holdFor === undefined)
    return wrong("error.not-configured.hold-for", {
      seconds: asText(properties.holdFor),
      most: MOST.holdFor,
    });
  return {
    ok: true,
    sending: { holdMax, holdFor, ...(downlinksPerMinute === undefined ? {} : { downlinksPerMinute }) },
  };
}

/** The same for all settings that share one session: same endpoint, TLS, account and key, client ID and keepalive. Secret. */
export function identityOf(settings: StackSettings): string {
  const { service, host, port, tls, applicationId, tenantId, apiKey, clientId, keepalive } = settings;
  return JSON.stringify([service, host, port, tls, applicationId, tenantId, apiKey, clientId, keepalive]);
}
