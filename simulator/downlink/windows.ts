import type { EndDevice } from "../devices/device";
import { longestAt } from "./limits";

/** The receive windows after one uplink: good for one downlink. */
export interface Windows {
  /** Correlation IDs of the uplink. */
  readonly uplinkIds: readonly string[];
  /** In ms of the monotonic clock. */
  readonly closeAt: number;
  /** Bytes. */
  readonly longest: number;
}

/** ms. */
const USUAL_DELAY = 1_000;

/** Which devices listen for a downlink because they have just sent an uplink. */
export class ReceiveWindows {
  readonly #open = new Map<EndDevice, Windows>();

  open(device: EndDevice, uplinkIds: readonly string[], spreadingFactor: number): void {
    const closeAt = performance.now() + (device.model.receiveDelay ?? USUAL_DELAY);
    this.#open.set(device, { uplinkIds, closeAt, longest: longestAt(spreadingFactor) });
  }

  close(device: EndDevice): void {
    this.#open.delete(device);
  }

  /** Whether there is time to plan something. */
  areOpen(device: EndDevice): boolean {
    const windows = this.#open.get(device);
    if (windows !== undefined && windows.closeAt < performance.now()) this.close(device);
    return this.#open.has(device);
  }

  /** For what was planned while they were open: a class A device gets it, however late the timer is. */
  planned(device: EndDevice): Windows | undefined {
    return device.model.class === "A" || this.areOpen(device) ? this.#open.get(device) : undefined;
  }
}
