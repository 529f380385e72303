import type { Answer } from "./answers";
import type { Dispatch } from "./dispatch";
import type { Item } from "./item";
import type { Matcher } from "./matcher";
import type { Part } from "./part";

export interface OpenPart {
  readonly part: Part;
  readonly dispatch: Dispatch;
}

/** What is published and not over, in the order of publishing. */
export class OpenParts {
  readonly #matcher: Matcher;
  readonly #parts = new Map<Part, OpenPart>();
  readonly #byItem = new Map<Item, OpenPart>();
  readonly #byDevice = new Map<string, Set<OpenPart>>();

  constructor(matcher: Matcher) {
    this.#matcher = matcher;
  }

  get oldest(): OpenPart | undefined {
    return this.#parts.values().next().value;
  }

  all(): readonly OpenPart[] {
    return [...this.#parts.values()];
  }

  /** What an answer is about, where it is about one of these. */
  find(answer: Answer): Item | undefined {
    return this.#matcher.find(answer);
  }

  add(followed: OpenPart): void {
    const { part, dispatch } = followed;
    this.#parts.set(part, followed);
    for (const item of part.items) {
      this.#byItem.set(item, followed);
      this.#matcher.add(item);
    }
    const device = this.#byDevice.get(dispatch.deviceId) ?? new Set();
    this.#byDevice.set(dispatch.deviceId, device.add(followed));
  }

  /** Where an item belongs that is still followed. */
  of(item: Item): OpenPart | undefined {
    return this.#byItem.get(item);
  }

  forDevice(deviceId: string): readonly OpenPart[] {
    return [...(this.#byDevice.get(deviceId) ?? [])];
  }

  /** Lets go of an item, and of its part with the last one. */
  remove(item: Item): void {
    const followed = this.#byItem.get(item);
    if (!followed) return;
    this.#byItem.delete(item);
    this.#matcher.remove(item);
    const { part, dispatch } = followed;
    if (part.items.some((one) => this.#byItem.has(one))) return;
    this.#parts.delete(part);
    const device = this.#byDevice.get(dispatch.deviceId);
    device?.delete(followed);
    if (device?.size === 0) this.#byDevice.delete(dispatch.deviceId);
  }
}
