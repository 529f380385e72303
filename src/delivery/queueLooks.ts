import { warnOfBug } from "../connection/unexpected";
import type { Explanation } from "../stack/explanation";
import { inSteps } from "./clock";
import {
  acknowledgementUnheard,
  deviceGone,
  leftMeanwhile,
  leftUnheard,
  leftUnseen,
  overtaken,
  taken,
} from "./failures";
import type { Item } from "./item";
import type { OpenPart } from "./openParts";
import { isAwaited } from "./part";

/** Correlation IDs of all that is in the queue of a device. */
export type QueuedIds = Pick<ReadonlySet<string>, "has">;

/** `no_device`: there is none any more; `unavailable`: the stack cannot say at present; undefined: not known. */
export type Queued = QueuedIds | "no_device" | "unavailable" | undefined;

/** Why it is not in the queue any more. */
type Why = (deviceId: string) => Explanation;

export interface QueueLookEvents {
  /** What is in the queue of a device, by correlation IDs. Absent where there is no API. */
  queueOf?(deviceId: string): Promise<Queued>;
  end(followed: OpenPart, item: Item, state: "unanswered" | "invalidated", failure: Explanation): void;
  /** ms since 1970. */
  date(): number;
  /** Whether an uplink of the device has come after that. */
  isHeardSince(deviceId: string, date: number): boolean;
  /** Something happened without a call from outside. */
  changed(): void;
}

/** After a restart or an interruption, since there is a connection: what the stack tells at this moment has come by then. */
const SOON_MS = 5_000;

/**
 * Of a queue that others emptied, or that went with its device, nothing is told: where a node waits, it is looked at now and then, less
 * and less often.
 */
export const FIRST_LOOK_MS = 15 * 60_000;
const LEAST_OFTEN_MS = 4 * 3_600_000;

/**
 * One that has left the queue unseen may have been sent by a gateway that reports nothing: so long its acknowledgement may come. What was
 * told during an interruption is no such case: its acknowledgement comes with the next uplink of the device, whenever that is.
 * Rule: docs/server.md#8-downlinks-what-is-told, 1.
 */
const ACKNOWLEDGED_WITHIN_MS = 2 * 3_600_000;

/** A stack that cannot say is asked again, less and less often: so many times twice as late. */
const MOST_DOUBLINGS = 6;

/** Something in the queue of which may have left it unheard. */
interface Look {
  /** When to ask, by the clock's `now`. */
  readonly at: number;
  readonly why: Why;
  /** A clear of this connection should have taken it out. */
  readonly cleared?: true;
  /** One behind it was sent: not even an acknowledgement comes any more. */
  readonly overtaken?: boolean | undefined;
  /** Nothing has happened; so many ms after the last look. */
  readonly lookedAfter?: number;
  /** How often the stack could not say. */
  readonly unavailable?: number;
}

/** `since` by the clock's `now`, `date` in ms since 1970. */
interface Gone {
  readonly since: number;
  readonly date: number;
  readonly why: Why;
}

/** Looks into the queues of devices for what nodes wait for and may have left them without a word. */
export class QueueLooks {
  readonly #events: QueueLookEvents;
  readonly #looks = new Map<OpenPart, Look>();
  /** No look is due before; there may be thousands. */
  #earliest = Infinity;
  /** In the queue when the connection ended. */
  readonly #interrupted = new Set<OpenPart>();
  /** One device after the other. */
  #looking = Promise.resolve();
  /** They were not there any more, the first time. */
  #missing = new WeakSet<Item>();
  /** They are not there any more, but may be acknowledged. */
  readonly #gone = new WeakMap<Item, Gone>();
  /** At the last sweep. */
  #now = 0;

  constructor(events: QueueLookEvents) {
    this.#events = events;
  }

  get arePossible(): boolean {
    return this.#events.queueOf !== undefined;
  }

  /** By the clock's `now`. */
  get dueAt(): number {
    return this.#earliest;
  }

