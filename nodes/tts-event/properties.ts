import { DEFAULT_EVENTS } from "../../src/stack/event";
import type { TopicChoice } from "../../src/stack/messageTopic";

/** The properties of `tts-event`, as they stand in a flow. */
export interface EventProperties {
  name: string;
  connection: string;
  /** Comma-separated device IDs, `*` for any characters; empty for all. */
  devices: string;
  events: string[];
  /** What `msg.topic` is; without a field, `deviceField` is the device ID. */
  topic: TopicChoice;
}

/** A property that is missing in a flow has this value at run time. */
export const EVENT_DEFAULTS: EventProperties = {
  name: "",
  connection: "",
  devices: "",
  events: [...DEFAULT_EVENTS],
  topic: "received",
};
