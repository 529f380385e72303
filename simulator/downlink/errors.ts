import type { JsonObject, StackError } from "../../src/stack/messages";
import { stackError, validationError } from "../stackErrors";

const APPLICATION_SERVER = "pkg/applicationserver";
const NETWORK_SERVER = "pkg/networkserver";

/** `as.downlinks.confirmation.max-retry-attempts`. */
export const MOST_ATTEMPTS = 32;

/** What can be wrong with a downlink, in the server's words; the numbers are gRPC status codes. */
export const downlinkErrors = {
  noPayload: () =>
    stackError({ namespace: APPLICATION_SERVER, name: "no_payload", format: "no payload", code: 3 }),
  noFPort: () =>
    stackError({ namespace: APPLICATION_SERVER, name: "no_f_port", format: "no FPort", code: 3 }),
  reservedFPort: (index: number) =>
    validationError(
      [
        { message: "DownlinkQueueRequest", field: `downlinks[${index}]` },
        { message: "ApplicationDownlink", field: "f_port" },
      ],
      "value must not be in list [224]",
    ),
  noSession: () =>
    stackError({
      namespace: APPLICATION_SERVER,
      name: "no_device_session",
      format: "no device session; check device activation",
      code: 9,
    }),
  tooManyAttempts: () =>
    stackError({
      namespace: APPLICATION_SERVER,
      name: "downlink_max_retries_invalid",
      format: "downlink maximum retries exceed configured maximum of {max}",
      code: 3,
      attributes: { max: String(MOST_ATTEMPTS) },
    }),
  givenUp: (attempts: number) =>
    stackError({
      namespace: APPLICATION_SERVER,
      name: "max_retries_reached",
      format: "maximum number of retries ({max_retries}) reached",
      code: 10,
      attributes: { max_retries: String(attempts) },
    }),
  unknownInNetwork: () =>
    stackError({ namespace: NETWORK_SERVER, name: "device_not_found", format: "device not found", code: 5 }),
  tooLong: (length: number, longest: number) =>
    stackError({
      namespace: NETWORK_SERVER,
      name: "application_downlink_too_long",
      format: "application downlink payload length `{length}` exceeds maximum '{max}'",
      code: 3,
      attributes: { length, max: String(longest) },
    }),
  fCntTooLow: (fCnt: number, minFCnt: number, session: JsonObject) =>
    stackError({
      namespace: NETWORK_SERVER,
      name: "f_cnt_too_low",
      format: "FCnt `{f_cnt}` is lower than minimum of `{min_f_cnt}`",
      code: 3,
      attributes: { f_cnt: String(fCnt), min_f_cnt: String(minFCnt) },
      details: [session],
    }),
  unknownSession: (session: JsonObject) =>
    stackError({
      namespace: NETWORK_SERVER,
      name: "unknown_session",
      format: "unknown session",
      code: 5,
      details: [session],
    }),
  confirmedMulticast: () =>
    stackError({
      namespace: NETWORK_SERVER,
      name: "confirmed_multicast_downlink",
      format: "confirmed downlink queued for multicast device",
      code: 3,
    }),
  noPath: () =>
    stackError({
      namespace: NETWORK_SERVER,
      name: "no_downlink_path",
      format: "no downlink path available",
      code: 5,
    }),
  expired: () =>
    stackError({
      namespace: NETWORK_SERVER,
      name: "downlink_expired",
      format: "queued downlink is expired",
      code: 9,
    }),
  fixedPaths: () =>
    stackError({
      namespace: NETWORK_SERVER,
      name: "fixed_paths",
      format: "invalid fixed paths set in application downlink",
      code: 3,
    }),
  queueFull: () =>
    stackError({
      namespace: NETWORK_SERVER,
      name: "downlink_queue_capacity",
      format: "downlink queue capacity exceeded",
      code: 8,
    }),
  transmission: (result: string) =>
    stackError({
      namespace: NETWORK_SERVER,
      name: "transmission",
      format: "downlink transmission failed with result `{result}`",
      code: 2,
      attributes: { result },
    }),
};

/** What the Network Server drops while it makes a frame has no correlation ID of its own. */
export function withoutId(error: StackError): StackError {
  return Object.fromEntries(Object.entries(error).filter(([member]) => member !== "correlation_id"));
}
