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
