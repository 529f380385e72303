/** The topics of core's MQTT nodes, as far as they are those of The Things Stack. */
import { isIdentifier, splitApplication } from "../../../../src/stack/identifiers";
import { STACK_KINDS, TOPIC_OF_KIND, type StackKind } from "../../../../src/stack/kinds";
import { parseTopic, type QueueOperation } from "../../../../src/stack/topics";
import { fits } from "../topicFilter";

/** What a topic says of the application; both empty where it has a wildcard there, or nothing. */
export interface Application {
  readonly applicationId: string;
  readonly tenantId: string;
}

export const NO_APPLICATION: Application = { applicationId: "", tenantId: "" };

/** What a subscription takes. */
export interface Filter {
  readonly application: Application;
  /** Empty: all. */
  readonly device: string;
  /** None: nothing that The Things Stack ever sends to clients. */
  readonly kinds: readonly StackKind[];
}

/** Where downlinks go. */
export interface Target {
  readonly application: Application;
  readonly device: string;
  readonly operation: QueueOperation;
}

/** `app1@ttn` taken apart; `undefined` if that is no name of an application. */
export function applicationIn(name: string): Application | undefined {
  const { applicationId, tenantId = "" } = splitApplication(name);
  const isName = isIdentifier(applicationId) && (tenantId === "" || isIdentifier(tenantId));
  return isName ? { applicationId, tenantId } : undefined;
}

/** Whether a topic or filter is built as `v3/…/devices/…`, which nothing but The Things Stack has. */
export const isStackTopic = (topic: string): boolean => /^v3\/[^/]+\/devices\//.test(topic);

/**
 * `my-app/devices/+/up`, also with a field behind, and filters that take all, such as `+/devices/#`. Read as one of the stack, which it
 * never was, that would be all of an application called `devices`.
 */
export const isV2Topic = (topic: string): boolean =>
  /^[^/]+\/devices\/[^/]+\/(?:up|down|events)\b/.test(topic) ||
  /^(?!v3\/)[^/]+\/devices\/(?:[^/]+\/)?#$/.test(topic);

/** A level as it stands there; empty for one with a wildcard, or behind one. */
const literal = (level = "+"): string => (level === "+" || level === "#" ? "" : level);

/** Takes a filter apart; `undefined` if it has names that no application or device can have. */
export function readFilter(topic: string): Filter | undefined {
  const levels = topic.split("/");
  const name = literal(levels[1]);
  const device = literal(levels[3]);
  const application = name === "" ? NO_APPLICATION : applicationIn(name);
  if (!application || !(device === "" || isIdentifier(device))) return undefined;
  const start = ["v3", name || "any", "devices", device || "any"];
  const kinds = STACK_KINDS.filter((kind) => fits(levels, [...start, ...TOPIC_OF_KIND[kind].split("/")]));
  return { application, device, kinds };
}

const OPERATIONS: Readonly<Record<string, QueueOperation>> = {
  downlink_push: "push",
  downlink_replace: "replace",
};

/** Takes the topic of downlinks apart; `undefined` for any other. */
export function readTarget(topic: string): Target | undefined {
  const parts = parseTopic(topic);
  const operation = parts && Object.hasOwn(OPERATIONS, parts.kind) ? OPERATIONS[parts.kind] : undefined;
  const application = applicationIn(topic.split("/")[1] ?? "");
  if (!parts || operation === undefined || !application || !isIdentifier(parts.deviceId)) return undefined;
  return { application, device: parts.deviceId, operation };
}
