import type { Recipient } from "../connection/routes";
import type { Session } from "../connection/session";
import { warnOfBug } from "../connection/unexpected";
import type { Service } from "../services/service";
import type { Explanation, Text } from "../stack/explanation";
import { ANSWER_KINDS } from "../stack/kinds";
import { Alarm, SYSTEM_CLOCK, type Clock } from "./clock";
import { Dispatch } from "./dispatch";
import { Dropped } from "./dropped";
import type { NoAnswerEvidence } from "../downlink/evidence";
import { DownlinkHistory } from "./history";
import { goesOn, heldTooLong, notConnected, obsolete, pushedOut, queuedTwice } from "./failures";
import type { DownlinkJob, Follower } from "./contract";
import type { Progress } from "./progress";
import type { OpenPart } from "./openParts";
import type { Queued } from "./queueLooks";
import { Tracker } from "./tracker";
import { Hold } from "./hold";
import { Pace } from "./pace";

/*
 * A downlink from the node to its end. In which collection it is tells how far it has come:
 *
 * | where                           | until                                              | then                                      |
 * | ------------------------------- | -------------------------------------------------- | ----------------------------------------- |
 * | `#arrived`                      | the next microtask, or a key without the right was | `#hold`; refused: abandoned               |
 * |                                 | asked about again                                  |                                           |
 * | `#hold` (state `held`)          | there is a connection, the one before is           | published                                 |
 * |                                 | acknowledged and the pace allows it                |                                           |
 * |                                 | held too long, pushed out, replaced, offline=error | abandoned                                 |
 * | `#inFlight` (`published`)       | its PUBACK                                         | waits for answers                         |
 * |                                 | the connection ends                                | `unanswered`: in doubt, never sent again  |
 * | tracker, waiting (`published`)  | an answer, or found in the queue                   | open                                      |
 * |                                 | its time limit                                     | explained: an error, or `queued`          |
 * | tracker, open parts (`queued`,  | the stack's last word, a replace, not found in the | over                                      |
 * | `sent`, `nack`, `failed`)       | queue where it should be, 24 hours                 |                                           |
 *
 * The node is done at the state that it reports; the status follows until the downlink is over. More than a hundred items go in
 * parts: the next one goes out when the one before is accepted, and meanwhile nothing else goes to that device.
 */

/** Why nothing may be sent, to a device. */
export type Refusal = (deviceId: string) => Explanation;

export interface CourierOptions {
  readonly service: Service;
  readonly session: Pick<
    Session,
    | "open"
    | "openedAt"
    | "interrupted"
    | "lastMessageAt"
    | "devicesSeen"
    | "isHeardSince"
    | "stateFor"
    | "publish"
    | "listen"
  >;
  /** Shared by all connections that the server limits together; with what is known already of how fast it takes downlinks. */
  readonly pace?: Pace;
  /** Downlink messages that are held of those that come while disconnected. */
  readonly holdMax: number;
  /** Seconds that one is held while disconnected. */
  readonly holdFor: number;
  /**
   * Asked when no answer came in time, and for a clear of a device that nothing is known of; the error, or `queued` where it was
   * found in the queue or nothing is wrong with the clear. Must not reject.
   */
  explainNoAnswer(evidence: NoAnswerEvidence): Promise<Explanation | "queued">;
  /**
   * Asked a moment after the acknowledgement where no answer has come: what is certain, `queued` where it is in the queue, undefined
   * where nothing is known. Absent where there is no API. Must not reject.
   */
  lookUp?(evidence: NoAnswerEvidence): Promise<Explanation | "queued" | undefined>;
  /**
   * The correlation IDs of all that is in the queue of a device. Asked where something may have left it unseen, and after a clear.
   * Absent where there is no API. Must not reject.
   */
  queueOf?(deviceId: string): Promise<Queued>;
  /**
   * Asked before anything is taken in: undefined, and it may go; else why nothing may be sent, or that it may by now. Must not reject.
   */
  barred?(): Promise<Refusal | undefined> | undefined;
  warn(text: Text): void;
  /** The stack took a downlink. */
  accepted?(): void;
  readonly clock?: Clock;
}

/** A downlink that was handed to the courier. */
export interface Sent {
  /** Its node is gone. What it holds is not sent, and its follower not called any more; a warning counts both. */
  readonly drop: () => void;
  /** The same without a warning: it goes on elsewhere. */
  readonly forget: () => void;
  /** For another process to go on from; undefined: that is not possible. */
  readonly progress: () => Progress | undefined;
}

