import type { Answer } from "./answers";
import type { Dispatch } from "./dispatch";
import type { Item } from "./item";
import { mayAnswer } from "./mayAnswer";
import { isBefore, type Part } from "./part";

export interface OpenPart {
  readonly part: Part;
  readonly dispatch: Dispatch;
}

/** What is published and not over, in the order of publishing. */
export class OpenParts {
  readonly #correlationIds: boolean;
  readonly #parts = new Set<OpenPart>();
  readonly #byItem = new Map<Item, OpenPart>();
  readonly #byDevice = new Map<string, Set<OpenPart>>();
  /** By our own correlation ID; empty where the service gives none back. */
  readonly #byId = new Map<string, Item>();

  /** @param correlationIds the service gives them back; V2 knows none */
  constructor(correlationIds: boolean) {
    this.#correlationIds = correlationIds;
  }

  get oldest(): OpenPart | undefined {
    return this.#parts.values().next().value;
  }

  all(): readonly OpenPart[] {
    return [...this.#parts];
  }

  /** What an answer is about, where it is about one of these. */
  find(answer: Answer): Item | undefined {
    return this.#correlationIds ? this.#named(answer) : this.#next(answer);
  }

  /** All of ours have an ID of ours; answers to others' downlinks match nothing. */
  #named({ correlationIds }: Answer): Item | undefined {
    for (const id of correlationIds.flat()) {
      const item = this.#byId.get(id);
      if (item) return item;
    }
    return undefined;
  }

  /** Answers of a device are taken in the order of its downlinks. */
  #next(answer: Answer): Item | undefined {
    for (const { part } of this.#byDevice.get(answer.deviceId) ?? [])
      for (const item of part.items) if (this.#byItem.has(item) && mayAnswer(answer, item)) return item;
    return undefined;
  }

  add(followed: OpenPart): void {
    const { part, dispatch } = followed;
    addInOrder(this.#parts, followed);
    for (const item of part.items) {
      this.#byItem.set(item, followed);
      if (item.ourId !== undefined) this.#byId.set(item.ourId, item);
    }
    const device = this.#byDevice.get(dispatch.deviceId) ?? new Set<OpenPart>();
    addInOrder(device, followed);
    this.#byDevice.set(dispatch.deviceId, device);
  }

  /** Where an item belongs that is still followed. */
  of(item: Item): OpenPart | undefined {
    return this.#byItem.get(item);
  }

  forDevice(deviceId: string): readonly OpenPart[] {
    return [...(this.#byDevice.get(deviceId) ?? [])];
  }

  /** Whether something of them is known to be in the queue of this device. */
  isQueued(deviceId: string): boolean {
    for (const { part } of this.#byDevice.get(deviceId) ?? [])
      if (part.items.some((item) => item.inQueue && this.#byItem.has(item))) return true;
    return false;
  }

  /** Lets go of an item, and of its part with the last one. */
  remove(item: Item): void {
    const followed = this.#byItem.get(item);
    if (!followed) return;
    this.#byItem.delete(item);
    if (item.ourId !== undefined) this.#byId.delete(item.ourId);
    const { part, dispatch } = followed;
    if (part.items.some((one) => this.#byItem.has(one))) return;
    this.#parts.delete(followed);
    const device = this.#byDevice.get(dispatch.deviceId);
    device?.delete(followed);
    if (device?.size === 0) this.#byDevice.delete(dispatch.deviceId);
  }
}

/** At the end, but for what an earlier process has published: nodes go on with theirs one after the other. */
function addInOrder(parts: Set<OpenPart>, followed: OpenPart): void {
  const later = followed.part.resumed ? [...parts].filter(({ part }) => isBefore(followed.part, part)) : [];
  for (const each of later) parts.delete(each);
  for (const each of [followed, ...later]) parts.add(each);
}
