import type { EndDevice } from "../devices/device";
import type { DownlinkItem } from "./item";
import { USUAL_ATTEMPTS } from "./limits";
import type { DownlinkQueues } from "./queues";
import type { DownlinkReports } from "./reports";

/** Waits for the answers to confirmed downlinks: the next uplink of the device acknowledges, or it does not. */
export class Confirmations {
  readonly #queues: DownlinkQueues;
  readonly #reports: DownlinkReports;
  /** At most one per device; it outlives a new join, and a replaced queue. */
  readonly #inFlight = new Map<EndDevice, DownlinkItem>();

  constructor(queues: DownlinkQueues, reports: DownlinkReports) {
    this.#queues = queues;
    this.#reports = reports;
  }

  isWaiting(device: EndDevice): boolean {
    return this.#inFlight.has(device);
  }

  /** Was given to a gateway, whatever became of it there. */
  transmitted(device: EndDevice, item: DownlinkItem): void {
    this.#inFlight.set(device, item);
  }

  /** An uplink came, with or without an acknowledgement. Called before anything of it is published. */
  answered(device: EndDevice, acknowledges: boolean, uplinkIds: readonly string[]): void {
    const item = this.#inFlight.get(device);
    if (item === undefined) return;
    this.#inFlight.delete(device);
    if (acknowledges) this.#reports.answered(device, "downlink_ack", item, uplinkIds);
    else this.#missed(device, item, uplinkIds);
  }

  /**
   * Counts the attempt and queues the downlink again, or gives it up. Rule: docs/server.md#8-downlinks-what-is-told, 6: a client that gives the
   * most attempts alone has the count start at 0, and gets one transmission more.
   */
  #missed(device: EndDevice, item: DownlinkItem, uplinkIds: readonly string[]): void {
    const { attempt, maxAttempts } = item.confirmedRetry ?? { attempt: 0, maxAttempts: undefined };
    const counted = { ...item, confirmedRetry: { attempt: attempt + 1, maxAttempts } };
    const most = maxAttempts ?? USUAL_ATTEMPTS;
    if (attempt + 1 > most) this.#reports.givenUp(device, counted, most);
    else this.#queues.again(device, counted);
    this.#reports.answered(device, "downlink_nack", counted, uplinkIds);
  }
}
