import type { Received } from "../stack/messages";

/** Whom something came from, as far as that is known. */
export interface DevicesSeen extends Iterable<string> {
  has(deviceId: string): boolean;
}

/** A device in a ledger. */
export interface Entry {
  readonly deviceId: string;
}

/** How a message came: `retained`: the broker has kept it, it is from before the subscription; `stored`: fetched after an interruption. */
export type Way = "live" | "retained" | "stored";

/** What keeps of the traffic what is worth knowing later. It outlives the session. */
export interface TrafficLedger extends DevicesSeen {
  /** Whether an uplink of a device was read after `at`, in ms since 1970: as it came, not fetched later. */
  isHeardSince(deviceId: string, at: number): boolean;
  /** Something came from a device, at `at` in ms since 1970. Undefined for what no device is called. */
  see(deviceId: string, at: number): Entry | undefined;
  /** The same for one that `see` has answered with before, without a look-up: this runs for every message. */
  seeAgain(entry: Entry, at: number): Entry | undefined;
  /**
   * What `see` is followed by, where the message was read anyway. This runs for every message that is.
   */
  keep(entry: Entry, received: Received, topic: string, bytes: Buffer, way: "live" | "retained"): void;
  /** The same for one that came while nothing could be received, at `at` in ms since 1970 by the clock of the server. */
  keepStored(deviceId: string, received: Received, topic: string, at: number): void;
}
