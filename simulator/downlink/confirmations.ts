import type { EndDevice } from "../devices/device";
import type { DownlinkItem } from "./item";
import { USUAL_ATTEMPTS } from "./limits";
import type { DownlinkQueues } from "./queues";
import type { DownlinkReports } from "./reports";
import { Timers } from "./timers";

interface Parts {
  readonly queues: DownlinkQueues;
  readonly reports: DownlinkReports;
  /** ms that a class C device has for it; undefined: until its next uplink. */
  readonly classCTimeout?: number;
  /** Something is in the queue that was there before, without an uplink. */
  readonly queuedAgain: (device: EndDevice) => void;
}

interface InFlight {
  readonly item: DownlinkItem;
  /** In ms of the monotonic clock. */
  readonly until: number;
}

/** Waits for the answers to confirmed downlinks: the next uplink of the device acknowledges, or it does not. */
export class Confirmations {
  readonly #parts: Parts;
  /** At most one per device; it outlives a new join, and a replaced queue. */
  readonly #inFlight = new Map<EndDevice, InFlight>();
  readonly #timeouts = new Timers<EndDevice>((device) => {
    this.#timedOut(device);
  });

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  stop(): void {
    this.#timeouts.stop();
  }

  isWaiting(device: EndDevice): boolean {
    return this.#inFlight.has(device);
  }

  /** Was given to a gateway, whatever became of it there. */
  transmitted(device: EndDevice, item: DownlinkItem): void {
    const { classCTimeout } = this.#parts;
    const isTimed = classCTimeout !== undefined && device.model.class === "C";
    this.#inFlight.set(device, { item, until: isTimed ? performance.now() + classCTimeout : Infinity });
    if (isTimed) this.#timeouts.plan(device, classCTimeout);
  }

  /** An uplink came, with or without an acknowledgement. Called before anything of it is published. */
  answered(device: EndDevice, acknowledges: boolean, uplinkIds: readonly string[]): void {
    const item = this.#inFlight.get(device)?.item;
    if (item === undefined) return;
    this.#inFlight.delete(device);
    if (acknowledges) this.#parts.reports.answered(device, "downlink_ack", item, uplinkIds);
    else this.#missed(device, item, uplinkIds);
  }

  /** Rule: docs/server.md#13-newer-servers, 4. */
  #timedOut(device: EndDevice): void {
    const inFlight = this.#inFlight.get(device);
    if (inFlight === undefined || inFlight.until === Infinity) return;
    const left = inFlight.until - performance.now();
    // An earlier one was answered meanwhile, and this timer was its.
    if (left > 0) this.#timeouts.plan(device, left);
    else {
      this.#inFlight.delete(device);
      this.#missed(device, inFlight.item, []);
      this.#parts.queuedAgain(device);
    }
  }

  /**
   * Counts the attempt and queues the downlink again, or gives it up. Rule: docs/server.md#8-downlinks-what-is-told, 6: a client that gives the
   * most attempts alone has the count start at 0, and gets one transmission more.
   */
  #missed(device: EndDevice, item: DownlinkItem, uplinkIds: readonly string[]): void {
    const { attempt, maxAttempts } = item.confirmedRetry ?? { attempt: 0, maxAttempts: undefined };
    const counted = { ...item, confirmedRetry: { attempt: attempt + 1, maxAttempts } };
    const most = maxAttempts ?? USUAL_ATTEMPTS;
    const { queues, reports } = this.#parts;
    if (attempt + 1 > most) reports.givenUp(device, counted, most);
    else queues.again(device, counted);
    reports.answered(device, "downlink_nack", counted, uplinkIds);
  }
}
