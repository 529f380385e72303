import type { Text } from "../stack/explanation";

/** Counts the downlinks whose outcome will not be told any more, and says so in one warning for all that go with one node. */
export class Dropped {
  readonly #warn: (text: Text) => void;
  /** Will not be sent. */
  #held = 0;
  /** Sent, and their outcome is awaited. */
  #followed = 0;

  constructor(warn: (text: Text) => void) {
    this.#warn = warn;
  }

  count(what: { readonly held?: number; readonly followed?: number }): void {
    // A node drops what it has one by one, and a flow goes on giving to a node that is being closed.
    if (this.#held + this.#followed === 0) setImmediate(() => this.tell());
    this.#held += what.held ?? 0;
    this.#followed += what.followed ?? 0;
  }

  tell(): void {
    const held = this.#held;
    const followed = this.#followed;
    this.#held = this.#followed = 0;
    if (held > 0 && followed > 0)
      this.#warn({ key: "warning.dropped-both", values: { number: held, followed } });
    else if (held > 0) this.#warn({ key: "warning.dropped-held", values: { number: held } });
    else if (followed > 0) this.#warn({ key: "warning.dropped-followed", values: { number: followed } });
  }
}
