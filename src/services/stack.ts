import { SERVICE_TRAITS } from "../stack/services";
import { decodeMessage } from "../stack/decode";
import { userName } from "../stack/identifiers";
import { V3_LIMITS } from "../downlink/limits";
import { isStackKind, STACK_KINDS, type Kind } from "../stack/kinds";
import { downlinkTopic, messageTopicFilter, parseTopic } from "../stack/topics";
import type { Classified, Service } from "./service";

/** Kinds by themselves as lists, so that classifying a message allocates none. */
const ONE: Partial<Record<Kind, readonly Kind[]>> = {};
const only = (kind: Kind): readonly Kind[] => (ONE[kind] ??= [kind]);

/**
 * The MQTT server of The Things Stack. One filter per kind, all devices: the server takes few filters quickly, they cannot
 * overlap, and a trailing `#`, which does not match its parent level there, is not needed.
 */
export function stackService(account: {
  /** Default: `stack`. */
  readonly service?: "stack" | "demo";
  readonly applicationId: string;
  readonly tenantId?: string;
  readonly apiKey: string;
}): Service {
  const { service = "stack", applicationId, tenantId, apiKey } = account;
  return {
    name: service,
    traits: SERVICE_TRAITS[service],
    kinds: new Set(STACK_KINDS),
    // The server keeps no sessions: `clean: false` would promise what it does not do.
    login: { username: userName(applicationId, tenantId), password: apiKey, clean: true },
    redelivers: false,

    subscriptions: (kinds) =>
      [...kinds].filter(isStackKind).map((kind) => ({
        filter: messageTopicFilter(applicationId, tenantId, kind),
        qos: 0,
        kinds: only(kind),
      })),

    classify(topic): Classified {
      const parts = parseTopic(topic);
      if (parts === undefined || parts.kind === "unknown") return { what: "unknown" };
      if (parts.kind === "downlink_push" || parts.kind === "downlink_replace") return { what: "other" };
      return { what: "message", kinds: only(parts.kind), origin: parts };
    },

    decode: (classified, bytes) => decodeMessage(bytes, classified.kinds[0]),

    downlinkLimits: V3_LIMITS,
    // QoS 1: the acknowledgement tells that the server is done with it. It says nothing of the outcome.
    encodeDownlink: (deviceId, operation, downlinks) => ({
      topic: downlinkTopic(applicationId, tenantId, deviceId, operation),
      payload: Buffer.from(JSON.stringify({ downlinks })),
      qos: 1,
    }),
  };
}
