/** What the stack's own encoder makes of fields, without sending them. Rule: docs/server.md#9-http-api. */
import type { Explanation } from "../stack/explanation";
import type { JsonObject } from "../stack/messages";
import { explainApiFailure, rightIn, type ApiFailure, type ApiSubject } from "./apiFailed";
import { explanations } from "./context";
import { networkReason } from "./networkReasons";
import { printable } from "./printable";
import type { Formatter, StackApi } from "./stackApi";

const notEncoded = explanations("not_encoded");

export interface FieldsToEncode {
  readonly fPort: number;
  readonly decoded: JsonObject;
}

export type Encoded =
  | {
      readonly ok: true;
      /** The encoder may choose another one. */
      readonly fPort: number;
      readonly payload: Buffer;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly explanation: Explanation };

const NONE: Formatter = { type: "FORMATTER_NONE", parameter: "" };
const MISSES_RIGHT = new Set(["insufficient_application_rights", "no_application_rights"]);

const isForbidden = (failure: ApiFailure): boolean =>
  failure.answer === "refused" && MISSES_RIGHT.has(failure.name);

/** Of the device; where it has none of its own, of the application. */
async function formatterOf(
  api: StackApi,
  { applicationId, deviceId }: ApiSubject,
): Promise<Awaited<ReturnType<StackApi["downlinkFormatter"]>>> {
  const own = await api.downlinkFormatter(applicationId, deviceId);
  if (own.answer !== "ok" || own.formatter) return own;
  const usual = await api.defaultDownlinkFormatter(applicationId);
  if (usual.answer === "ok") return { ...own, formatter: usual.formatter ?? NONE };
  // Of an application that has never had any.
  return usual.answer === "refused" && usual.name === "not_found" ? { ...own, formatter: NONE } : usual;
}

/** Asks the server for the device's formatter, then lets it run that on the fields. Nothing is queued. Never rejects. */
export async function encodeByStack(
  api: StackApi,
  subject: ApiSubject,
  { fPort, decoded }: FieldsToEncode,
): Promise<Encoded> {
  const { applicationId, deviceId } = subject;
  const device = printable(deviceId);
  const failed = (failure: ApiFailure): Encoded => ({
    ok: false,
    explanation: explainApiFailure(failure, subject),
  });
  const found = await formatterOf(api, subject);
  if (found.answer !== "ok") {
    if (!isForbidden(found)) return failed(found);
    const values = { device, applicationId: printable(applicationId), right: rightIn(found) };
    return { ok: false, explanation: notEncoded("error.not-encoded.hidden", values) };
  }
  const { formatter = NONE, versionIds } = found;
  if (formatter.type === NONE.type)
    return { ok: false, explanation: notEncoded("error.not-encoded.no-formatter", { device }) };

  const encoded = await api.encode(applicationId, deviceId, { fPort, decoded, formatter, versionIds });
  if (encoded.answer === "ok") return { ok: true, ...encoded };
  const { error } = encoded.answer === "refused" ? encoded : {};
  if (!error || isForbidden(encoded)) return failed(encoded);
  return {
    ok: false,
    explanation: { code: "not_encoded", ...networkReason("encoder_error", error, deviceId) },
  };
}
