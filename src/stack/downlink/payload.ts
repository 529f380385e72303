/** Bytes of a payload from what a flow or a form gives. Usable in the browser. */
import { bytesIn, hasHalfCharacter, lengthOf, listIn, membersOf } from "./foreign";
import type { Encoding } from "./order";
import { guarded, refused, right, type Refused, type Ruled } from "./ruled";
import { SHOWN_OF_A_PAYLOAD, shown } from "./shown";

/** Rule: `ApplicationDownlink.frm_payload`. */
const MOST_BYTES = 255;

/** What the slowest data rates carry (EU868 DR0 to DR2, and others). */
export const CARRIED_AT_ANY_RATE = 51;

/** Longer texts are not looked at: a byte is written in six characters at most (`0xBE, `), the rest would be white space. */
const LONGEST_TEXT = 16_384;

/** Bytes shown in the form. */
const SHOWN_BYTES = 24;

export type ByteEncoding = Exclude<Encoding, "decoded" | "downlinks">;

export interface Payload {
  readonly base64: string;
  /** In bytes. */
  readonly length: number;
}

export interface Preview {
  /** In bytes. */
  readonly length: number;
  /** `BE EF`, cut after some bytes. */
  readonly hex: string;
}

/** Whether a payload is one that slow data rates cannot carry. No rule: which rate it will be is known only to the stack. */
export function sizeHint(bytes: number): boolean {
  return bytes >= CARRIED_AT_ANY_RATE;
}

/** Reads a payload as its encoding says, never guessing. Never throws. */
export function readPayload(encoding: ByteEncoding, value: unknown, property = "payload"): Ruled<Payload> {
  return guarded(property, () => payloadOf(readBytes(encoding, value, property), property));
}

/** What the form shows of a payload that is written there: bytes are a JSON array there, as in Node-RED's own field for buffers. */
export function previewOf(encoding: ByteEncoding, text: string): Ruled<Preview> {
  return guarded("payload", () => {
    const bytes = readBytes(encoding, encoding === "bytes" ? json(text) : text, "payload");
    if (!bytes.ok) return bytes;
    const payload = payloadOf(bytes, "payload");
    return payload.ok ? right({ length: payload.value.length, hex: hexOf(bytes.value) }) : payload;
  });
}

/** Base64 of the stack's own fields, which need not be a payload; `most` bytes. */
export function base64Field(value: unknown, property: string, most: number): Ruled<string> {
  const bytes =
    typeof value === "string" ? base64Bytes(value, property) : refusedType("base64", value, property);
  if (!bytes.ok) return bytes;
  const length = bytes.value.length;
  return length > most
    ? refused("error.invalid-downlink.field-size", { property, length, most })
    : right(toBase64(bytes.value));
}

function payloadOf(bytes: Ruled<Uint8Array>, property: string): Ruled<Payload> {
  if (!bytes.ok) return bytes;
  const { length } = bytes.value;
  if (length === 0) return refused("error.invalid-downlink.payload-empty", { property });
  if (length > MOST_BYTES) return tooLong(length, property);
  return right({ base64: toBase64(bytes.value), length });
}

const tooLong = (length: number, property: string): Refused =>
  refused("error.invalid-downlink.payload-size", { property, length });

const READERS: Readonly<
  Record<Exclude<ByteEncoding, "bytes">, (text: string, property: string) => Ruled<Uint8Array>>
> = {
  hex: hexBytes,
  base64: base64Bytes,
  text: textBytes,
};

function readBytes(encoding: ByteEncoding, value: unknown, property: string): Ruled<Uint8Array> {
  if (value === undefined) return refused("error.invalid-downlink.payload-missing", {});
  if (encoding === "bytes") return givenBytes(value, property);
  if (typeof value !== "string") return refusedType(encoding, value, property);
  return value.length > LONGEST_TEXT
    ? refused("error.invalid-downlink.payload-text-size", { property, length: value.length })
    : READERS[encoding](value, property);
}

