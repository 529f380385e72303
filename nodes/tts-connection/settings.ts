import type { ChosenTls } from "../shared/tlsConfig";
import { createHmac, randomBytes } from "node:crypto";
import { asText } from "../shared/values";
import type { ConnectionCredentials, ConnectionProperties } from "./properties";
import { readPubsub, type PubsubSettings } from "./settings/pubsub";
import { unsetVariable, wrong, type Read } from "./settings/read";
import { readStack, type StackSettings } from "./settings/stack";
import { readV2, type V2Settings } from "./settings/v2";

export type { PubsubSettings, StackSettings, V2Settings };

export type ConnectionSettings = StackSettings | PubsubSettings | V2Settings;

export type SettingsResult = Read<ConnectionSettings>;

type Reader = (
  properties: ConnectionProperties,
  credentials: ConnectionCredentials,
  tls: ChosenTls,
) => SettingsResult;

const READERS: Readonly<Record<string, Reader | undefined>> = {
  stack: readStack,
  pubsub: readPubsub,
  v2: readV2,
};

/**
 * Reads the properties of a connection, as its service wants them.
 * @param tls options of the `tls-config` node, where one is chosen
 */
export function readSettings(
  properties: ConnectionProperties,
  credentials: ConnectionCredentials,
  tls: ChosenTls,
): SettingsResult {
  const unset = unsetVariable({ service: properties.service, tls: properties.tls });
  if (unset) return unset;
  const service = asText(properties.service);
  const reader = Object.hasOwn(READERS, service) ? READERS[service] : undefined;
  return reader?.(properties, credentials, tls) ?? wrong("error.not-configured.service", { service });
}

/** Without it nobody can try out which password an identity is made of. */
const OF_THIS_PROCESS = randomBytes(32);

/** What tells accounts at one endpoint apart. */
function accountOf(settings: ConnectionSettings): readonly unknown[] {
  switch (settings.service) {
    case "stack":
      return [settings.applicationId, settings.tenantId, settings.apiKey];
    case "pubsub": {
      const { username, password, applicationId, topics, qos, sharedGroup } = settings;
      return [username, password, applicationId, [...topics], qos, sharedGroup];
    }
    case "v2":
      return [settings.applicationId, settings.accessKey];
  }
}

/**
 * The same for all settings that share one session: same endpoint, TLS, account and key or password, client ID and keepalive; with
 * Pub/Sub also the topics, because a session speaks one set of them. What is kept by it outlives the key, which cannot be told from it.
 */
export function identityOf(settings: ConnectionSettings): string {
  const { service, host, port, tls, clientId, keepalive } = settings;
  const told = JSON.stringify([service, host, port, tls, accountOf(settings), clientId, keepalive]);
  return createHmac("sha256", OF_THIS_PROCESS).update(told).digest("base64");
}

/** The same without a key or password, for what outlives the connection. */
export function withoutSecret(settings: ConnectionSettings): ConnectionSettings {
  switch (settings.service) {
    case "stack":
      return { ...settings, apiKey: "" };
    case "pubsub":
      return { ...settings, password: "" };
    case "v2":
      return { ...settings, accessKey: "" };
  }
}
