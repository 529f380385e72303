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
  events: [
    "downlink_queued",
    "downlink_sent",
    "downlink_ack",
    "downlink_nack",
    "downlink_failed",
    "downlink_queue_invalidated",
    "location_solved",
    "service_data",
  ],
};
