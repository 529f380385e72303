import { CHANGES, WATCHED, type Watched } from "../../src/stack/watch";

/** The properties of `tts-watch`, as they stand in a flow. */
export interface WatchProperties {
  name: string;
  connection: string;
  watch: Watched;
  /** Comma-separated device IDs, `*` for any characters; empty for all. */
  devices: string;
  /** IDs; empty for those that uplinks come through. */
  gateways: string[];
  /** Minutes; empty: as learned. */
  silentAfter: string;
  /** What is told: words out of `CHANGES`. */
  changes: string[];
  /** Percent. */
  batteryBelow: string;
  /** Percent of the last 25. */
  lostAbove: string;
  /** dB. */
  marginBelow: string;
  /** Also tell the states when flows start. */
  atStart: boolean;
}

/** Properties that are one of a few words. */
export const WATCH_CHOICES = { watch: WATCHED } as const;

/** A property that is missing in a flow has this value at run time. */
export const WATCH_DEFAULTS: WatchProperties = {
  name: "",
  connection: "",
  watch: "devices",
  devices: "",
  gateways: [],
  silentAfter: "",
  changes: [...CHANGES],
  batteryBelow: "20",
  lostAbove: "20",
  marginBelow: "3",
  atStart: false,
};
