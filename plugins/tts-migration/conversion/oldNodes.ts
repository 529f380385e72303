/**
 * The nodes of `node-red-contrib-ttn` in all its versions, and what they are for.
 * Rule: its sources, 0.1 to 2.0; `ttn message`, `ttn device` and `ttn send` became `ttn uplink`, `ttn event` and `ttn downlink` in 2.0.2.
 */
export type OldRole = "app" | "uplink" | "event" | "downlink" | "both";

const ROLES: ReadonlyMap<string, OldRole> = new Map([
  ["ttn app", "app"],
  ["ttn uplink", "uplink"],
  ["ttn message", "uplink"],
  ["ttn event", "event"],
  ["ttn device", "event"],
  ["ttn downlink", "downlink"],
  ["ttn send", "downlink"],
  // Uplinks on its first output, activations on its second.
  ["ttn", "both"],
]);

export const OLD_TYPES: readonly string[] = [...ROLES.keys()];

export function roleOf(type: string): OldRole | undefined {
  return ROLES.get(type);
}

/** All properties that they had; what becomes of each is said where it is converted. */
export const KNOWN_PROPERTIES: readonly string[] = [
  ...["name", "app", "dev_id", "devId", "field", "event", "port", "confirmed", "schedule"],
  ...["appId", "appEUI", "accessKey", "broker", "region", "discovery", "credentials"],
  // The editor writes these.
  ...["inputs", "outputs"],
];
