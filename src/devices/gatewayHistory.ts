import type { RxMetadata } from "../stack/messages";
import { finite } from "../stack/radio";
import type { Arrival } from "./deviceHistory";
import { GatewayIntervals, type StoredGatewayIntervals } from "./gatewayIntervals";

/** As it can be stored. */
export interface StoredGateway {
  /** ms since 1970. */
  readonly lastUplink: number;
  readonly receivedAt?: number | undefined;
  readonly uplinks: number;
  readonly rssi?: number | undefined;
  readonly snr?: number | undefined;
  readonly intervals: StoredGatewayIntervals;
}

/** What the uplinks that a gateway received tell of it. */
export class GatewayHistory {
  readonly gatewayId: string;
  readonly intervals: GatewayIntervals;
  /** ms since 1970. */
  lastUplink: number;
  /** In ms on the clock that is never set; `-Infinity` where that was not in this run. */
  heardAt = -Infinity;
  uplinks: number;
  /** Of the last uplink. */
  rssi: number | undefined;
  snr: number | undefined;
  /** NaN where it is not known. */
  #receivedAt: number;
  #era = -1;

  constructor(gatewayId: string, stored?: StoredGateway) {
    this.gatewayId = gatewayId;
    this.intervals = new GatewayIntervals(stored?.intervals);
    this.lastUplink = stored?.lastUplink ?? 0;
    this.uplinks = stored?.uplinks ?? 0;
    this.rssi = stored?.rssi;
    this.snr = stored?.snr;
    this.#receivedAt = stored?.receivedAt ?? NaN;
  }

  get stored(): StoredGateway {
    const { lastUplink, uplinks, rssi, snr } = this;
    return {
      lastUplink,
      uplinks,
      rssi,
      snr,
      receivedAt: Number.isNaN(this.#receivedAt) ? undefined : this.#receivedAt,
      intervals: this.intervals.stored,
    };
  }

  take({ rssi, snr }: RxMetadata, { at, clock, receivedAt, way, era }: Arrival): void {
    const before = this.#receivedAt;
    // Two antennas of one gateway.
    if (receivedAt === before) return;
    this.uplinks += 1;
    if (way === "live") {
      this.lastUplink = at;
      this.heardAt = clock;
    } else {
      // It says nothing of the present.
      this.lastUplink = Math.max(this.lastUplink, Number.isNaN(receivedAt) ? 0 : Math.min(at, receivedAt));
      if (way === "stored") return;
    }
    const isOurGap = era !== this.#era;
    this.#era = way === "live" ? era : -1;
    this.rssi = finite(rssi);
    this.snr = finite(snr);
    if (Number.isNaN(receivedAt) || receivedAt < before) return;
    this.#receivedAt = receivedAt;
    if (!isOurGap && !Number.isNaN(before)) this.intervals.add(receivedAt - before);
  }
}
