/** Where the stack's HTTP API is. Usable in the browser. */

/**
 * `form`: neither empty, `off` nor a URL. `user`: a user name stands before the host, which makes `known-host@other-host` look like the
 * known one. `unencrypted`: the API key would cross a network in the clear.
 */
export type ApiProblem = "form" | "user" | "unencrypted";

export type ApiAddress =
  /** `url` is absent where the API is switched off, or cannot be on such a host. */
  { readonly ok: true; readonly url?: string } | { readonly ok: false; readonly problem: ApiProblem };

const LONGEST = 2_000;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

export const isApiOff = (api: string): boolean => api.trim().toLowerCase() === "off";

/**
 * Reads the connection's `api` property: empty means that the API is on the MQTT host, `off` that it is not asked. A URL is taken with
 * or without `/api/v3`.
 */
export function readApiAddress(api: string, host: string): ApiAddress {
  const setting = api.trim();
  if (isApiOff(setting)) return { ok: true };
  if (setting === "") return onHost(host.trim());
  if (setting.length > LONGEST || !/^https?:\/\//i.test(setting)) return { ok: false, problem: "form" };
  const url = parsed(setting);
  if (!url) return { ok: false, problem: "form" };
  if (url.username !== "" || url.password !== "") return { ok: false, problem: "user" };
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname)) return { ok: false, problem: "unencrypted" };
  return { ok: true, url: url.origin + apiPath(url.pathname) };
}

/** The address of the API, where there is one that may be asked. */
export function apiUrl(api: string, host: string): string | undefined {
  const address = readApiAddress(api, host);
  return address.ok ? address.url : undefined;
}

/** The host that a connection with these settings asks, as it is called on the network; empty where none is. */
export function apiHost(api: string, host: string): string {
  const url = apiUrl(api, host);
  return url === undefined ? "" : new URL(url).host;
}

/** The server of an address as `apiUrl` makes it. */
export function serverOf(url: string): { readonly host: string; readonly port: number } {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[([^\]]*)\]$/, "$1");
  return { host, port: port === "" ? (protocol === "http:" ? 80 : 443) : Number(port) };
}

function onHost(host: string): ApiAddress {
  const name = host.replace(/^\[([^\]]*)\]$/, "$1");
  if (name.length > LONGEST) return { ok: true };
  const isIPv6 = /^[0-9a-f:.]+$/i.test(name) && name.includes(":");
  const isName = /^[a-z0-9._-]+$/i.test(name);
  const url = isIPv6 || isName ? parsed(`https://${isIPv6 ? `[${name}]` : name}`) : undefined;
  return url ? { ok: true, url: `${url.origin}/api/v3` } : { ok: true };
}

function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function apiPath(pathname: string): string {
  let end = pathname.length;
  while (pathname[end - 1] === "/") end -= 1;
  return pathname.slice(0, end).replace(/(?:\/api(?:\/v3)?)?$/, "/api/v3");
}
