/** What may be entered as a proxy. Usable in the browser. */

/** How a proxy is asked for a tunnel: HTTP CONNECT, the same over TLS, or SOCKS 5. */
export type ProxyScheme = "http" | "https" | "socks5";

export interface ProxyAddress {
  readonly scheme: ProxyScheme;
  /** Name or IP address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** `password` is secret. */
export interface ProxyLogin {
  readonly user: string;
  readonly password: string;
}

/**
 * `form`: no URL of a server. `scheme`: of another kind of proxy. `user`: a user name or password stands in it, which in a flow
 * everyone can read.
 */
export type ProxyProblem = "form" | "scheme" | "user";

export type ProxySetting =
  | { readonly ok: true; readonly use: "environment" }
  | { readonly ok: true; readonly use: "none" }
  | { readonly ok: true; readonly use: "proxy"; readonly address: ProxyAddress }
  | { readonly ok: false; readonly problem: ProxyProblem };

const LONGEST = 2_000;

/** Bytes of a user name or password for SOCKS; of longer ones the client throws. Rule: RFC 1929, 2. */
export const LONGEST_SOCKS_LOGIN = 255;

/** `socks5h` says that the proxy looks up names, which it always does here. */
const SCHEMES: Readonly<Record<string, ProxyScheme>> = {
  http: "http",
  https: "https",
  socks: "socks5",
  socks5: "socks5",
  socks5h: "socks5",
};
const USUAL_PORTS: Readonly<Record<ProxyScheme, number>> = { http: 80, https: 443, socks5: 1080 };

/** Reads the connection's `proxy` property: empty for what the environment says, `none`, or a URL without user name and password. */
export function readProxySetting(text: string): ProxySetting {
  const setting = text.trim();
  if (setting === "") return { ok: true, use: "environment" };
  if (setting.toLowerCase() === "none") return { ok: true, use: "none" };
  const read = readProxyUrl(setting);
  if (!read.ok) return read;
  return read.login ? { ok: false, problem: "user" } : { ok: true, use: "proxy", address: read.address };
}

/** The URL of a proxy, also with `user:password@` as environment variables have it. Without a scheme it is an HTTP proxy. */
export function readProxyUrl(
  text: string,
):
  | { readonly ok: true; readonly address: ProxyAddress; readonly login?: ProxyLogin }
  | { readonly ok: false; readonly problem: "form" | "scheme" } {
  const given = text.trim();
  if (given.length > LONGEST || /\s/.test(given)) return { ok: false, problem: "form" };
  const url = parsed(given.includes("://") ? given : `http://${given}`);
  if (!url) return { ok: false, problem: "form" };
  const name = url.protocol.slice(0, -1);
  const scheme = Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined;
  if (scheme === undefined) return { ok: false, problem: "scheme" };
  const host = url.hostname.replace(/^\[([^\]]*)\]$/, "$1");
  if (host === "" || !/^\/?$/.test(url.pathname) || url.search !== "" || url.hash !== "")
    return { ok: false, problem: "form" };
  const port = url.port === "" ? USUAL_PORTS[scheme] : Number(url.port);
  const address = { scheme, host, port };
  const [user, password] = [decoded(url.username), decoded(url.password)];
  return user === "" && password === ""
    ? { ok: true, address }
    : { ok: true, address, login: { user, password } };
}

function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
