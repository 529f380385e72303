import type { EndDevice } from "./devices/device";
import type { Network } from "./network";

/** Every so many uplinks of its own a device joins anew, the first time before its first: users need not wait long to see one. */
const JOIN_EVERY = 6;
const FIRST_JOIN = 1;

/** The first turn comes soon, whatever the pace. */
const FIRST_AFTER_MS = 2_000;

/** Lets the devices send in turn. */
export class Schedule {
  readonly #network: Network;
  readonly #devices: () => readonly EndDevice[];
  readonly #counts = new Map<EndDevice, number>();
  #timer: NodeJS.Timeout | undefined;
  #turn = 0;

  constructor(network: Network, devices: () => readonly EndDevice[]) {
    this.#network = network;
    this.#devices = devices;
  }

  start(everyMs: number): void {
    this.stop();
    const turn = (afterMs: number): void => {
      this.#timer = setTimeout(() => {
        this.#next();
        turn(everyMs);
      }, afterMs);
    };
    turn(Math.min(FIRST_AFTER_MS, everyMs));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #next(): void {
    const devices = this.#devices();
    const device = devices[this.#turn % devices.length];
    this.#turn += 1;
    if (device === undefined) return;
    const count = (this.#counts.get(device) ?? 0) + 1;
    this.#counts.set(device, count);
    if (device.model.devEui !== undefined && count % JOIN_EVERY === FIRST_JOIN) this.#network.join(device);
    this.#network.uplink(device);
  }
}
