import type { Text } from "../stack/explanation";
import type { ApplicationDownlink, StackError } from "../stack/messages";
import { attributeOf, errorSentence } from "../stack/stackError";
import { shownText } from "../stack/shown";

/** What may stand between a gateway's refusal and us: whose fault it is. */
const LATE = new Set(["TOO_LATE", "TOO_EARLY"]);

const transmission = (
  error: StackError,
  downlink: Pick<ApplicationDownlink, "confirmed"> | undefined,
): string => {
  const late = LATE.has(attributeOf(error, "result") ?? "");
  if (downlink?.confirmed === true)
    return late ? "error.reported.too-late-confirmed" : "error.reported.gateway-confirmed";
  return late ? "error.reported.too-late" : "error.reported.gateway";
};

const MOST_CAUSES = 5;

/**
 * The FPort that a formatter has set and the stack refuses; undefined where the error is about something else. 224 comes as a violated
 * rule, deep inside; what does not fit into a byte counts as 0. Rule: docs/server.md#8-downlinks-what-is-told, 2.
 */
export function refusedFPort(error: StackError): string | undefined {
  if (error.name === "no_f_port") return "0";
  let inner: StackError | undefined = error;
  for (let looked = 0; inner !== undefined && looked < MOST_CAUSES; looked++) {
    if (inner.name === "validation" && attributeOf(inner, "field") === "f_port")
      return /\[(\d{1,3})\]/.exec(attributeOf(inner, "reason") ?? "")?.[1];
    inner = inner.cause;
  }
  return undefined;
}

/** By the error's name. Names as seen in captured traffic. Rule: docs/server.md#8-downlinks-what-is-told. */
const HINTS: Record<string, string | typeof transmission> = {
  no_device_session: "error.reported.no-device-session",
  application_downlink_too_long: "error.reported.too-long",
  downlink_expired: "error.reported.time",
  absolute_time: "error.reported.time",
  transmission,
  no_downlink_path: "error.reported.gateways",
  fixed_paths: "error.reported.fixed-paths",
  confirmed_multicast_downlink: "error.reported.confirmed-multicast",
  max_retries_reached: "error.reported.max-retries",
  downlink_queue_capacity: "error.reported.queue-full",
  unknown_session: "error.reported.session",
  f_cnt_too_low: "error.reported.session",
  device_not_found: "error.reported.half-registered",
};

/**
 * What is wrong in our words and what to do, for the errors of the stack that we know; its own sentence stands behind it.
 * @param downlink the one that failed, where there is one
 */
export function hintFor(
  error: StackError,
  downlink: Pick<ApplicationDownlink, "confirmed"> | undefined,
  deviceId: string,
): Text | undefined {
  const name = error.name ?? "";
  const fPort = refusedFPort(error);
  if (fPort !== undefined)
    return { key: "error.reported.no-f-port", values: { device: shownText(deviceId), fPort } };
  const hint = Object.hasOwn(HINTS, name) ? HINTS[name] : undefined;
  // Only the Network Server's `device_not_found` means a half registered device.
  if (hint === undefined || (name === "device_not_found" && error.namespace !== "pkg/networkserver"))
    return undefined;
  const attribute = (key: string): string => shownText(attributeOf(error, key) ?? "?");
  return {
    key: typeof hint === "string" ? hint : hint(error, downlink),
    values: {
      device: shownText(deviceId),
      max: attribute("max"),
      retries: attribute("max_retries"),
      result: attribute("result"),
    },
  };
}

/** The stack's own sentence, behind ours. */
export const networkSays = (error: StackError): Text => ({
  key: "error.network-says",
  values: { sentence: errorSentence(error) },
});
