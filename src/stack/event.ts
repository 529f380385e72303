/** What a flow gets of everything that is neither an uplink nor a join. */
import { V2_ERROR_KINDS, type Kind, type StackKind, type V2ErrorKind } from "./kinds";
import type { BodyOfKind, Received, StackError } from "./messages";
import type { CommonFields } from "./summary";

/** The events of The Things Stack, in the order a form shows them. */
export const STACK_EVENTS = [
  "downlink_queued",
  "downlink_sent",
  "downlink_ack",
  "downlink_nack",
  "downlink_failed",
  "downlink_queue_invalidated",
  "location_solved",
  "service_data",
  "uplink_normalized",
] as const satisfies readonly StackKind[];

export type EventKind = (typeof STACK_EVENTS)[number] | V2ErrorKind;

/** Every event, those that only V2 has at the end. */
export const EVENT_KINDS: readonly EventKind[] = [...STACK_EVENTS, ...V2_ERROR_KINDS];

/** What is chosen when nothing else is: `uplink_normalized` would repeat what the uplinks bring. */
export const DEFAULT_EVENTS: readonly EventKind[] = STACK_EVENTS.filter(
  (kind) => kind !== "uplink_normalized",
);

export interface EventFields {
  /** One of the events, where it is not an uplink or join. */
  event: Kind;
  /** The object under that key, not a copy. */
  payload: BodyOfKind[Kind];
}

export interface EventMessage extends EventFields, CommonFields {
  /** One readable sentence, for what failed. */
  reason?: string;
}

export function isEventKind(text: string): text is EventKind {
  return EVENT_KINDS.some((kind) => kind === text);
}

/** The events that are chosen, as they stand in a flow: a list, which comes as text from an environment variable. */
export function chosenEvents(value: unknown): readonly string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = items.filter((item) => typeof item === "string");
  return texts.flatMap((text) => text.split(/[\s,]+/)).filter((event) => event !== "");
}

/** The fields that only events have: the kind of the message and what stands under that key. */
export function eventFields(received: Received): EventFields {
  return { event: received.kind, payload: bodyOf(received) };
}

/** The message of an event for a flow. What is read first comes first: the debug sidebar shows five. */
export function eventMessage(common: CommonFields, received: Received, reason?: string): EventMessage {
  const { topic, deviceId, device, receivedAt, time, correlationIds, tts } = common;
  const { event, payload } = eventFields(received);
  const fields: EventMessage =
    reason === undefined
      ? { event, payload, deviceId, topic, time, receivedAt, device, correlationIds, tts }
      : { event, payload, deviceId, reason, topic, time, receivedAt, device, correlationIds, tts };
  if (common.simulated) fields.simulated = true;
  return fields;
}

/** The stack's error that a message reports, if it reports one. */
export function errorOf(received: Received): StackError | undefined {
  switch (received.kind) {
    case "downlink_failed":
      return received.message.downlink_failed.error;
    case "uplink_error":
      return received.message.uplink_error.error;
    case "join_error":
      return received.message.join_error.error;
    default:
      return undefined;
  }
}

function bodyOf({ kind, message }: Received): BodyOfKind[Kind] {
  const bodies: Partial<BodyOfKind> = message;
  return bodies[kind] ?? {};
}
