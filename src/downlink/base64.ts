/** Bytes that are written as base64. Usable in the browser. */
import { isBase64, isPlainHex, isPrintedHex, withoutSpace } from "./notation";
import { refused, right, type Refused, type Ruled } from "./ruled";
import { SHOWN_OF_A_PAYLOAD, shown } from "./shown";

/** Hex is refused even where its digits would be base64, too: the device would get other bytes than those that are written. */
export function base64Bytes(text: string, property: string): Ruled<Uint8Array> {
  const digits = withoutSpace(text);
  if (isPrintedHex(text)) return takenForHex(text.trim(), property);
  if (isBase64(digits)) return right(fromBase64(digits));
  if (isPlainHex(digits)) return takenForHex(digits, property);
  const values = { property, value: shown(digits, SHOWN_OF_A_PAYLOAD) };
  if (/^[A-Za-z0-9+/_-]*={0,2}$/.test(digits) && /[_-]/.test(digits)) {
    return refused("error.invalid-downlink.base64-alphabet", values);
  }
  const isUnpadded = /^[A-Za-z0-9+/]*$/.test(digits) && digits.length % 4 > 1;
  if (isUnpadded) return refused("error.invalid-downlink.base64-padding", values);
  return isField(property)
    ? refused("error.invalid-downlink.base64-field", values)
    : refused("error.invalid-downlink.base64", values);
}

/** A field of a downlink object is base64 whatever the node is set to. */
const isField = (property: string): boolean => property !== "payload";

function takenForHex(text: string, property: string): Refused {
  const values = { property, value: shown(text, SHOWN_OF_A_PAYLOAD) };
  return isField(property)
    ? refused("error.invalid-downlink.base64-hex-field", values)
    : refused("error.invalid-downlink.base64-hex", values);
}

function fromBase64(digits: string): Uint8Array {
  const binary = atob(digits);
  // Not by `Uint8Array.from`, which takes seconds for a text of some megabytes.
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

export const toBase64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
