import type { Node, NodeAPI, NodeDef } from "node-red";
import { eventFields, isEventKind } from "../../src/stack/event";
import { commonFields } from "../../src/stack/summary";
import { receive, refuse } from "../shared/receiver";
import { EVENT_DEFAULTS, type EventProperties } from "./properties";

type EventDef = NodeDef & Partial<EventProperties>;

export default function init(RED: NodeAPI): void {
  function TtsEvent(this: Node, def: EventDef): void {
    RED.nodes.createNode(this, def);
    const { connection, devices, events }: EventProperties = { ...EVENT_DEFAULTS, ...def };
    const kinds = new Set(events.filter(isEventKind));
    if (kinds.size === 0) {
      refuse(RED, this, {
        code: "not_configured",
        key: "error.not-configured.events",
        values: { events: events.join(", ") },
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
