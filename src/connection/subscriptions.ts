import type { Service, Subscription } from "../services/service";
import type { Kind } from "../stack/kinds";
import { SUBACK_REFUSED, type Link } from "./link";
import type { SessionState } from "./state";
import { warnOfBug } from "./unexpected";

/** From here on a return code of a SUBACK is a refusal. */

/** Where the broker keeps the session, what is unsubscribed is lost: while flows are deployed or end, no node wants anything for a moment. */
const LINGER_MS = 30_000;

type Grant = "pending" | "granted" | "refused";

/**
 * What a session is subscribed to: exactly what its nodes want together, on every link anew. Each filter goes in a SUBSCRIBE
 * of its own, so that a refused one takes no other with it, and its answer is looked at.
 */
export class Subscriptions {
  readonly #service: Service;
  readonly #onChange: () => void;
  readonly #linger: number;
  #tidying: NodeJS.Timeout | undefined;
  #wanted: readonly Subscription[] = [];
  #grants = new Map<string, Grant>();
  #link: Link | undefined;
  #highestQos: number | undefined;
  /** Each waits for the answer to the one before: so it shows which one ends the connection. */
  oneByOne = false;

  /** @param linger ms that a filter of a kept session stays when no node wants it any more */
  constructor(service: Service, onChange: () => void, linger = LINGER_MS) {
    this.#service = service;
    this.#onChange = onChange;
    this.#linger = linger;
  }

  /** All that is wanted. */
  get filters(): readonly string[] {
    return this.#wanted.map(({ filter }) => filter);
  }

  /** The first filter that was refused. */
  get refused(): string | undefined {
    return this.#wanted.find(({ filter }) => this.#grants.get(filter) === "refused")?.filter;
  }

  /** The first filter that has not been answered yet. */
  get unanswered(): string | undefined {
    return this.#wanted.find(({ filter }) => this.#grants.get(filter) === "pending")?.filter;
  }

  /** Some filter has not been answered yet. */
  get pending(): boolean {
    return this.unanswered !== undefined;
  }

  /** The highest QoS that was granted on this link. */
  get highestQos(): number | undefined {
    return this.#highestQos;
  }

  /** The state of an open session for a node that wants these kinds; without any kind, for the session as a whole. */
  stateFor(kinds: ReadonlySet<Kind>): SessionState {
    const concerned = this.#wanted.filter(
      (one) => kinds.size === 0 || one.kinds.some((kind) => kinds.has(kind)),
    );
    const refused = concerned.find(({ filter }) => this.#grants.get(filter) === "refused");
    if (refused) return { state: "refused", problem: { problem: "topic_refused", filter: refused.filter } };
    return {
      state: concerned.some(({ filter }) => this.#grants.get(filter) !== "granted")
        ? "connecting"
        : "connected",
    };
  }

  /** Subscribes to what is new and unsubscribes from what no node wants any more. */
  want(kinds: ReadonlySet<Kind>): void {
    this.#wanted = this.#service.subscriptions(kinds);
    if (this.#apply()) this.#onChange();
  }

  /** Subscribes to everything wanted on a fresh link. */
  open(link: Link): void {
    this.#link = link;
    this.#highestQos = undefined;
    this.#grants = new Map();
    this.#apply();
    this.#tidyLater();
    this.#onChange();
  }

  close(): void {
    clearTimeout(this.#tidying);
    this.#link = undefined;
    this.#grants = new Map();
  }

  get #isKept(): boolean {
    return !this.#service.login.clean;
  }

  #isWanted(filter: string): boolean {
    return this.#wanted.some((one) => one.filter === filter);
  }

  /** A kept session has the filters of earlier runs as well. */
  #tidyLater(): void {
    if (!this.#isKept) return;
    clearTimeout(this.#tidying);
    this.#tidying = setTimeout(() => {
      for (const { filter } of this.#service.subscriptions(this.#service.kinds)) {
        if (this.#isWanted(filter)) continue;
        this.#grants.delete(filter);
        this.#link?.unsubscribe(filter);
      }
    }, this.#linger).unref();
  }

  /** Returns whether there was anything to do. */
  #apply(): boolean {
    const link = this.#link;
    if (!link) return false;
    let changed = false;
    for (const filter of this.#grants.keys()) {
      if (this.#isWanted(filter)) continue;
      changed = true;
      if (this.#isKept) {
        this.#tidyLater();
        continue;
      }
      this.#grants.delete(filter);
      link.unsubscribe(filter);
    }
    for (const { filter, qos } of this.#wanted) {
      if (this.#grants.has(filter)) continue;
      if (this.oneByOne && this.pending) break;
      changed = true;
      const grants = this.#grants.set(filter, "pending");
      link
        .subscribe(filter, qos)
        .then((code) => {
          // Of a link that is gone, or a filter that no node wants any more: no matter.
          if (code === undefined || this.#grants !== grants || !grants.has(filter)) return;
          grants.set(filter, code >= SUBACK_REFUSED ? "refused" : "granted");
          if (code < SUBACK_REFUSED) this.#highestQos = Math.max(code, this.#highestQos ?? 0);
          if (this.oneByOne) this.#apply();
          this.#onChange();
        })
        .catch(warnOfBug);
    }
    return changed;
  }
}
