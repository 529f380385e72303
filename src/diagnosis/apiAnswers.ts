/** What the stack's HTTP API answers, read once into types that cannot be wrong. Rule: docs/server.md#9-http-api. */
import { isJsonObject } from "../stack/check";
import type { ApplicationDownlink, JsonObject, StackError } from "../stack/messages";
import { BODY_SHAPE, stackError } from "../stack/shape";
import { isUnavailable, type ApiReply, type UnknownReason } from "./apiRequest";
import { shownText } from "../stack/shown";

/** The stack said no, with the name of its error. These names are known to mean something; others only say that it is the stack. */
interface ApiRefusal {
  readonly answer: "refused";
  readonly name:
    | "api_key_not_found"
    | "invalid_authorization"
    | "api_key_expired"
    | "token"
    | "no_application_rights"
    | "insufficient_application_rights"
    | "device_not_found"
    // Also the answer to a push of nothing.
    | "no_device_session"
    | (string & {});
  readonly status: number;
  readonly error: StackError;
}

interface ApiSilence {
  readonly answer: "unknown";
  readonly why: UnknownReason;
}

export type ApiAnswer<T> = ({ readonly answer: "ok" } & T) | ApiRefusal | ApiSilence;

export type KeyOwnerKind = "application" | "user" | "organization" | "gateway" | "client";

/** What the stack tells of a key. */
export interface AuthInfo {
  readonly owner: { readonly kind: KeyOwnerKind; readonly id: string };
  /** As the Console lists it. Not a secret. */
  readonly keyId: string;
  /** Given by its owner; may be empty. */
  readonly keyName: string;
  /** `RIGHT_…`, those implied by others included. */
  readonly rights: readonly string[];
  /** ms since 1970. */
  readonly expiresAt?: number;
}

const OWNERS: Readonly<Record<string, readonly [KeyOwnerKind, string]>> = {
  application_ids: ["application", "application_id"],
  user_ids: ["user", "user_id"],
  organization_ids: ["organization", "organization_id"],
  gateway_ids: ["gateway", "gateway_id"],
  client_ids: ["client", "client_id"],
};

/** The HTTP status of each gRPC code that a refusal has. */
const STATUS_OF_CODE: Readonly<Record<number, number>> = {
  3: 400,
  5: 404,
  7: 403,
  8: 429,
  9: 400,
  10: 409,
  16: 401,
};

/** The answer's body, where the stack said yes, else its error in the one shape that it has. */
export function read<T>(
  reply: ApiReply,
  body: (json: Record<string, unknown>) => T | undefined,
): ApiAnswer<T> {
  if ("why" in reply) return { answer: "unknown", why: reply.why };
  const { status, json } = reply;
  if (isJsonObject(json)) {
    const found = status === 200 ? body(json) : undefined;
    if (found !== undefined) return { answer: "ok", ...found };
    const error = errorIn(json);
    if (error && typeof json.code === "number" && STATUS_OF_CODE[json.code] === status)
      return { answer: "refused", name: error.name, status, error };
  }
  return { answer: "unknown", why: isUnavailable(status) ? "unavailable" : "not_understood" };
}

function errorIn({ details }: Record<string, unknown>): (StackError & { name: string }) | undefined {
  const detail: unknown = Array.isArray(details) ? details[0] : undefined;
  if (!isStackError(detail) || detail.namespace === undefined) return undefined;
  const { name } = detail;
  return name !== undefined && /^[a-z0-9_]{1,60}$/.test(name) ? { ...detail, name } : undefined;
}

const isStackError = (value: unknown): value is StackError =>
  isJsonObject(value) && stackError(value) === undefined;

/** The stack leaves empty lists out. */
export function rightsOf({ rights = [] }: Record<string, unknown>): readonly string[] | undefined {
  if (!Array.isArray(rights)) return undefined;
  return rights.every((right) => typeof right === "string" && /^RIGHT_[A-Z_]{1,60}$/.test(right))
    ? rights
    : undefined;
}

