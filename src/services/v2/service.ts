import { SERVICE_TRAITS } from "../../stack/services";
import { V2_LIMITS } from "../../downlink/limits";
import type { Classified, Service } from "../service";
import { decodeV2 } from "./decode";
import { downlinkMessage } from "./downlink";
import { isV2Kind, V2_KINDS } from "../../stack/kinds";
import { classifyTopic, downlinkTopic, topicFilters } from "./topics";

/**
 * The MQTT API of a The Things Network V2. A filter for each topic that a node wants: with one for all events, what no node asked
 * for would come, too, and with one for all uplinks each of their fields.
 */
export function v2Service(account: { readonly applicationId: string; readonly accessKey: string }): Service {
  const { applicationId, accessKey } = account;
  return {
    name: "v2",
    traits: SERVICE_TRAITS.v2,
    kinds: V2_KINDS,
    redelivers: false,
    login: { username: applicationId, password: accessKey, clean: true },

    subscriptions: (kinds) =>
      topicFilters(applicationId, kinds).map(({ kind, filter }) => ({ filter, qos: 0, kinds: [kind] })),

    classify: (topic): Classified => classifyTopic(topic),

    decode({ kinds: [kind], origin }, bytes) {
      // `classifyTopic` names both for each message.
      if (kind === undefined || !isV2Kind(kind) || origin === undefined)
        return { ok: false, problem: { problem: "no_device_id" } };
      return decodeV2(kind, origin, bytes);
    },

    downlinkLimits: V2_LIMITS,
    // QoS 1: without its acknowledgement it would be unknown whether a downlink has reached the broker.
    encodeDownlink: (deviceId, operation, [item = {}]) => ({
      topic: downlinkTopic(applicationId, deviceId),
      payload: Buffer.from(JSON.stringify(downlinkMessage(operation, item))),
      qos: 1,
    }),
  };
}
