import { TOPIC_CHOICES, type TopicChoice } from "../../src/stack/messageTopic";

/** The properties of `tts-uplink`, as they stand in a flow. */
export interface UplinkProperties {
  name: string;
  connection: string;
  /** Comma-separated device IDs, `*` for any characters; empty for all. */
  devices: string;
  /** `1,2,10-20`; empty for all. */
  ports: string;
  output: "decoded" | "bytes" | "field" | "normalized" | "flat" | "location" | "message";
  /** Property expression within the decoded payload, for `output: field`. */
  field: string;
  missing: "bytes" | "skip" | "error";
  /** What `msg.topic` is. */
  topic: TopicChoice;
  emptyFrames: boolean;
  shape: "v3" | "v2";
}

/** Properties that are one of a few words. */
export const UPLINK_CHOICES = {
  output: ["decoded", "bytes", "field", "normalized", "flat", "location", "message"],
  missing: ["bytes", "skip", "error"],
  topic: TOPIC_CHOICES,
  shape: ["v3", "v2"],
} as const satisfies { readonly [Name in keyof UplinkProperties]?: readonly UplinkProperties[Name][] };

/** What the form sets with an output: bytes among numbers are silent corruption of a chart or database. */
export const USUAL_MISSING: Readonly<Record<UplinkProperties["output"], UplinkProperties["missing"]>> = {
  decoded: "bytes",
  bytes: "bytes",
  field: "skip",
  normalized: "skip",
  flat: "skip",
  location: "skip",
  message: "bytes",
};

/** A property that is missing in a flow has this value at run time. */
export const UPLINK_DEFAULTS: UplinkProperties = {
  name: "",
  connection: "",
  devices: "",
  ports: "",
  output: "decoded",
  field: "",
  missing: "bytes",
  topic: "received",
  emptyFrames: false,
  shape: "v3",
};
