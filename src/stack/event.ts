/** What a flow gets of everything that is neither an uplink nor a join. */
import { isNetworkKind, type Kind } from "./kinds";
import type { BodyOfKind, NetworkError, Received, StackError } from "./messages";
import type { CommonFields } from "./summary";

/** Every kind of message for which there is no node of its own. */
export type EventKind = Exclude<Kind, "uplink_message" | "join_accept">;

/** What a form shows together, in this order. */
export const EVENT_GROUPS = ["downlinks", "device", "services", "network"] as const;

export type EventGroup = (typeof EVENT_GROUPS)[number];

interface EventFacts {
  readonly group: EventGroup;
  /** Chosen when nothing else is. */
  readonly usual: boolean;
}

/** In the order that a form shows them. */
const EVENTS: Readonly<Record<EventKind, EventFacts>> = {
  downlink_queued: { group: "downlinks", usual: true },
  downlink_sent: { group: "downlinks", usual: true },
  downlink_ack: { group: "downlinks", usual: true },
  downlink_nack: { group: "downlinks", usual: true },
  downlink_failed: { group: "downlinks", usual: true },
  downlink_queue_invalidated: { group: "downlinks", usual: true },
  location_solved: { group: "device", usual: true },
  service_data: { group: "services", usual: true },
  // It would repeat what the uplinks bring.
  uplink_normalized: { group: "services", usual: false },
  join_error: { group: "network", usual: false },
  uplink_error: { group: "network", usual: false },
  decoder_error: { group: "network", usual: false },
  encoder_error: { group: "network", usual: false },
  downlink_error: { group: "network", usual: false },
};

export const isEventKind = (text: string): text is EventKind => Object.hasOwn(EVENTS, text);

export const EVENT_KINDS: readonly EventKind[] = Object.keys(EVENTS).filter(isEventKind);

export const eventsIn = (group: EventGroup): readonly EventKind[] =>
  EVENT_KINDS.filter((kind) => EVENTS[kind].group === group);

/** What is chosen when nothing else is. */
export const DEFAULT_EVENTS: readonly EventKind[] = EVENT_KINDS.filter((kind) => EVENTS[kind].usual);

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

/** What the stack's event stream tells, if a message is from there; of V2 the same kinds have the error alone. */
export function networkErrorOf(received: Received): NetworkError | undefined {
  if (!isNetworkKind(received.kind)) return undefined;
  const body = bodyOf(received);
  return "event" in body ? body : undefined;
}

/** The stack's error that a message reports, if it reports one. */
export function errorOf(received: Received): StackError | undefined {
  const fromStream = networkErrorOf(received);
  if (fromStream) return fromStream.data;
  const body = bodyOf(received);
  const mayFail = received.kind === "downlink_failed" || isNetworkKind(received.kind);
  return mayFail && "error" in body && typeof body.error === "object" ? body.error : undefined;
}

function bodyOf({ kind, message }: Received): BodyOfKind[Kind] {
  const bodies: Partial<BodyOfKind> = message;
  return bodies[kind] ?? {};
}
