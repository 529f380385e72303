/** What a watch node can tell of devices and gateways. Usable in the browser. */

/** In the order of the form. Of gateways only those of `GATEWAY_CHANGES`. */
export const CHANGES = ["silent", "back", "new", "lost", "reset", "battery", "weak"] as const;

export type Change = (typeof CHANGES)[number];

export const GATEWAY_CHANGES: readonly Change[] = ["silent", "back", "new"];

export const isChange = (value: unknown): value is Change => CHANGES.some((change) => change === value);

export const WATCHED = ["devices", "gateways"] as const;

export type Watched = (typeof WATCHED)[number];

/** Times are in ms since 1970. */
export interface DeviceState {
  readonly id: string;
  /** `unknown`: never heard. */
  readonly state: "online" | "silent" | "unknown";
  /** `null`: never. */
  readonly lastSeen: number | null;
  /** When the state began. */
  readonly since: number;
  /** Seconds. */
  readonly interval?: number;
  /** Of the present session. */
  readonly received: number;
  readonly lost: number;
  /** Of the last 25, 0 to 1. */
  readonly lossRate: number;
  readonly fCnt?: number;
  readonly sessionKeyId?: string;
  /** Percent. */
  readonly battery?: number;
  /** dBm. */
  readonly rssi?: number;
  /** dB. */
  readonly snr?: number;
  /** dB over the demodulation floor of its data rate. */
  readonly margin?: number;
  /** `SF7BW125`. */
  readonly dataRate?: string;
  /** How many heard it. */
  readonly gateways?: number;
  /** Of the best reception. */
  readonly gatewayId?: string;
  /** The last decoded one. */
  readonly payload?: unknown;
}

export interface GatewayState {
  readonly id: string;
  readonly state: "online" | "offline" | "unknown";
  readonly lastSeen: number | null;
  readonly since: number;
  readonly lastUplink?: number;
  readonly connectedAt?: number;
  readonly disconnectReason?: string;
  /** ms. */
  readonly roundTrip?: number;
  /** How many came through it. */
  readonly uplinks: number;
  readonly rssi?: number;
  readonly snr?: number;
}
