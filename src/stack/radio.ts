/** How an uplink came in over the air, flat, so that it goes into a database as it is. */
import type { Float, Location, RxMetadata, TxSettings } from "./messages";
import { nanosecondsOf } from "./timestamp";

/** Units: dBm, dB, Hz, bit/s, s, degrees, m. What the stack does not send, or sends as no finite number, is absent. */
export interface RadioSummary {
  /** Of the best reception, as sent: `packetbroker` for one through Packet Broker. */
  gatewayId?: string;
  /** Upper-case hex. */
  gatewayEui?: string;
  /** Through Packet Broker: the ID that the gateway has in its own network, where that shows it. */
  forwarder?: string;
  rssi?: number;
  snr?: number;
  /** How many different gateways heard it; two antennas are one. */
  gateways: number;
  frequency?: number;
  /** `SF7BW125`, only for LoRa. */
  dataRate?: string;
  spreadingFactor?: number;
  bandwidth?: number;
  codingRate?: string;
  bitRate?: number;
  airtime?: number;
  /** Of the gateway of the best reception. */
  latitude?: number;
  longitude?: number;
  altitude?: number;
}

export type Modulation = "LORA" | "FSK" | "LR_FHSS";

export interface Position {
  latitude?: number;
  longitude?: number;
  altitude?: number;
}

/** The part of a message that says how it was received. */
export interface RadioBody {
  rx_metadata?: RxMetadata[];
  settings?: TxSettings;
  consumed_airtime?: string;
}

/**
 * Summarises the receptions of an uplink. The best one is that with the highest SNR, then the highest RSSI, then the first; one
 * without SNR comes behind those that have one.
 */
export function radioSummary(body: RadioBody): RadioSummary {
  const receptions = body.rx_metadata ?? [];
  const modulation = modulationOf(body.settings);
  const best = bestReception(receptions, modulation);
  // Filled in place: this runs for every message, and spreading many small objects takes longer than JSON.parse.
  const radio: RadioSummary = { gateways: countGateways(receptions) };
  if (best !== undefined) addReception(radio, best, modulation);
  if (body.settings !== undefined) addSettings(radio, body.settings);
  const airtime = nanosecondsOf(body.consumed_airtime ?? "");
  if (airtime !== undefined) radio.airtime = airtime / 1e9;
  if (best?.location !== undefined) addPosition(radio, best.location);
  return radio;
}

export function modulationOf(settings: TxSettings | undefined): Modulation | undefined {
  const dataRate = settings?.data_rate;
  if (dataRate?.lora !== undefined) return "LORA";
  if (dataRate?.fsk !== undefined) return "FSK";
  return dataRate?.lrfhss === undefined ? undefined : "LR_FHSS";
}

/** SNR in dB. One that is left out is 0 by proto3, but FSK has none. */
export function snrOf(reception: RxMetadata, modulation: Modulation | undefined): number | undefined {
  if (reception.snr !== undefined) return finite(reception.snr);
  return modulation === "LORA" || modulation === "LR_FHSS" ? 0 : undefined;
}

/**
 * Adds a position in degrees and metres. A coordinate of 0 is left out by proto3, so where exactly one is sent the other one is 0.
 */
export function addPosition(target: Position, { latitude, longitude, altitude }: Location): void {
  if (latitude !== undefined || longitude !== undefined) {
    const north = finite(latitude ?? 0);
    const east = finite(longitude ?? 0);
    if (north !== undefined && east !== undefined) {
      target.latitude = north;
      target.longitude = east;
    }
  }
  const height = finite(altitude);
  if (height !== undefined) target.altitude = height;
}

/** The number, unless it is missing or not finite. */
export function finite(value: Float | undefined): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The one with the highest SNR, then the highest RSSI, then the first; one without SNR comes behind those that have one. */
export function bestReception(
  receptions: readonly RxMetadata[],
  modulation: Modulation | undefined,
): RxMetadata | undefined {
  const worst = Number.NEGATIVE_INFINITY;
  let best: RxMetadata | undefined;
  let bestSnr = worst;
  let bestRssi = worst;
  for (const reception of receptions) {
    const snr = snrOf(reception, modulation) ?? worst;
    const rssi = finite(reception.rssi) ?? worst;
    if (best === undefined || snr > bestSnr || (snr === bestSnr && rssi > bestRssi)) {
      best = reception;
      bestSnr = snr;
      bestRssi = rssi;
    }
  }
  return best;
}

