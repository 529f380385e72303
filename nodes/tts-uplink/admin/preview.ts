/** What `msg.payload` would have been with the settings in a form, by the same code as at run time. */
import type { LastUplink } from "../../../src/devices/keptUplinks";
import { parseDevicePattern } from "../../../src/stack/filters";
import { fieldMeant } from "../../../src/stack/fields";
import { visible } from "../../../src/stack/shown";
import { isEmptyFrame } from "../../../src/stack/uplink";
import type { ConnectionInsight } from "../../../src/account/suggestions";
import type { Outcome } from "../../shared/outcome";
import type { UplinkSettings } from "../settings";
import { viewOf } from "../view";

/** A payload as far as a form shows it. */
export type ShownPayload =
  | { readonly is: "bytes"; readonly length: number; readonly hex: string; readonly isCut: boolean }
  | { readonly is: "json"; readonly text: string; readonly isCut: boolean };

/** Which message it was. */
interface Shown {
  readonly deviceId: string;
  readonly fPort?: number;
  /** ms since 1970. */
  readonly at: number;
  /** In place of the field in the form, which begins outside of the decoded payload. */
  readonly near?: string;
  /** A payload formatter has decoded it. */
  readonly isDecoded: boolean;
  /** What it lacks of what was chosen: the end of the error's key. */
  readonly lacks?: string;
}

export type Preview =
  /** Nothing came from these devices on these FPorts; `isSeen`: something did, but was not read, as no node wanted it. */
  | { readonly outcome: "none"; readonly isSeen: boolean; readonly state: ConnectionInsight["state"] }
  | (Shown & {
      readonly outcome: "sent";
      readonly payload: ShownPayload;
      /** The other fields of the message. */
      readonly fields: readonly string[];
    })
  /** Nothing is sent, and no error. */
  | (Shown & { readonly outcome: "empty_frame" | "missing" })
  | (Shown & { readonly outcome: "error" })
  /** What is wrong in the form is said there: while the user types, that is no failure. */
  | { readonly outcome: "not_valid" };

const MOST_BYTES = 51;
const LONGEST_JSON = 1_000;
const MOST_FIELDS = 40;
/** Frames without payload that are passed over for one that has one. */
const MOST_TRIED = 50;

/** Keys of the session, some of them in the clear: they are no part of what the user chooses here. */
const withoutKeys = (key: string, value: unknown): unknown => (key === "app_s_key" ? "…" : value);

function shown(payload: unknown): ShownPayload {
  if (Buffer.isBuffer(payload)) {
    const hex = payload.subarray(0, MOST_BYTES).toString("hex").toUpperCase();
    return { is: "bytes", length: payload.length, hex, isCut: payload.length > MOST_BYTES };
  }
  const text = JSON.stringify(payload, withoutKeys);
  return { is: "json", text: visible(text.slice(0, LONGEST_JSON)), isCut: text.length > LONGEST_JSON };
}

function lackIn(outcome: Outcome | undefined): { readonly lacks?: string } {
  if (!outcome) return {};
  const text = "skip" in outcome ? outcome.skip : "fail" in outcome ? outcome.fail : outcome.lacks;
  const lacks = text?.key.split(".").pop();
  return lacks === undefined ? {} : { lacks };
}

function previewOf(uplink: LastUplink, settings: UplinkSettings): Preview | undefined {
  const delivery = uplink.read();
  if (delivery?.received.kind !== "uplink_message") return undefined;
  const { fPort, at } = uplink;
  const { deviceId } = delivery.origin;
  const isDecoded = delivery.received.message.uplink_message.decoded_payload !== undefined;
  const message: Shown = {
    deviceId: visible(deviceId),
    at,
    isDecoded,
    ...(fPort === undefined ? {} : { fPort }),
  };
  // Before the view is made: whether it is empty is asked of what was received.
  const isEmpty = isEmptyFrame(delivery.received.message);
  const decoded = delivery.received.message.uplink_message.decoded_payload;
  const near = settings.output === "field" ? fieldMeant(settings.field, decoded) : undefined;
  const view = viewOf(delivery, settings);
  const meant = { ...(near === undefined ? {} : { near }), ...lackIn(view) };
  if (!view || "skip" in view)
    return { outcome: isEmpty && !settings.emptyFrames ? "empty_frame" : "missing", ...message, ...meant };
  if ("fail" in view) return { outcome: "error", ...message, ...meant };
  const fields = Object.keys(view.send).filter((field) => field !== "payload");
  const payload: unknown = Reflect.get(view.send, "payload");
  return {
    outcome: "sent",
    ...message,
    ...meant,
    payload: shown(payload),
    fields: fields.slice(0, MOST_FIELDS),
  };
}

/** Of the last message of these devices on these FPorts; of one with a payload, if there is one. */
export function lastMessage({ state, ledger }: ConnectionInsight, settings: UplinkSettings): Preview {
  const devices = parseDevicePattern(settings.devices);
  if (!devices.ok) return { outcome: "not_valid" };
  const none: Preview = { outcome: "none", isSeen: false, state };
  if (!ledger) return none;
  let first: Preview | undefined;
  for (const uplink of ledger.lastUplinks(devices.matches, settings.wantsPort).slice(0, MOST_TRIED)) {
    const preview = previewOf(uplink, settings);
    first ??= preview;
    if (preview && preview.outcome !== "empty_frame") return preview;
  }
  return first ?? { ...none, isSeen: [...ledger].some((deviceId) => devices.matches(deviceId)) };
}
