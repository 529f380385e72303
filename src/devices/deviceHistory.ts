import { batteryOf } from "../stack/metadata";
import type { UplinkMessage } from "../stack/messages";
import { bestReception, countGateways, finite, modulationOf, signalMargin, snrOf } from "../stack/radio";
import type { Way } from "../connection/ledger";
import { Counters, isFrameCounter, type CountedSession, type CounterStep } from "./counters";
import { Intervals, type StoredIntervals } from "./intervals";

/** How one uplink came in. */
export interface Arrival {
  /** ms since 1970 on this machine; of one that was fetched later, on the network's clock. */
  readonly at: number;
  /** ms on a clock that is never set. */
  readonly clock: number;
  /** When the network received it, in ms since 1970 on its clock. */
  readonly receivedAt: number | undefined;
  readonly way: Way;
  /** Grows with each time in which messages may have been missed here. */
  readonly era: number;
}

/** The last signal of a device; units as in `RadioSummary`. */
export interface Signal {
  rssi?: number | undefined;
  snr?: number | undefined;
  spreadingFactor?: number | undefined;
  bandwidth?: number | undefined;
  gatewayId?: string | undefined;
  gateways: number;
}

/** As it can be stored. */
export interface StoredHistory {
  /** ms since 1970. */
  readonly lastSeen: number;
  readonly receivedAt?: number | undefined;
  readonly session?: CountedSession | undefined;
  readonly intervals: StoredIntervals;
  readonly battery?: number | undefined;
  readonly signal: Signal;
}

/** Session key IDs and gateway IDs are shorter; what is longer is not remembered. */
const LONGEST_ID = 64;
/** Network servers of one cluster have clocks that differ, and live messages take some time. */
const OLD_MS = 5 * 60_000;

/** What is known of a device over time. It is filled in place: this runs for every message. */
export class DeviceHistory {
  readonly counters: Counters;
  readonly intervals: Intervals;
  readonly signal: Signal;
  /** Percent. */
  battery: number | undefined;
  /** ms since 1970 on this machine, or on the network's clock where it came much later. */
  lastSeen: number;
  /** When it was heard last, in ms on the clock that is never set; `-Infinity` where that was not in this run. */
  heardAt = -Infinity;
  #receivedAt: number | undefined;
  #era = -1;
  /** The era in which it was last filled what is missing. */
  #filledEra = -1;

  constructor(stored?: StoredHistory) {
    this.counters = new Counters(stored?.session);
    this.intervals = new Intervals("bursts", stored?.intervals);
    this.signal = stored?.signal ?? { gateways: 0 };
    this.battery = stored?.battery;
    this.lastSeen = stored?.lastSeen ?? 0;
    this.#receivedAt = stored?.receivedAt;
  }

  /** dB over the demodulation floor of its data rate. */
  get margin(): number | undefined {
    return signalMargin(this.signal.snr, this.signal.spreadingFactor);
  }

  get stored(): StoredHistory {
    const { lastSeen, battery, signal } = this;
    const { session } = this.counters;
    return {
      lastSeen,
      receivedAt: this.#receivedAt,
      session: session && { ...session },
      intervals: this.intervals.stored,
      battery,
      signal: { ...signal },
    };
  }

  /** It asked to join: a sign of life, and what it counts may begin anew. */
  join(arrival: Arrival): void {
    this.counters.join();
    this.#seen(arrival);
  }

  /** Undefined where it has no frame counter. */
  take(uplink: UplinkMessage, arrival: Arrival): CounterStep | undefined {
    const { receivedAt } = arrival;
    const before = this.#receivedAt;
    const isOlder = before !== undefined && receivedAt !== undefined && receivedAt < before;
    const isOurGap = this.#isBehindOurGap(arrival);
    // Proto3 leaves out a 0.
    const { f_cnt: fCnt = 0, session_key_id: keyId = "" } = uplink;
    const isCounted = isFrameCounter(fCnt) && keyId.length <= LONGEST_ID;
    const isFilledIn = isOlder && arrival.way === "stored";
    const step = !isCounted
      ? undefined
      : isFilledIn
        ? this.counters.fill(keyId, fCnt, isOurGap)
        : this.counters.take(keyId, fCnt, isOlder, isOurGap);
    this.#seen(arrival);
    // What counts on is no older, whatever the clocks of the network say.
    if (isOlder && step !== "next") return step;
    if (step === "next" && !isOurGap && !isOlder && receivedAt !== undefined && before !== undefined)
      this.intervals.add(receivedAt - before, this.counters.ahead === 1);
    // The same frame again says nothing of how often the device sends.
    if (step !== "repeated") this.#receivedAt = receivedAt;
    this.#takeSignal(uplink);
    const battery = batteryOf(uplink);
    if (battery !== undefined) this.battery = battery;
    return step;
  }

  /** Whether what is missing before this one may have been missed here. */
  #isBehindOurGap({ way, era }: Arrival): boolean {
    if (way !== "stored") {
      const isOurs = era !== this.#era;
      this.#era = way === "live" ? era : -1;
      return isOurs;
    }
    // They come in order and without gaps of ours; but what follows may be live, while the rest of them is still to come.
    const isFirst = era !== this.#filledEra;
    this.#filledEra = era;
    this.#era = -1;
    return isFirst;
  }

  #seen({ at, clock, receivedAt, way }: Arrival): void {
    const isLive = way === "live";
    if (isLive) this.heardAt = clock;
    const isOld = !isLive || (receivedAt !== undefined && receivedAt < at - OLD_MS);
    // A clock that was set back must not hide that it was heard.
    this.lastSeen = isOld ? Math.max(this.lastSeen, Math.min(at, receivedAt ?? 0)) : at;
  }

  #takeSignal({ rx_metadata: receptions, settings }: UplinkMessage): void {
    const { signal } = this;
    const modulation = modulationOf(settings);
    const best = receptions && bestReception(receptions, modulation);
    signal.gateways = receptions ? countGateways(receptions) : 0;
    signal.rssi = finite(best?.rssi);
    signal.snr = best && snrOf(best, modulation);
    const gatewayId = best?.gateway_ids?.gateway_id ?? "";
    signal.gatewayId = gatewayId === "" || gatewayId.length > LONGEST_ID ? undefined : gatewayId;
    signal.spreadingFactor = finite(settings?.data_rate?.lora?.spreading_factor);
    signal.bandwidth = finite(settings?.data_rate?.lora?.bandwidth);
  }
}
