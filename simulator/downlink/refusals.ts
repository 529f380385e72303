import type { JsonObject, StackError } from "../../src/stack/messages";
import type { EndDevice } from "../devices/device";
import { downlinkErrors, MOST_ATTEMPTS } from "./errors";
import type { Encoded } from "./formatter";
import type { DownlinkItem } from "./item";
import { LONGEST_PAYLOAD } from "./limits";

/**
 * The item with both payloads and its first attempt, as the Application Server prepares it. What it refuses here it refuses
 * without a word on MQTT. Rule: docs/server.md#7-downlinks-what-is-taken, 5.
 */
export function prepared(
  item: DownlinkItem,
  device: EndDevice,
  notEncoded: (error: StackError) => void,
): Encoded {
  const formatted = withPayloads(item, device, notEncoded);
  if (!formatted.ok || !item.confirmed) return formatted;
  const retry = item.confirmedRetry ?? { attempt: 1, maxAttempts: undefined };
  return (retry.maxAttempts ?? 0) > MOST_ATTEMPTS
    ? { ok: false, error: downlinkErrors.tooManyAttempts() }
    : { ok: true, item: { ...formatted.item, confirmedRetry: retry } };
}

function withPayloads(
  item: DownlinkItem,
  device: EndDevice,
  notEncoded: (error: StackError) => void,
): Encoded {
  const formatter = device.model.downlinkFormatter;
  if (item.decodedPayload !== undefined) {
    // Without a formatter it stays empty, and is sent so.
    const encodes = item.payload.length === 0 && formatter !== undefined;
    if (!encodes) return { ok: true, item };
    const encoded = formatter.encode(item);
    if (!encoded.ok) notEncoded(encoded.error);
    return encoded;
  }
  if (item.payload.length === 0) return { ok: false, error: downlinkErrors.noPayload() };
  return { ok: true, item: formatter?.decode(item) ?? item };
}

/**
 * What fails with a `downlink_failed` for every item.
 * @param earliest the first possible `absolute_time`, in ms since 1970
 * @param lastFCnt the highest counter that is sent or queued
 */
export function reportedRefusal(
  items: readonly DownlinkItem[],
  device: EndDevice,
  earliest: number,
  lastFCnt: number,
): StackError | undefined {
  if (items.some((item) => item.fPort === 0)) return downlinkErrors.noFPort();
  if (!device.hasSession) return downlinkErrors.noSession();
  // Given so it is refused at the door; from a formatter, by the Network Server.
  const reserved = items.findIndex((item) => item.fPort === 224);
  if (reserved >= 0) return downlinkErrors.reservedFPort(reserved);
  if (device.model.unknownInNetwork === true) return downlinkErrors.unknownInNetwork();
  let minFCnt = lastFCnt + 1;
  for (const item of items) {
    const refused = refusedByNetwork(item, device, earliest, { minFCnt, firstFCnt: lastFCnt + 1 });
    if (refused !== undefined) return refused;
    minFCnt = item.fCnt + 1;
  }
  return undefined;
}

/** In the Network Server's order. */
function refusedByNetwork(
  item: DownlinkItem,
  device: EndDevice,
  earliest: number,
  { minFCnt, firstFCnt }: { readonly minFCnt: number; readonly firstFCnt: number },
): StackError | undefined {
  const { classBC, payload } = item;
  if (payload.length > LONGEST_PAYLOAD) return downlinkErrors.tooLong(payload.length, LONGEST_PAYLOAD);
  if (device.model.sealed) {
    const session = sessionDetails(device, firstFCnt);
    if (item.fCnt < minFCnt) return downlinkErrors.fCntTooLow(item.fCnt, minFCnt, session);
    // One that names no session is for the present one.
    const keyId = item.sessionKeyId.toString("base64");
    if (keyId !== "" && keyId !== device.sessionKeyId) return downlinkErrors.unknownSession(session);
  }
  if (device.model.multicast === true) {
    if (item.confirmed) return downlinkErrors.confirmedMulticast();
    if ((classBC?.gateways ?? []).length === 0) return downlinkErrors.noPath();
  }
  const time = classBC?.absoluteTime;
  return time !== undefined && Date.parse(time) < earliest ? downlinkErrors.expired() : undefined;
}

/** What an application needs to do it right. */
function sessionDetails(device: EndDevice, minFCnt: number): JsonObject {
  return {
    "@type": "type.googleapis.com/ttn.lorawan.v3.DownlinkQueueOperationErrorDetails",
    dev_addr: Buffer.from(device.devAddr, "hex").toString("base64"),
    session_key_id: device.sessionKeyId,
    min_f_cnt_down: minFCnt,
  };
}
