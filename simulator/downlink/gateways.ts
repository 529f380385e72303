import type { Journal } from "../journal";
import { GATEWAY_IDS } from "../radio";
import type { DownlinkItem } from "./item";

/** What the Network Server knows of results; any other word a gateway reports is this one's first. */
const RESULTS = [
  "UNKNOWN_ERROR",
  "TOO_LATE",
  "TOO_EARLY",
  "COLLISION_PACKET",
  "COLLISION_BEACON",
  "TX_FREQ",
  "TX_POWER",
  "GPS_UNLOCKED",
];

const [UNKNOWN = ""] = RESULTS;

export interface GatewaySwitches {
  /** They refuse every frame and report this result, for example `TOO_LATE`; undefined: they transmit. */
  txError?: string | undefined;
  /** They report nothing, neither success nor failure. */
  silent?: boolean;
}

/** The gateways as far as they transmit. */
export class Gateways {
  readonly #journal: Journal;
  readonly #switches: GatewaySwitches = {};

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  set(switches: GatewaySwitches): void {
    Object.assign(this.#switches, switches);
  }

  /** The first of those that were asked for and exist; where none was asked for, the one that hears best. */
  usable(wanted: readonly string[]): string | undefined {
    if (wanted.length === 0) return GATEWAY_IDS[0];
    return wanted.find((id) => GATEWAY_IDS.includes(id));
  }

  /** `result` is undefined where the frame went out. */
  transmit(
    deviceId: string,
    gatewayId: string,
    item: DownlinkItem,
  ): { readonly result: string | undefined; readonly isReported: boolean } {
    const { txError, silent = false } = this.#switches;
    const { fPort, fCnt, payload, confirmed } = item;
    this.#journal.transmitted({ deviceId, gatewayId, fPort, fCnt, payload, confirmed, error: txError });
    const result = txError === undefined || RESULTS.includes(txError) ? txError : UNKNOWN;
    return { result, isReported: !silent };
  }
}
