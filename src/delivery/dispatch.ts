import { randomBytes } from "node:crypto";
import type { DownlinkItem, Encoding, QueueChange } from "../downlink/order";
import type { Explanation } from "../stack/explanation";
import { severalFailed } from "./failures";
import type { DownlinkJob, DownlinkOptions, DownlinkState, DownlinkView, Follower } from "./contract";
import { Item } from "./item";
import { MOST_ITEMS, partsOf, type Part } from "./part";
import type { Progress } from "./progress";
import { CombinedProgress, viewOf } from "./view";

/** 128 bits: unique, and not to be guessed. */
const newCorrelationId = (): string => `node-red:${randomBytes(16).toString("hex")}`;

/** One job from the flow to its end: its parts, and what its follower gets to know of it. */
export class Dispatch {
  readonly options: DownlinkOptions;
  readonly deviceId: string;
  readonly operation: QueueChange;
  readonly encoding: Encoding;
  /** ms of the clock's `now`. */
  readonly arrivedAt: number;
  readonly parts: readonly Part[];
  /** It came to an earlier process. */
  readonly resumed: boolean;
  readonly #items: readonly Item[];
  readonly #priority: DownlinkItem["priority"];
  readonly #date: () => number;
  /** Only where several are one message, even if it is one only. */
  readonly #together: CombinedProgress | undefined;
  #follower: Follower | undefined;
  /** ms since 1970. */
  readonly #arrivedDate: number;
  /** The same by the clock of then, which may have been another one than at the start of this process. */
  readonly #arrivedThen: number;
  /** Also of what waited for the pace. */
  readonly #cameAt: number;
  /** Parts on their way. */
  #taken = 0;
  /** Items that the node still waits for. */
  #waitingFor: number;

