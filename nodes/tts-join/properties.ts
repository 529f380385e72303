/** The properties of `tts-join`, as they stand in a flow. */
export interface JoinProperties {
  name: string;
  connection: string;
  /** Comma-separated device IDs, `*` for any characters; empty for all. */
  devices: string;
}

/** A property that is missing in a flow has this value at run time. */
export const JOIN_DEFAULTS: JoinProperties = { name: "", connection: "", devices: "" };
