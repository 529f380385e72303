import type { Node, NodeAPI, NodeDef } from "node-red";
import type { Delivery } from "../../src/connection/routes";
import { eventMessage, isEventKind, type EventKind } from "../../src/stack/event";
import { asWords } from "../../src/stack/values";
import { topicFor } from "../../src/stack/messageTopic";
import { commonFields } from "../../src/stack/summary";
import { reasonOf } from "./reason";
import type { Outcome } from "../shared/outcome";
import { receive } from "../shared/receiver";
import { refuse } from "../shared/refuse";
import { explainTopic, withTopic } from "../shared/topic";
import { explainProperties } from "../shared/unsetVariable";
import { EVENT_DEFAULTS, type EventProperties } from "./properties";

type EventDef = NodeDef & Partial<EventProperties>;

/** How a status names an event. */
const WORDS: Readonly<Record<EventKind, string>> = {
  downlink_queued: "status.queued",
  downlink_sent: "status.sent",
  downlink_ack: "status.ack",
  downlink_nack: "status.nack",
  downlink_failed: "status.failed",
  downlink_queue_invalidated: "status.invalidated",
  location_solved: "status.location",
  service_data: "status.service-data",
  uplink_normalized: "status.normalized",
  uplink_error: "status.uplink-error",
  join_error: "status.join-error",
  decoder_error: "status.decoder-error",
  encoder_error: "status.encoder-error",
  downlink_error: "status.downlink-error",
};

const wordFor = (kind: string): { readonly word?: string } =>
  isEventKind(kind) ? { word: WORDS[kind] } : {};

export default function init(RED: NodeAPI): void {
  function TtsEvent(this: Node, def: EventDef): void {
    RED.nodes.createNode(this, def);
    const { connection, devices, events, topic }: EventProperties = { ...EVENT_DEFAULTS, ...def };
    const wrong = explainProperties(def, EVENT_DEFAULTS) ?? explainTopic(topic);
    if (wrong !== undefined) {
      refuse(RED, this, wrong);
      return;
    }
    const chosen = asWords(events);
    const kinds = new Set(chosen.filter(isEventKind));
    if (kinds.size === 0) {
      refuse(RED, this, {
        code: "not_configured",
        key: chosen.length === 0 ? "error.not-configured.no-events" : "error.not-configured.events",
        values: { events: chosen.join(", ") },
      });
      return;
    }
    const viewOf = ({ topic, origin, arrivedAt, received }: Delivery): Outcome => {
      const common = commonFields(received, topic, origin, arrivedAt);
      const reason = reasonOf(RED, received, common.deviceId);
      return { send: eventMessage(common, received, reason), ...wordFor(received.kind) };
    };
    receive(RED, this, { connection, devices, kinds, view: withTopic(viewOf, topicFor(topic)) });
  }

  RED.nodes.registerType("tts-event", TtsEvent);
}
