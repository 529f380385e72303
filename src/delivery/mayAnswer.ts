import type { Answer, AnswerState } from "./answers";
import type { Item } from "./item";

/** Whether an answer of that state can be the next one of an item. */
const AWAITS: Record<AnswerState, (item: Item) => boolean> = {
  queued: (item) => !item.answered,
  sent: (item) => item.state !== "sent",
  ack: (item) => item.confirmed,
  nack: (item) => item.confirmed,
  failed: () => true,
  invalidated: () => true,
};

/**
 * Whether an answer without correlation IDs may be about an item of its device. Where it tells which downlink it is about, one with
 * other bytes or on another FPort is not meant: another client may send to the same device.
 */
export function mayAnswer({ state, downlink }: Answer, item: Item): boolean {
  const { f_port: fPort = item.fPort, frm_payload: payload = item.payload } = downlink;
  // Of fields, only the encoder knows which bytes they become.
  return (
    AWAITS[state](item) && fPort === item.fPort && (item.payload === undefined || payload === item.payload)
  );
}
