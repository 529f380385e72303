import type { Node } from "node-red";
import { devicesIn, keptOf } from "../../src/homeassistant/kept";
import type { DeviceRecord } from "../../src/homeassistant/device";

const KEY = "devices";
const PAUSE_MS = 5_000;

/** What a node remembers of devices, in its own context: where the default store is persistent, also over a restart. */
export class Memory {
  readonly #node: Node;
  readonly #devices: () => readonly DeviceRecord[];
  #timer: NodeJS.Timeout | undefined;

  constructor(node: Node, devices: () => readonly DeviceRecord[]) {
    this.#node = node;
    this.#devices = devices;
  }

  /** Nothing where the store fails: then everything is announced once more. */
  static load(node: Node): Promise<readonly DeviceRecord[]> {
    return new Promise((resolve) => {
      node.context().get(KEY, (error: unknown, kept: unknown) => resolve(error ? [] : devicesIn(kept)));
    });
  }

  /** Soon, once for many changes. */
  changed(): void {
    this.#timer ??= setTimeout(() => this.#save(() => undefined), PAUSE_MS).unref();
  }

  /** @param done is called when what has changed is saved, or cannot be */
  close(done: () => void): void {
    if (this.#timer === undefined) done();
    else this.#save(done);
  }

  #save(done: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#node.context().set(KEY, this.#devices().map(keptOf), () => done());
  }
}