/** What waits for the pace looks again so often: it rises, and other connections share it. */
const LOOK_AGAIN_MS = 1_000;
/** Without an acknowledgement for so long, the next one may go. */
const LAST_WORD_MS = 2_000;
/**
 * Takes downlinks from the flow to their end, for one session. One at a time is on the way to the server without an
 * acknowledgement, so when a connection ends at most one is in doubt; that one is never sent again. No callback of a follower is
 * called before `send` has returned.
 */
export class Courier {
  readonly recipient: Recipient;
  readonly #options: CourierOptions;
  readonly #session: CourierOptions["session"];
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #pace: Pace;
  readonly #hold: Hold;
  readonly #tracker: Tracker;
  readonly #history: DownlinkHistory;
  readonly #dropped: Dropped;
  readonly #stopListening: () => void;
  /** Not looked at yet. */
  readonly #arrived = new Set<Dispatch>();
  /** On the way to the server. */
  readonly #inFlight = new Set<OpenPart>();
  /** Who wants nothing to be published. */
  readonly #pausedBy = new Set<object>();
  #connected = false;
  #sequence = 0;
  #ended = false;
  #saidTwice = false;

  constructor(options: CourierOptions) {
    const { session, service } = options;
    this.#options = options;
    this.#session = session;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#alarm = new Alarm(this.#clock, () => this.#tick());
    this.#history = new DownlinkHistory(service.traits, session);
    this.#dropped = new Dropped((text) => options.warn(text));
    this.#pace = options.pace ?? new Pace();
    this.#hold = new Hold(options.holdMax, options.holdFor);
    this.#hold.disconnected(this.#clock.now());
    this.#tracker = new Tracker(service, {
      goOn: (dispatch) => this.#hold.resume(dispatch),
      stop: (dispatch, failure) => {
        this.#hold.delete(dispatch);
        dispatch.abandon(failure);
      },
      explain: (followed, unanswered) =>
        options.explainNoAnswer(this.#history.evidence(followed, unanswered, this.#clock)),
      ...(options.lookUp && {
        lookUp: async (followed, unanswered) => {
          const waited = Math.round((this.#clock.now() - followed.part.publishedAt) / 1000);
          return options.lookUp?.({
            ...this.#history.evidence(followed, unanswered, this.#clock),
            waited,
          });
        },
      }),
      ...(options.queueOf && {
        queueOf: (deviceId) => options.queueOf?.(deviceId) ?? Promise.resolve(undefined),
      }),
      queuedTwice: (deviceId) => {
        if (!this.#saidTwice) options.warn(queuedTwice(deviceId));
        this.#saidTwice = true;
      },
      goesOn: (deviceId, operation) => options.warn(goesOn[operation](deviceId)),
      accepted: (deviceId) => {
        this.#history.accepted(deviceId, this.#clock.date());
        options.accepted?.();
      },
      knows: (deviceId) => this.#history.knows(deviceId),
      date: () => this.#clock.date(),
      isHeardSince: (deviceId, date) => this.#session.isHeardSince(deviceId, date),
      changed: () => {
        this.#pump();
        this.#alarm.at(this.#tracker.dueAt);
      },
    });
    this.recipient = {
      kinds: ANSWER_KINDS,
      everyDevice: true,
      wantsDevice: () => true,
      deliver: ({ received }) => {
        if (this.#ended) return;
        this.#tracker.take(received, this.#clock.now());
        this.#pump();
      },
    };
    this.#stopListening = session.listen({
      onState: () => this.#sessionChanged(),
      onProblem: () => undefined,
      onInvalid: () => undefined,
    });
    this.#sessionChanged();
  }

  /** Publishes a minute at present; undefined: no pace. */
  get perMinute(): number | undefined {
    return this.#pace.perMinute(this.#clock.now());
  }

  /** As set in the connections: the lowest where there are several. */
  setPerMinute(perMinute: number | undefined): void {
    this.#pace.configure(this, perMinute);
    this.#pump();
  }

  /** `progress`: how far it came in an earlier process. */
  send(job: DownlinkJob, follower: Follower, progress?: Progress): Sent {
    const dispatch = new Dispatch(
      job,
      follower,
      { arrivedAt: this.#clock.now(), date: () => this.#clock.date() },
      this.#options.service.downlinkLimits.correlationIds,
      progress,
    );
    const sent: Sent = {
      drop: () => this.#drop(dispatch),
      forget: () => this.#forget(dispatch),
      progress: () => this.#progressOf(dispatch),
    };
    const [part] = dispatch.parts;
    if (dispatch.published && part) {
      part.sequence = ++this.#sequence;
      this.#tracker.resume({ part, dispatch });
      this.#heard();
      return sent;
    }
    if (this.#arrived.size === 0) queueMicrotask(() => this.#look());
    this.#arrived.add(dispatch);
    return sent;
  }

  /** Time in which it waits for the pace does not count for the next process. */
  #progressOf(dispatch: Dispatch): Progress | undefined {
    const { progress } = dispatch;
    if (!progress || progress.published) return progress;
    const later = this.#hold.heldSince(dispatch, this.#clock.now()) - dispatch.arrivedAt;
    return { ...progress, arrivedAt: progress.arrivedAt + later };
  }

  /** Whether something that is followed is known to be in the queue of this device. */
  isQueued(deviceId: string): boolean {
    return this.#tracker.isQueued(deviceId);
  }

  /** Until this one lets it go on, nothing is published; time limits and answers go on. */
  pause(by: object): void {
    this.#pausedBy.add(by);
  }

  goOn(by: object): void {
    if (this.#pausedBy.delete(by)) this.#pump();
  }

  /** The connection goes away. Followers are not called any more. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopListening();
    this.#alarm.clear();
    this.#pace.configure(this, undefined);
    const held = new Set([...this.#hold.all(), ...this.#arrived]);
    const followed = this.#tracker.end().filter((dispatch) => dispatch.isAwaited && !held.has(dispatch));
    for (const dispatch of held) dispatch.forget();
    this.#arrived.clear();
    this.#dropped.count({ held: held.size, followed: followed.length });
    this.#dropped.tell();
  }

  /** What comes while it is asked waits with what came before. */
  #look(): void {
    const barred = this.#options.barred?.();
    if (!barred) {
      this.#takeIn();
      return;
    }
    barred
      .catch((error: unknown) => {
        warnOfBug(error);
        return undefined;
      })
      .then((refusal) => this.#takeIn(refusal))
      .catch(warnOfBug);
  }

  #takeIn(refusal?: Refusal): void {
    const arrived = [...this.#arrived];
    this.#arrived.clear();
    if (this.#ended) return;
    for (const dispatch of arrived) {
      if (refusal) {
        dispatch.abandon(refusal(dispatch.deviceId));
        continue;
      }
      this.#accept(dispatch);
      this.#pump();
    }
  }

  #accept(dispatch: Dispatch): void {
    const { operation, deviceId, options } = dispatch;
    if (this.#hold.isTooLate(dispatch, this.#clock.now())) {
      this.#tooLate(dispatch);
      return;
    }
    if (!this.#session.open && options.offline === "error") {
      dispatch.abandon(notConnected(deviceId));
      return;
    }
    const held = operation !== "push" || dispatch.resumed ? this.#hold.forDevice(deviceId) : [];
    const later = held.filter((other) => dispatch.isBefore(other));
    const emptying = later.find((other) => other.operation !== "push")?.operation;
    if (emptying === "replace" || emptying === "clear") {
      dispatch.abandon(obsolete[emptying](deviceId));
      return;
    }
    if (operation !== "push") {
      for (const other of held)
        if (!later.includes(other)) this.#expire(other, obsolete[operation](deviceId));
    }
    const { out, most } = this.#hold.add(dispatch, this.#clock.now());
    for (const older of out) this.#expire(older, pushedOut(older.deviceId, { number: most }));
  }

  #tooLate(dispatch: Dispatch): void {
    dispatch.abandon(heldTooLong(dispatch.deviceId, { seconds: this.#options.holdFor }));
  }

  #expire(dispatch: Dispatch, failure: Explanation): void {
    this.#hold.delete(dispatch);
    dispatch.abandon(failure);
  }

  #drop(dispatch: Dispatch): void {
    if (this.#ended) return;
    const held = this.#hold.has(dispatch) || this.#arrived.has(dispatch);
    this.#forget(dispatch);
    if (held) this.#dropped.count({ held: 1 });
    else if (dispatch.isAwaited) this.#dropped.count({ followed: 1 });
  }

  /** So many have ended while their node was gone, and it does not come back to be told. */
  untold(number: number): void {
    if (!this.#ended && number > 0) this.#dropped.count({ followed: number });
  }

  #forget(dispatch: Dispatch): void {
    this.#arrived.delete(dispatch);
    this.#hold.delete(dispatch);
    this.#tracker.forget(dispatch);
  }

  /** What was published before a restart can be answered as soon as there is a connection. */
  #heard(): void {
    if (this.#session.open) this.#tracker.connected(this.#clock.now());
    this.#alarm.at(this.#tracker.dueAt);
  }

  #sessionChanged(): void {
    if (this.#ended) return;
    const { open } = this.#session;
    if (open !== this.#connected) {
      this.#connected = open;
      if (open) {
        for (const dispatch of this.#hold.connected(this.#clock.now())) this.#tooLate(dispatch);
        this.#heard();
      } else this.#disconnected();
    }
    this.#pump();
  }

  #disconnected(): void {
    const now = this.#clock.now();
    const { isOverLimit, slowedTo } = this.#pace.ended({
      now,
      closed: this.#wasClosed,
      ...this.#unanswered(),
    });
    this.#hold.disconnected(now);
    this.#inFlight.clear();
    if (slowedTo !== undefined) {
      const key = this.#options.service.traits.throughBroker
        ? "warning.slowed-down.broker"
        : "warning.slowed-down.rate-limit";
      this.#options.warn({ key, values: { perMinute: slowedTo } });
    }
    this.#tracker.connectionEnded(!this.#options.service.login.clean);
    for (const dispatch of this.#hold.all()) {
      // An end over the rate limit is a part of pacing.
      if (dispatch.options.offline === "error" && !isOverLimit)
        this.#expire(dispatch, notConnected(dispatch.deviceId));
    }
  }

  /** The other side closed it, as servers do over a rate limit; a line breaks otherwise. Rule: docs/server.md#4-rate-limits, 1. */
  get #wasClosed(): boolean {
    const state = this.#session.stateFor(ANSWER_KINDS);
    const problem = "problem" in state ? state.problem : undefined;
    return problem?.problem === "connection_lost" && problem.errorCode === undefined;
  }

  /** Of several without any answer the connection was broken before its end, whatever ended it. */
  #unanswered(): { readonly publishedAt?: number } {
    const [only, ...others] = [...this.#inFlight].filter(
      ({ part }) => !part.items.some((item) => item.answered || item.over),
    );
    return only && others.length === 0 ? { publishedAt: only.part.publishedAt } : {};
  }

