/** What the stack knows of a device beside its IDs, and sends along. Rule: docs/server.md#13-newer-servers, 1 to 3. */
import { byTrust } from "./locations";
import type { DeviceMetadata, Location, Received, UplinkMessage } from "./messages";
import { addPosition, finite } from "./radio";

/** Degrees and metres. */
export interface DeviceLocation {
  latitude: number;
  longitude: number;
  altitude?: number;
}

export interface KnownDevice {
  /** As set in the Console. */
  attributes?: Record<string, string>;
  /** Of the Device Repository. */
  brand?: string;
  model?: string;
  firmware?: string;
  location?: DeviceLocation;
}

/**
 * The battery in percent, as the device last told the network: not with this uplink, as a rule. Undefined where it is not known, runs
 * on external power, or the value is none.
 */
export function batteryOf({ last_battery_percentage: last }: UplinkMessage): number | undefined {
  const value = finite(last?.value);
  return value !== undefined && value >= 0 && value <= 100 ? value : undefined;
}

/** The part of a message that holds the metadata of its device. The attributes of a solved location are the locating service's. */
export function metadataOf(received: Received): DeviceMetadata | undefined {
  switch (received.kind) {
    case "uplink_message":
      return received.message.uplink_message;
    case "join_accept":
      return received.message.join_accept;
    case "uplink_normalized":
      return received.message.uplink_normalized;
    case "downlink_queued":
      return received.message.downlink_queued;
    case "downlink_sent":
      return received.message.downlink_sent;
    case "downlink_ack":
      return received.message.downlink_ack;
    case "downlink_nack":
      return received.message.downlink_nack;
    case "downlink_failed":
      return received.message.downlink_failed;
    case "downlink_queue_invalidated":
      return received.message.downlink_queue_invalidated;
    case "service_data":
      return received.message.service_data;
    default:
      return undefined;
  }
}

/** Adds what is sent. The attributes are copied: the flow may change its own. */
export function addKnown(device: KnownDevice, { attributes, version_ids, locations }: DeviceMetadata): void {
  if (attributes !== undefined) device.attributes = { ...attributes };
  if (version_ids !== undefined) {
    const { brand_id: brand = "", model_id: model = "", firmware_version: firmware = "" } = version_ids;
    if (brand !== "") device.brand = brand;
    if (model !== "") device.model = model;
    if (firmware !== "") device.firmware = firmware;
  }
  if (locations !== undefined) {
    const location = locationIn(locations);
    if (location !== undefined) device.location = location;
  }
}

/** The first place that can be used, the most trusted first. */
export function locationIn(locations: Readonly<Record<string, Location>>): DeviceLocation | undefined {
  for (const [, location] of byTrust(locations)) {
    const place = placeOf(location);
    if (place !== undefined) return place;
  }
  return undefined;
}

function placeOf(location: Location): DeviceLocation | undefined {
  const position: Partial<DeviceLocation> = {};
  addPosition(position, location);
  const { latitude, longitude, altitude } = position;
  if (latitude === undefined || longitude === undefined) return undefined;
  return altitude === undefined ? { latitude, longitude } : { latitude, longitude, altitude };
}
