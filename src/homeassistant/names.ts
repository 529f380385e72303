/** Names of devices and fields, as topics, IDs and people take them. Whatever they are made of, two never become the same. */
import { shownText } from "../stack/shown";

/** Longer ones are none of The Things Stack. */
export const LONGEST_ID = 64;
const LONGEST_NAME = 64;
const LONGEST_KEY = 120;
export const DEEPEST = 6;

/** A name with the code of each character that is not allowed between two marks. The mark itself must not be allowed. */
const escaped = (text: string, unsafe: RegExp, mark: string): string =>
  text.replace(unsafe, (character) => `${mark}${(character.codePointAt(0) ?? 0).toString(16)}${mark}`);

/** What Home Assistant takes in the topic of a discovery message, without `_`, which is the mark. */
const NOT_IN_ID = /[^A-Za-z0-9-]/gu;

/** A level of a topic: `door-1` for `door-1`, `a_2f_b` for `a/b`. Nothing becomes `-`, which is no ID. */
export const levelOf = (id: string): string => (id === "" ? "-" : escaped(id, NOT_IN_ID, "_"));

/** The ID that a level is made of; `undefined` for one that is made of none. */
export function idOfLevel(level: string): string | undefined {
  const id =
    level === "-" ? "" : level.replace(/_([0-9a-f]{1,6})_/g, (_whole, code: string) => characterOf(code));
  return id.length <= LONGEST_ID && levelOf(id) === level ? id : undefined;
}

function characterOf(code: string): string {
  const number = Number.parseInt(code, 16);
  return number <= 0x10ffff ? String.fromCodePoint(number) : "";
}

/** The unique ID of a device, by which Home Assistant knows it again. Neither of the levels has `__` where the other begins. */
export const uniqueId = (applicationId: string, deviceId: string): string =>
  `tts_${levelOf(applicationId)}__${levelOf(deviceId)}`;

/** The mark is none of them; a dot stands between the steps. */
const NOT_IN_KEY = /[^A-Za-z0-9_-]/gu;

/** What only this package writes into a state. */
export const OWN_KEYS = ["rssi", "snr", "battery_level", "gateways", "last_seen"] as const;

export type OwnKey = (typeof OWN_KEYS)[number];

const OWN = new RegExp(`^(?:payload\\.)*(?:${OWN_KEYS.join("|")})$`);

/**
 * The key of a field in the state of a device: `air.temperature`, `analog.2`. One that is taken has `payload.` in front. `undefined`
 * where it would be too long or lies too deep.
 */
export function keyOf(path: readonly (string | number)[]): string | undefined {
  if (path.length === 0 || path.length > DEEPEST) return undefined;
  const key = path.map((step) => escaped(String(step), NOT_IN_KEY, "~")).join(".");
  if (key.length > LONGEST_KEY) return undefined;
  return OWN.test(key) ? `payload.${key}` : key;
}

/** `soilMoisture2` in words of small letters: `soil_moisture_2`. */
export const wordsOf = (name: string): string =>
  name
    .replace(/pH/g, "ph")
    .replace(/([a-z])([A-Z0-9])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .replace(/([0-9])([A-Za-z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .toLowerCase();

/** A name for people: one line, short, nothing that is not seen. */
export const nameFor = (text: string): string => shownText(text.trim(), LONGEST_NAME);

/** As people write them. */
const WRITTEN: ReadonlyMap<string, string> = new Map(
  ["CO2", "CO", "PM1", "PM10", "pH", "EC", "TVOC", "VOC", "RSSI", "SNR", "GPS", "ID", "UV"].map((word) => [
    word.toLowerCase(),
    word,
  ]),
);

/** `air.soilMoisture_2` for people: `Air soil moisture 2`. */
export function fieldName(path: readonly (string | number)[]): string {
  const words = path
    .flatMap((step) =>
      String(step)
        .replace(/([a-z])([A-Z][a-z])/g, "$1 $2")
        .split(/[\s_]+/),
    )
    .filter((word) => word !== "")
    .map(
      (word) =>
        WRITTEN.get(word.toLowerCase()) ?? word.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase()),
    );
  const name = nameFor(words.length === 0 ? "?" : words.join(" ")).replace(/^pm2 5/i, "PM2.5");
  return /^pH\b/.test(name) ? name : name.charAt(0).toUpperCase() + name.slice(1);
}
