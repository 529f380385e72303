import type { EndDeviceIds, JsonObject, StackError } from "../../src/stack/messages";
import { isIdentifier } from "../application";
import { firstValue, isObject } from "../downlink/json";
import { EVENT_NAMES } from "../events/names";
import { PATTERN_REASON, stackError, validationError } from "../stackErrors";

/** Whose events a stream has: an application's, one device's, or a gateway's; with the identifiers as they were given. */
export type EventSource =
  | {
      readonly applicationId: string;
      readonly deviceId: string | undefined;
      readonly identifiers: JsonObject;
    }
  | { readonly gatewayId: string; readonly identifiers: JsonObject };

export interface EventRequest {
  readonly sources: readonly EventSource[];
  /** Undefined: all of them. */
  readonly names: readonly string[] | undefined;
}

export type ParsedRequest =
  { readonly ok: true; readonly request: EventRequest } | { readonly ok: false; readonly error: StackError };

const eventsError = (name: string, format: string, attributes?: JsonObject): StackError =>
  stackError({ namespace: "pkg/events", name, format, code: 3, ...(attributes && { attributes }) });

/** Checks what was asked for, in the server's order. Throws `Malformed` for what is no JSON. */
export function parseEventRequest(body: Buffer): ParsedRequest {
  const given = firstValue(body.toString("utf8") || "{}");
  const members: JsonObject = isObject(given) ? given : {};
  const sources = objects(members.identifiers).flatMap(sourceOf);
  const wrong = sources.map(badSource).find((error) => error !== undefined);
  if (wrong !== undefined) return { ok: false, error: wrong };
  if (sources.length === 0) {
    const namespace = "pkg/events/grpc";
    return {
      ok: false,
      error: stackError({ namespace, name: "no_identifiers", format: "no identifiers", code: 3 }),
    };
  }
  const wanted = Array.isArray(members.names)
    ? members.names.filter((name: unknown) => typeof name === "string")
    : [];
  if (wanted.length === 0) return { ok: true, request: { sources, names: undefined } };
  const names = new Set<string>();
  for (const name of wanted) {
    const found = matching(name);
    if (!found.ok) return found;
    for (const one of found.names) names.add(one);
  }
  return { ok: true, request: { sources, names: [...names].sort() } };
}

const objects = (list: unknown): JsonObject[] => (Array.isArray(list) ? list.filter(isObject) : []);

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function sourceOf(identifiers: JsonObject): EventSource[] {
  const { application_ids: application, device_ids: device, gateway_ids: gateway } = identifiers;
  if (isObject(gateway)) return [{ gatewayId: text(gateway.gateway_id), identifiers }];
  if (isObject(device)) {
    const owner = isObject(device.application_ids) ? device.application_ids : {};
    return [{ applicationId: text(owner.application_id), deviceId: text(device.device_id), identifiers }];
  }
  if (!isObject(application)) return [];
  return [{ applicationId: text(application.application_id), deviceId: undefined, identifiers }];
}

function badSource(source: EventSource, index: number): StackError | undefined {
  const request = { message: "StreamEventsRequest", field: `identifiers[${index}]` };
  const entity = (field: string) => ({ message: "EntityIdentifiers", field });
  const [id, ids, member] =
    "gatewayId" in source
      ? [source.gatewayId, "gateway_ids", { message: "GatewayIdentifiers", field: "gateway_id" }]
      : source.deviceId === undefined
        ? [
            source.applicationId,
            "application_ids",
            { message: "ApplicationIdentifiers", field: "application_id" },
          ]
        : [source.deviceId, "device_ids", { message: "EndDeviceIdentifiers", field: "device_id" }];
  return isIdentifier(id) ? undefined : validationError([request, entity(ids), member], PATTERN_REASON);
}

/** A name, or a regular expression between slashes, which need not match a whole name. */
function matching(
  name: string,
):
  | { readonly ok: true; readonly names: readonly string[] }
  | { readonly ok: false; readonly error: StackError } {
  const pattern = /^\/(.*)\/$/s.exec(name)?.[1];
  if (pattern === undefined) {
    if (EVENT_NAMES.includes(name)) return { ok: true, names: [name] };
    return { ok: false, error: eventsError("unknown_event_name", "unknown event `{name}`", { name }) };
  }
  let expression: RegExp;
  try {
    expression = new RegExp(pattern);
  } catch {
    return { ok: false, error: eventsError("invalid_regexp", "invalid regexp") };
  }
  const names = EVENT_NAMES.filter((known) => expression.test(known));
  if (names.length > 0) return { ok: true, names };
  const format = "no matching events for regexp `{regexp}`";
  return { ok: false, error: eventsError("no_matching_events", format, { regexp: pattern }) };
}

/** Whether these are the device's, or one of the application's. */
export function isFrom(sources: readonly EventSource[], ids: EndDeviceIds): boolean {
  return sources.some(
    (source) =>
      !("gatewayId" in source) &&
      source.applicationId === ids.application_ids?.application_id &&
      (source.deviceId === undefined || source.deviceId === ids.device_id),
  );
}

export const isOfGateway = (sources: readonly EventSource[], id: string): boolean =>
  sources.some((source) => "gatewayId" in source && source.gatewayId === id);