  /** @param date ms since 1970 */
  constructor(
    { order, ...options }: DownlinkJob,
    follower: Follower,
    time: { readonly arrivedAt: number; readonly date: () => number },
    correlationIds: boolean,
    progress?: Progress,
  ) {
    const { deviceId, operation, encoding } = order;
    this.options = options;
    this.deviceId = deviceId;
    this.operation = operation;
    this.encoding = encoding;
    const date = time.date();
    this.#arrivedThen = progress?.arrivedAt ?? date;
    this.#cameAt = progress?.cameAt ?? this.#arrivedThen;
    this.#arrivedDate = Math.min(this.#arrivedThen, date);
    this.arrivedAt = time.arrivedAt - (date - this.#arrivedDate);
    this.#date = time.date;
    this.#follower = follower;
    // Clearing has nothing to follow but its publish.
    const clears = operation === "clear";
    const given = clears ? [{}] : order.items;
    this.#items = given.map(
      (item, index) =>
        new Item(
          index,
          deviceId,
          item,
          correlationIds && !clears ? (progress?.items[index]?.ourId ?? newCorrelationId()) : undefined,
        ),
    );
    this.resumed = progress !== undefined;
    this.#priority = given[0]?.priority;
    this.#waitingFor = given.length;
    this.#together = encoding === "downlinks" && !clears ? new CombinedProgress(given.length) : undefined;
    this.parts = partsOf(order, this.#items);
    if (progress) this.#restore(progress, time.arrivedAt);
  }

  /** @param now ms of the clock's `now` */
  #restore({ items, published }: Progress, now: number): void {
    const steps = items.flatMap((item, index) => item.steps.map((step) => ({ ...step, index })));
    for (const { index, state, at } of steps.sort((one, other) => one.at - other.at)) {
      const item = this.#items[index];
      if (!item) continue;
      this.#together?.moved(item.state, state, at);
      item.enter(state, at);
    }
    for (const [index, item] of items.entries()) this.#items[index]?.restore(item);
    this.#waitingFor = this.#items.filter((item) => !item.settled).length;
    const [part] = this.parts;
    if (!published || !part) return;
    this.#taken = 1;
    part.resumed = true;
    part.payload = [];
    // By a clock that was set back since, it was in the future.
    part.publishedAt = Math.min(now, this.arrivedAt + Math.max(0, published.at - this.#arrivedDate));
    part.acknowledgedAfter = published.acknowledged ? 0 : undefined;
    part.accepted = published.accepted;
  }

  /** What came to an earlier process did so before all that came to this one, whatever the clock says. */
  isBefore(other: Dispatch): boolean {
    return this.resumed && (!other.resumed || this.#cameAt < other.#cameAt);
  }

  /** ms since it came, by the clock of now. */
  get age(): number {
    return this.#date() - this.#arrivedThen;
  }

  /** Undefined: it goes in parts, and is not to be resumed. */
  get progress(): Progress | undefined {
    const [part, ...others] = this.parts;
    if (!part || others.length > 0) return undefined;
    const arrivedAt = this.#arrivedDate;
    return {
      arrivedAt,
      cameAt: this.#cameAt,
      items: this.#items.map((item) => item.progress),
      ...(this.published && {
        published: {
          at: arrivedAt + part.publishedAt - this.arrivedAt,
          acknowledged: part.acknowledgedAfter !== undefined,
          accepted: part.accepted,
        },
      }),
    };
  }

  /** Everything is on its way that is going to be. */
  get published(): boolean {
    return this.#taken >= this.parts.length;
  }

  /** The node does not know yet how it went. */
  get isAwaited(): boolean {
    return this.#waitingFor > 0;
  }

  /** The next part; from now on it is on its way. */
  takePart(): Part | undefined {
    return this.parts[this.#taken++];
  }

  /** The step of what has to wait. */
  hold(): void {
    for (const item of this.#left()) if (item.steps.none) this.enter(item, "held");
  }

  /** The step of what goes out together: all have made it before any of them is told of. */
  publish(part: Part): void {
    this.#follower?.onLeaving?.();
    for (const item of part.items) this.#move(item, "published");
    for (const item of part.items) this.#tell(item);
  }

  /** A step of one item, with what is wrong from then on. */
  enter(item: Item, state: DownlinkState, failure?: Explanation): void {
    this.#move(item, state);
    item.failure ??= failure;
    this.#tell(item);
  }

  #move(item: Item, state: DownlinkState): void {
    const at = this.#date();
    this.#together?.moved(item.state, state, at);
    item.enter(state, at);
  }

  /** Of the step that an item has just made. */
  #tell(item: Item): void {
    this.#follower?.onStep(this.#glance(item));
    if (this.#waitingFor > 0 && this.options.report === "every") this.#follower?.onReport(this.#view(item));
    this.settle(item);
  }

  /** What goes wrong without a step. */
  fail(item: Item, failure: Explanation): void {
    item.failure ??= failure;
    this.settle(item);
  }

  /** Nothing more of it is published. */
  abandon(failure: Explanation): void {
    const left = this.#left();
    this.#taken = this.parts.length;
    for (const item of left) this.fail(item, failure);
  }

  /** Looks whether the item is as far as the node waits for, and whether all are. */
  settle(item: Item): void {
    if (item.settled || !(item.failure || this.#isReached(item))) return;
    item.settled = true;
    this.#waitingFor -= 1;
    if (this.#waitingFor > 0) return;
    const failed = this.#items.filter((one) => one.failure);
    const failure = failed[0]?.failure;
    if (failure === undefined) {
      if (this.options.report !== "every") this.#follower?.onReport(this.#view(item));
      this.#follower?.onEnd();
    } else if (this.#items.length > 1) {
      const several = severalFailed(this.deviceId, failed.length, this.#items.length);
      this.#follower?.onEnd({ ...failure, several });
    } else this.#follower?.onEnd(failure);
  }

  /** Its follower is not called any more, and nobody waits for any of it. */
  forget(): void {
    this.#follower = undefined;
    for (const item of this.#items) item.settled = true;
    this.#taken = this.parts.length;
  }

  #isReached(item: Item): boolean {
    const { report } = this.options;
    const part = this.parts[Math.floor(item.index / MOST_ITEMS)];
    const acknowledged = part?.acknowledgedAfter !== undefined;
    return this.operation === "clear" ? acknowledged : item.reached(report, acknowledged);
  }

  #left(): readonly Item[] {
    return this.parts.slice(this.#taken).flatMap((part) => part.items);
  }

  /** For the status: of several only the one that this is about. */
  #glance(item: Item): DownlinkView {
    const { deviceId, operation } = this;
    const view = { ...viewOf(item), deviceId, operation };
    if (this.#together) return { ...view, state: this.#together.state, index: item.index };
    return {
      ...view,
      ...(operation === "clear" ? {} : { confirmed: item.confirmed }),
      ...(this.#priority === undefined ? {} : { priority: this.#priority }),
    };
  }

  /** @param item that has made the step; of several only `report: every` names it */
  #view(item: Item): DownlinkView {
    if (!this.#together) return this.#glance(item);
    const { deviceId, operation } = this;
    const error = this.#items.find((one) => one.error)?.error;
    return {
      state: this.#together.state,
      deviceId,
      operation,
      correlationIds: this.#items.flatMap((one) => one.correlationIds),
      ...this.#together.steps.view(),
      ...(error === undefined ? {} : { error: structuredClone(error) }),
      items: this.#items.map((one) => ({ index: one.index, ...viewOf(one) })),
      ...(this.options.report === "every" ? { index: item.index } : {}),
    };
  }
}
