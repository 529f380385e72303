import type { Node } from "node-red";
import type { Awaited } from "../../src/account/seats";
import { asMessage } from "../shared/red";

/**
 * Downlinks that came to an earlier node with the same ID. `send` and `done` of a node that is closed lead to nodes that are gone:
 * Node-RED makes new ones when the message is received once more, and the input handler finds here what it is.
 */
export class Inherited {
  readonly #node: Node;
  readonly #awaited = new WeakMap<object, Awaited[]>();

  constructor(node: Node) {
    this.#node = node;
  }

  receive(awaited: Awaited): void {
    const { message } = awaited;
    this.#awaited.set(message, [...(this.#awaited.get(message) ?? []), awaited]);
    this.#node.receive(asMessage(message));
  }

  /** What a message that is received was inherited with. */
  take(message: object): Awaited | undefined {
    return this.#awaited.get(message)?.shift();
  }
}
