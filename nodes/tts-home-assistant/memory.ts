import type { Node, NodeAPI } from "node-red";
import { devicesIn, keptOf } from "../../src/homeassistant/kept";
import type { DeviceRecord } from "../../src/homeassistant/device";
import { keep, recall } from "../shared/recall";
import { deployment } from "../tts-connection/deployment";

const KEY = "devices";
const PAUSE_MS = 5_000;

/**
 * Node-RED without a configured context store empties the context of a node with every deploy: this outlives that, by the IDs of nodes,
 * until the end of the deploy.
 */
const handedOver = new Map<string, readonly DeviceRecord[]>();

/** What a node remembers of devices, in its own context: where the default store is persistent, also over a restart. */
export class Memory {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #devices: () => readonly DeviceRecord[];
  #timer: NodeJS.Timeout | undefined;

  constructor(RED: NodeAPI, node: Node, devices: () => readonly DeviceRecord[]) {
    this.#RED = RED;
    this.#node = node;
    this.#devices = devices;
  }

  /** What the node of the same ID knew before a deploy, or what is stored. Nothing where the store fails: then all is announced anew. */
  static load(RED: NodeAPI, node: Node): Promise<readonly DeviceRecord[]> {
    const known = handedOver.get(node.id);
    if (known) return Promise.resolve(known);
    return new Promise((resolve) => recall(RED, node, KEY, (kept) => resolve(devicesIn(kept))));
  }

  /** Soon, once for many changes. */
  changed(): void {
    this.#timer ??= setTimeout(() => this.#save(() => undefined), PAUSE_MS).unref();
  }

  /** @param done is called when what has changed is saved, or cannot be */
  close(isRemoved: boolean, done: () => void): void {
    const { id } = this.#node;
    if (!isRemoved && deployment.nodesComeBack) {
      handedOver.set(id, this.#devices());
      deployment.atEnd(() => handedOver.delete(id));
    }
    if (this.#timer === undefined) done();
    else this.#save(done);
  }

  #save(done: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    keep(this.#RED, this.#node, KEY, this.#devices().map(keptOf), done);
  }
}
