import type { Encoding, QueueChange } from "./order";

/** What was seen since the present connection was made. */
export interface BrokerEvidence {
  /** It is not the first of its session. */
  readonly interrupted: boolean;
  /** Something came. */
  readonly received: boolean;
  /** The stack took some downlink. */
  readonly answered: boolean;
}

/** What this side has seen around a downlink that was not answered. */
export interface NoAnswerEvidence {
  readonly deviceId: string;
  readonly operation: QueueChange;
  /** `decoded` also for downlink objects of which one is. */
  readonly encoding: Encoding;
  /** Ours, of the first item without an answer; empty where the service has none, and for `clear`. */
  readonly correlationId: string;
  /** ms from publishing to the PUBACK; absent where none came. */
  readonly pubackMs?: number;
  /** Anything at all ever came in this session: an uplink, a `queued`. */
  readonly receivedAnything: boolean;
  /** Some downlink was taken by the stack in this run. */
  readonly anyAnswered: boolean;
  /** One to this device was. */
  readonly deviceAnswered: boolean;
  /** Items published in the last ten seconds. */
  readonly recentItems: number;
  /** Only where a broker of the user's own stands between the stack and us. */
  readonly broker?: BrokerEvidence;
  /** Seconds since the present connection was accepted; absent where there is none. */
  readonly connectionAge?: number;
  /** Seconds that were waited. */
  readonly waited: number;
}
