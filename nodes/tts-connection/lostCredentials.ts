import type { NodeAPI } from "node-red";
import { isJsonObject } from "../../src/stack/check";
import type { Explanation } from "../../src/stack/explanation";

type Events = NodeAPI["events"];

/** What a connection says where it has none. */
const LACKS_KEY: ReadonlySet<string> = new Set([
  "error.not-configured.api-key",
  "error.not-configured.access-key",
]);

/**
 * Which connections began without their credentials because Node-RED could not decrypt them: it says so to its editors before it starts
 * the flows, and goes on without.
 */
class LostCredentials {
  readonly #watched = new WeakSet<Events>();
  readonly #nodeIds = new Set<string>();
  #isStarting = false;

  /** Once for each runtime in this process. */
  watch(events: Events): void {
    if (this.#watched.has(events)) return;
    this.#watched.add(events);
    events.on("runtime-event", (event: unknown) => {
      const payload = isJsonObject(event) ? event.payload : undefined;
      if (isJsonObject(payload) && payload.error === "credentials_load_failed") this.#isStarting = true;
    });
    // A connection that is deployed later never had any.
    events.on("flows:started", () => {
      this.#isStarting = false;
    });
  }

  /** Whether what this config node lacks may have been lost. */
  has(nodeId: string): boolean {
    if (this.#isStarting) this.#nodeIds.add(nodeId);
    return this.#nodeIds.has(nodeId);
  }

  /** The explanation, or a better one for this config node. */
  explain(nodeId: string, explanation: Explanation): Explanation {
    if (!LACKS_KEY.has(explanation.key) || !this.has(nodeId)) return explanation;
    return { ...explanation, key: "error.not-configured.credentials", values: {} };
  }
}

export const lostCredentials = new LostCredentials();
