import type { DeviceHistory } from "./deviceHistory";

/** The last uplink of a device on one FPort. */
export interface KeptUplink {
  at: number;
  topic: string;
  /** The bytes, one per character: text is no slice of a larger buffer, and is copied for next to nothing. Empty: given up for room. */
  bytes: string;
}

/** A device that something came from. */
export interface SeenDevice {
  readonly deviceId: string;
  /** 16 hex digits, as sent. */
  eui: string | undefined;
  /** ms since 1970 on this machine. */
  at: number;
  /** The same of the last uplink that was kept. */
  keptAt: number;
  readonly uplinks: Map<number | undefined, KeptUplink>;
  /** Written only while it is watched. */
  history: DeviceHistory | undefined;
  /** It has been forgotten here. */
  isForgotten: boolean;
}
