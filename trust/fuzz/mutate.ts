import { types } from "node:util";
import type { Random } from "../random";
import { hostileJson, HOSTILE_KEYS, TEXT_PIECES } from "./values";

export type Hostile = (random: Random) => unknown;

type Parent = Record<string, unknown> | unknown[];
interface Place {
  readonly parent: Parent;
  readonly key: string | number;
}

/** A plain one: what else there is stays as it is. */
function isParent(value: unknown): value is Parent {
  if (typeof value !== "object" || value === null || types.isProxy(value) || Object.isFrozen(value))
    return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    Array.isArray(value) || ((prototype === Object.prototype || prototype === null) && value !== globalThis)
  );
}

const valueAt = ({ parent, key }: Place): unknown => Object.getOwnPropertyDescriptor(parent, key)?.value;

/** A place within a value, found by going down at random: not each of them has to be listed first. */
function placeIn(root: unknown, random: Random): Place | undefined {
  let place: Place | undefined;
  let value = root;
  while (isParent(value)) {
    const keys: readonly (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
    if (keys.length === 0) break;
    place = { parent: value, key: random.of(keys) };
    value = valueAt(place);
    if (random.chance(0.25)) break;
  }
  return place;
}

/** Its own, whatever the name. */
function put(parent: Parent, key: string | number, value: unknown): void {
  Reflect.defineProperty(parent, key, { value, enumerable: true, writable: true, configurable: true });
}

function remove({ parent, key }: Place): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(parent, key);
}

function ofSameType(value: unknown, random: Random): unknown {
  switch (typeof value) {
    case "number":
      return random.of([0, -value, value * 1e6, value + 0.5, 2 ** 53, Math.floor(random.next() * 2 ** 32)]);
    case "string":
      return mutateText(value, random);
    case "boolean":
      return !value;
    default:
      return hostileJson(random);
  }
}

type Change = (root: unknown, place: Place, random: Random, hostile: Hostile) => void;

const CHANGES: readonly Change[] = [
  (_root, place) => remove(place),
  (_root, { parent, key }, random, hostile) => put(parent, key, hostile(random)),
  (_root, { parent, key }, random) => put(parent, key, ofSameType(valueAt({ parent, key }), random)),
  (_root, { parent }, random, hostile) =>
    put(parent, Array.isArray(parent) ? parent.length : random.of(HOSTILE_KEYS), hostile(random)),
  (root, { parent, key }, random) => {
    const other = placeIn(root, random);
    // Not within itself: JSON has no circles.
    if (other) put(parent, key, structuredCloneOr(valueAt(other)));
  },
  (_root, { parent, key }, random) => {
    const value = valueAt({ parent, key });
    put(parent, key, random.chance(0.5) ? [value] : { [random.of(HOSTILE_KEYS)]: value });
  },
];

function structuredCloneOr(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return value;
  }
}

/** Changes a value of one's own at one to four places. */
export function mutateValue(root: unknown, random: Random, hostile: Hostile = hostileJson): unknown {
  if (random.chance(0.01)) return hostile(random);
  for (let left = 1 + random.below(4); left > 0; left--) {
    const place = placeIn(root, random);
    if (place) random.of(CHANGES)(root, place, random, hostile);
  }
  return root;
}

/** A text with a piece cut out, put in, doubled or replaced. */
export function mutateText(text: string, random: Random): string {
  let result = text;
  for (let left = 1 + random.below(3); left > 0; left--) {
    const from = random.below(result.length + 1);
    const to = Math.min(result.length, from + random.below(8));
    const piece = random.of([
      "",
      random.of(TEXT_PIECES),
      result.slice(from, to).repeat(1 + random.below(20)),
      String.fromCharCode(random.below(65_536)),
    ]);
    result = result.slice(0, from) + piece + result.slice(random.chance(0.5) ? to : from);
  }
  return random.chance(0.002) ? result.repeat(1 + Math.floor(20_000 / (result.length + 1))) : result;
}

/** Any text made of pieces. */
export function anyText(random: Random): string {
  let text = "";
  for (let left = random.below(9); left > 0; left--) text += random.of(TEXT_PIECES);
  return random.chance(0.3) ? mutateText(text, random) : text;
}

/** Bytes of a message with what a wire, or somebody hostile, does to them. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  switch (random.below(8)) {
    case 0:
      return bytes.subarray(0, random.below(bytes.length + 1));
    case 1: {
      const copy = Buffer.from(bytes);
      for (let left = 1 + random.below(4); left > 0 && copy.length > 0; left--)
        copy[random.below(copy.length)] = random.below(256);
      return copy;
    }
    case 2: {
      const at = random.below(bytes.length + 1);
      const piece = random.of([
        Buffer.from([0xff, 0xfe]),
        Buffer.from([0xc0, 0x80]),
        Buffer.from([0xed, 0xa0, 0x80]),
        Buffer.from("[".repeat(1 + random.below(2_000))),
        Buffer.from('{"a":'.repeat(1 + random.below(400))),
        Buffer.from('"__proto__":{"polluted":1},'),
        Buffer.from("1".repeat(400)),
        Buffer.from("\\ud800"),
      ]);
      return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
    }
    default:
      return bytes;
  }
}
