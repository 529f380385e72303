import { randomBytes } from "node:crypto";
import type { Location, RxMetadata, TxSettings } from "../src/stack/messages";
import { timestamp } from "./stamps";

interface Gateway {
  readonly id: string;
  readonly eui: string;
  readonly location: Location | undefined;
  /** dBm, in the middle of the room. */
  readonly rssi: number;
}

const GATEWAYS: readonly Gateway[] = [
  {
    id: "roof-gateway",
    eui: "0242020000000001",
    location: { latitude: 52.3702, longitude: 4.8952, altitude: 24, source: "SOURCE_REGISTRY" },
    rssi: -68,
  },
  { id: "yard-gateway", eui: "0242020000000002", location: undefined, rssi: -104 },
];

/** The first one hears best. */
export const GATEWAY_IDS: readonly string[] = GATEWAYS.map(({ id }) => id);

/** Hz, the eight channels of EU868. */
const CHANNELS = [868.1, 868.3, 868.5, 867.1, 867.3, 867.5, 867.7, 867.9].map((mhz) => Math.round(mhz * 1e6));

/** 0 to 1, the same for the same text. */
function chance(text: string): number {
  let hash = 2_166_136_261;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_507);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/** LoRa time on air in ms with 125 kHz, coding rate 4/5 and an explicit header. */
function airtime(spreadingFactor: number, payloadLength: number): number {
  const symbol = 2 ** spreadingFactor / 125;
  const optimized = spreadingFactor > 10 ? 2 : 0;
  // MHDR, FHDR without options, FPort and MIC are 13 bytes.
  const bits = 8 * (13 + payloadLength) - 4 * spreadingFactor + 44;
  const symbols = 8 + Math.max(Math.ceil(bits / (4 * (spreadingFactor - optimized))) * 5, 0);
  return (12.25 + symbols) * symbol;
}

export interface Reception {
  readonly rx_metadata: RxMetadata[];
  readonly settings: TxSettings;
  /** `"0.056576s"`. */
  readonly consumed_airtime: string;
}

/** How the gateways heard one uplink; the second gateway hears about half of them. */
export function reception(deviceId: string, fCnt: number, payloadLength: number): Reception {
  const luck = (what: string): number => chance(`${what} ${deviceId} ${fCnt}`);
  const spreadingFactor = 7 + Math.floor(chance(deviceId) * 3);
  const channel = Math.floor(luck("channel") * CHANNELS.length);
  const time = Math.floor(performance.now() * 1000) % 2 ** 32;
  const heard = GATEWAYS.filter((_gateway, index) => index === 0 || luck("second gateway") < 0.5);
  return {
    rx_metadata: heard.map((gateway) => {
      const rssi = Math.round(gateway.rssi + 16 * (luck(gateway.id) - 0.5));
      return {
        gateway_ids: { gateway_id: gateway.id, eui: gateway.eui },
        timestamp: time,
        rssi,
        channel_rssi: rssi,
        snr: Math.round(10 * Math.max(-12, Math.min(11, (rssi + 105) / 3))) / 10 || 0.2,
        ...(gateway.location && { location: gateway.location }),
        uplink_token: randomBytes(36).toString("base64"),
        ...(channel > 0 && { channel_index: channel }),
        received_at: timestamp(),
      };
    }),
    settings: {
      data_rate: {
        lora: { bandwidth: 125_000, spreading_factor: spreadingFactor, coding_rate: "4/5" },
      },
      frequency: String(CHANNELS[channel]),
      timestamp: time,
    },
    consumed_airtime: `${(airtime(spreadingFactor, payloadLength) / 1000).toFixed(6)}s`,
  };
}