function ownerOf(ids: unknown): AuthInfo["owner"] | undefined {
  if (!isJsonObject(ids)) return undefined;
  for (const [field, [kind, idField]] of Object.entries(OWNERS)) {
    const owner = ids[field];
    const id = isJsonObject(owner) ? owner[idField] : undefined;
    if (typeof id === "string" && /^[a-z0-9-]{2,36}$/.test(id)) return { kind, id };
  }
  return undefined;
}

export function authInfoOf({ api_key: access }: Record<string, unknown>): AuthInfo | undefined {
  if (!isJsonObject(access) || !isJsonObject(access.api_key)) return undefined;
  const { id, name = "", expires_at } = access.api_key;
  const owner = ownerOf(access.entity_ids);
  const rights = rightsOf(access.api_key);
  if (!owner || !rights || typeof name !== "string") return undefined;
  if (typeof id !== "string" || !/^[A-Z2-7]{1,60}$/.test(id)) return undefined;
  const expiresAt = typeof expires_at === "string" ? Date.parse(expires_at) : NaN;
  return {
    owner,
    keyId: id,
    keyName: shownText(name),
    rights,
    ...(Number.isNaN(expiresAt) ? {} : { expiresAt }),
  };
}

export function downlinksOf({ downlinks = [] }: Record<string, unknown>): ApplicationDownlink[] | undefined {
  return Array.isArray(downlinks) && downlinks.every(isDownlink) ? downlinks : undefined;
}

const isDownlink = (value: unknown): value is ApplicationDownlink =>
  BODY_SHAPE.downlink_queued(value) === undefined;

/** A payload formatter as the stack keeps it. */
export interface Formatter {
  /** `FORMATTER_…`. */
  readonly type: string;
  /** The script, where it is one. */
  readonly parameter: string;
}

export interface DeviceFormatter {
  /** Absent: that of the application counts. */
  readonly formatter?: Formatter;
  /** What the Device Repository looks formatters up by. */
  readonly versionIds?: JsonObject;
}

/** For downlinks. A type that is left out is none. */
export function formatterIn(formatters: unknown): Formatter | undefined {
  if (!isJsonObject(formatters)) return undefined;
  const { down_formatter: type = "FORMATTER_NONE", down_formatter_parameter: parameter = "" } = formatters;
  return typeof type === "string" && typeof parameter === "string" ? { type, parameter } : undefined;
}

export function deviceFormatterOf({
  ids,
  formatters,
  version_ids,
}: Record<string, unknown>): DeviceFormatter | undefined {
  if (!isJsonObject(ids)) return undefined;
  const formatter = formatterIn(formatters);
  return {
    ...(formatter && { formatter }),
    ...(isJsonObject(version_ids) && { versionIds: version_ids }),
  };
}

export interface EncodedFields {
  readonly fPort: number;
  readonly payload: Buffer;
  readonly warnings: readonly string[];
}

/** An empty payload is left out. */
export function encodedIn({ downlink }: Record<string, unknown>): EncodedFields | undefined {
  if (!isDownlink(downlink)) return undefined;
  const { f_port: fPort = 0, frm_payload = "", decoded_payload_warnings: warnings = [] } = downlink;
  return { fPort, payload: Buffer.from(frm_payload, "base64"), warnings };
}

/** The Application Server's store has a word of its own for a device that it does not have. */
export function deviceRefusal<T>(answer: ApiAnswer<T>): ApiAnswer<T> {
  return answer.answer === "refused" && answer.name === "not_found"
    ? { ...answer, name: "device_not_found" }
    : answer;
}

/** Answers go into flows and errors: should a server send the key back, none of it is passed on. */
export function withoutSecrets(reply: ApiReply, apiKey: string): ApiReply {
  const secrets = [apiKey, apiKey.split(".").at(-1) ?? ""].filter((secret) => secret.length >= 8);
  if ("why" in reply || secrets.length === 0) return reply;
  const text = JSON.stringify(reply.json);
  return secrets.some((secret) => text.includes(secret)) ? { why: "not_understood" } : reply;
}
