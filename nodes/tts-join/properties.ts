import type { TopicChoice } from "../../src/stack/messageTopic";

/** The properties of `tts-join`, as they stand in a flow. */
export interface JoinProperties {
  name: string;
  connection: string;
  /** Comma-separated device IDs, `*` for any characters; empty for all. */
  devices: string;
  /** What `msg.topic` is; without a field, `deviceField` is the device ID. */
  topic: TopicChoice;
}

/** A property that is missing in a flow has this value at run time. */
export const JOIN_DEFAULTS: JoinProperties = { name: "", connection: "", devices: "", topic: "received" };
