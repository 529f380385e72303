/** A downlink in the words of V2. */
import type { DownlinkItem } from "../../downlink/order";
import type { QueueOperation } from "../../stack/topics";

/** What V2 does with a device's queue; without a word it replaces. */
const SCHEDULES: Readonly<Record<QueueOperation, string>> = { push: "last", replace: "replace" };

/** V2 takes one downlink at a time; everything it cannot say is refused before. */
export function downlinkMessage(operation: QueueOperation, item: DownlinkItem): object {
  const { f_port: port, frm_payload: bytes, decoded_payload: fields, confirmed = false } = item;
  return {
    port,
    confirmed,
    schedule: SCHEDULES[operation],
    ...(fields === undefined ? { payload_raw: bytes } : { payload_fields: fields }),
  };
}
