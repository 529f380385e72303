import type { ServiceName } from "./services";

/** The properties of `tts-connection`, as they stand in a flow. */
export interface ConnectionProperties {
  name: string;
  service: ServiceName;
  host: string;
  port: string;
  useTls: boolean;
  /** ID of a core `tls-config` node. */
  tls: string;
  applicationId: string;
  tenantId: string;
  /** The stack's HTTP API: empty for `https://<host>/api/v3`, a URL, or `off`. */
  api: string;
  /** Empty: what the environment says (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`); a URL without user and password; or `none`. */
  proxy: string;
  /** After an interruption, fetch the uplinks that came meanwhile from the stack's Storage integration. */
  backfill: boolean;
  clientId: string;
  /** Seconds. */
  keepalive: string;
  downlinksPerMinute: string;
  holdMax: string;
  /** Seconds. */
  holdFor: string;
  baseTopic: string;
  /** Pub/Sub: message type to sub topic. */
  topics: Record<string, string>;
  qos: string;
  sharedGroup: string;
}

export interface ConnectionCredentials {
  apiKey?: string;
  username?: string;
  password?: string;
  proxyUsername?: string;
  proxyPassword?: string;
}

/** Names of the credentials. */
export const CONNECTION_SECRETS = [
  "apiKey",
  "username",
  "password",
  "proxyUsername",
  "proxyPassword",
] as const satisfies readonly (keyof ConnectionCredentials)[];

/** A property that is missing in a flow has this value at run time. */
export const CONNECTION_DEFAULTS: ConnectionProperties = {
  name: "",
  service: "stack",
  host: "eu1.cloud.thethings.network",
  port: "",
  useTls: true,
  tls: "",
  applicationId: "",
  tenantId: "",
  api: "",
  proxy: "",
  backfill: false,
  clientId: "",
  keepalive: "30",
  downlinksPerMinute: "",
  holdMax: "100",
  holdFor: "300",
  baseTopic: "",
  topics: {},
  qos: "1",
  sharedGroup: "",
};
