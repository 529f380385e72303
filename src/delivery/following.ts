import { warnOfBug } from "../connection/unexpected";
import type { Service } from "../services/service";
import type { Explanation } from "../stack/explanation";
import type { Received } from "../stack/messages";
import { answersIn, type Answer } from "./answers";
import type { Dispatch } from "./dispatch";
import { brokerEnded, connectionEnded, neverEnded, noExplanation, taken } from "./failures";
import { Followed, type FollowedPart } from "./followed";
import type { Item } from "./item";
import { ByCorrelationId, ByOrder } from "./matcher";
import type { Part } from "./part";

export interface FollowingEvents {
  /** The dispatch may go on with its next part. */
  goOn(dispatch: Dispatch): void;
  /** Nothing more of it may go out. */
  stop(dispatch: Dispatch, failure: Explanation): void;
  /** Never rejects. */
  explain(followed: FollowedPart, unanswered: Item | undefined): Promise<Explanation | "queued">;
  accepted(deviceId: string): void;
  /** The stack takes downlinks of this key, and this device exists. */
  knows(deviceId: string): boolean;
  /** Something happened that nobody outside asked for. */
  changed(): void;
}

/** Without an end it is forgotten then. */
const LONGEST_MS = 24 * 3_600_000;
/** Without a time limit the next part goes on after so long without an answer. */
const PATIENCE_MS = 10_000;
/** Time limits are looked at in steps of this, so that a burst costs no more than this many looks. */
const STEP_MS = 100;

/** What is published, until nothing more can come of it: answers, time limits, the end of the connection. */
export class Following {
  readonly #events: FollowingEvents;
  /** The service gives correlation IDs back, and says what is in the queue. */
  readonly #stacksWords: boolean;
  readonly #connectionEnded: typeof connectionEnded;
  readonly #followed: Followed;
  /** Published, and not all of it answered. */
  readonly #waiting = new Map<Part, FollowedPart>();
  /** By device: one question at a time is enough for all that wait for the same. */
  readonly #asking = new Map<string, Promise<Explanation | "queued">>();

  constructor(service: Pick<Service, "name" | "downlinkLimits">, events: FollowingEvents) {
    const { correlationIds } = service.downlinkLimits;
    this.#events = events;
    this.#connectionEnded = service.name === "pubsub" ? brokerEnded : connectionEnded;
    this.#stacksWords = correlationIds;
    this.#followed = new Followed(correlationIds ? new ByCorrelationId() : new ByOrder());
  }

