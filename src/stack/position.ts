/** Where a device is, as far as one of its uplinks says. */
import { isJsonObject } from "./check";
import { byTrust } from "./locations";
import type { Location, UplinkMessage } from "./messages";
import { finite } from "./radio";

/** In degrees and metres, in the words of maps. */
export interface Position {
  lat: number;
  lon: number;
  alt?: number;
  accuracy?: number;
  /** `decoded`, `normalized`, or the name that the message's own `locations` have for it: `frm-payload`, `user`, that of a service. */
  source: string;
}

export type FoundPosition =
  | { readonly ok: true; readonly position: Position }
  /** There is none. */
  | { readonly ok: false; readonly problem: "none" }
  /** Trackers send 0, 0 until they know better. */
  | { readonly ok: false; readonly problem: "no_fix" }
  | {
      readonly ok: false;
      readonly problem: "out_of_range";
      readonly latitude: number;
      readonly longitude: number;
    };

/** What an object says, before it is looked at whether it can be. */
interface Reading {
  readonly lat: number;
  readonly lon: number;
  readonly alt: number | undefined;
  readonly accuracy: number | undefined;
}

type Quantity = keyof Reading;

/** What decoders call it; capital letters do not matter. */
const QUANTITIES: ReadonlyMap<string, Quantity> = new Map([
  ["latitude", "lat"],
  ["lat", "lat"],
  ["longitude", "lon"],
  ["lon", "lon"],
  ["lng", "lon"],
  ["altitude", "alt"],
  ["alt", "alt"],
  ["accuracy", "accuracy"],
]);
const LONGEST_NAME = 9;

/** Where decoders put it, in the order of preference; `gps_1` is Cayenne LPP's. */
const PLACES = ["gps", "location", "position"] as const;
const CAYENNE_PLACE = /^gps_\d{1,3}$/;

/** Measurements that are looked at: real messages have a handful. */
const MOST_LOOKED_AT = 100;

/**
 * The first usable position: of the decoded payload, of the normalized one, of the message's `locations`. These hold the last that
 * the stack knows from each source, also from earlier uplinks (docs/server.md#6-messages). Where none is usable, what is wrong with
 * the first.
 */
export function findPosition(body: UplinkMessage): FoundPosition {
  let problem: FoundPosition = { ok: false, problem: "none" };
  for (const [source, reading] of readings(body)) {
    const found = judged(reading, source);
    if (found.ok) return found;
    if (problem.problem === "none") problem = found;
  }
  return problem;
}

function* readings(body: UplinkMessage): Generator<readonly [string, Reading]> {
  for (const place of placesIn(body.decoded_payload)) {
    const reading = readingIn(place);
    if (reading) yield ["decoded", reading];
  }
  for (const measurement of (body.normalized_payload ?? []).slice(0, MOST_LOOKED_AT)) {
    const reading = isJsonObject(measurement) ? readingIn(measurement.position) : undefined;
    if (reading) yield ["normalized", reading];
  }
  for (const [source, location] of byTrust(body.locations ?? {})) yield [source, readingOf(location)];
}

/** The objects of a decoded payload in which a position may be. */
function placesIn(decoded: unknown): readonly unknown[] {
  if (!isJsonObject(decoded)) return [];
  const named = new Map<string, unknown>();
  const byCayenne: unknown[] = [];
  for (const key in decoded) {
    const value = decoded[key];
    if (key.length > LONGEST_NAME || !isJsonObject(value)) continue;
    const name = key.toLowerCase();
    if (CAYENNE_PLACE.test(name)) byCayenne.push(value);
    else if (!named.has(name)) named.set(name, value);
  }
  return [decoded, ...PLACES.map((name) => named.get(name)), ...byCayenne.slice(0, MOST_LOOKED_AT)];
}

/** The position that stands in an object; undefined unless it has both coordinates. */
function readingIn(place: unknown): Reading | undefined {
  if (!isJsonObject(place)) return undefined;
  const found = new Map<Quantity, number>();
  for (const key in place) {
    const quantity = key.length > LONGEST_NAME ? undefined : QUANTITIES.get(key.toLowerCase());
    const number = quantity === undefined || found.has(quantity) ? undefined : numberIn(place[key]);
    if (quantity !== undefined && number !== undefined) found.set(quantity, number);
  }
  const [lat, lon, alt, accuracy] = (["lat", "lon", "alt", "accuracy"] as const).map((each) =>
    found.get(each),
  );
  return lat === undefined || lon === undefined ? undefined : { lat, lon, alt, accuracy };
}

/** Decoders that round by `toFixed` send a number as text. */
function numberIn(value: unknown): number | undefined {
  if (typeof value === "string")
    return /^\s*[-+]?\d{1,15}(?:\.\d{1,20})?\s*$/.test(value) ? Number(value) : undefined;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A coordinate of 0 is left out by the stack (docs/server.md#6-messages). */
function readingOf({ latitude = 0, longitude = 0, altitude, accuracy }: Location): Reading {
  const coordinate = (value: Location["latitude"]): number => finite(value) ?? Number.NaN;
  return {
    lat: coordinate(latitude),
    lon: coordinate(longitude),
    alt: finite(altitude),
    accuracy: finite(accuracy),
  };
}

function judged({ lat, lon, alt, accuracy }: Reading, source: string): FoundPosition {
  if (lat === 0 && lon === 0) return { ok: false, problem: "no_fix" };
  // Turned round, so that what is no number is refused as well.
  if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180))
    return { ok: false, problem: "out_of_range", latitude: lat, longitude: lon };
  const height = alt === undefined ? {} : { alt };
  const radius = accuracy === undefined || accuracy < 0 ? {} : { accuracy };
  return { ok: true, position: { lat, lon, ...height, ...radius, source } };
}
