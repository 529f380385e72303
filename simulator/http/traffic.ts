import { isStackKind } from "../../src/stack/kinds";
import type { StackKind } from "../../src/stack/kinds";
import type { JsonObject, StackError } from "../../src/stack/messages";
import { isIdentifier } from "../application";
import type { Application } from "../application";
import type { EndDevice } from "../devices/device";
import { downlinkJson } from "../downlink/item";
import { firstValue, isObject } from "../downlink/json";
import { parseDownlinks } from "../downlink/parse";
import type { DownlinkQueues } from "../downlink/queues";
import { decoded } from "../downlink/reports";
import { validate } from "../downlink/check";
import type { StackEvents } from "../events/events";
import type { Envelope, Feed } from "../feed";
import { READ, SIMULATE, WRITE } from "../keys";
import type { KeyRing } from "../keys";
import { PATTERN_REASON, rateLimited, stackError, validationError } from "../stackErrors";
import { rpc, stamp, timestamp } from "../stamps";
import type { RateLimiter } from "../rateLimit";
import type { VersionTraits } from "../versions";
import { badIdentifier, failure, missingRight, ok, plain } from "./access";
import type { Answer, Caller } from "./access";

export interface TrafficRequest {
  readonly caller: Caller;
  readonly applicationId: string;
  readonly deviceId: string;
  readonly body: Buffer;
}

/** What the Application Server's HTTP API works on. */
export interface TrafficParts {
  readonly application: Application;
  readonly keys: KeyRing;
  readonly queues: DownlinkQueues;
  readonly feed: Feed;
  readonly events: StackEvents;
  readonly device: (deviceId: string) => EndDevice | undefined;
  readonly isMute: () => boolean;
  /** Of queue operations. */
  readonly queueLimit: RateLimiter;
  readonly version: VersionTraits;
}

/** `GET …/down`: the queue as it is. */
export function listQueue(request: TrafficRequest, parts: TrafficParts): Answer {
  const refused =
    badIdentifier(request.applicationId, request.deviceId) ??
    missingRight({ ...request, right: READ }, parts.application, parts.keys);
  if (refused !== undefined) return failure(refused);
  const device = parts.device(request.deviceId);
  if (device === undefined) {
    return failure(
      stackError({ namespace: "pkg/redis", name: "not_found", format: "entity not found", code: 5 }),
    );
  }
  const sessionKeyId = Buffer.from(device.sessionKeyId ?? "", "base64");
  const downlinks = parts.queues
    .queued(request.deviceId)
    .map((item) => downlinkJson(decoded(device, { ...item, sessionKeyId })));
  return ok(downlinks.length > 0 ? { downlinks } : {});
}

function badDevice(message: string, deviceId: string): StackError | undefined {
  if (isIdentifier(deviceId)) return undefined;
  const steps = [
    { message, field: "end_device_ids" },
    { message: "EndDeviceIdentifiers", field: "device_id" },
  ];
  return validationError(steps, PATTERN_REASON);
}

/** `POST …/down/push` and `…/down/replace`: unlike MQTT, they say what was wrong. */
export function changeQueue(
  operation: "push" | "replace",
  request: TrafficRequest,
  parts: TrafficParts,
): Answer {
  const text = request.body.length === 0 ? Buffer.from("{}") : request.body;
  const parsed = parseDownlinks(text, "http");
  if (!parsed.ok) return plain(400, 3, parsed.reason);
  const limited = { application: request.applicationId, device: request.deviceId }[
    parts.version.limitedTogether
  ];
  if (!parts.queueLimit.take(limited)) return failure(rateLimited(parts.queueLimit.perMinute, limited));
  const refused =
    badDevice("DownlinkQueueRequest", request.deviceId) ??
    validate(parsed.items) ??
    missingRight({ ...request, right: WRITE }, parts.application, parts.keys);
  if (refused !== undefined) return failure(refused);
  if (parts.isMute()) return ok({});
  const result = parts.queues.operate({
    operation,
    deviceId: request.deviceId,
    items: parsed.items,
    contextIds: [rpc(operation === "push" ? "AppAs/DownlinkQueuePush" : "AppAs/DownlinkQueueReplace")],
  });
  return result.outcome === "executed" ? ok({}) : failure(result.error);
}

