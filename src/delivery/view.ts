import type { DownlinkState, ItemView } from "./contract";
import type { Item } from "./item";
import { Steps } from "./steps";

/** From the least advanced to the most. What went wrong came less far than what is in the queue. */
const ORDER: readonly DownlinkState[] = [
  "held",
  "published",
  "unanswered",
  "failed",
  "invalidated",
  "queued",
  "nack",
  "sent",
  "ack",
];

/** How far several downlinks together have come: as far as the least advanced of them. */
export class CombinedProgress {
  readonly steps = new Steps();
  readonly #counts = new Map<DownlinkState, number>();

  constructor(number: number) {
    this.#counts.set("held", number);
  }

  get state(): DownlinkState {
    return ORDER.find((state) => this.#counts.get(state)) ?? "held";
  }

  moved(before: DownlinkState, after: DownlinkState, at: number): void {
    this.#counts.set(before, (this.#counts.get(before) ?? 0) - 1);
    this.#counts.set(after, (this.#counts.get(after) ?? 0) + 1);
    const { state } = this;
    if (this.steps.last?.state !== state && (state !== "held" || after === "held")) this.steps.add(state, at);
  }
}

/** What a flow gets of one downlink: its own. */
export function viewOf(item: Item): Omit<ItemView, "index"> {
  const { state, fPort, fCnt, error, confirmed, attempts } = item;
  return {
    state,
    ...(fPort === undefined ? {} : { fPort }),
    correlationIds: [...item.correlationIds],
    ...item.steps.view(),
    ...(fCnt === undefined ? {} : { fCnt }),
    ...(confirmed && attempts > 0 ? { attempts } : {}),
    ...(error === undefined ? {} : { error: structuredClone(error) }),
  };
}
