/** Bytes of a payload from what a flow or a form gives. Usable in the browser. */
import { base64Bytes, toBase64 } from "./base64";
import { bytesIn, hasHalfCharacter, listIn, membersOf } from "./foreign";
import { hexBytes } from "./hex";
import { isBase64, isPlainHex, isPrintedHex, looksLikeBase64 } from "./notation";
import type { Encoding } from "./order";
import { guarded, refused, right, type Refused, type Ruled } from "./ruled";
import { SHOWN_OF_A_PAYLOAD, shown } from "./shown";
import { refusedWhole, wholeIn, wholeInText } from "./whole";

/** Rule: `ApplicationDownlink.frm_payload`. */
const MOST_BYTES = 255;

/** What the slowest data rates carry (EU868 DR0 to DR2, and others). */
const CARRIED_AT_ANY_RATE = 51;

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
  if (typeof value !== "string")
    return wholeDownlink(value, property) ?? refusedType(encoding, value, property);
  return value.length > LONGEST_TEXT
    ? refused("error.invalid-downlink.payload-text-size", { property, length: value.length })
    : (wholeDownlinkAsText(value, property) ?? READERS[encoding](value, property));
}

function wholeDownlink(value: unknown, property: string): Refused | undefined {
  const whole = wholeIn(value, false);
  return whole && refusedWhole(whole, property, false);
}

/** The JSON of a downlink as text is a mistake; other JSON may well be for the device. */
function wholeDownlinkAsText(text: string, property: string): Refused | undefined {
  const whole = wholeInText(text, true);
  return whole && refusedWhole(whole, property, true);
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
  if (typeof value === "string") return textForBytes(value, property);
  const whole = wholeDownlink(value, property);
  if (whole !== undefined) return whole;
  const list = listIn(value) ?? listOfJsonBuffer(value);
  if (list !== undefined) return listedBytes(list, property);
  const values = { property, value: shown(value) };
  const byte = byteOf(value);
  return byte === undefined
    ? refused("error.invalid-downlink.payload-no-bytes", values)
    : refused("error.invalid-downlink.payload-one-byte", { ...values, byte });
}

/** The byte that a dashboard means with a number or a switch. */
function byteOf(value: unknown): number | undefined {
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "number" && isByte(value) ? value : undefined;
}

const isByte = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 255;

/** Text is never guessed to be bytes, but the nearest setting can be told. */
function textForBytes(text: string, property: string): Refused {
  const values = { property, value: shown(text, SHOWN_OF_A_PAYLOAD) };
  const start = text.slice(0, LONGEST_TEXT);
  const whole = wholeDownlinkAsText(start, property);
  if (whole !== undefined) return whole;
  if (isBytesAsJson(start)) return refused("error.invalid-downlink.payload-is-json", values);
  const near = encodingSeenIn(start);
  return near === undefined
    ? refused("error.invalid-downlink.payload-is-text", values)
    : refused("error.invalid-downlink.payload-is-text-near", { ...values, near });
}

function isBytesAsJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  const value = json(text);
  return Array.isArray(value) || listOfJsonBuffer(value) !== undefined;
}

/** `BE EF`, `0xBE`, `BEEF01` and `vu8=`; a word such as `face` may be text. */
function encodingSeenIn(text: string): "hex" | "base64" | undefined {
  const trimmed = text.trim();
  if (isPrintedHex(trimmed) || (isPlainHex(trimmed) && /\d/.test(trimmed))) return "hex";
  return isBase64(trimmed) && looksLikeBase64(trimmed) ? "base64" : undefined;
}

function listOfJsonBuffer(value: unknown): readonly unknown[] | undefined {
  const members = membersOf(value);
  return members?.get("type") === "Buffer" ? listIn(members.get("data")) : undefined;
}

function listedBytes(list: readonly unknown[], property: string): Ruled<Uint8Array> {
  const { length } = list;
  if (length > MOST_BYTES) return tooLong(length, property);
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) {
    const byte = list[index];
    if (typeof byte !== "number" || !isByte(byte)) {
      return refused("error.invalid-downlink.payload-byte", {
        property: `${property}[${index}]`,
        value: shown(byte, SHOWN_OF_A_PAYLOAD),
      });
    }
    bytes[index] = byte;
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

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