function addReception(radio: RadioSummary, reception: RxMetadata, modulation: Modulation | undefined): void {
  const { gateway_id: gatewayId = "", eui = "" } = reception.gateway_ids ?? {};
  const rssi = finite(reception.rssi);
  const snr = snrOf(reception, modulation);
  if (gatewayId !== "") radio.gatewayId = gatewayId;
  if (eui !== "") radio.gatewayEui = eui.toUpperCase();
  const forwarder = present(reception.packet_broker?.forwarder_gateway_id);
  if (forwarder !== undefined) radio.forwarder = forwarder;
  if (rssi !== undefined) radio.rssi = rssi;
  if (snr !== undefined) radio.snr = snr;
}

/** Proto3 sends nothing for an empty text. */
const present = (text: string | undefined): string | undefined => (text === "" ? undefined : text);

/** How many different gateways heard it; two antennas are one. */
export function countGateways(receptions: readonly RxMetadata[]): number {
  if (receptions.length < 2) return receptions.length;
  return countByIds(receptions) ?? new Set(receptions.map(gatewayKey)).size;
}

/** Longer lists are rare, and a set counts them faster. */
const FEW = 8;

/** By their IDs alone, where these are few and tell all: most often they are, and this runs for every message. */
function countByIds(receptions: readonly RxMetadata[]): number | undefined {
  if (receptions.length > FEW) return undefined;
  let count = 0;
  for (let index = 0; index < receptions.length; index++) {
    const id = receptions[index]?.gateway_ids?.gateway_id ?? "";
    if (id === "" || id === "packetbroker") return undefined;
    let earlier = 0;
    while (receptions[earlier]?.gateway_ids?.gateway_id !== id) earlier += 1;
    if (earlier === index) count += 1;
  }
  return count;
}

/**
 * Which gateway it is. Through Packet Broker all have one ID, and the forwarder says which it really was; where it hides that, each
 * reception is a message of its own.
 */
function gatewayKey({ gateway_ids, packet_broker }: RxMetadata): string {
  const { gateway_id: id = "", eui = "" } = gateway_ids ?? {};
  if (id !== "packetbroker" || packet_broker === undefined) return id === "" ? `eui ${eui}` : `id ${id}`;
  return JSON.stringify([
    packet_broker.forwarder_net_id,
    packet_broker.forwarder_tenant_id,
    packet_broker.forwarder_cluster_id,
    present(packet_broker.forwarder_gateway_id) ??
      present(packet_broker.forwarder_gateway_eui) ??
      present(packet_broker.message_id),
  ]);
}

function addSettings(radio: RadioSummary, settings: TxSettings): void {
  const { lora, fsk, lrfhss } = settings.data_rate ?? {};
  const frequency = settings.frequency === undefined ? undefined : finite(Number(settings.frequency));
  const spreadingFactor = finite(lora?.spreading_factor);
  const bandwidth = finite(lora?.bandwidth);
  // Servers before 3.22 have the coding rate beside the data rate.
  const codingRate = lora?.coding_rate ?? lrfhss?.coding_rate ?? settings.coding_rate ?? "";
  const bitRate = finite(fsk?.bit_rate);
  if (frequency !== undefined) radio.frequency = frequency;
  if (spreadingFactor !== undefined) radio.spreadingFactor = spreadingFactor;
  if (bandwidth !== undefined) radio.bandwidth = bandwidth;
  if (spreadingFactor !== undefined && bandwidth !== undefined) {
    radio.dataRate = `SF${spreadingFactor}BW${bandwidth / 1000}`;
  }
  if (codingRate !== "") radio.codingRate = codingRate;
  if (bitRate !== undefined) radio.bitRate = bitRate;
}

/** dB. Rule: data sheets of the SX1261 and SX1276. */
const DEMODULATION_FLOOR: Readonly<Record<number, number>> = {
  7: -7.5,
  8: -10,
  9: -12.5,
  10: -15,
  11: -17.5,
  12: -20,
};

/** How far a LoRa signal was above the weakest that can be received at its data rate, in dB. */
export function signalMargin(
  snr: number | undefined,
  spreadingFactor: number | undefined,
): number | undefined {
  const floor = spreadingFactor === undefined ? undefined : DEMODULATION_FLOOR[spreadingFactor];
  return snr === undefined || floor === undefined ? undefined : snr - floor;
}