  /** When something is due. */
  get dueAt(): number {
    const oldest = this.#followed.oldest;
    let due = oldest ? oldest.part.publishedAt + LONGEST_MS : Infinity;
    for (const { deadline } of this.#waiting.keys()) due = Math.min(due, deadline);
    return due;
  }

  /** Before it is published: answers may come before the acknowledgement. Returns when an answer will be missed. */
  add(followed: FollowedPart): number {
    const { part, dispatch } = followed;
    const limit = dispatch.options.timeout * 1000 || (dispatch.published ? Infinity : PATIENCE_MS);
    part.deadline = Math.ceil((part.publishedAt + limit) / STEP_MS) * STEP_MS;
    this.#followed.add(followed);
    this.#waiting.set(part, followed);
    return Math.min(part.deadline, part.publishedAt + LONGEST_MS);
  }

  acknowledged(followed: FollowedPart): void {
    const { part, dispatch } = followed;
    if (dispatch.operation === "clear") {
      this.#waiting.delete(part);
      for (const item of part.items) this.#followed.remove(item);
      if (this.#events.knows(dispatch.deviceId)) this.#cleared(followed, "queued");
      // The stack never answers a clear: one that may have gone nowhere is looked into.
      else
        this.#question(followed, undefined)
          .then((outcome) => this.#cleared(followed, outcome))
          .catch(warnOfBug);
      return;
    }
    for (const item of part.items) dispatch.settle(item);
    this.#maybeGoOn(followed);
  }

  #cleared(followed: FollowedPart, outcome: Explanation | "queued"): void {
    const { part, dispatch } = followed;
    if (outcome === "queued") this.#accept(followed);
    for (const item of part.items) {
      if (outcome === "queued") dispatch.settle(item);
      else dispatch.fail(item, outcome);
    }
    this.#maybeGoOn(followed);
  }

  #question(followed: FollowedPart, unanswered: Item | undefined): Promise<Explanation | "queued"> {
    const { deviceId } = followed.dispatch;
    return this.#events.explain(followed, unanswered).catch(() => noExplanation(deviceId));
  }

  /** The connection ended, or its publish was given up: without an answer nobody knows what became of it. */
  lost(followed: FollowedPart): void {
    const { part, dispatch } = followed;
    if (!this.#waiting.delete(part)) return;
    if (part.accepted) {
      this.#inferQueued(followed);
      return;
    }
    const failure = this.#connectionEnded(dispatch.deviceId);
    for (const item of part.items) this.#end(followed, item, "unanswered", failure);
    this.#events.stop(dispatch, failure);
  }

  /** @param kept the broker keeps the session: answers to what it has acknowledged come with the next connection */
  connectionEnded(kept: boolean): void {
    for (const followed of [...this.#waiting.values()])
      if (!kept || followed.part.acknowledgedAfter === undefined) this.lost(followed);
  }

  take(received: Received): void {
    for (const answer of answersIn(received)) {
      const item = this.#followed.find(answer);
      const followed = item && this.#followed.of(item);
      if (item && followed) this.#answered(followed, item, answer);
    }
  }

  /** Its node is gone. */
  forget(dispatch: Dispatch): void {
    dispatch.forget();
    for (const part of dispatch.parts) {
      this.#waiting.delete(part);
      for (const item of part.items) this.#followed.remove(item);
    }
  }

  /** Returns what was followed. */
  end(): readonly Dispatch[] {
    const dispatches = new Set(this.#followed.all().map(({ dispatch }) => dispatch));
    for (const dispatch of dispatches) this.forget(dispatch);
    return [...dispatches];
  }

  /** @param now ms of the clock's `now` */
  sweep(now: number): void {
    for (const followed of [...this.#waiting.values()])
      if (followed.part.deadline <= now) this.#missed(followed);
    let oldest = this.#followed.oldest;
    while (oldest && oldest.part.publishedAt + LONGEST_MS <= now) {
      this.#neverEnded(oldest);
      oldest = this.#followed.oldest;
    }
  }

  #answered(followed: FollowedPart, item: Item, answer: Answer): void {
    const { part, dispatch } = followed;
    const consequence = item.learn(answer, this.#stacksWords);
    if (!consequence) return;
    const { state, failure } = consequence;
    const refused = state === "failed" && item.over && !part.accepted && !item.answered;
    dispatch.enter(item, state, failure);
    if (item.over) this.#followed.remove(item);
    if (part.items.every((one) => one.answered || one.over)) this.#waiting.delete(part);
    if (refused && failure) this.#events.stop(dispatch, failure);
    else this.#accept(followed);
  }

  /** The stack has taken a part, and with it all items of it. */
  #accept(followed: FollowedPart): void {
    const { part, dispatch } = followed;
    if (part.accepted) return;
    part.accepted = true;
    // The stack does not answer a clear: it proves nothing.
    if (dispatch.operation !== "clear") this.#events.accepted(dispatch.deviceId);
    if (part.operation === "replace") this.#emptied(followed);
    this.#maybeGoOn(followed);
  }

  /**
   * A replace has taken everything out of the device's queue that was there before; the stack says nothing of it. The stack's own
   * queue lets go of a confirmed one that is with the device only when it knows what became of it; V2 forgets it.
   */
  #emptied({ part, dispatch }: FollowedPart): void {
    const failure = taken[dispatch.operation === "clear" ? "clear" : "replace"](dispatch.deviceId);
    for (const earlier of this.#followed.forDevice(dispatch.deviceId)) {
      if (earlier.part.sequence >= part.sequence) continue;
      for (const item of earlier.part.items)
        if (item.inQueue || (item.state === "sent" && !this.#stacksWords))
          this.#end(earlier, item, "invalidated", failure);
    }
  }

  #maybeGoOn({ part, dispatch }: FollowedPart): void {
    const acknowledged = part.acknowledgedAfter !== undefined;
    if (acknowledged && (part.accepted || dispatch.options.report === "published"))
      this.#events.goOn(dispatch);
  }

  #missed(followed: FollowedPart): void {
    const { part, dispatch } = followed;
    this.#waiting.delete(part);
    if (part.accepted) this.#inferQueued(followed);
    else if (dispatch.options.timeout === 0) {
      // Not a failure for somebody who sets no limit; only the parts behind it need not wait for ever.
      part.deadline = Infinity;
      this.#waiting.set(part, followed);
      this.#events.goOn(dispatch);
    } else if (part.items.some((item) => !item.settled)) this.#ask(followed);
  }

  #ask(followed: FollowedPart): void {
    const { part, dispatch } = followed;
    const { deviceId } = dispatch;
    const running = this.#asking.get(deviceId);
    if (running) {
      running
        .then((outcome) => {
          // That another one is in the queue says nothing of this one.
          if (outcome === "queued") this.#ask(followed);
          else this.#explained(followed, outcome);
        })
        .catch(warnOfBug);
      return;
    }
    const unanswered = part.items.find((item) => !item.answered);
    const question = this.#question(followed, unanswered);
    this.#asking.set(deviceId, question);
    question
      .then((outcome) => {
        this.#asking.delete(deviceId);
        this.#explained(followed, outcome);
        this.#events.changed();
      })
      .catch(warnOfBug);
  }

  #explained(followed: FollowedPart, outcome: Explanation | "queued"): void {
    const { part, dispatch } = followed;
    if (part.accepted || outcome === "queued") {
      this.#inferQueued(followed);
      this.#accept(followed);
      return;
    }
    for (const item of part.items) if (!item.answered && !item.over) dispatch.fail(item, outcome);
    this.#events.stop(dispatch, outcome);
  }

  /** Nobody has said it of these items, but of others of their push, and a push is queued as a whole. */
  #inferQueued({ part, dispatch }: FollowedPart): void {
    for (const item of part.items) if (!item.answered && !item.over) dispatch.enter(item, "queued");
  }

  #neverEnded(followed: FollowedPart): void {
    const { part, dispatch } = followed;
    this.#waiting.delete(part);
    const failure = neverEnded(dispatch.deviceId, { hours: LONGEST_MS / 3_600_000 });
    for (const item of part.items) {
      // A node that was done long ago needs no word: most gateways report every transmission, some none.
      if (!item.settled) this.#end(followed, item, "unanswered", failure);
      this.#followed.remove(item);
    }
    if (!part.accepted) this.#events.stop(dispatch, failure);
  }

  #end({ dispatch }: FollowedPart, item: Item, state: "unanswered" | "invalidated", failure: Explanation) {
    if (item.over) return;
    item.over = true;
    this.#followed.remove(item);
    dispatch.enter(item, state, failure);
  }
}
