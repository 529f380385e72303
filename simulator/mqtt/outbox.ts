import type { Socket } from "node:net";

/** Messages that may wait for a reader before further ones are dropped. */
const ROOM = 64;

/** A reader that took nothing for this long counts as stopped, in ms. */
const STOPPED_AFTER = 100;

/** What goes out to one client: everything in order, nothing while the server is frozen, and messages only as fast as it reads. */
export class Outbox {
  readonly #socket: Socket;
  #held: Buffer[] | undefined;
  #waiting = 0;
  #tookLastAt = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** An answer to a packet of the client: never dropped. */
  answer(bytes: Buffer): void {
    if (this.#held !== undefined) {
      this.#held.push(bytes);
      return;
    }
    if (this.#waiting === 0) this.#tookLastAt = performance.now();
    this.#waiting += 1;
    this.#socket.write(bytes, () => {
      this.#waiting -= 1;
      this.#tookLastAt = performance.now();
    });
  }

  /** A message of the application: dropped without a word when the client is too slow. Rule: docs/server.md#3-publishing, 8. */
  deliver(bytes: Buffer): void {
    // What the system's own buffers have taken is on its way, whatever keeps this process from hearing of it.
    const stuck = this.#socket.writableLength > 0 && performance.now() - this.#tookLastAt > STOPPED_AFTER;
    if (stuck && this.#waiting >= ROOM) return;
    this.answer(bytes);
  }

  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const bytes of held) this.answer(bytes);
  }
}
