import { createHash } from "node:crypto";
import type { Received } from "../stack/messages";

/** Some hundred kilobytes. What comes again comes after a reconnect, and no broker keeps more for a session by default. */
const MOST = 10_000;

/**
 * Finds messages that come a second time, as MQTT allows above QoS 0: between the stack and the broker, or between the broker and us.
 * One is the same as another when its bytes are: kind, device, correlation IDs, time and content. Without correlation IDs, which the
 * stack always gives, only what the broker itself calls repeated is taken for that: people publish the same test message many times.
 */
export class Duplicates {
  readonly #seen = new Set<string>();

  /**
   * Whether the message came before; from now on it has.
   * @param again the other side says so
   */
  has({ message }: Received, bytes: Uint8Array, again: boolean): boolean {
    const print = createHash("sha256").update(bytes).digest("base64");
    const known = this.#seen.has(print);
    if (known) return again || (message.correlation_ids?.length ?? 0) > 0;
    if (this.#seen.size >= MOST) {
      for (const oldest of this.#seen) {
        this.#seen.delete(oldest);
        break;
      }
    }
    this.#seen.add(print);
    return false;
  }
}
