import type { Explanation, Text } from "../stack/explanation";
import type { DownlinkOrder, Offline, Priority, QueueChange, Report } from "../downlink/order";
import type { StackError } from "../stack/messages";

/** How far a downlink has come. `held` and `published` are ours, the others the stack's words, `unanswered` our last one. */
export type DownlinkState =
  "held" | "published" | "queued" | "sent" | "ack" | "nack" | "failed" | "invalidated" | "unanswered";

/** `at`: ms since 1970 on this machine. */
export interface Step {
  readonly state: DownlinkState;
  readonly at: number;
}

/** One item of a downlink object list, for the flow. */
export interface ItemView {
  index: number;
  state: DownlinkState;
  fPort?: number;
  correlationIds: string[];
  /** Of more than a hundred the first and the latest fifty. */
  steps: Step[];
  /** How many there were between these; absent where that is none. */
  stepsLeftOut?: number;
  fCnt?: number;
  /** Of a confirmed one: how often it was sent, as far as is known; absent before the first time. */
  attempts?: number;
  error?: StackError;
}

/** `msg.downlink`: made anew for each message, the flow may change it. */
export interface DownlinkView {
  state: DownlinkState;
  deviceId: string;
  operation: QueueChange;
  /** Absent with `items`, and for `clear`. */
  fPort?: number;
  priority?: Priority;
  confirmed?: boolean;
  correlationIds: string[];
  /** Of more than a hundred the first and the latest fifty. */
  steps: Step[];
  /** How many there were between these; absent where that is none. */
  stepsLeftOut?: number;
  fCnt?: number;
  /** Of a confirmed one: how often it was sent, as far as is known; absent before the first time. */
  attempts?: number;
  error?: StackError;
  /** Only for downlink objects. */
  items?: ItemView[];
  /** With `report: every` and `items`: which item this step is of. */
  index?: number;
}

/** `msg.downlink` of a queue that was read. */
export interface QueueView {
  state: "listed";
  deviceId: string;
  operation: "list";
  correlationIds: [];
  /** ms since 1970 on this machine. */
  steps: [{ state: "listed"; at: number }];
}

export interface DownlinkOptions {
  readonly report: Report;
  /** Seconds from publishing to the first answer; 0: no limit. */
  readonly timeout: number;
  readonly offline: Offline;
}

/** Why a downlink failed. */
export interface Failure extends Explanation {
  /** Where several went together: how many of how many, to stand behind the text, which is that of the first one. */
  readonly several?: Text;
}

/** Who follows a downlink. None of these may throw, and none is called before `send` has returned. */
export interface Follower {
  /**
   * At each step, also after the end: for the status. Of downlink objects only the one that made the step: its `index`,
   * `steps` and so on, with the `state` of all.
   */
  onStep(view: DownlinkView): void;
  /** It is about to be published: from now on it must never be published again. */
  onLeaving?(): void;
  /** What goes on into the flow: once, or with `report: every` once per step. */
  onReport(view: DownlinkView): void;
  /** Exactly once: reached what was asked for, or failed. */
  onEnd(failure?: Failure): void;
}

export interface DownlinkJob extends DownlinkOptions {
  readonly order: DownlinkOrder;
}