  /** @param now ms of the clock's `now` */
  connected(now: number): void {
    for (const followed of this.#interrupted) this.soon(followed, leftUnheard, now);
    this.#interrupted.clear();
  }

  /** What is open, of which may have left the queue by the next connection. */
  connectionEnded(open: Iterable<OpenPart>): void {
    for (const followed of this.#looks.keys()) this.#interrupted.add(followed);
    this.#looks.clear();
    this.#earliest = Infinity;
    this.#missing = new WeakSet();
    for (const followed of open) if (this.#isPossible(followed)) this.#interrupted.add(followed);
  }

  forget(followed: OpenPart): void {
    this.#interrupted.delete(followed);
    this.#looks.delete(followed);
  }

  /** The stack has said something of it. */
  heard(item: Item): void {
    this.#missing.delete(item);
    this.#gone.delete(item);
  }

  soon(followed: OpenPart, why: Why, now: number, isOvertaken = why === overtaken): void {
    if (this.#isPossible(followed))
      this.#set(followed, { at: inSteps(now + SOON_MS), why, overtaken: isOvertaken });
  }

  /** The same, where that is not about to be done. */
  allSoon(parts: readonly OpenPart[], why: Why, now = this.#now): void {
    let isNew = false;
    for (const followed of parts) {
      const look = this.#looks.get(followed);
      if (look && look.lookedAfter === undefined) {
        if (why === overtaken) this.#set(followed, { ...look, overtaken: true });
      } else if (this.#inDoubtOf(followed).length > 0) {
        this.soon(followed, why, now);
        isNew = true;
      }
    }
    if (isNew) this.#events.changed();
  }

  /** Where nothing else is about to be done. */
  later(followed: OpenPart, after = FIRST_LOOK_MS, since = followed.part.publishedAt): void {
    if (!this.#looks.has(followed) && this.#isPossible(followed))
      this.#set(followed, { at: inSteps(since + after), why: leftUnseen, lookedAfter: after });
  }

  /** A clear was acknowledged, which is no proof. */
  afterClear(parts: Iterable<OpenPart>): void {
    for (const followed of parts) this.#set(followed, { at: this.#now, why: taken.clear, cleared: true });
    this.#events.changed();
  }

  /** By this connection, unless it is known to have left before that. */
  takenOut(followed: OpenPart, item: Item, operation: "replace" | "clear"): void {
    const { deviceId } = followed.dispatch;
    const gone = this.#gone.get(item);
    if (gone) this.#events.end(followed, item, "unanswered", gone.why(deviceId));
    else this.#events.end(followed, item, "invalidated", taken[operation](deviceId));
  }

  /** @param now ms of the clock's `now` */
  sweep(now: number): void {
    this.#now = now;
    if (now < this.#earliest) return;
    this.#earliest = Infinity;
    const due = new Map<string, [OpenPart, Look][]>();
    for (const [followed, look] of this.#looks) {
      if (look.at > now) {
        this.#earliest = Math.min(this.#earliest, look.at);
        continue;
      }
      this.#looks.delete(followed);
      const { deviceId } = followed.dispatch;
      const ofDevice = due.get(deviceId);
      if (ofDevice) ofDevice.push([followed, look]);
      else due.set(deviceId, [[followed, look]]);
    }
    for (const [deviceId, parts] of due)
      this.#looking = this.#looking.then(() => this.#look(deviceId, parts)).catch(warnOfBug);
  }

  #set(followed: OpenPart, look: Look): void {
    this.#looks.set(followed, look);
    this.#earliest = Math.min(this.#earliest, look.at);
  }

  #isPossible({ part }: OpenPart): boolean {
    return this.arePossible && part.accepted && isAwaited(part);
  }

  /**
   * What has left the queue while there was nobody to be told, or was taken out of it: of a confirmed one its acknowledgement may still
   * come, of others nothing more.
   */
  async #look(deviceId: string, parts: readonly (readonly [OpenPart, Look])[]): Promise<void> {
    if (parts.some(([followed, look]) => this.#isInDoubt(followed, look))) {
      const queue = await this.#events.queueOf?.(deviceId);
      for (const [followed, look] of parts) this.#lookedAt(followed, look, queue);
    }
    for (const [followed, { lookedAfter = 0 }] of parts) {
      const after = Math.min(Math.max(2 * lookedAfter, FIRST_LOOK_MS), LEAST_OFTEN_MS);
      this.later(followed, after, this.#now);
    }
    this.#events.changed();
  }

  #lookedAt(followed: OpenPart, look: Look, queue: Queued): void {
    if (queue === "unavailable") {
      if (look.lookedAfter === undefined) this.#lookAgain(followed, look);
    } else if (queue === "no_device") this.#deviceGone(followed);
    else if (look.cleared) this.#clearedOf(followed, queue);
    else if (queue) this.#leftOf(followed, queue, look);
  }

  #deviceGone(followed: OpenPart): void {
    const failure = deviceGone(followed.dispatch.deviceId);
    for (const item of followed.part.items) this.#events.end(followed, item, "unanswered", failure);
  }

  #lookAgain(followed: OpenPart, look: Look): void {
    const { unavailable = 0 } = look;
    const wait = SOON_MS * 2 ** Math.min(unavailable, MOST_DOUBLINGS);
    this.#set(followed, { ...look, at: inSteps(this.#now + wait), unavailable: unavailable + 1 });
  }

  /** Where nobody says what is in the queue, the acknowledgement has to do. */
  #clearedOf(followed: OpenPart, queue: QueuedIds | undefined): void {
    for (const item of followed.part.items)
      if (item.inQueue && !queue?.has(item.ourId ?? "")) this.takenOut(followed, item, "clear");
  }

  #leftOf(followed: OpenPart, queue: QueuedIds, look: Look): void {
    const { deviceId } = followed.dispatch;
    for (const item of this.#inDoubtOf(followed, look)) {
      if (queue.has(item.ourId ?? "")) this.heard(item);
      else if (mayBeAcknowledged(followed, item) && look.overtaken !== true && this.#waits(item, look))
        continue;
      // It may have left just now: what the stack tells of that is about to come.
      else if (this.#missing.delete(item))
        this.#events.end(followed, item, "unanswered", this.#whyOf(item, look)(deviceId));
      else {
        this.#missing.add(item);
        this.soon(followed, look.why, this.#now, look.overtaken);
      }
    }
  }

  /** Whether its acknowledgement may still come. */
  #waits(item: Item, look: Look): boolean {
    const gone = this.#gone.get(item) ?? { since: this.#now, date: this.#events.date(), why: look.why };
    this.#gone.set(item, gone);
    if (gone.why === leftUnseen) return this.#now < gone.since + ACKNOWLEDGED_WITHIN_MS;
    return !this.#events.isHeardSince(item.deviceId, gone.date);
  }

  #whyOf(item: Item, look: Look): Why {
    if (item.inFlight) return acknowledgementUnheard;
    return look.overtaken === true ? look.why : (this.#gone.get(item)?.why ?? look.why);
  }

  #isInDoubt(followed: OpenPart, look: Look): boolean {
    if (look.cleared) return followed.part.items.some(({ inQueue }) => inQueue);
    return look.lookedAfter === undefined
      ? this.#inDoubtOf(followed, look).length > 0
      : isAwaited(followed.part);
  }

  /** What its node waits for, and should be in the queue; or was sent, and may have been acknowledged when there was no connection. */
  #inDoubtOf({ part }: OpenPart, look?: Look): readonly Item[] {
    const wasInterrupted = look?.why === leftUnheard || look?.why === leftMeanwhile;
    return part.items.filter(
      (item) =>
        !item.settled &&
        item.ourId !== undefined &&
        (item.inQueue || (item.inFlight && (wasInterrupted || this.#gone.has(item)))),
    );
  }
}

/** That it has left the queue is not the end: its node waits for the acknowledgement. */
const mayBeAcknowledged = ({ dispatch }: OpenPart, { confirmed }: Item): boolean =>
  confirmed && dispatch.options.report !== "sent";
