import type { Node, NodeAPI, NodeDef } from "node-red";
import { chosenEvents, errorOf, eventFields, isEventKind } from "../../src/stack/event";
import type { ApplicationDownlink, Received } from "../../src/stack/messages";
import { commonFields } from "../../src/stack/summary";
import { reasonOf } from "../shared/reason";
import { receive, refuse } from "../shared/receiver";
import { explainUnsetVariable } from "../shared/unsetVariable";
import { EVENT_DEFAULTS, type EventProperties } from "./properties";

type EventDef = NodeDef & Partial<EventProperties>;

/** The downlink that a failure is about. */
function downlinkOf(received: Received): ApplicationDownlink | undefined {
  return received.kind === "downlink_failed" ? received.message.downlink_failed.downlink : undefined;
}

export default function init(RED: NodeAPI): void {
  function TtsEvent(this: Node, def: EventDef): void {
    RED.nodes.createNode(this, def);
    const { connection, devices, events }: EventProperties = { ...EVENT_DEFAULTS, ...def };
    const unset = explainUnsetVariable(def, EVENT_DEFAULTS);
    if (unset !== undefined) {
      refuse(RED, this, unset);
      return;
    }
    const chosen = chosenEvents(events);
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
        const error = errorOf(received);
        const reason = error ? { reason: reasonOf(RED, error, downlinkOf(received)) } : {};
        return { send: Object.assign(common, eventFields(received), reason) };
      },
    });
  }

  RED.nodes.registerType("tts-event", TtsEvent);
}
