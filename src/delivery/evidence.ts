import type { Encoding, Operation } from "../stack/downlink/order";
import { Tally } from "./tally";

/** What was seen since the present connection was made. */
export interface BrokerEvidence {
  /** It is not the first of its session. */
  readonly interrupted: boolean;
  /** Something came. */
  readonly received: boolean;
  /** The stack took some downlink. */
  readonly answered: boolean;
}

/** What this side has seen around a downlink that nobody answered. */
export interface NoAnswerEvidence {
  readonly deviceId: string;
  readonly operation: Operation;
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
  /** Only where somebody's own broker stands between the stack and us. */
  readonly broker?: BrokerEvidence;
  /** Seconds since the present connection was accepted; absent where there is none. */
  readonly connectionAge?: number;
  /** Seconds that were waited. */
  readonly waited: number;
}

const RECENT_SECONDS = 10;
const MOST_DEVICES = 5_000;

/** What has become of downlinks so far. */
export class Experience {
  readonly #devices = new Set<string>();
  readonly #recent = new Tally(RECENT_SECONDS);
  #acceptedAt = -Infinity;

  /** When the stack took the last downlink, in ms since 1970. */
  get acceptedAt(): number {
    return this.#acceptedAt;
  }

  /** @param now ms of the clock's `now` */
  published(items: number, now: number): void {
    this.#recent.add(items, now);
  }

  /** @param at ms since 1970 */
  accepted(deviceId: string, at: number): void {
    this.#acceptedAt = at;
    if (this.#devices.size < MOST_DEVICES) this.#devices.add(deviceId);
  }

  /** The stack took a downlink: the key may send. */
  get any(): boolean {
    return this.#devices.size > 0;
  }

  /** The stack took a downlink to this device. */
  knows(deviceId: string): boolean {
    return this.#devices.has(deviceId);
  }

  with(
    deviceId: string,
    now: number,
  ): Pick<NoAnswerEvidence, "anyAnswered" | "deviceAnswered" | "recentItems"> {
    return {
      anyAnswered: this.any,
      deviceAnswered: this.#devices.has(deviceId),
      recentItems: this.#recent.sum(now),
    };
  }
}
