import type { IdentifierForm } from "../stack/identifiers";

import type { ServiceName } from "../stack/services";

/** What a downlink node needs of a connection that can be set up without it. */
export type DownlinkNeed =
  | "api"
  | "application"
  | "downlink_push"
  | "downlink_replace"
  | "downlink_queued"
  | "downlink_sent"
  | "downlink_ack";

/** What a way of talking to the stack can say of a downlink. What it cannot is refused before sending, never ignored. */
export interface DownlinkLimits {
  readonly identifiers: IdentifierForm;
  readonly priorities: boolean;
  readonly correlationIds: boolean;
  readonly gateways: boolean;
  readonly absoluteTime: boolean;
  readonly maxAttempts: boolean;
  /** `encoding: downlinks`. */
  readonly objects: boolean;
  readonly clear: boolean;
  /** Reading the queue. */
  readonly list: boolean;
  /** What the connection is not set up for. Absent: it has everything. */
  readonly lacking?: ReadonlySet<DownlinkNeed>;
}

/** The stack's own words, on its MQTT server and by Pub/Sub. */
export const V3_LIMITS: DownlinkLimits = {
  identifiers: "v3",
  priorities: true,
  correlationIds: true,
  gateways: true,
  absoluteTime: true,
  maxAttempts: true,
  objects: true,
  clear: true,
  list: true,
};

/** Where the HTTP API of the stack is switched off in the connection. */
export const withoutApi = (limits: DownlinkLimits): DownlinkLimits => ({
  ...limits,
  lacking: new Set([...(limits.lacking ?? []), "api"]),
});

const NEEDED_TOPICS = [
  "downlink_push",
  "downlink_replace",
  "downlink_queued",
  "downlink_sent",
  "downlink_ack",
] as const satisfies readonly DownlinkNeed[];

/** What a Pub/Sub connection can say, by the message types that it has topics for and whether it names an application. */
export function pubsubLimits(
  hasTopic: (type: (typeof NEEDED_TOPICS)[number]) => boolean,
  hasApplication: boolean,
): DownlinkLimits {
  const lacking = new Set<DownlinkNeed>(NEEDED_TOPICS.filter((type) => !hasTopic(type)));
  if (!hasApplication) lacking.add("application");
  return { ...V3_LIMITS, list: false, lacking };
}

export const V2_LIMITS: DownlinkLimits = {
  identifiers: "v2",
  priorities: false,
  correlationIds: false,
  gateways: false,
  absoluteTime: false,
  maxAttempts: false,
  objects: false,
  clear: false,
  list: false,
};

/** What a connection of a service is set up for. */
interface SetUp {
  readonly hasTopic: (type: string) => boolean;
  readonly hasApplication: boolean;
  /** The stack's HTTP API can be asked. */
  readonly hasApi: boolean;
}

export const LIMITS_OF_SERVICE: Readonly<Record<ServiceName, (setUp: SetUp) => DownlinkLimits>> = {
  stack: ({ hasApi }) => (hasApi ? V3_LIMITS : withoutApi(V3_LIMITS)),
  pubsub: ({ hasTopic, hasApplication }) => pubsubLimits(hasTopic, hasApplication),
  v2: () => V2_LIMITS,
  demo: () => V3_LIMITS,
};
