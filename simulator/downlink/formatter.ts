import type { JsonObject, StackError } from "../../src/stack/messages";
import { scriptErrors } from "../scripting";
import type { DownlinkItem } from "./item";

export type Encoded =
  | { readonly ok: true; readonly item: DownlinkItem }
  /** Told to callers of the HTTP API, and in an event. */
  | { readonly ok: false; readonly error: StackError };

/** The payload formatter of a device, for downlinks. */
export interface DownlinkFormatter {
  /** Makes bytes of `decodedPayload`. */
  encode(item: DownlinkItem): Encoded;
  /** Adds the decoded payload; where the bytes cannot be decoded, nothing is added. */
  decode(item: DownlinkItem): DownlinkItem;
}

interface Remarks {
  readonly warnings?: readonly string[];
  /** Any of them: nothing comes of it. */
  readonly errors?: readonly string[];
}

/** The two functions of a JavaScript payload formatter, as users write them. */
export interface DownlinkScript {
  /** `data` is undefined where the decoded payload has no members. */
  encodeDownlink(input: {
    readonly data: JsonObject | undefined;
    readonly fPort: number;
  }): (Remarks & { readonly bytes?: readonly number[]; readonly fPort?: number }) | undefined;
  decodeDownlink?(input: {
    readonly bytes: readonly number[];
    readonly fPort: number;
  }): (Remarks & { readonly data?: JsonObject }) | undefined;
}

/** FORMATTER_JAVASCRIPT. */
export function javaScriptFormatter(script: DownlinkScript): DownlinkFormatter {
  return {
    encode(item) {
      const decoded = item.decodedPayload ?? {};
      const data = Object.keys(decoded).length > 0 ? decoded : undefined;
      let output;
      try {
        output = script.encodeDownlink({ data, fPort: item.fPort });
      } catch (error) {
        return { ok: false, error: scriptErrors.thrown(error, "encodeDownlink") };
      }
      if (output === undefined) return { ok: false, error: scriptErrors.noOutput() };
      if (output.errors !== undefined && output.errors.length > 0) {
        return { ok: false, error: scriptErrors.returned(output.errors) };
      }
      const fPort = output.fPort ?? (item.fPort === 0 ? 1 : item.fPort);
      const payload = Buffer.from(output.bytes ?? []);
      return { ok: true, item: { ...item, fPort, payload, warnings: output.warnings ?? [] } };
    },
    decode(item) {
      try {
        const output = script.decodeDownlink?.({ bytes: [...item.payload], fPort: item.fPort });
        if (output?.data === undefined || (output.errors ?? []).length > 0) return item;
        return { ...item, decodedPayload: output.data, warnings: output.warnings ?? [] };
      } catch {
        return item;
      }
    },
  };
}

const VALUE = /^value_(\d+)$/;

/** FORMATTER_CAYENNELPP: only members `value_<channel>` count, in hundredths; others are left out without a word. */
export const cayenneLppFormatter: DownlinkFormatter = {
  encode(item) {
    const parts = Object.entries(item.decodedPayload ?? {}).flatMap(([name, value]) => {
      const channel = Number(VALUE.exec(name)?.[1] ?? NaN);
      if (!(channel <= 255) || typeof value !== "number") return [];
      const bytes = Buffer.alloc(3, channel);
      bytes.writeInt16BE(Math.trunc(value * 100), 1);
      return [bytes];
    });
    return { ok: true, item: { ...item, payload: Buffer.concat(parts) } };
  },
  decode(item) {
    if (item.payload.length % 3 !== 0) return item;
    const decodedPayload: JsonObject = {};
    for (let at = 0; at < item.payload.length; at += 3) {
      decodedPayload[`value_${item.payload.readUInt8(at)}`] = item.payload.readInt16BE(at + 1) / 100;
    }
    return { ...item, decodedPayload };
  },
};
