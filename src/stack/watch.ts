/** What a watch node can tell of devices and gateways. Usable in the browser. */
import { asText } from "./values";

/** In the order of the form. Of gateways only those of `GATEWAY_CHANGES`. */
export const CHANGES = ["silent", "back", "new", "lost", "reset", "battery", "weak"] as const;

export type Change = (typeof CHANGES)[number];

export const GATEWAY_CHANGES: readonly Change[] = ["silent", "back", "new"];

export const isChange = (value: unknown): value is Change => CHANGES.some((change) => change === value);

export const WATCHED = ["devices", "gateways"] as const;

export type Watched = (typeof WATCHED)[number];

/** Properties of a watch node that say nothing of gateways. */
export const OF_DEVICES = ["devices", "batteryBelow", "lostAbove", "marginBelow"] as const;

/** Whether a property counts for what is watched; the form does not show it otherwise. */
export const matters = (property: string, watched: string): boolean =>
  watched === "gateways" ? !OF_DEVICES.some((name) => name === property) : property !== "gateways";

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

/** The numbers that limit them; unlike other limits these need not be whole. */
export const WATCH_LIMITS = {
  /** Minutes: a year. */
  silentAfter: { least: 0.001, most: 525_600 },
  /** Percent. */
  batteryBelow: { least: 0, most: 100 },
  /** Percent. */
  lostAbove: { least: 0, most: 100 },
  /** dB. */
  marginBelow: { least: -20, most: 40 },
} as const;

/** The number that a text is, where it is within the limits. */
export function numberWithin(
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  const number = /^-?\d{1,9}(?:\.\d{1,9})?$/.test(text.trim()) ? Number(text) : NaN;
  return number >= least && number <= most ? number : undefined;
}

/** The IDs in a list as it stands in a flow: of texts, of objects with an ID, or a text with commas. */
export function gatewayIdsOf(list: unknown): readonly string[] {
  const items: readonly unknown[] = Array.isArray(list) ? list : asText(list).split(",");
  const ids = items.map((item) => {
    const id: unknown = typeof item === "object" && item !== null ? Reflect.get(item, "id") : item;
    return asText(id);
  });
  return [...new Set(ids.filter((id) => id !== ""))];
}
