import type { Node, NodeAPI } from "node-red";
import type { NamingNode } from "../../src/account/namedDevices";
import { namedIn } from "../../src/stack/filters";
import type { Text } from "../../src/stack/explanation";
import type { StatusText } from "./status";
import { textOf } from "./text";

/** What a node that waits for devices by their IDs is told of those that do not exist, and tells its user. */
export class MissingDevices implements NamingNode {
  readonly named: readonly string[];
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #changed: () => void;
  #first: string | undefined;

  /** @param devices as the pattern is to be shown */
  constructor(RED: NodeAPI, node: Node, devices: string, changed: () => void) {
    this.named = namedIn(devices);
    this.#RED = RED;
    this.#node = node;
    this.#changed = changed;
  }

  onMissing([first]: readonly string[], warning: Text | undefined): void {
    this.#first = first;
    if (warning) this.#node.warn(textOf(this.#RED, warning));
    this.#changed();
  }

  /** In place of that it waits, while there are such devices. */
  get status(): StatusText | undefined {
    if (this.#first === undefined) return undefined;
    return { fill: "yellow", shape: "dot", key: "status.no-device", values: { device: this.#first } };
  }
}
