import { warnOfBug } from "../connection/unexpected";
import type { Service } from "../services/service";
import type { Explanation } from "../stack/explanation";
import type { Received } from "../stack/messages";
import { answersIn, type Answer } from "./answers";
import type { Dispatch } from "./dispatch";
import { inSteps } from "./clock";
import {
  brokerEnded,
  connectionEnded,
  leftMeanwhile,
  leftUnseen,
  neverEnded,
  noExplanation,
  overtaken,
  restarted,
} from "./failures";
import { OpenParts, type OpenPart } from "./openParts";
import type { Item } from "./item";
import { isAwaited, isBefore, type Part } from "./part";
import { FIRST_LOOK_MS, QueueLooks, type QueueLookEvents } from "./queueLooks";

/** `queued`: it is in the queue after all, or nothing is wrong. */
export type Outcome = Explanation | "queued";

export interface TrackerEvents extends Pick<
  QueueLookEvents,
  "queueOf" | "changed" | "date" | "isHeardSince"
> {
  /** The dispatch may go on with its next part. */
  goOn(dispatch: Dispatch): void;
  /** Nothing more of it may go out. */
  stop(dispatch: Dispatch, failure: Explanation): void;
  /** Never rejects. */
  explain(followed: OpenPart, unanswered: Item | undefined): Promise<Outcome>;
  /** Only what is certain; undefined: nothing is. Never rejects. Absent where there is no API. */
  lookUp?(followed: OpenPart, unanswered: Item | undefined): Promise<Outcome | undefined>;
  /** Confirmed downlinks that a replace or clear came too late for: they are sent until they are acknowledged or given up. */
  goesOn(deviceId: string, operation: "replace" | "clear"): void;
  /** The same downlink is in the queue as two: another one took it from the same topic. */
  queuedTwice(deviceId: string): void;
  accepted(deviceId: string): void;
  /** The stack takes downlinks of this key, and this device exists. */
  knows(deviceId: string): boolean;
}

/** One for each downlink that the stack takes. */
const STACK_ID = "as:downlink:";

/** Without an end it is forgotten then. */
const LONGEST_MS = 24 * 3_600_000;
/** Without a time limit the next part goes on after so long without an answer. */
const PATIENCE_MS = 10_000;
/**
 * The answer comes around the acknowledgement. So long after it without one, and it is worth a question: a downlink for a device that
 * does not exist need not wait for its time limit.
 */
const LOOK_UP_AFTER_MS = 1_000;

/** One question at a time for each device is enough for all that wait for the same. */
type Questions<T> = Map<string, Promise<T>>;

/** What is published, until nothing more can come of it: answers, time limits, the end of the connection. */
export class Tracker {
  readonly #events: TrackerEvents;
  /** The service gives correlation IDs back, and says what is in the queue. */
  readonly #stacksWords: boolean;
  readonly #connectionEnded: typeof connectionEnded;
  readonly #open: OpenParts;
  /** Published, and not all of it answered. */
  readonly #waiting = new Map<Part, OpenPart>();
  /** Clears that are acknowledged and looked into. */
  readonly #clearing = new Set<Dispatch>();
  /** An earlier process has published them, and there was no connection since. */
  readonly #resumed = new Set<OpenPart>();
  readonly #looks: QueueLooks;
  /** The IDs that the stack gave to downlinks when it queued them. */
  readonly #queuedAs = new WeakMap<Item, string>();
  readonly #explaining: Questions<Outcome> = new Map();
  readonly #lookingUp: Questions<Outcome | undefined> = new Map();

