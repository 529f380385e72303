import { types } from "node:util";
import type { Random } from "../random";

/** A part of the package that is given what nobody sends on purpose. */
export interface Target {
  readonly area: string;
  /** Its part of all cases, compared with others. */
  readonly share: number;
  /** Makes a case; the same chance, the same case. Returns the call that is watched. */
  readonly prepare: (random: Random) => () => void;
}

/** Something that no exception tells of. */
export class Violation extends Error {}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !types.isProxy(value);

/** What a node's properties or a message are at least: an object whose members can be read. */
export function asObject(value: unknown): object {
  try {
    return isObject(value) && !ArrayBuffer.isView(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

/** So deep that nothing in it can be changed any more: who writes into what it was given throws. */
export function frozen<T>(value: T): T {
  if (!isObject(value) || Object.isFrozen(value)) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype) return value;
  Object.freeze(value);
  for (const { value: member } of Object.values(Object.getOwnPropertyDescriptors(value))) frozen(member);
  return value;
}

/** Objects of all messages so far: none may be in two of them. */
const given = new WeakSet();

/** Checks that a message shares no object with any before. */
export function isAlone(message: unknown, what: string): void {
  const visited = new Set<object>();
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null || visited.has(value)) return;
    visited.add(value);
    if (given.has(value)) throw new Violation(`${what}: ${path} is in another message as well`);
    if (Buffer.isBuffer(value)) return;
    for (const key of Object.keys(value)) visit(Reflect.get(value, key), `${path}.${key}`);
  };
  visit(message, "msg");
  for (const value of visited) given.add(value);
}
