import { SERVICE_TRAITS } from "../stack/services";
import { decodeMessage } from "../stack/decode";
import { pubsubLimits } from "../downlink/limits";
import { ANSWER_KINDS, isStackKind, type Kind } from "../stack/kinds";
import { kindsByTopic, type PubsubTopics } from "../stack/pubsubTopics";
import type { Service, Subscription } from "./service";

/** What a Pub/Sub integration and the broker between it and us are set to. */
export interface PubsubAccount {
  /** The application that downlinks are for; absent: none are sent. */
  readonly applicationId?: string;
  readonly username?: string;
  /** Secret. */
  readonly password?: string;
  /** As set by the user, so that the broker recognises the session. */
  readonly clientId?: string;
  readonly topics: PubsubTopics;
  readonly qos: 0 | 1 | 2;
  /** Of an MQTT shared subscription. */
  readonly sharedGroup?: string;
}

/**
 * The stack's Pub/Sub integration, by way of the user's own broker. All devices share a topic per type of message, so only the body
 * says whom it is from, and of which kind it is where several share a topic. Filters are the very topics: none overlaps another.
 */
export function pubsubService(account: PubsubAccount): Service {
  const { applicationId = "", username, password, clientId, topics, qos, sharedGroup } = account;
  const kindsOf = kindsByTopic(topics);
  // Answers have to come to the instance that sent the downlink: those topics are not shared.
  const filterOf = (topic: string, kinds: readonly Kind[]): string =>
    sharedGroup === undefined || kinds.some((kind) => ANSWER_KINDS.has(kind))
      ? topic
      : `$share/${sharedGroup}/${topic}`;
  const subscriptions = [...kindsOf].map(([topic, kinds]): Subscription => ({
    filter: filterOf(topic, kinds),
    qos,
    kinds,
  }));

  // To RabbitMQ a full stop separates levels, as the slash does: what is published on a/b.c comes on a/b/c.
  const changed = new Map(
    [...kindsOf.keys()].flatMap((topic) =>
      topic.includes(".") ? [[topic.replaceAll(".", "/"), topic] as const] : [],
    ),
  );

  return {
    name: "pubsub",
    traits: SERVICE_TRAITS.pubsub,
    kinds: new Set([...topics.keys()].filter(isStackKind)),
    // Only with a name of ours can the broker keep a session for us, and only what is above QoS 0 is kept in it.
    login: {
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      clean: clientId === undefined || qos === 0,
    },
    redelivers: qos > 0,

    subscriptions: (wanted) => subscriptions.filter(({ kinds }) => kinds.some((kind) => wanted.has(kind))),

    classify(topic) {
      const kinds = kindsOf.get(topic);
      if (kinds) return { what: "message", kinds };
      const meant = changed.get(topic);
      return meant === undefined ? { what: "unknown" } : { what: "unknown", meant };
    },

    decode: ({ kinds }, bytes) => decodeMessage(bytes, kinds.length === 1 ? kinds[0] : undefined),

    downlinkLimits: pubsubLimits((type) => topics.has(type), account.applicationId !== undefined),
    encodeDownlink: (deviceId, operation, downlinks) => ({
      topic: topics.get(`downlink_${operation}`) ?? "",
      payload: Buffer.from(
        JSON.stringify({
          end_device_ids: { device_id: deviceId, application_ids: { application_id: applicationId } },
          downlinks,
        }),
      ),
      qos,
    }),
  };
}
