/** What core made of our messages, without anything that is another one in each run. */
import type { Home } from "./core";

const NOT_RECORDED = new Set(["friendly_name", "restored"]);

export interface Recorded {
  readonly devices: readonly object[];
  readonly entities: readonly (Readonly<Record<string, unknown>> & {
    readonly unique_id: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  })[];
  readonly complaints: readonly string[];
}

const by =
  <T>(key: (item: T) => string) =>
  (one: T, other: T): number =>
    key(one) < key(other) ? -1 : 1;

export function recorded({ devices, entities, complaints }: Home): Recorded {
  const identifierOf = new Map(devices.map(({ id, identifiers }) => [id, identifiers[0] ?? ""]));
  return {
    devices: devices
      .map(({ id, ...device }) => ({ ...device, identifiers: [identifierOf.get(id)] }))
      .sort(by(({ identifiers }) => identifiers[0] ?? "")),
    entities: entities
      .map(({ device_id: device, attributes, ...entity }) => ({
        ...entity,
        device: identifierOf.get(device ?? ""),
        attributes: Object.fromEntries(
          Object.entries(attributes).filter(([name]) => !NOT_RECORDED.has(name)),
        ),
      }))
      .sort(by(({ unique_id }) => unique_id)),
    complaints: ours(complaints),
  };
}

/** What it complains of whatever is sent: packages that are not there. */
const ALWAYS = /Skipping pip installation|python version|not found in (?:zeroconf|bluetooth)/i;

export const ours = (complaints: readonly string[]): readonly string[] =>
  complaints.filter((text) => !ALWAYS.test(text));