  /** Publishes what may go, and tells what has to wait. */
  #pump(): void {
    if (this.#ended) return;
    while (this.#hold.size > 0) {
      const now = this.#clock.now();
      const at = this.#goesAt(now);
      const dispatch = at <= now ? this.#hold.next() : undefined;
      if (!dispatch) {
        this.#wait(now, at);
        return;
      }
      this.#publish(dispatch, now);
    }
  }

  /** From when on the next may be published; Infinity: not before something happens. */
  #goesAt(now: number): number {
    // Without the subscriptions its answers would be lost.
    const { state } = this.#session.stateFor(ANSWER_KINDS);
    if (!this.#session.open || state === "connecting" || this.#pausedBy.size > 0) return Infinity;
    const newest = [...this.#inFlight].at(-1);
    const acknowledged = newest ? newest.part.publishedAt + LAST_WORD_MS : -Infinity;
    return Math.max(acknowledged, this.#pace.nextAt(now));
  }

  #wait(now: number, at: number): void {
    if (at > now && at < Infinity) this.#alarm.at(Math.min(at, now + LOOK_AGAIN_MS));
    this.#alarm.at(this.#hold.expiresAt);
    const briefly = this.#session.open && this.#inFlight.size > 0 && this.#pace.nextAt(now) <= now;
    const tellAt = this.#hold.tellAt(now, briefly);
    if (tellAt > now) this.#alarm.at(tellAt);
    else this.#hold.tell();
  }

  #publish(dispatch: Dispatch, now: number): void {
    const part = dispatch.takePart();
    if (!part) return;
    if (dispatch.published) this.#hold.delete(dispatch);
    else this.#hold.pause(dispatch);
    const { payload } = part;
    part.payload = [];
    part.publishedAt = now;
    part.sequence = ++this.#sequence;
    const followed: OpenPart = { part, dispatch };
    this.#alarm.at(this.#tracker.add(followed));
    this.#inFlight.add(followed);
    this.#pace.published(now);
    this.#history.published(part.items.length, now);
    dispatch.publish(part);

    const {
      topic,
      payload: bytes,
      qos,
    } = this.#options.service.encodeDownlink(dispatch.deviceId, part.operation, payload);
    this.#session
      .publish(topic, bytes, qos)
      .catch(() => "unanswered" as const)
      .then((outcome) => this.#outcome(followed, outcome === "acknowledged"))
      .catch(warnOfBug);
  }

  #outcome(followed: OpenPart, acknowledged: boolean): void {
    // Of a connection that has ended, everything is said already.
    if (this.#ended || !this.#inFlight.delete(followed)) return;
    const now = this.#clock.now();
    if (acknowledged) {
      followed.part.acknowledgedAfter = now - followed.part.publishedAt;
      this.#pace.acknowledged(now, followed.part.acknowledgedAfter);
      this.#alarm.at(this.#tracker.acknowledged(followed, now));
    } else this.#tracker.lost(followed);
    this.#pump();
  }

  #tick(): void {
    if (this.#ended) return;
    const now = this.#clock.now();
    for (const dispatch of this.#hold.takeExpired(now)) this.#tooLate(dispatch);
    this.#tracker.sweep(now);
    this.#pump();
    this.#alarm.at(this.#tracker.dueAt);
  }
}
