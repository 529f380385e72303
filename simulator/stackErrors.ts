import { isJsonObject } from "../src/stack/check";
import type { JsonObject, StackError } from "../src/stack/messages";
import { IDENTIFIER_PATTERN } from "./application";
import { errorStamp } from "./stamps";

interface ErrorParts {
  readonly namespace: string;
  readonly name: string;
  readonly format: string;
  /** gRPC status code. */
  readonly code: number;
  readonly attributes?: JsonObject;
  readonly cause?: StackError;
  readonly details?: JsonObject[];
}

/** `ErrorDetails` in the server's order of members. */
export function stackError(parts: ErrorParts): StackError {
  return {
    namespace: parts.namespace,
    name: parts.name,
    message_format: parts.format,
    ...(parts.attributes && { attributes: parts.attributes }),
    correlation_id: errorStamp(),
    ...(parts.cause && { cause: parts.cause }),
    code: parts.code,
    ...(parts.details && { details: parts.details }),
  };
}

function printed(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value ?? "");
}

function errorText(error: StackError): string {
  const sentence = (error.message_format ?? "").replace(/\{(\w+)\}/g, (_, name: string) =>
    printed(error.attributes?.[name]),
  );
  return `error:${error.namespace ?? ""}:${error.name ?? ""} (${sentence})`;
}

/** As a detail of an answer, or the data of an event. */
export const errorDetails = (error: StackError): JsonObject => ({
  "@type": "type.googleapis.com/ttn.lorawan.v3.ErrorDetails",
  ...error,
});

/** The body of an HTTP error answer. */
export function errorBody(error: StackError): JsonObject {
  return {
    code: error.code,
    message: errorText(error),
    details: [errorDetails(error)],
  };
}

const HTML: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "'": "&#39;",
  '"': "&#34;",
};

/** Go's `html.EscapeString`. */
const escaped = (text: string): string => text.replace(/[&<>'"]/g, (letter) => HTML[letter] ?? letter);

function escapedValue(value: unknown): unknown {
  if (typeof value === "string") return escaped(value);
  if (Array.isArray(value)) return value.map(escapedValue);
  return isJsonObject(value) ? escapedAttributes(value) : value;
}

const escapedAttributes = (attributes: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, escapedValue(value)]));

/** With its attributes escaped for HTML, and not its sentence. Rule: docs/server.md#13-newer-servers, 7. */
export function escapedError(error: StackError): StackError {
  return {
    ...error,
    ...(error.attributes && { attributes: escapedAttributes(error.attributes) }),
    ...(error.cause && { cause: escapedError(error.cause) }),
  };
}

/** The body of an error answer, in which the sentence is escaped as well. */
export function escapedBody(body: JsonObject): JsonObject {
  const { message, details } = body;
  return {
    ...body,
    ...(typeof message === "string" && { message: escaped(message) }),
    ...(Array.isArray(details) && { details: details.map(escapedError) }),
  };
}

/** Too many requests of one kind. */
export const rateLimited = (perMinute: number, key: string): StackError =>
  stackError({
    namespace: "pkg/ratelimit",
    name: "rate_limit_exceeded",
    format: "rate limit of `{rate}` accesses per minute exceeded for resource `{key}`",
    code: 8,
    attributes: { key, rate: perMinute },
  });

const STATUS_OF_CODE: Readonly<Record<number, number>> = {
  3: 400,
  5: 404,
  7: 403,
  8: 429,
  9: 400,
  10: 409,
  12: 501,
  16: 401,
};

export function httpStatus(code: number | undefined): number {
  return STATUS_OF_CODE[code ?? 2] ?? 500;
}

/** One step from a message to the field in it that is wrong. */
export interface FieldStep {
  readonly message: string;
  readonly field: string;
}

/** The nested `validation` error of the server's generated validators; the last step is the wrong field itself. */
export function validationError(steps: readonly FieldStep[], reason: string): StackError {
  const [first, ...rest] = steps;
  if (first === undefined) throw new RangeError("a validation error names at least one field");
  const inner = rest.length > 0;
  return stackError({
    namespace: "pkg/errors",
    name: "validation",
    format: "invalid `{field}`: {reason}",
    code: 3,
    attributes: {
      field: first.field,
      name: `${first.message}ValidationError`,
      reason: inner ? "embedded message failed validation" : reason,
    },
    ...(inner && { cause: validationError(rest, reason) }),
  });
}

export const PATTERN_REASON = `value does not match regex pattern "${IDENTIFIER_PATTERN}"`;

export function identifiersError(message: string, field: string): StackError {
  return stackError({
    namespace: "pkg/ttnpb",
    name: "identifiers",
    format: "invalid identifiers",
    code: 3,
    cause: validationError([{ message, field }], PATTERN_REASON),
  });
}
