/** Bytes that are written as hex digits. Usable in the browser. */
import { hexGroups, isBase64, looksLikeBase64 } from "./notation";
import { refused, right, type Ruled } from "./ruled";
import { SHOWN_OF_A_PAYLOAD, shown } from "./shown";

/** Each group may begin with `0x`. */
export function hexBytes(text: string, property: string): Ruled<Uint8Array> {
  const trimmed = text.trim();
  const groups = hexGroups(trimmed).map((group) => group.replace(/^0x/i, ""));
  const values = { property, value: shown(trimmed, SHOWN_OF_A_PAYLOAD) };
  if (groups.some((group) => !/^[0-9a-f]+$/i.test(group))) {
    return isBase64(trimmed) && looksLikeBase64(trimmed)
      ? refused("error.invalid-downlink.hex-base64", values)
      : refused("error.invalid-downlink.hex", values);
  }
  if (groups.some((group) => group.length % 2 !== 0))
    return refused("error.invalid-downlink.hex-odd", values);
  const digits = groups.join("");
  const bytes = new Uint8Array(digits.length / 2);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16);
  }
  return right(bytes);
}
