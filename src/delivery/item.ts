import type { DownlinkItem } from "../downlink/order";
import type { Explanation } from "../stack/explanation";
import type { StackError } from "../stack/messages";
import type { Answer, AnswerState } from "./answers";
import { invalidated, notEncoded, reportedFailure } from "./failures";
import type { DownlinkState } from "./contract";
import type { Report } from "../downlink/order";
import type { ItemProgress } from "./progress";
import { Steps } from "./steps";

/** How far a state is on the way. A `failed` that is not the end was in the queue. */
const PROGRESS: Record<DownlinkState, number> = {
  held: 0,
  published: 1,
  unanswered: 1,
  invalidated: 1,
  failed: 2,
  queued: 2,
  sent: 3,
  nack: 3,
  ack: 4,
};

const AWAITED: Record<Exclude<Report, "every">, number> = { published: 2, queued: 2, sent: 3, ack: 4 };

/** What an answer does to an item. */
export interface Consequence {
  readonly state: AnswerState;
  readonly failure?: Explanation;
}

/** One downlink that is followed. Ten thousand of them may be: nothing here that is not needed. */
export class Item {
  readonly index: number;
  readonly deviceId: string;
  readonly confirmed: boolean;
  /** Fields only: the stack's encoder makes the bytes. */
  readonly encodedByStack: boolean;
  /** Base64; only where no correlation ID tells which downlink an answer is about. */
  readonly payload: string | undefined;
  /** All that are sent. */
  readonly correlationIds: readonly string[];
  /** The one of these that is ours. */
  readonly ourId: string | undefined;
  readonly steps = new Steps();
  state: DownlinkState = "held";
  fPort: number | undefined;
  fCnt: number | undefined;
  error: StackError | undefined;
  /** Transmissions of a confirmed one, as far as is known. */
  attempts = 0;
  /** Nothing more can come. */
  over = false;
  /** It went wrong, for the node: the first that is said counts. */
  failure: Explanation | undefined;
  /** As far as the node waits for. */
  settled = false;
  #reached = 0;
  /** The stack's count before the first transmission. */
  readonly #firstAttempt: number;
  /** Transmissions whose outcome is known. */
  #concluded = 0;

  constructor(index: number, deviceId: string, item: DownlinkItem, ourId: string | undefined) {
    this.index = index;
    this.deviceId = deviceId;
    this.confirmed = item.confirmed ?? false;
    this.encodedByStack = item.decoded_payload !== undefined && item.frm_payload === undefined;
    this.ourId = ourId;
    this.payload = ourId === undefined ? item.frm_payload : undefined;
    this.correlationIds = [...(item.correlation_ids ?? []), ...(ourId === undefined ? [] : [ourId])];
    this.fPort = item.f_port;
    // Rule: docs/server.md#8-downlinks-what-is-told, 6. Given without a count it begins at 0.
    this.#firstAttempt = item.confirmed_retry ? (item.confirmed_retry.attempt ?? 0) : 1;
  }

  /** The stack has said something of it. */
  get answered(): boolean {
    return this.#reached >= PROGRESS.queued;
  }

  /** In the stack's queue, not with a gateway or a device. */
  get inQueue(): boolean {
    return !this.over && (this.state === "queued" || this.state === "nack");
  }

  /** With the device, which must acknowledge it: the stack sends it until then, or until it gives up. */
  get inFlight(): boolean {
    return !this.over && this.confirmed && (this.state === "sent" || this.state === "failed");
  }

  /** A step. What comes late takes nothing back. */
  enter(state: DownlinkState, at: number): void {
    this.state = state;
    this.steps.add(state, at);
    this.#reached = Math.max(this.#reached, PROGRESS[state]);
  }

  /** Its steps are known already. */
  restore(progress: ItemProgress): void {
    const { fPort, fCnt, error, failure, attempts, concluded, over, settled, stepsLeftOut = 0 } = progress;
    this.steps.leftOut += stepsLeftOut;
    this.fPort = fPort;
    this.fCnt = fCnt;
    this.error = error;
    this.failure = failure;
    this.attempts = attempts;
    this.#concluded = concluded;
    this.over = over;
    this.settled = settled;
  }

  get progress(): ItemProgress {
    const { correlationIds, ourId, fPort, fCnt, error, failure, attempts, over, settled } = this;
    return {
      correlationIds,
      ...this.steps.view(),
      attempts,
      concluded: this.#concluded,
      over,
      settled,
      ...(ourId === undefined ? {} : { ourId }),
      ...(fPort === undefined ? {} : { fPort }),
      ...(fCnt === undefined ? {} : { fCnt }),
      ...(error === undefined ? {} : { error }),
      ...(failure === undefined ? {} : { failure }),
    };
  }

  /** Whether what the node waits for is reached; `acknowledged`: its publish was. */
  reached(report: Report, acknowledged: boolean): boolean {
    if (report === "every") return this.#reached >= (this.confirmed ? PROGRESS.ack : PROGRESS.sent);
    return this.#reached >= AWAITED[report] || (report === "published" && acknowledged);
  }

  /** Takes in what an answer tells, but not the step itself. Undefined: it tells nothing new. */
  learn({ state, downlink, error }: Answer, checkPayload: boolean): Consequence | undefined {
    const fCnt = downlink.session_key_id === undefined ? downlink.f_cnt : (downlink.f_cnt ?? 0);
    // Some ways deliver twice; a transmission of its own has a frame counter of its own.
    const repeated = state === this.state && fCnt === this.fCnt;
    if (this.over || repeated || (state === "queued" && this.answered)) return undefined;

    this.fPort = downlink.f_port ?? this.fPort;
    if (state !== "queued") this.fCnt = fCnt ?? this.fCnt;
    if (state === "sent" || state === "ack") this.error = undefined; // The stack's next try went better.
    this.#count(state, downlink.confirmed_retry?.attempt, error);
    switch (state) {
      case "queued":
        if (checkPayload && this.encodedByStack && (downlink.frm_payload ?? "") === "")
          return { state, failure: notEncoded(this.deviceId) };
        return { state };
      case "sent":
        this.over = !this.confirmed;
        return { state };
      case "ack":
        this.over = true;
        return { state };
      case "nack":
        return { state };
      case "invalidated":
        this.over = true;
        return { state, failure: invalidated(this.deviceId) };
      case "failed":
        this.error = error ?? {};
        // The stack repeats a confirmed one.
        this.over = !(this.confirmed && this.error.name === "transmission");
        return this.over
          ? { state, failure: reportedFailure(this.deviceId, this.error, this.attempts) }
          : { state };
    }
  }

  #count(state: AnswerState, attempt: number | undefined, error: StackError | undefined): void {
    if (!this.confirmed) return;
    const transmission = state === "sent" || state === "ack" || error?.name === "transmission";
    const concluded = state === "nack" || error?.name === "max_retries_reached";
    // With `nack` and the last `failed` the stack gives the number of the next attempt, with `ack` that of this one.
    const counted = attempt === undefined ? undefined : attempt - this.#firstAttempt;
    if (concluded) this.attempts = this.#concluded = counted ?? this.#concluded + 1;
    else if (transmission)
      this.attempts = state === "ack" && counted !== undefined ? counted + 1 : this.#concluded + 1;
  }
}
