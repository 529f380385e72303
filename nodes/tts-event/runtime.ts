import type { Node, NodeAPI, NodeDef } from "node-red";
import { eventFields, isEventKind } from "../../src/stack/event";
import { commonFields } from "../../src/stack/summary";
import { receive, refuse } from "../shared/receiver";
import { asText } from "../shared/values";
import { EVENT_DEFAULTS, type EventProperties } from "./properties";

type EventDef = NodeDef & Partial<EventProperties>;

export default function init(RED: NodeAPI): void {
  function TtsEvent(this: Node, def: EventDef): void {
    RED.nodes.createNode(this, def);
    const { connection, devices, events }: EventProperties = { ...EVENT_DEFAULTS, ...def };
    // From an environment variable a list comes as text.
    const chosen = Array.isArray(events) ? events : asText(events).split(/[\s,]+/);
    const kinds = new Set(chosen.filter(isEventKind));
    if (kinds.size === 0) {
      refuse(RED, this, {
        code: "not_configured",
        key: "error.not-configured.events",
        values: { events: chosen.join(", ") || "-" },
      });
      return;
    }
    receive(RED, this, {
      connection,
      devices,
      kinds,
      view({ topic, origin, arrivedAt, received }) {
        const common = commonFields(received, topic, origin, arrivedAt);
        return { send: Object.assign(common, eventFields(received)) };
      },
      label: ({ origin }) => origin.deviceId,
    });
  }

  RED.nodes.registerType("tts-event", TtsEvent);
}
