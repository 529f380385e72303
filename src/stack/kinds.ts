/**
 * The eleven kinds of message that the Application Server publishes: the key of the body in the JSON, and the end of the
 * topic it comes on. Rule: protocol of The Things Stack v3, `ApplicationUp`. Note `down/invalidated` for
 * `downlink_queue_invalidated`.
 */
export const TOPIC_OF_KIND = {
  uplink_message: "up",
  uplink_normalized: "up/normalized",
  join_accept: "join",
  downlink_queued: "down/queued",
  downlink_sent: "down/sent",
  downlink_ack: "down/ack",
  downlink_nack: "down/nack",
  downlink_failed: "down/failed",
  downlink_queue_invalidated: "down/invalidated",
  location_solved: "location/solved",
  service_data: "service/data",
} as const;

export type StackKind = keyof typeof TOPIC_OF_KIND;

export const STACK_KINDS = Object.keys(TOPIC_OF_KIND) as readonly StackKind[];

/**
 * What goes wrong in the network. The Things Stack tells it on no topic, only in the event stream of its HTTP API; of V2 two come by
 * MQTT. Messages of their own kind, so that nodes treat all services alike.
 */
export const NETWORK_KINDS = [
  "join_error",
  "uplink_error",
  "decoder_error",
  "encoder_error",
  "downlink_error",
] as const;

export type NetworkKind = (typeof NETWORK_KINDS)[number];

export const isNetworkKind = (text: string): text is NetworkKind =>
  NETWORK_KINDS.some((kind) => kind === text);

/** What a V2 network can send at all. */
const V2_LIST = [
  "uplink_message",
  "join_accept",
  "downlink_queued",
  "downlink_sent",
  "downlink_ack",
  "downlink_failed",
  "uplink_error",
  "join_error",
] as const satisfies readonly (StackKind | NetworkKind)[];

export type V2Kind = (typeof V2_LIST)[number];

export const V2_KINDS: ReadonlySet<Kind> = new Set<Kind>(V2_LIST);

export const isV2Kind = (kind: Kind): kind is V2Kind => V2_KINDS.has(kind);

/** Every kind of message a node can ask for. */
export type Kind = StackKind | NetworkKind;

export function isStackKind(text: string): text is StackKind {
  return Object.hasOwn(TOPIC_OF_KIND, text);
}

/** The kinds that say what has become of a downlink. */
export const ANSWER_KINDS: ReadonlySet<Kind> = new Set<Kind>([
  "downlink_queued",
  "downlink_sent",
  "downlink_ack",
  "downlink_nack",
  "downlink_failed",
  "downlink_queue_invalidated",
]);
