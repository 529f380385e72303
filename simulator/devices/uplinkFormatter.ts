import type { JsonObject, StackError } from "../../src/stack/messages";
import { sorted } from "../downlink/item";
import { scriptErrors } from "../scripting";

/** What a formatter makes of the bytes. */
export interface DecodedParts {
  readonly decoded_payload?: JsonObject;
  readonly decoded_payload_warnings?: string[];
}

export type Decoded =
  | { readonly ok: true; readonly parts: DecodedParts }
  /** Told in an event; the uplink comes all the same. */
  | { readonly ok: false; readonly error: StackError };

/** The payload formatter of a device, for uplinks. */
export interface UplinkFormatter {
  decode(uplink: { readonly payload: Buffer; readonly fPort: number; readonly recvTime?: Date }): Decoded;
}

/** The function of a JavaScript payload formatter, as users write it. */
export interface UplinkScript {
  decodeUplink(input: {
    readonly bytes: readonly number[];
    readonly fPort: number;
    /** From 3.33.1 on. */
    readonly recvTime?: Date;
  }):
    | {
        readonly data?: JsonObject;
        readonly warnings?: readonly string[];
        /** Any of them: nothing comes of it. */
        readonly errors?: readonly string[];
      }
    | undefined;
}

/** FORMATTER_JAVASCRIPT. */
export function javaScriptUplinkFormatter(script: UplinkScript): UplinkFormatter {
  return {
    decode({ payload, fPort, recvTime }) {
      let output;
      try {
        output = script.decodeUplink({ bytes: [...payload], fPort, ...(recvTime && { recvTime }) });
      } catch (error) {
        return { ok: false, error: scriptErrors.thrown(error, "decodeUplink") };
      }
      if (output === undefined) return { ok: false, error: scriptErrors.noOutput() };
      const { data, warnings = [], errors = [] } = output;
      if (errors.length > 0) return { ok: false, error: scriptErrors.returned(errors) };
      return {
        ok: true,
        parts: {
          ...(data && { decoded_payload: sorted(data) as JsonObject }),
          ...(warnings.length > 0 && { decoded_payload_warnings: [...warnings] }),
        },
      };
    },
  };
}
