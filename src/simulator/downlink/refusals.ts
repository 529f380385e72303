import type { StackError } from "../../stack/messages";
import type { EndDevice } from "../devices/device";
import { downlinkErrors, MOST_ATTEMPTS } from "./errors";
import type { Encoded } from "./formatter";
import type { DownlinkItem } from "./item";
import { LONGEST_PAYLOAD } from "./limits";

/**
 * The item with both payloads and its first attempt, as the Application Server prepares it. What it refuses here it refuses without
 * telling anybody. Rule: protocol.md 3.3, "Payload choice".
 */
export function prepared(item: DownlinkItem, device: EndDevice): Encoded {
  const formatted = withPayloads(item, device);
  if (!formatted.ok || !item.confirmed) return formatted;
  const retry = item.confirmedRetry ?? { attempt: 1, maxAttempts: undefined };
  return (retry.maxAttempts ?? 0) > MOST_ATTEMPTS
    ? { ok: false, error: downlinkErrors.tooManyAttempts() }
    : { ok: true, item: { ...formatted.item, confirmedRetry: retry } };
}

function withPayloads(item: DownlinkItem, device: EndDevice): Encoded {
  const formatter = device.model.downlinkFormatter;
  if (item.decodedPayload !== undefined) {
    // Without a formatter it stays empty, and is sent so.
    const encodes = item.payload.length === 0 && formatter !== undefined;
    return encodes ? formatter.encode(item) : { ok: true, item };
  }
  if (item.payload.length === 0) return { ok: false, error: downlinkErrors.noPayload() };
  return { ok: true, item: formatter?.decode(item) ?? item };
}

/** What fails with a `downlink_failed` for every item. `earliest`: the first possible `absolute_time`, in ms since 1970. */
export function reportedRefusal(
  items: readonly DownlinkItem[],
  device: EndDevice,
  earliest: number,
): StackError | undefined {
  if (items.some((item) => item.fPort === 0)) return downlinkErrors.noFPort();
  if (!device.hasSession) return downlinkErrors.noSession();
  if (device.model.unknownInNetwork === true) return downlinkErrors.unknownInNetwork();
  for (const item of items) {
    const refused = refusedByNetwork(item, device, earliest);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** In the order of `matchApplicationDownlinks` in `pkg/networkserver/grpc_asns.go`. */
function refusedByNetwork(item: DownlinkItem, device: EndDevice, earliest: number): StackError | undefined {
  const { classBC, payload } = item;
  if (payload.length > LONGEST_PAYLOAD) return downlinkErrors.tooLong(payload.length, LONGEST_PAYLOAD);
  if (device.model.multicast === true) {
    if (item.confirmed) return downlinkErrors.confirmedMulticast();
    if ((classBC?.gateways ?? []).length === 0) return downlinkErrors.noPath();
  }
  const time = classBC?.absoluteTime;
  return time !== undefined && Date.parse(time) < earliest ? downlinkErrors.expired() : undefined;
}
