import type { IncomingHttpHeaders } from "node:http";

/** What a server cannot mean, or what would look like a node that has stopped. */
const LONGEST_MS = 3_600_000;

/**
 * ms that a server asks to wait for; 0 where it does not, or not in a way that can be understood. Seconds, or a time by its own clock.
 * Rules: RFC 9110, 10.2.3; docs/server.md#9-http-api.
 */
export function retryAfterIn(headers: IncomingHttpHeaders): number {
  const own = headers["x-rate-limit-retry"];
  const given = (headers["retry-after"] ?? (typeof own === "string" ? own : "")).trim();
  const seconds = /^\d{1,9}$/.test(given) ? Number(given) * 1_000 : undefined;
  const wait = seconds ?? Date.parse(given) - Date.parse(headers.date ?? "");
  return wait > 0 ? Math.min(wait, LONGEST_MS) : 0;
}
