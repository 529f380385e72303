import type { Delivery } from "../../src/connection/routes";
import type { Explanation } from "../../src/stack/explanation";
import { TOPIC_CHOICES } from "../../src/stack/messageTopic";
import { asText } from "../../src/stack/values";
import type { Outcome } from "./outcome";

type View = (delivery: Delivery) => Outcome | undefined;

/**
 * A view with another `msg.topic`; the MQTT topic is in `msg.mqttTopic` then. Without one it is the same view, so that it costs
 * nothing who does not use it.
 */
export function withTopic(view: View, topicOf: ((deviceId: string) => string) | undefined): View {
  if (topicOf === undefined) return view;
  return (delivery) => {
    const outcome = view(delivery);
    if (!outcome || "skip" in outcome) return outcome;
    const message = "send" in outcome ? outcome.send : outcome.message;
    Object.assign(message, { topic: topicOf(delivery.origin.deviceId), mqttTopic: delivery.topic });
    return outcome;
  };
}

/** Why a node cannot work with this *Topic*, from a flow that was written by hand. */
export function explainTopic(topic: unknown): Explanation | undefined {
  if (TOPIC_CHOICES.some((choice) => choice === topic)) return undefined;
  return {
    code: "not_configured",
    key: "error.not-configured.topic-choice",
    values: { choice: asText(topic) },
  };
}
