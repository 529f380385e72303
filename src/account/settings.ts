/** The settings of a connection: read, checked, and all that differs between services asked of the dialect of each. */
import { createHmac, randomBytes } from "node:crypto";
import type { Endpoint } from "../connection/link";
import { usableProxy, type ProxyChoice } from "../connection/proxy/environment";
import { ProxyServer } from "../connection/proxy/server";
import type { ConnectionContext } from "../diagnosis/connecting";
import type { KeyFacts } from "../diagnosis/keyFacts";
import type { Service } from "../services/service";
import { usualPort } from "../stack/address";
import type { ConnectionCredentials, ConnectionProperties } from "../stack/connectionProperties";
import { isServiceName, traitsOf, type ServiceName } from "../stack/services";
import { asText } from "../stack/values";
import type { ChosenTls } from "./settings/common";
import type { Dialect } from "./settings/dialect";
import { pubsub, type PubsubSettings } from "./settings/pubsub";
import { tooLong, unreadable, wrong, type Read, type Refusal } from "./settings/read";
import { stack } from "./settings/stack";
import type { StackSettings } from "./settings/stackSettings";
import { v2, type V2Settings } from "./settings/v2";

export type { PubsubSettings, StackSettings, V2Settings };

export type ConnectionSettings = StackSettings | PubsubSettings | V2Settings;

export type SettingsResult = Read<ConnectionSettings>;

const DIALECTS = { stack, pubsub, v2, demo: stack } as const satisfies Readonly<Record<ServiceName, object>>;

/** The one place that tells the settings of one service from those of another. */
function ask<T>(
  settings: ConnectionSettings,
  question: <S extends ConnectionSettings>(dialect: Dialect<S>, settings: S) => T,
): T {
  switch (settings.service) {
    case "stack":
    case "demo":
      return question(stack, settings);
    case "pubsub":
      return question(pubsub, settings);
    case "v2":
      return question(v2, settings);
  }
}

/**
 * Reads the properties of a connection, as its service wants them.
 * @param tls options of the `tls-config` node, where one is chosen
 */
export function readSettings(
  properties: ConnectionProperties,
  credentials: ConnectionCredentials,
  tls: ChosenTls,
): SettingsResult {
  const unset = unreadable({ service: properties.service, tls: properties.tls });
  if (unset) return unset;
  const service = asText(properties.service);
  if (!isServiceName(service)) return wrong("error.not-configured.service", { service });
  const read = DIALECTS[service].read(properties, credentials, tls);
  return read.ok ? (beyondMqtt(service, properties, credentials) ?? read) : read;
}

/** Bytes. Rule: MQTT 3.1.1, 1.5.3; with room for what stands around a group in a filter. */
const LONGEST_TEXT = 65_000;

/** What no packet can carry: the MQTT client would throw. */
function beyondMqtt(
  service: ServiceName,
  { clientId, sharedGroup }: ConnectionProperties,
  { apiKey, username, password }: ConnectionCredentials,
): Refusal | undefined {
  const { throughBroker } = traitsOf(service);
  return tooLong(
    throughBroker ? { clientId, username, password, sharedGroup } : { clientId, apiKey },
    LONGEST_TEXT,
  );
}

/** The way of talking that these settings are for. */
export const serviceOf = (settings: ConnectionSettings): Service =>
  ask(settings, (dialect, own) => dialect.service(own));

/** The settings, where they are for The Things Stack's own server. */
export const stackSettingsOf = (settings: ConnectionSettings): StackSettings | undefined =>
  ask(settings, (dialect, own) => dialect.ofStackServer(own));

/** Whether uplinks that came during an interruption are to be fetched. */
export const wantsBackfill = (settings: ConnectionSettings): boolean =>
  stackSettingsOf(settings)?.backfill ?? false;

/** The same without a key or password, for what outlives the connection. */
export function withoutSecret(settings: ConnectionSettings): ConnectionSettings {
  const others = ask<ConnectionSettings>(settings, (dialect, own) => dialect.withoutSecret(own));
  const { proxy } = others;
  return proxy instanceof ProxyServer ? { ...others, proxy: new ProxyServer(proxy) } : others;
}

/** Where a session goes, and how it gets there. */
export function endpointOf({ host, port, tls, proxy: choice }: ConnectionSettings): Endpoint {
  const proxy = tls && usableProxy(choice, { host, port });
  return { host, port, ...(tls ? { tls } : {}), ...(proxy ? { proxy } : {}) };
}

const loginAt = (proxy: ProxyChoice): unknown => (proxy instanceof ProxyServer ? proxy.login : undefined);

/** An application of a server, or a broker, whatever the key, encrypted or not. Nothing in it is secret. */
export function applicationOf(settings: ConnectionSettings): string {
  const { service, host, port, tls, applicationId } = settings;
  const ownPort = port === usualPort(tls !== undefined) ? undefined : port;
  const account = ask(settings, (dialect, own) => dialect.limitedWith(own));
  return JSON.stringify([service, host.toLowerCase(), ownPort, account, applicationId]);
}

/** Which application, or broker, downlinks are for; nothing in it is secret, and the key may change. */
export const targetOf = ({ service, host, port, applicationId = "" }: ConnectionSettings): string =>
  JSON.stringify([service, host, port, applicationId]);

/** Without it an identity does not tell whether a password was guessed right. */
const OF_THIS_PROCESS = randomBytes(32);

/**
 * The same for all settings that share one session: same endpoint, TLS, proxy, account and key or password, client ID and keepalive; with
 * Pub/Sub also the topics, because a session speaks one set of them. What is kept by it outlives the key, which cannot be told from it.
 */
export function identityOf(settings: ConnectionSettings): string {
  const { service, host, port, tls, proxy, clientId, keepalive } = settings;
  const account = ask(settings, (dialect, own) => dialect.account(own));
  const told = JSON.stringify([
    ...[service, host, port, tls, account, clientId, keepalive],
    ...[proxy, loginAt(proxy)],
  ]);
  return createHmac("sha256", OF_THIS_PROCESS).update(told).digest("base64");
}

/** What is known of a connection, for explaining what is wrong with it. Nothing in it is secret. */
export function contextOf(
  settings: ConnectionSettings,
  { acceptedUntil, facts }: { readonly acceptedUntil?: number; readonly facts?: KeyFacts },
  now: number,
): ConnectionContext {
  const { service } = settings;
  const { host, port, tls, proxy } = endpointOf(settings);
  return {
    service,
    host,
    port,
    useTls: tls !== undefined,
    ...ask(settings, (dialect, own) => dialect.context(own)),
    ...(acceptedUntil === undefined ? {} : { acceptedUntil }),
    ...(facts?.expiresAt === undefined ? {} : { keyExpiresAt: facts.expiresAt }),
    now,
    ...(tls === undefined ? {} : { tls }),
    ...(proxy === undefined ? {} : { proxy }),
  };
}
