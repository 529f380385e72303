import type { DownlinkItem, DownlinkOrder } from "../downlink/order";
import type { Item } from "./item";

/** The server loses answers when many more go together. Rule: docs/server.md#3-publishing, 7. */
export const MOST_ITEMS = 100;

/** What goes out in one publish: the stack takes all of it or nothing. */
export interface Part {
  readonly operation: "push" | "replace";
  readonly items: readonly Item[];
  /** For the wire; let go when it is on its way. */
  payload: readonly DownlinkItem[];
  /** The publishes of a connection count up. */
  sequence: number;
  /** ms of the clock's `now`. */
  publishedAt: number;
  /** ms of the clock's `now`: an answer is missed from then on. */
  deadline: number;
  /** ms of the clock's `now`: without an answer it is looked up then; Infinity: not, or not any more. */
  lookUpAt: number;
  /** ms from publishing to the acknowledgement. */
  acknowledgedAfter: number | undefined;
  /** It was published by an earlier process, which got no answer. */
  resumed: boolean;
  /** The stack has taken it. */
  accepted: boolean;
}

/**
 * An order in publishes: the first does what was ordered, the others push.
 * @param items of the order; a single one without a payload where it clears
 */
export function partsOf(order: DownlinkOrder, items: readonly Item[]): Part[] {
  return Array.from({ length: Math.ceil(items.length / MOST_ITEMS) }, (_, number) => {
    const range = [number * MOST_ITEMS, (number + 1) * MOST_ITEMS] as const;
    const own = items.slice(...range);
    return {
      operation: number === 0 && order.operation !== "push" ? "replace" : "push",
      items: own,
      payload: order.items
        .slice(...range)
        .map((item, index) => withIds(item, own[index]?.correlationIds ?? [])),
      sequence: 0,
      publishedAt: 0,
      deadline: Infinity,
      lookUpAt: Infinity,
      acknowledgedAfter: undefined,
      resumed: false,
      accepted: false,
    };
  });
}

/** In the order of publishing, also of what several nodes have published before a restart. */
export const isBefore = (one: Part, other: Part): boolean =>
  one.publishedAt === other.publishedAt ? one.sequence < other.sequence : one.publishedAt < other.publishedAt;

/** Its node waits for an answer. */
export const isAwaited = (part: Part): boolean => part.items.some((item) => !item.settled);

function withIds(item: DownlinkItem, correlationIds: readonly string[]): DownlinkItem {
  return correlationIds.length === 0 ? item : { ...item, correlation_ids: [...correlationIds] };
}
