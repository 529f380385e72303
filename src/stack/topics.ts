/**
 * The topics of the Application Server's MQTT server. Usable in the browser.
 * Rule: `pkg/applicationserver/io/mqtt/topics/v3.go`.
 */
import { splitApplication, userName } from "./identifiers";
import { STACK_KINDS, TOPIC_OF_KIND, type StackKind } from "./kinds";

/** What is done with a device's downlink queue: add to its end, or put something else in its place. */
export type QueueOperation = "push" | "replace";

/**
 * What a topic is for: a kind of message; what clients publish to (never a message to us, though brokers may echo it); or an end
 * that is not known.
 */
export type TopicKind = StackKind | "downlink_push" | "downlink_replace" | "unknown";

export interface TopicParts {
  applicationId: string;
  /** What stands behind `@`; absent on a deployment without tenants. */
  tenantId?: string;
  deviceId: string;
  kind: TopicKind;
}

const KIND_OF_END: ReadonlyMap<string, TopicKind> = new Map<string, TopicKind>([
  ...STACK_KINDS.map((kind) => [TOPIC_OF_KIND[kind], kind] as const),
  ["down/push", "downlink_push"],
  ["down/replace", "downlink_replace"],
]);

const VERSION = "v3/";
const DEVICES = "/devices/";

/**
 * Takes `v3/{application}[@{tenant}]/devices/{device}/{end}` apart, `undefined` for a topic that is not built like this. Only the
 * position counts: an application may be called `devices` or `up-app`. The IDs are not checked.
 */
export function parseTopic(topic: string): TopicParts | undefined {
  const endOfApplication = topic.indexOf("/", VERSION.length);
  if (!topic.startsWith(VERSION) || !topic.startsWith(DEVICES, endOfApplication)) return undefined;
  const startOfDevice = endOfApplication + DEVICES.length;
  const endOfDevice = topic.indexOf("/", startOfDevice);
  if (endOfDevice <= startOfDevice) return undefined;
  const { applicationId, tenantId } = splitApplication(topic.slice(VERSION.length, endOfApplication));
  if (applicationId === "") return undefined;
  const deviceId = topic.slice(startOfDevice, endOfDevice);
  const kind = KIND_OF_END.get(topic.slice(endOfDevice + 1)) ?? "unknown";
  return tenantId === undefined
    ? { applicationId, deviceId, kind }
    : { applicationId, tenantId, deviceId, kind };
}

/** The filter for one kind of message of all devices: `v3/app1@ttn/devices/+/down/ack`. */
export function messageTopicFilter(
  applicationId: string,
  tenantId: string | undefined,
  kind: StackKind,
): string {
  return `${VERSION}${userName(applicationId, tenantId)}${DEVICES}+/${TOPIC_OF_KIND[kind]}`;
}

/** The topic that the server publishes a message of a device on: `v3/app1@ttn/devices/dev1/up`. */
export function messageTopic(
  applicationId: string,
  tenantId: string | undefined,
  deviceId: string,
  kind: StackKind,
): string {
  return `${VERSION}${userName(applicationId, tenantId)}${DEVICES}${deviceId}/${TOPIC_OF_KIND[kind]}`;
}

/** The topic to publish downlinks for a device to: `v3/app1@ttn/devices/dev1/down/push`. */
export function downlinkTopic(
  applicationId: string,
  tenantId: string | undefined,
  deviceId: string,
  operation: QueueOperation,
): string {
  return `${VERSION}${userName(applicationId, tenantId)}${DEVICES}${deviceId}/down/${operation}`;
}
