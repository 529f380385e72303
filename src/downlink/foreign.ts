/**
 * Values made by a flow's code. Function nodes run in a realm of their own, so `instanceof` says nothing about them; and a getter may
 * throw: what reads a value is called within `guarded`. Usable in the browser.
 */

const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

export function isDate(value: unknown): value is Date {
  return tagOf(value) === "[object Date]";
}

/** The time of a Date in ms, NaN for an invalid one, `undefined` for anything else. */
export function timeOfDate(value: unknown): number | undefined {
  return isDate(value) ? Date.prototype.getTime.call(value) : undefined;
}

/** A Buffer or another Uint8Array, itself; `undefined` for anything else. */
export function bytesIn(value: unknown): Uint8Array | undefined {
  return isUint8Array(value) ? value : undefined;
}

function isUint8Array(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && tagOf(value) === "[object Uint8Array]";
}

/** An array of unknown things, itself; `undefined` for anything else. */
export function listIn(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
}

/** The members that JSON would write of a plain object, each read once; `undefined` for anything else. */
export function membersOf(value: unknown): Map<string, unknown> | undefined {
  if (!isPlainObject(value)) return undefined;
  const members = new Map<string, unknown>();
  for (const name of Object.keys(value)) {
    const member = value[name];
    if (member !== undefined) members.set(name, member);
  }
  return members;
}

/** An object literal or what JSON made, of whatever realm: no array, no instance of a class. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether a text has half a character in it: the stack drops such a message without a word. */
export function hasHalfCharacter(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}