/** What the validator wants of a simulated message; only what clients trip over. */
const WANTED: Partial<Record<StackKind, { readonly message: string; readonly field: string }>> = {
  uplink_message: { message: "ApplicationUplink", field: "settings" },
  join_accept: { message: "ApplicationJoinAccept", field: "received_at" },
};

const required = (...steps: readonly { message: string; field: string }[]): StackError =>
  validationError(steps, "value is required");

/** `POST …/up/simulate`: publishes a message of any kind, marked as simulated. Throws `Malformed`. */
export function simulate(request: TrafficRequest, parts: TrafficParts): Answer {
  const message = firstValue(request.body.toString("utf8") || "{}");
  if (!isObject(message)) return plain(400, 3, "expect { or n");
  const kind = Object.keys(message).find(isStackKind);
  const body = kind === undefined ? undefined : message[kind];
  const refused =
    badDevice("ApplicationUp", request.deviceId) ??
    missingMember(kind, body) ??
    missingRight({ ...request, right: SIMULATE }, parts.application, parts.keys);
  if (refused !== undefined) return failure(refused);
  const device = parts.device(request.deviceId);
  // An uplink needs its device, to be decoded; all else is published for devices that do not exist, too.
  if (kind === undefined || !isObject(body) || (kind === "uplink_message" && device === undefined))
    return ok({});
  const { applicationId } = parts.application;
  const envelope = {
    end_device_ids: device?.ids(applicationId, "record") ?? {
      device_id: request.deviceId,
      application_ids: { application_id: applicationId },
    },
    correlation_ids: [...texts(message.correlation_ids), stamp("as:up"), rpc("AppAs/SimulateUplink")],
    received_at: typeof message.received_at === "string" ? message.received_at : timestamp(),
    simulated: true,
  } as const;
  if (kind === "uplink_message") simulateUplink(body, device, envelope, parts);
  else parts.feed.publish(kind, body, envelope);
  return ok({});
}

/** What an uplink has and its measurements by themselves do not. */
const OF_UPLINKS_ONLY = ["decoded_payload", "decoded_payload_warnings", "packet_error_rate"];

const without = (body: JsonObject, ...members: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(body).filter(([member]) => !members.includes(member)));

/** An uplink, decoded and with the location of its device whatever was given, and after it each of its measurements as a message of its own. */
function simulateUplink(
  given: JsonObject,
  device: EndDevice | undefined,
  envelope: Envelope,
  { feed, events }: Pick<TrafficParts, "feed" | "events">,
): void {
  const { normalized_payload } = given;
  const measurements: unknown[] = Array.isArray(normalized_payload) ? normalized_payload : [];
  const decoded = device?.decodeUplink(given);
  if (decoded?.ok === false) {
    const { end_device_ids: ids, correlation_ids: correlationIds } = envelope;
    events.failed("as.up.data.decode.fail", ids, correlationIds, decoded.error);
  }
  const location = device?.model.location;
  const uplink = {
    ...without(given, "normalized_payload", "locations"),
    ...(decoded?.ok && decoded.parts),
    ...(location && { locations: { user: location } }),
  };
  const normalized = measurements.length > 0 && { normalized_payload: measurements };
  feed.publish("uplink_message", { ...uplink, ...normalized }, envelope);
  for (const measurement of measurements) {
    const body = { ...without(uplink, ...OF_UPLINKS_ONLY), normalized_payload: measurement };
    feed.publish("uplink_normalized", body, envelope);
  }
}

function texts(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((item: unknown) => typeof item === "string") : [];
}

function missingMember(kind: StackKind | undefined, body: unknown): StackError | undefined {
  if (kind === undefined) return required({ message: "ApplicationUp", field: "up" });
  const wanted = WANTED[kind];
  const given: JsonObject = isObject(body) ? body : {};
  if (wanted === undefined || given[wanted.field] !== undefined) return undefined;
  return required({ message: "ApplicationUp", field: kind }, wanted);
}
