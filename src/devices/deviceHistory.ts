import { batteryOf } from "../stack/metadata";
import type { UplinkMessage } from "../stack/messages";
import { bestReception, countGateways, finite, modulationOf, signalMargin, snrOf } from "../stack/radio";
import type { Way } from "../connection/ledger";
import { Counters, isFrameCounter, type CountedSession, type CounterStep } from "./counters";
import { Intervals, type StoredIntervals } from "./intervals";

/** How one uplink came in. It is valid only until the next one comes. */
export interface Arrival {
  /** ms since 1970 on this machine; of one that was fetched later, on the network's clock. */
  readonly at: number;
  /** ms on a clock that is never set. */
  readonly clock: number;
  /** When the network received it, in ms since 1970 on its clock; NaN where that is not known. */
  readonly receivedAt: number;
  readonly way: Way;
  /** Grows with each time in which messages may have been missed here. */
  readonly era: number;
}

/** The last signal of a device; units as in `RadioSummary`, NaN or `""` for what is not known. */
export interface Signal {
  rssi: number;
  snr: number;
  spreadingFactor: number;
  bandwidth: number;
  gatewayId: string;
  gateways: number;
}

/** Before anything was heard. */
export const noSignal = (): Signal => ({
  ...{ rssi: NaN, snr: NaN, spreadingFactor: NaN, bandwidth: NaN, gatewayId: "", gateways: 0 },
});

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
  /** NaN where it is not known: a number that is always one is written in place, without making another for each message. */
  #receivedAt: number;
  #era = -1;
  /** The era in which it was last filled what is missing. */
  #filledEra = -1;

  constructor(stored?: StoredHistory) {
    this.counters = new Counters(stored?.session);
    this.intervals = new Intervals(stored?.intervals);
    this.signal = stored?.signal ?? noSignal();
    this.battery = stored?.battery;
    this.lastSeen = stored?.lastSeen ?? 0;
    this.#receivedAt = stored?.receivedAt ?? NaN;
  }

  /** dB over the demodulation floor of its data rate. */
  get margin(): number | undefined {
    const { snr, spreadingFactor } = this.signal;
    return Number.isNaN(snr) ? undefined : signalMargin(snr, spreadingFactor);
  }

  get stored(): StoredHistory {
    const { lastSeen, battery, signal } = this;
    const { session } = this.counters;
    return {
      lastSeen,
      receivedAt: Number.isNaN(this.#receivedAt) ? undefined : this.#receivedAt,
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
    const isOlder = receivedAt < before;
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
    if (step === "next" && !isOurGap && receivedAt >= before)
      this.intervals.add(receivedAt - before, this.counters.ahead === 1);
    // The same frame again says nothing of how often the device sends.
    if (step !== "repeated") this.#receivedAt = receivedAt;
    this.#takeSignal(uplink);
    const battery = batteryOf(uplink);
    if (battery !== undefined && battery !== this.battery) this.battery = battery;
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
    const isOld = !isLive || receivedAt < at - OLD_MS;
    // A clock that was set back must not hide that it was heard.
    this.lastSeen = isOld
      ? Math.max(this.lastSeen, Number.isNaN(receivedAt) ? 0 : Math.min(at, receivedAt))
      : at;
  }

  #takeSignal({ rx_metadata: receptions, settings }: UplinkMessage): void {
    const { signal } = this;
    const modulation = modulationOf(settings);
    const best = receptions && bestReception(receptions, modulation);
    signal.gateways = receptions ? countGateways(receptions) : 0;
    signal.rssi = finite(best?.rssi) ?? NaN;
    signal.snr = (best && snrOf(best, modulation)) ?? NaN;
    const lora = settings?.data_rate?.lora;
    signal.spreadingFactor = finite(lora?.spreading_factor) ?? NaN;
    signal.bandwidth = finite(lora?.bandwidth) ?? NaN;
    const gatewayId = best?.gateway_ids?.gateway_id ?? "";
    // Mostly the same: what is not written need not be kept alive.
    if (signal.gatewayId !== gatewayId) signal.gatewayId = gatewayId.length > LONGEST_ID ? "" : gatewayId;
  }
}
