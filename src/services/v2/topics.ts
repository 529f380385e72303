/** The topics of a V2 network. Rule: V2's MQTT API; what was `events/ack` in its first form is `events/down/acks` in the last one. */
import { isV2Kind, V2_KINDS, type Kind, type V2Kind } from "../../stack/kinds";
import type { Classified } from "../service";

/** The ends of the topics that the kinds come on. */
const ENDS_OF_KIND: Readonly<Record<V2Kind, readonly string[]>> = {
  uplink_message: ["up"],
  join_accept: ["events/activations"],
  downlink_queued: ["events/down/scheduled"],
  downlink_sent: ["events/down/sent"],
  downlink_ack: ["events/ack", "events/down/acks"],
  downlink_failed: ["events/down/errors"],
  uplink_error: ["events/up/errors"],
  join_error: ["events/activations/errors"],
};

const ENDS = [...V2_KINDS]
  .filter(isV2Kind)
  .flatMap((kind) => ENDS_OF_KIND[kind].map((end) => [kind, end] as const));

/** Not for us: downlinks that clients publish, and news of the device registry. */
const OTHERS: ReadonlySet<string> = new Set(["down", "events/create", "events/update", "events/delete"]);

/** Behind it stands a field of an uplink, once more on a topic of its own. */
const FIELD = "up/";

const DEVICES = "/devices/";

const KINDS_OF_END: ReadonlyMap<string, readonly V2Kind[]> = new Map(
  ENDS.map(([kind, end]) => [end, [kind]]),
);

export interface TopicFilter {
  readonly kind: V2Kind;
  readonly filter: string;
}

/** The filters of these kinds for all devices; kinds that V2 does not have have none. No two overlap. */
export function topicFilters(applicationId: string, kinds: ReadonlySet<Kind>): readonly TopicFilter[] {
  return ENDS.filter(([kind]) => kinds.has(kind)).map(([kind, end]) => ({
    kind,
    filter: `${applicationId}${DEVICES}+/${end}`,
  }));
}

/** The topic to publish downlinks for a device to. */
export function downlinkTopic(applicationId: string, deviceId: string): string {
  return `${applicationId}${DEVICES}${deviceId}/down`;
}

/** Only the position counts: an application or a device may be called `devices` or `up`. The IDs are not checked. */
export function classifyTopic(topic: string): Classified {
  const endOfApplication = topic.indexOf("/");
  if (endOfApplication < 1 || !topic.startsWith(DEVICES, endOfApplication)) return { what: "unknown" };
  const startOfDevice = endOfApplication + DEVICES.length;
  const endOfDevice = topic.indexOf("/", startOfDevice);
  if (endOfDevice <= startOfDevice) return { what: "unknown" };
  const end = topic.slice(endOfDevice + 1);
  const kinds = KINDS_OF_END.get(end);
  if (kinds === undefined) return { what: OTHERS.has(end) || end.startsWith(FIELD) ? "other" : "unknown" };
  const origin = {
    applicationId: topic.slice(0, endOfApplication),
    deviceId: topic.slice(startOfDevice, endOfDevice),
  };
  return { what: "message", kinds, origin };
}
