import type { DeviceRecord } from "../../src/homeassistant/device";

const AT_ONCE = 5;
const PAUSE_MS = 100;

/** Goes through all devices at a pace that a small broker and Home Assistant at its start can follow. */
export class Round {
  readonly #visit: (devices: readonly DeviceRecord[]) => void;
  #left: readonly DeviceRecord[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(visit: (devices: readonly DeviceRecord[]) => void) {
    this.#visit = visit;
  }

  /** Begins anew, also in the middle of one. */
  begin(devices: readonly DeviceRecord[]): void {
    this.end();
    this.#left = devices;
    this.#go();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#left = [];
  }

  #go(): void {
    const next = this.#left.slice(0, AT_ONCE);
    this.#left = this.#left.slice(AT_ONCE);
    this.#timer = this.#left.length > 0 ? setTimeout(() => this.#go(), PAUSE_MS) : undefined;
    if (next.length > 0) this.#visit(next);
  }
}