  constructor(service: Pick<Service, "traits" | "downlinkLimits">, events: TrackerEvents) {
    const { correlationIds } = service.downlinkLimits;
    this.#events = events;
    this.#connectionEnded = service.traits.throughBroker ? brokerEnded : connectionEnded;
    this.#stacksWords = correlationIds;
    this.#open = new OpenParts(correlationIds);
    const { queueOf } = events;
    this.#looks = new QueueLooks({
      ...(queueOf && { queueOf: (deviceId) => queueOf(deviceId) }),
      end: (...ended) => this.#end(...ended),
      changed: () => events.changed(),
      date: () => events.date(),
      isHeardSince: (deviceId, date) => events.isHeardSince(deviceId, date),
    });
  }

  /** Whether something that is followed is known to be in the queue of this device. */
  isQueued(deviceId: string): boolean {
    return this.#open.isQueued(deviceId);
  }

  get dueAt(): number {
    const oldest = this.#open.oldest;
    let due = Math.min(oldest ? oldest.part.publishedAt + LONGEST_MS : Infinity, this.#looks.dueAt);
    for (const { deadline, lookUpAt } of this.#waiting.keys()) due = Math.min(due, deadline, lookUpAt);
    return due;
  }

  /** Before it is published: answers may come before the acknowledgement. Returns when an answer will be missed. */
  add(followed: OpenPart): number {
    const { part, dispatch } = followed;
    const limit = dispatch.options.timeout * 1000 || (dispatch.published ? Infinity : PATIENCE_MS);
    part.deadline = inSteps(part.publishedAt + limit);
    this.#open.add(followed);
    this.#waiting.set(part, followed);
    return Math.min(part.deadline, part.publishedAt + (this.#looks.arePossible ? FIRST_LOOK_MS : LONGEST_MS));
  }

  /** What an earlier process has published. Time limits begin with the connection: before that, no answer can come. */
  resume(followed: OpenPart): void {
    const { part } = followed;
    this.#open.add(followed);
    for (const item of part.items) if (item.over) this.#open.remove(item);
    if (part.items.some((item) => !item.answered && !item.over)) this.#waiting.set(part, followed);
    this.#resumed.add(followed);
  }

  /**
   * There is a connection, so that what was published before a restart can be answered. What was in the queue before may have left it.
   * @param now ms of the clock's `now`
   */
  connected(now: number): void {
    for (const followed of this.#resumed) {
      const { part, dispatch } = followed;
      const limit = dispatch.options.timeout * 1000 || Infinity;
      // The answer may have come meanwhile: at least it is looked up.
      part.deadline = inSteps(Math.max(part.publishedAt + limit, now + PATIENCE_MS));
      if (this.#events.lookUp && !part.accepted && dispatch.operation !== "clear")
        part.lookUpAt = inSteps(now + LOOK_UP_AFTER_MS);
      this.#looks.soon(followed, leftMeanwhile, now);
    }
    this.#resumed.clear();
    this.#looks.connected(now);
  }

  /**
   * Returns when it will be looked up if no answer comes.
   * @param now ms of the clock's `now`
   */
  acknowledged(followed: OpenPart, now: number): number {
    const { part, dispatch } = followed;
    if (dispatch.operation === "clear") {
      this.#waiting.delete(part);
      for (const item of part.items) this.#open.remove(item);
      if (this.#events.knows(dispatch.deviceId)) this.#cleared(followed, "queued");
      // The stack never answers a clear: one that may have gone nowhere is looked into.
      else {
        this.#clearing.add(dispatch);
        this.#explain(followed, undefined)
          .then((outcome) => this.#cleared(followed, outcome))
          .catch(warnOfBug);
      }
      return Infinity;
    }
    for (const item of part.items) dispatch.settle(item);
    this.#maybeGoOn(followed);
    if (this.#events.lookUp && !part.accepted && isAwaited(part))
      part.lookUpAt = inSteps(now + LOOK_UP_AFTER_MS);
    return part.lookUpAt;
  }

  #cleared(followed: OpenPart, outcome: Outcome): void {
    const { part, dispatch } = followed;
    this.#clearing.delete(dispatch);
    if (outcome === "queued") this.#accept(followed);
    for (const item of part.items) {
      if (outcome === "queued") dispatch.settle(item);
      else dispatch.fail(item, outcome);
    }
    this.#maybeGoOn(followed);
  }

  #explain(followed: OpenPart, unanswered: Item | undefined): Promise<Outcome> {
    const { deviceId } = followed.dispatch;
    return this.#events.explain(followed, unanswered).catch(() => noExplanation(deviceId));
  }

  /** The connection ended, or its publish was given up: without an answer its fate is unknown. */
  lost(followed: OpenPart, why = this.#connectionEnded): void {
    const { part, dispatch } = followed;
    if (!this.#waiting.delete(part)) return;
    if (part.accepted) {
      this.#inferQueued(followed);
      return;
    }
    const failure = why(dispatch.deviceId);
    for (const item of part.items) this.#end(followed, item, "unanswered", failure);
    this.#events.stop(dispatch, failure);
  }

  /** @param kept the broker keeps the session: answers to what it has acknowledged come with the next connection */
  connectionEnded(kept: boolean): void {
    for (const followed of [...this.#waiting.values()])
      if (!kept || followed.part.acknowledgedAfter === undefined) this.lost(followed);
    this.#looks.connectionEnded(this.#open.all().filter((followed) => !this.#resumed.has(followed)));
  }

  /** @param now ms of the clock's `now` */
  take(received: Received, now: number): void {
    for (const answer of answersIn(received)) {
      const item = this.#open.find(answer);
      const followed = item && this.#open.of(item);
      if (!item || !followed) {
        // That of another client; it may have replaced what was there.
        const ofDevice = this.#open.forDevice(answer.deviceId);
        if (answer.state === "sent") this.#looks.allSoon(ofDevice, overtaken, now);
        else if (answer.state === "queued") this.#looks.allSoon(ofDevice, leftUnseen, now);
        continue;
      }
      if (answer.state === "queued") this.#compareQueued(item, answer);
      this.#answered(followed, item, answer);
      // A queue keeps its order: what was in it before one that was sent has left it, told or not.
      if (item.state === "sent") this.#looks.allSoon(this.#openBefore(followed), overtaken, now);
    }
  }

  /** What comes again over the broker has the same ID of the stack. */
  #compareQueued(item: Item, { deviceId, downlink }: Answer): void {
    const id = downlink.correlation_ids?.find((one) => one.startsWith(STACK_ID));
    if (id === undefined) return;
    const known = this.#queuedAs.get(item);
    this.#queuedAs.set(item, id);
    if (known !== undefined && known !== id) this.#events.queuedTwice(deviceId);
  }

  #openBefore({ part, dispatch }: OpenPart): readonly OpenPart[] {
    return this.#open.forDevice(dispatch.deviceId).filter((earlier) => isBefore(earlier.part, part));
  }

  /** Its node is gone. */
  forget(dispatch: Dispatch): void {
    dispatch.forget();
    this.#clearing.delete(dispatch);
    for (const part of dispatch.parts) {
      this.#waiting.delete(part);
      for (const item of part.items) {
        const followed = this.#open.of(item);
        if (followed) {
          this.#resumed.delete(followed);
          this.#looks.forget(followed);
        }
        this.#open.remove(item);
      }
    }
  }

  /** Returns what was followed. */
  end(): readonly Dispatch[] {
    const dispatches = new Set([...this.#open.all().map(({ dispatch }) => dispatch), ...this.#clearing]);
    this.#clearing.clear();
    for (const dispatch of dispatches) this.forget(dispatch);
    return [...dispatches];
  }

  /** @param now ms of the clock's `now` */
  sweep(now: number): void {
    for (const followed of [...this.#waiting.values()]) {
      const { part } = followed;
      if (part.deadline <= now) this.#missed(followed);
      else if (part.lookUpAt <= now) this.#lookUp(followed);
    }
    this.#looks.sweep(now);
    let oldest = this.#open.oldest;
    while (oldest && oldest.part.publishedAt + LONGEST_MS <= now) {
      this.#neverEnded(oldest);
      oldest = this.#open.oldest;
    }
  }

  #answered(followed: OpenPart, item: Item, answer: Answer): void {
    const { part, dispatch } = followed;
    const consequence = item.learn(answer, this.#stacksWords);
    if (!consequence) return;
    const { state, failure } = consequence;
    this.#looks.heard(item);
    const refused = state === "failed" && item.over && !part.accepted && !item.answered;
    dispatch.enter(item, state, failure);
    if (item.over) this.#open.remove(item);
    this.#maybeWaitNoMore(part);
    if (refused && failure) this.#events.stop(dispatch, failure);
    else this.#accept(followed);
  }

  /** The stack has taken a part, and with it all items of it. */
  #accept(followed: OpenPart): void {
    const { part, dispatch } = followed;
    if (part.accepted) return;
    part.accepted = true;
    // The stack does not answer a clear: it proves nothing.
    if (dispatch.operation !== "clear") this.#events.accepted(dispatch.deviceId);
    this.#looks.later(followed);
    if (part.operation === "replace") this.#emptied(followed);
    this.#maybeGoOn(followed);
  }

  /**
   * A replace has taken everything out of the device's queue that was there before; the stack says nothing of it. The stack's own
   * queue lets go of a confirmed one that is with the device only when it knows what became of it; V2 forgets it.
   */
  #emptied({ part, dispatch }: OpenPart): void {
    const { deviceId } = dispatch;
    const operation = dispatch.operation === "clear" ? "clear" : "replace";
    const emptied: (readonly [OpenPart, Item])[] = [];
    let goesOn = false;
    for (const earlier of this.#open.forDevice(deviceId)) {
      if (!isBefore(earlier.part, part)) continue;
      if (earlier.part.accepted) this.#inferQueued(earlier);
      for (const item of earlier.part.items) {
        if (item.inQueue || (item.state === "sent" && !this.#stacksWords)) emptied.push([earlier, item]);
        else if (item.inFlight) goesOn = true;
      }
    }
    // Rule: docs/server.md#3-publishing, 1. Of a clear there is the acknowledgement only, which is no proof.
    if (operation === "clear" && this.#looks.arePossible && emptied.some(([, item]) => !item.settled))
      this.#looks.afterClear(emptied.map(([earlier]) => earlier));
    else for (const [earlier, item] of emptied) this.#looks.takenOut(earlier, item, operation);
    if (goesOn) this.#events.goesOn(deviceId, operation);
  }

  #maybeGoOn({ part, dispatch }: OpenPart): void {
    const acknowledged = part.acknowledgedAfter !== undefined;
    if (acknowledged && (part.accepted || dispatch.options.report === "published"))
      this.#events.goOn(dispatch);
  }

  #missed(followed: OpenPart): void {
    const { part, dispatch } = followed;
    if (part.resumed && !part.accepted) {
      this.lost(followed, restarted);
      return;
    }
    this.#waiting.delete(part);
    if (part.accepted) this.#inferQueued(followed);
    else if (dispatch.options.timeout === 0) {
      // Not a failure where the user sets no limit; only the parts behind it must not wait forever.
      part.deadline = Infinity;
      this.#waiting.set(part, followed);
      this.#events.goOn(dispatch);
    } else if (isAwaited(part))
      this.#ask(followed, this.#explaining, (unanswered) => this.#explain(followed, unanswered));
  }

  /** A moment after the acknowledgement. Where nothing is certain it goes on waiting. */
  #lookUp(followed: OpenPart): void {
    const { part } = followed;
    part.lookUpAt = Infinity;
    if (part.accepted || !isAwaited(part)) return;
    this.#ask(followed, this.#lookingUp, async (unanswered) => {
      try {
        return await this.#events.lookUp?.(followed, unanswered);
      } catch {
        return undefined;
      }
    });
  }

  #ask<T extends Outcome | undefined>(
    followed: OpenPart,
    running: Questions<T>,
    question: (unanswered: Item | undefined) => Promise<T>,
  ): void {
    const { part, dispatch } = followed;
    const { deviceId } = dispatch;
    const asked = running.get(deviceId);
    if (asked) {
      asked
        .then((outcome) => {
          // That another one is in the queue says nothing of this one.
          if (outcome === "queued") this.#ask(followed, running, question);
          else this.#explained(followed, outcome);
        })
        .catch(warnOfBug);
      return;
    }
    const answer = question(part.items.find((item) => !item.answered));
    running.set(deviceId, answer);
    answer
      .then((outcome) => {
        running.delete(deviceId);
        this.#explained(followed, outcome);
        this.#events.changed();
      })
      .catch(warnOfBug);
  }

  #explained(followed: OpenPart, outcome: Outcome | undefined): void {
    const { part, dispatch } = followed;
    // Accepted before its time limit, the others of it have until then to be answered.
    if (outcome === undefined || (part.accepted && this.#waiting.has(part))) return;
    this.#waiting.delete(part);
    if (part.accepted || outcome === "queued") {
      this.#inferQueued(followed);
      this.#accept(followed);
      return;
    }
    for (const item of part.items) if (!item.answered && !item.over) dispatch.fail(item, outcome);
    this.#events.stop(dispatch, outcome);
    // What is wrong with this one, such as a device that was deleted, may be wrong with those before it.
    this.#looks.allSoon(this.#openBefore(followed), leftUnseen);
  }

  /** The stack has not said it of these items, but of others of their push, and a push is queued as a whole. */
  #inferQueued({ part, dispatch }: OpenPart): void {
    for (const item of part.items) if (!item.answered && !item.over) dispatch.enter(item, "queued");
    this.#maybeWaitNoMore(part);
  }

  #maybeWaitNoMore(part: Part): void {
    if (part.items.every((one) => one.answered || one.over)) this.#waiting.delete(part);
  }

  #neverEnded(followed: OpenPart): void {
    const { part, dispatch } = followed;
    this.#waiting.delete(part);
    const failure = neverEnded(dispatch.deviceId, { hours: LONGEST_MS / 3_600_000 });
    for (const item of part.items) {
      // A node that was done long ago needs no word: most gateways report every transmission, some none.
      if (!item.settled) this.#end(followed, item, "unanswered", failure);
      this.#open.remove(item);
    }
    if (!part.accepted) this.#events.stop(dispatch, failure);
  }

  #end({ part, dispatch }: OpenPart, item: Item, state: "unanswered" | "invalidated", failure: Explanation) {
    if (item.over) return;
    item.over = true;
    this.#open.remove(item);
    this.#maybeWaitNoMore(part);
    dispatch.enter(item, state, failure);
  }
}
