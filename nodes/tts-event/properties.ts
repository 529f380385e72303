import { DEFAULT_EVENTS } from "../../src/stack/event";

/** The properties of `tts-event`, as they stand in a flow. */
export interface EventProperties {
  name: string;
  connection: string;
  /** Comma-separated device IDs, `*` for any characters; empty for all. */
  devices: string;
  events: string[];
}

/** A property that is missing in a flow has this value at run time. */
export const EVENT_DEFAULTS: EventProperties = {
  name: "",
  connection: "",
  devices: "",
  events: [...DEFAULT_EVENTS],
};
