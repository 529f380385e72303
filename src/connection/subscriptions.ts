import type { Service, Subscription } from "../services/service";
import type { Kind } from "../stack/kinds";
import { backoffDelay } from "./backoff";
import { SUBACK_REFUSED, type Link } from "./link";
import type { SessionState } from "./state";
import { warnOfBug } from "./unexpected";

/** Where the broker keeps the session, what is unsubscribed is lost: while flows are deployed or end, no node wants anything for a moment. */
const LINGER_MS = 30_000;

/** A broker's rules may be mended while the connection stays. */
const againAfter = (attempts: number): number => backoffDelay("refused", attempts, Math.random());

type Grant = "pending" | "granted" | "refused";

/**
 * What a session is subscribed to: exactly what its nodes want together, on every link anew. Each filter goes in a SUBSCRIBE
 * of its own, so that a refused one takes no other with it, and its answer is looked at.
 */
export class Subscriptions {
  readonly #service: Service;
  readonly #onChange: () => void;
  readonly #linger: number;
  readonly #pause: (attempts: number) => number;
  #again: NodeJS.Timeout | undefined;
  /** Answers with a refusal in a row. */
  #refusals = 0;
  #tidying: NodeJS.Timeout | undefined;
  #wanted: readonly Subscription[] = [];
  #grants = new Map<string, Grant>();
  #link: Link | undefined;
  #highestQos: number | undefined;
  /** Each waits for the answer to the one before: so it shows which one ends the connection. */
  oneByOne = false;

  /**
   * @param linger ms that a filter of a kept session stays when no node wants it any more
   * @param pause ms until what was refused is asked for again
   */
  constructor(service: Service, onChange: () => void, linger = LINGER_MS, pause = againAfter) {
    this.#service = service;
    this.#onChange = onChange;
    this.#linger = linger;
    this.#pause = pause;
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
    this.#callOff();
    this.#apply();
    this.#tidyLater();
    this.#onChange();
  }

  close(): void {
    clearTimeout(this.#tidying);
    this.#callOff();
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
      this.#grants.set(filter, "pending");
      this.#ask(link, filter, qos);
    }
    return changed;
  }

  #ask(link: Link, filter: string, qos: 0 | 1 | 2): void {
    const grants = this.#grants;
    link
      .subscribe(filter, qos)
      .then((code) => {
        // Of a link that is gone, or a filter that no node wants any more: no matter.
        if (code === undefined || this.#grants !== grants || !grants.has(filter)) return;
        const isRefused = code >= SUBACK_REFUSED;
        grants.set(filter, isRefused ? "refused" : "granted");
        if (!isRefused) this.#highestQos = Math.max(code, this.#highestQos ?? 0);
        if (isRefused) this.#askLater();
        if (this.oneByOne) this.#apply();
        this.#onChange();
      })
      .catch(warnOfBug);
  }

  #askLater(): void {
    if (this.#again !== undefined) return;
    this.#refusals += 1;
    this.#again = setTimeout(() => {
      this.#again = undefined;
      const refused = this.#wanted.filter(({ filter }) => this.#grants.get(filter) === "refused");
      if (refused.length === 0) this.#refusals = 0;
      if (this.#link) for (const { filter, qos } of refused) this.#ask(this.#link, filter, qos);
    }, this.#pause(this.#refusals));
  }

  #callOff(): void {
    clearTimeout(this.#again);
    this.#again = undefined;
    this.#refusals = 0;
  }
}
