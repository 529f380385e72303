import { randomBytes, randomInt } from "node:crypto";

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

function letters(number: number, length: number): string {
  let text = "";
  for (let rest = number; text.length < length; rest = Math.floor(rest / 32)) {
    text = CROCKFORD.charAt(rest % 32) + text;
  }
  return text;
}

/** 26 characters: ten of time, sixteen random. */
export function ulid(): string {
  const random = Array.from({ length: 16 }, () => CROCKFORD.charAt(randomInt(32)));
  return letters(Date.now(), 10) + random.join("");
}

/** A correlation ID of the server, for example `stamp("as:downlink")`. */
export function stamp(origin: string): string {
  return `${origin}:${ulid()}`;
}

export const rpc = (method: string): string => stamp(`rpc:/ttn.lorawan.v3.${method}`);

let latest = { ms: "", below: 0 };

/** Now in RFC 3339 with nanoseconds, as the server prints its times; later in the same millisecond is later. */
export function timestamp(): string {
  const ms = new Date().toISOString().replace("Z", "");
  const below = Number(process.hrtime.bigint() % 1_000_000n);
  latest = { ms, below: ms === latest.ms ? Math.min(999_999, latest.below + 1) : below };
  return `${ms}${String(latest.below).padStart(6, "0")}Z`;
}

/** The `correlation_id` of an error: 32 hex digits. */
export function errorStamp(): string {
  return randomBytes(16).toString("hex");
}

/** Sorted by bytes, without repetitions, as the server keeps correlation IDs. */
export function sortedIds(...lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
