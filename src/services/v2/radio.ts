/** How V2 says that something was received, in the words of The Things Stack v3. */
import type { Location, RxMetadata, TxSettings } from "../../stack/messages";
import type { RadioBody } from "../../stack/radio";
import type { V2Location, V2Reception, V2SentMetadata } from "./messages";

/** V2's `config` (a gateway's own settings) and `unknown` have no counterpart. */
const SOURCES: ReadonlyMap<string, string> = new Map([
  ["gps", "SOURCE_GPS"],
  ["registry", "SOURCE_REGISTRY"],
  ["ip_geolocation", "SOURCE_IP_GEOLOCATION"],
]);

/** The receptions and settings of a frame; what V2 does not tell, or tells in no way that can be read, is absent. */
export function radioBody(metadata: V2SentMetadata): RadioBody {
  const body: RadioBody = {};
  const settings = settingsOf(metadata);
  const airtime = durationOf(metadata.airtime);
  if (metadata.gateways?.length) body.rx_metadata = metadata.gateways.map(receptionOf);
  if (Object.keys(settings).length > 0) body.settings = settings;
  if (airtime !== undefined) body.consumed_airtime = airtime;
  return body;
}

/** A position, where there is any coordinate. */
export function locationOf(sent: V2Location): Location | undefined {
  const { latitude, longitude, altitude, location_accuracy: accuracy } = sent;
  if (latitude === undefined && longitude === undefined && altitude === undefined) return undefined;
  const location: Location = {};
  const source = SOURCES.get(sent.location_source ?? "");
  if (latitude !== undefined) location.latitude = latitude;
  if (longitude !== undefined) location.longitude = longitude;
  if (altitude !== undefined) location.altitude = altitude;
  if (accuracy !== undefined) location.accuracy = accuracy;
  if (source !== undefined) location.source = source;
  return location;
}

function receptionOf(sent: V2Reception): RxMetadata {
  const id = sent.gtw_id ?? sent.id ?? "";
  const { antenna, time, timestamp, fine_timestamp: fineTimestamp, rssi, snr, channel } = sent;
  const location = locationOf(sent);
  const reception: RxMetadata & { fine_timestamp?: string } = {};
  if (id !== "") reception.gateway_ids = { gateway_id: id };
  if (isCounted(antenna)) reception.antenna_index = antenna;
  if (time !== undefined && time !== "") reception.time = time;
  if (timestamp !== undefined) reception.timestamp = timestamp;
  if (isCounted(fineTimestamp)) reception.fine_timestamp = String(fineTimestamp);
  if (rssi !== undefined) reception.rssi = rssi;
  if (snr !== undefined) reception.snr = snr;
  if (location !== undefined) reception.location = location;
  if (isCounted(channel)) reception.channel_index = channel;
  return reception;
}

/** V3 leaves out what is 0. */
function isCounted(number: number | undefined): number is number {
  return number !== undefined && number !== 0;
}

function settingsOf(metadata: V2SentMetadata): TxSettings {
  const settings: TxSettings = {};
  const dataRate = dataRateOf(metadata);
  const frequency = hertzOf(metadata.frequency);
  if (dataRate !== undefined) settings.data_rate = dataRate;
  if (frequency !== undefined) settings.frequency = frequency;
  return settings;
}

/** V2 has `data_rate` for LoRa and `bit_rate` for FSK; the first one may come without a word on the modulation. */
function dataRateOf(metadata: V2SentMetadata): TxSettings["data_rate"] {
  const {
    modulation = "",
    data_rate: dataRate = "",
    bit_rate: bitRate,
    coding_rate: codingRate = "",
  } = metadata;
  const isFsk = modulation === "FSK" || (modulation === "" && dataRate === "" && isCounted(bitRate));
  if (isFsk) return { fsk: isCounted(bitRate) ? { bit_rate: bitRate } : {} };
  if (modulation !== "LORA" && dataRate === "") return undefined;
  const [, spreadingFactor, bandwidth] = /^SF(\d{1,2})BW(\d{1,4}(?:\.\d{1,3})?)$/.exec(dataRate) ?? [];
  const lora: NonNullable<NonNullable<TxSettings["data_rate"]>["lora"]> = {};
  if (spreadingFactor !== undefined && bandwidth !== undefined) {
    lora.bandwidth = Math.round(Number(bandwidth) * 1000);
    lora.spreading_factor = Number(spreadingFactor);
  }
  if (codingRate !== "") lora.coding_rate = codingRate;
  return { lora };
}

/** Hz as text from MHz. V2 counted in 32 bit floats: 868.1 is meant where 868.0999… comes. */
function hertzOf(megahertz: number | undefined): string | undefined {
  const hertz = Math.round((megahertz ?? 0) * 1e6);
  return hertz > 0 && Number.isSafeInteger(hertz) ? String(hertz) : undefined;
}

/** A duration as protobuf writes it, from nanoseconds. */
function durationOf(nanoseconds: number | undefined): string | undefined {
  if (nanoseconds === undefined || !Number.isSafeInteger(nanoseconds) || nanoseconds <= 0) return undefined;
  const seconds = Math.floor(nanoseconds / 1e9);
  const decimals = String(nanoseconds % 1e9)
    .padStart(9, "0")
    .replace(/(?:000)+$/, "");
  return decimals === "" ? `${seconds}s` : `${seconds}.${decimals}s`;
}
