/** Where the stack's HTTP API is, as the property `api` says it: empty, a URL or `off`. Usable in the browser. */
import { isIPv6 } from "./address";

export const isApiOff = (api: string): boolean => api.trim().toLowerCase() === "off";

/** Whether the property has a meaning. */
export const isApiSetting = (api: string): boolean =>
  api.trim() === "" || isApiOff(api) || apiUrl(api, "") !== undefined;

/**
 * The address of the API for the connection's `api` property: empty means that it is on the MQTT host. A URL is taken with or without
 * `/api/v3`. `undefined`: `off`, or nothing that could be asked.
 */
export function apiUrl(api: string, host: string): string | undefined {
  if (isApiOff(api)) return undefined;
  const setting = api.trim();
  const address = setting === "" ? urlOfHost(host) : setting;
  if (address === undefined || !/^https?:\/\//i.test(address)) return undefined;
  try {
    const { origin, pathname } = new URL(address);
    return origin + pathname.replace(/\/*$/, "").replace(/(\/api(\/v3)?)?$/, "/api/v3");
  } catch {
    return undefined;
  }
}

function urlOfHost(text: string): string | undefined {
  const host = text.trim().replace(/^\[(.*)\]$/, "$1");
  if (isIPv6(host)) return `https://[${host}]`;
  return /^[a-z0-9._-]+$/i.test(host) ? `https://${host}` : undefined;
}
