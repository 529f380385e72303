/**
 * Takes apart what people paste into a form: addresses of brokers and of the Console, user names and topics. Usable in the browser.
 */
import { isIdentifier, splitApplication } from "./identifiers";

/** What was found. A password never is. */
export interface AddressParts {
  /** Host name in lower case, or an IP address; IPv6 without brackets. */
  host?: string;
  /** Of MQTT, 1 to 65535. The port of a web page is not returned. */
  port?: number;
  /** Only where the text says so by its scheme. */
  tls?: boolean;
  applicationId?: string;
  tenantId?: string;
  /** What stands before the host in `user@host`, as it is: the user's own broker has other user names than `app1@ttn`. */
  userName?: string;
}

/** Longer than any address of a page; more is not looked at. */
const LONGEST = 2_000;
const IPV6 = /^(?=.*:.*:)[0-9a-f:.]+(?:%\w+)?$/;

/** IPv6 in brackets or a host, with or without a port. IPv6 without brackets has no port and does not fit. */
const HOST_AND_PORT = /^(?:\[([^\]]*)\](?::(.*))?|([^:]*):([^:]*))$/;

const TLS_OF_SCHEME: Readonly<Record<string, boolean>> = {
  mqtts: true,
  ssl: true,
  tls: true,
  tcps: true,
  mqtt: false,
  tcp: false,
};

/** The port that MQTT is on when none is given: 8883 with TLS, 1883 without. */
export function usualPort(tls: boolean): number {
  return tls ? 8883 : 1883;
}

/**
 * The tenant that a host of The Things Stack Sandbox or Cloud stands for, `undefined` for any other host.
 * Rule: Sandbox is `*.cloud.thethings.network` with the tenant `ttn`, Cloud `<tenant>.<cluster>.cloud.thethings.industries`.
 */
export function tenantOfHost(host: string): string | undefined {
  const name = plainHost(host);
  if (/^[a-z0-9-]+\.cloud\.thethings\.network$/.test(name)) return "ttn";
  const tenant = /^([a-z0-9-]+)\.[a-z0-9-]+\.cloud\.thethings\.industries$/.exec(name)?.[1];
  return tenant !== undefined && isIdentifier(tenant) ? tenant : undefined;
}

/**
 * Takes a pasted text apart: an MQTT URL, the URL of a page of the Console or of the HTTP API, `host:port`, `app1@ttn`, a topic
 * `v3/app1@ttn/…`, or a plain host. Parts that the text does not name are absent; all are where the
 * port cannot be one. Nothing is thrown.
 */
export function takeApart(text: string): AddressParts {
  if (text.length > LONGEST) return {};
  const pasted = text
    .trim()
    .replace(/^["'<](.*)["'>]$/s, "$1")
    .trim();
  if (pasted === "" || /\s/.test(pasted)) return {};
  const [, scheme, afterScheme = ""] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(pasted) ?? [];
  if (scheme !== undefined) return ofUrl(scheme.toLowerCase(), afterScheme);
  if (pasted.startsWith("v3/")) return ofApplication(pasted.split("/", 2)[1] ?? "");
  const isApplication = /^[^@/:]+@[^@/:.]+$/.test(pasted);
  if (isApplication) return ofApplication(pasted);
  return /^[^/?#]+[/?#]./.test(pasted) ? ofUrl("https", pasted) : ofAuthority(pasted.replace(/\/$/, ""));
}

/** `ws` or `wss` of an address of MQTT over WebSocket, which the stack does not have; `undefined` for any other text. */
export function webSocketScheme(text: string): string | undefined {
  return /^["'<\s]*(wss?):\/\//i.exec(text)?.[1]?.toLowerCase();
}

function ofUrl(scheme: string, afterScheme: string): AddressParts {
  // What listens there is not what the host listens for at the usual port.
  if (/^wss?$/.test(scheme)) return {};
  const [, authority = "", path = ""] = /^([^/?#]*)(.*)$/s.exec(afterScheme) ?? [];
  const tls = Object.hasOwn(TLS_OF_SCHEME, scheme) ? TLS_OF_SCHEME[scheme] : undefined;
  const parts = ofAuthority(authority);
  if (tls !== undefined) return parts.host === undefined ? {} : { ...parts, tls };
  // A web page: its port is not the one of MQTT, and who signs in there is not the MQTT user.
  const { host } = parts;
  const application = /\/applications\/([^/?#]+)/.exec(path)?.[1];
  return {
    ...(host === undefined ? {} : { host }),
    ...(application === undefined ? {} : ofApplication(decoded(application))),
  };
}

/** `user:password@host:port`, each part but the host optional. The last `@` counts: `app1@ttn@host` is a user name with a tenant. */
function ofAuthority(authority: string): AddressParts {
  const at = authority.lastIndexOf("@");
  const parts = ofHostAndPort(authority.slice(at + 1));
  const user = at === -1 ? "" : decoded(authority.slice(0, at).split(":", 1)[0] ?? "");
  return user === "" ? parts : { ...parts, ...ofApplication(user), userName: user };
}

function ofHostAndPort(text: string): AddressParts {
  const found = HOST_AND_PORT.exec(text);
  const host = plainHost(found?.[1] ?? found?.[3] ?? text);
  if (!/^[a-z0-9._-]+$/.test(host) && !IPV6.test(host)) return {};
  const digits = found?.[2] ?? found?.[4] ?? "";
  if (digits === "") return { host };
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  // The host alone would be another address than the one that was meant.
  return port >= 1 && port <= 65535 ? { host, port } : {};
}

function ofApplication(text: string): AddressParts {
  const { applicationId, tenantId } = splitApplication(text);
  if (!isIdentifier(applicationId)) return {};
  return tenantId !== undefined && isIdentifier(tenantId) ? { applicationId, tenantId } : { applicationId };
}

function plainHost(text: string): string {
  return text.toLowerCase().replace(/\.$/, "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