function refusedType(encoding: string, value: unknown, property: string): Refused {
  return refused("error.invalid-downlink.payload-not-text", { property, value: shown(value), encoding });
}

/** A Buffer, also one that went through JSON, or an array of bytes. */
function givenBytes(value: unknown, property: string): Ruled<Uint8Array> {
  const buffer = bytesIn(value);
  if (buffer !== undefined) {
    return buffer.length > MOST_BYTES ? tooLong(buffer.length, property) : right(new Uint8Array(buffer));
  }
  const list = listIn(value) ?? listOfJsonBuffer(value);
  if (list !== undefined) return listedBytes(list, property);
  return typeof value === "string"
    ? refused("error.invalid-downlink.payload-is-text", { property, value: shown(value, SHOWN_OF_A_PAYLOAD) })
    : refused("error.invalid-downlink.payload-no-bytes", { property, value: shown(value) });
}

function listOfJsonBuffer(value: unknown): readonly unknown[] | undefined {
  const members = membersOf(value);
  return members?.get("type") === "Buffer" ? listIn(members.get("data")) : undefined;
}

function listedBytes(list: readonly unknown[], property: string): Ruled<Uint8Array> {
  const length = lengthOf(list);
  if (length > MOST_BYTES) return tooLong(length, property);
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) {
    const byte = list[index];
    if (typeof byte !== "number" || !Number.isInteger(byte) || byte < 0 || byte > 255) {
      return refused("error.invalid-downlink.payload-byte", {
        property: `${property}[${index}]`,
        value: shown(byte, SHOWN_OF_A_PAYLOAD),
      });
    }
    bytes[index] = byte;
  }
  return right(bytes);
}

/** Between whole bytes may be white space, `:`, `-` or `,`, and each group may begin with `0x`: so hex is printed and pasted. */
function hexBytes(text: string, property: string): Ruled<Uint8Array> {
  const trimmed = text.trim();
  const groups =
    trimmed === "" ? [] : trimmed.split(/\s*[,:-]\s*|\s+/).map((group) => group.replace(/^0x/i, ""));
  const values = { property, value: shown(trimmed, SHOWN_OF_A_PAYLOAD) };
  if (groups.some((group) => !/^[0-9a-f]+$/i.test(group)))
    return refused("error.invalid-downlink.hex", values);
  if (groups.some((group) => group.length % 2 !== 0))
    return refused("error.invalid-downlink.hex-odd", values);
  const digits = groups.join("");
  const bytes = new Uint8Array(digits.length / 2);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16);
  }
  return right(bytes);
}

const hexOf = (bytes: Uint8Array): string => {
  const digits = Array.from(bytes.subarray(0, SHOWN_BYTES), (byte) =>
    byte.toString(16).padStart(2, "0").toUpperCase(),
  );
  return bytes.length > SHOWN_BYTES ? `${digits.join(" ")} …` : digits.join(" ");
};

function textBytes(text: string, property: string): Ruled<Uint8Array> {
  return hasHalfCharacter(text)
    ? refused("error.invalid-downlink.half-character", { property })
    : right(new TextEncoder().encode(text));
}

/** The standard alphabet with padding; white space is allowed. */
function base64Bytes(text: string, property: string): Ruled<Uint8Array> {
  const digits = text.replace(/\s+/g, "");
  const values = { property, value: shown(digits, SHOWN_OF_A_PAYLOAD) };
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(digits)) {
    return /^[A-Za-z0-9+/_-]*={0,2}$/.test(digits)
      ? refused("error.invalid-downlink.base64-alphabet", values)
      : refused("error.invalid-downlink.base64", values);
  }
  if (digits.length % 4 === 0) return right(fromBase64(digits));
  return digits.endsWith("=") || digits.length % 4 === 1
    ? refused("error.invalid-downlink.base64", values)
    : refused("error.invalid-downlink.base64-padding", values);
}

function fromBase64(digits: string): Uint8Array {
  const binary = atob(digits);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

const toBase64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
