import type { Answer, AnswerState } from "./answers";
import type { Item } from "./item";

/** Which of our downlinks an answer is about. */
export interface Matcher {
  add(item: Item): void;
  remove(item: Item): void;
  find(answer: Answer): Item | undefined;
}

/** All of ours have an ID of ours; answers to others' downlinks match nothing. */
export class ByCorrelationId implements Matcher {
  readonly #items = new Map<string, Item>();

  add(item: Item): void {
    if (item.ourId !== undefined) this.#items.set(item.ourId, item);
  }

  remove(item: Item): void {
    if (item.ourId !== undefined) this.#items.delete(item.ourId);
  }

  find({ correlationIds }: Answer): Item | undefined {
    for (const ids of correlationIds) {
      for (const id of ids) {
        const item = this.#items.get(id);
        if (item) return item;
      }
    }
    return undefined;
  }
}

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
 * V2 has no correlation IDs: the answers of a device are taken in the order of its downlinks. Where an answer tells which downlink it
 * is about, one with other bytes or on another FPort is not meant: another client may send to the same device.
 */
export class ByOrder implements Matcher {
  readonly #devices = new Map<string, Set<Item>>();

  add(item: Item): void {
    const items = this.#devices.get(item.deviceId) ?? new Set();
    this.#devices.set(item.deviceId, items.add(item));
  }

  remove(item: Item): void {
    const items = this.#devices.get(item.deviceId);
    items?.delete(item);
    if (items?.size === 0) this.#devices.delete(item.deviceId);
  }

  find(answer: Answer): Item | undefined {
    for (const item of this.#devices.get(answer.deviceId) ?? [])
      if (AWAITS[answer.state](item) && mayBeAbout(answer, item)) return item;
    return undefined;
  }
}

function mayBeAbout({ downlink }: Answer, item: Item): boolean {
  const { f_port: fPort = item.fPort, frm_payload: payload = item.payload } = downlink;
  // Of fields, only the encoder knows which bytes they become.
  return fPort === item.fPort && (item.payload === undefined || payload === item.payload);
}
