import type { Service } from "../services/service";
import type { ApiKeyForm } from "../stack/identifiers";
import type { Kind } from "../stack/kinds";
import { Attempts, backoffDelay, type BackoffKind } from "./backoff";
import { InvalidMessages, type InvalidReport } from "./invalid";
import { LeftTopics } from "./leftTopics";
import type { DevicesSeen, TrafficLedger } from "./ledger";
import { openLink, type Endpoint, type Link, type LinkEnd, type PublishOutcome } from "./link";
import type { ConnectionProblem } from "./problem";
import { observed, type WireObserver } from "./observed";
import { problemOf } from "./recognise";
import { Router, type Repeated } from "./router";
import type { Reader, Recipient } from "./routes";
import type { SessionState } from "./state";
import { Subscriptions } from "./subscriptions";
import { warnOfBug } from "./unexpected";

export interface SessionSettings {
  readonly endpoint: Endpoint;
  readonly service: Service;
  readonly clientId: string;
  /** Seconds, 5 to 300. */
  readonly keepalive: number;
  readonly keyForm?: ApiKeyForm;
  /** What earlier sessions of this identity have seen. */
  readonly ledger: TrafficLedger;
  readonly observer?: WireObserver | undefined;
  /** Pause before the next attempt in ms; tests shorten it. */
  readonly pause?: (kind: BackoffKind, attempts: number) => number;
}

/** Who wants to know what becomes of a session. */
export interface SessionListener {
  /** Something changed: ask `stateFor`. */
  onState(): void;
  /** Once per problem, and again only when it changed or had gone. */
  onProblem(problem: ConnectionProblem): void;
  onInvalid(report: InvalidReport): void;
  /** A message that came before and was left out came again, and neither a reconnect nor the other side explains it. Said once. */
  onRepeated?(repeated: Repeated): void;
}

/** So long after a connection was made the stack may send again what the broker had not acknowledged to it before. */
const SETTLED_AFTER_MS = 60_000;

/** Twice in a row so soon after the login is more than a coincidence. */
const SOON_MS = 10_000;

const REFUSED: ReadonlySet<ConnectionProblem["problem"]> = new Set([
  "protocol_refused",
  "limit_reached",
  "login_refused",
  "key_form",
  "topic_refused",
]);

/**
 * One identity at one MQTT endpoint: keeps a link open, reconnects, restores all subscriptions, and takes
 * messages to those who want them. Lives from the first listener to the last; see `pool.ts`.
 */
export class Session {
  readonly #settings: SessionSettings;
  readonly #router: Router;
  readonly #subscriptions: Subscriptions;
  readonly #invalid: InvalidMessages;
  readonly #listeners = new Set<SessionListener>();
  #link: Link | undefined;
  #open = false;
  #openedAt: number | undefined;
  readonly #attempts = new Attempts();
  #problem: ConnectionProblem | undefined;
  #reported = "";
  #timer: NodeJS.Timeout | undefined;
  #ended = false;
  #lastMessageAt: number | undefined;
  #interrupted = false;
  readonly #heldBy = new Set<object>();
  readonly #onReleased: (() => void)[] = [];
  /** What it subscribes to. */
  #wanted: ReadonlySet<Kind> = new Set();
  #repeatedReported = false;
  readonly #left = new LeftTopics();
  /** Connections in a row that ended soon after their login. */
  #shortLives = 0;
  /** In one of these all subscriptions were answered: then it is no topic that ends them. */
  #everyTopicStood = false;
  /** The filter that had no answer when the last connection ended; a broker that refuses one ends each connection there. */
  #endedAt: string | undefined;

  constructor(settings: SessionSettings) {
    this.#settings = settings;
    this.#invalid = new InvalidMessages((report) => this.#tell((listener) => listener.onInvalid(report)));
    this.#router = new Router(
      settings.service,
      (message) => this.#invalid.take(message),
      settings.ledger,
      (repeated) => this.#repeated(repeated),
    );
    const { pause } = settings;
    this.#subscriptions = new Subscriptions(
      settings.service,
      () => this.#subscriptionsChanged(),
      undefined,
      pause && ((attempts) => pause("refused", attempts)),
    );
    this.#connect();
  }

  /** When the present connection was accepted, in ms since 1970. */
  get openedAt(): number | undefined {
    return this.#open ? this.#openedAt : undefined;
  }

  /** When the last message came, in ms since 1970, for whichever node. */
  get lastMessageAt(): number | undefined {
    return this.#lastMessageAt;
  }

  /** The present connection is not the first one: the other side, too, may have begun anew. */
  get interrupted(): boolean {
    return this.#interrupted;
  }

  /** What it is subscribed to, or asks for. */
  get filters(): readonly string[] {
    return this.#subscriptions.filters;
  }

  /** IDs of applications that messages name in their body. */
  get applicationsSeen(): ReadonlySet<string> {
    return this.#router.applicationsSeen;
  }

  /** IDs of devices that messages came from. */
  get devicesSeen(): DevicesSeen {
    return this.#settings.ledger;
  }

  /** Whether an uplink of a device has come after `at`, in ms since 1970. Known only where some node receives uplinks. */
  isHeardSince(deviceId: string, at: number): boolean {
    return this.#settings.ledger.isHeardSince(deviceId, at);
  }

  /** The state for a node that waits for these kinds of messages: connected only when their subscriptions stand. */
  stateFor(kinds: ReadonlySet<Kind>): SessionState {
    if (this.#open) return this.#subscriptions.stateFor(kinds);
    if (!this.#problem) return { state: "connecting" };
    return { state: REFUSED.has(this.#problem.problem) ? "refused" : "reconnecting", problem: this.#problem };
  }

  /** Returns what ends the listening. */
  listen(listener: SessionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Delivers messages to a recipient, or reads them for the ledger, until the returned function is called. */
  receive(recipient: Recipient | Reader): () => void {
    this.#router.add(recipient);
    this.#want();
    return () => {
      this.#router.remove(recipient);
      this.#want();
    };
  }

  /** While it is held, what was wanted may be wanted again in a moment: what it is not subscribed to meanwhile is lost. */
  #want(): void {
    const { kinds } = this.#router;
    this.#wanted = this.#heldBy.size > 0 ? new Set([...this.#wanted, ...kinds]) : kinds;
    this.#subscriptions.want(this.#wanted);
  }

  /** Whether any node wants messages of this kind. */
  wants(kind: Kind): boolean {
    return this.#router.kinds.has(kind);
  }

  /** Tells of each uplink that is read, before its recipients are told; undefined: no more. */
  watchUplinks(watch: Router["onUplink"]): void {
    this.#router.onUplink = watch;
  }

  /** Delivers a message that came by another way than MQTT, made anew for each recipient. */
  hand(...message: Parameters<Router["hand"]>): void {
    this.#router.hand(...message);
  }

  /** While it is held: resolves when it is no more. Undefined: what is handed to it now reaches all who want it. */
  get held(): Promise<void> | undefined {
    if (this.#heldBy.size === 0) return undefined;
    return new Promise((resolve) => this.#onReleased.push(resolve));
  }

  /** Until `release` by the last that holds it, what arrives waits at the other side: for nodes that are about to be there. */
  hold(by: object): void {
    this.#heldBy.add(by);
    this.#link?.pause();
  }

  release(by: object): void {
    if (!this.#heldBy.delete(by) || this.#heldBy.size > 0) return;
    this.#want();
    this.#link?.resume();
    for (const released of this.#onReleased.splice(0)) released();
  }

  /** True between an accepted login and the end of that connection. */
  get open(): boolean {
    return this.#open;
  }

  /**
   * Publishes once, on the present connection; `not_connected` where there is none. With QoS 1 in place of 2 where no more is granted:
   * of such brokers some end the connection at QoS 2.
   */
  async publish(
    topic: string,
    payload: Uint8Array,
    qos: 0 | 1 | 2,
  ): Promise<PublishOutcome | "not_connected"> {
    if (!this.#open || !this.#link) return "not_connected";
    return this.#link.publish(topic, payload, qos === 2 && this.#subscriptions.highestQos === 1 ? 1 : qos);
  }

  /** Logs in anew: what a key may do counts from a login on. Resolves when that went well or failed, and when there is no connection. */
  async renew(): Promise<void> {
    const link = this.#link;
    if (!this.#open || !link) return;
    this.#open = false;
    this.#subscriptions.close();
    this.#stateChanged();
    await link.end();
    if (this.#ended) return;
    this.#connect();
    await new Promise<void>((resolve) => {
      const unlisten = this.listen({
        onState: () => {
          unlisten();
          resolve();
        },
        onProblem: () => undefined,
        onInvalid: () => undefined,
      });
    });
  }

  /** Does not wait any longer for its next attempt. */
  retry(): void {
    if (this.#timer === undefined || this.#ended) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  /** Resolves when the connection is closed, within two seconds. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#invalid.end();
    this.#subscriptions.close();
    this.#listeners.clear();
    await this.#link?.end();
  }

  #connect(): void {
    this.#timer = undefined;
    const { endpoint, service, clientId, keepalive, observer } = this.#settings;
    const onArrived = observer?.onArrived;
    const link = openLink(
      endpoint,
      { ...service.login, clientId, keepalive },
      {
        onOpen: () => this.#opened(),
        onMessage: (topic, bytes, again, retained) => {
          onArrived?.(topic, bytes.length);
          if (this.#leftBehind(topic, bytes)) return;
          this.#lastMessageAt = Date.now();
          this.#router.take(topic, bytes, this.#lastMessageAt, again, retained);
        },
        onEnd: (end) => this.#closed(end),
      },
    );
    this.#link = observer ? observed(link, observer) : link;
    if (this.#heldBy.size > 0) this.#link.pause();
  }

  /** A kept session still has the topics of earlier settings; no node wants them any more. */
  #leftBehind(topic: string, bytes: Buffer): boolean {
    const { service } = this.#settings;
    if (service.login.clean || this.#router.knows(topic)) return false;
    const classified = service.classify(topic);
    if (classified.what !== "unknown" || classified.meant !== undefined) return false;
    const met = this.#left.meet(topic, Date.now());
    if (met === "leave") {
      this.#link?.unsubscribe(topic);
      this.#invalid.take({ topic, bytes, problem: { problem: "topic_left" } });
    }
    return met !== "unknown";
  }

  #repeated(repeated: Repeated): void {
    const isSettled = this.#openedAt !== undefined && Date.now() - this.#openedAt > SETTLED_AFTER_MS;
    if (repeated.again || !isSettled || this.#repeatedReported) return;
    this.#repeatedReported = true;
    this.#tell((listener) => listener.onRepeated?.(repeated));
  }

  #opened(): void {
    if (this.#ended) return;
    this.#open = true;
    this.#interrupted = this.#openedAt !== undefined;
    this.#openedAt = Date.now();
    this.#attempts.accepted(performance.now());
    if (this.#link) this.#subscriptions.open(this.#link);
  }

  #closed(end: LinkEnd): void {
    if (this.#ended) return;
    const { endpoint, keyForm, pause } = this.#settings;
    const found = problemOf(end, {
      port: endpoint.port,
      encrypted: endpoint.tls !== undefined,
      worked: this.#openedAt !== undefined,
      ...(keyForm === undefined ? {} : { keyForm }),
    });
    const problem = this.#judged(found);
    this.#open = false;
    this.#subscriptions.close();
    this.#meet(problem);
    this.#stateChanged();

    const kind = REFUSED.has(problem.problem) ? "refused" : "ordinary";
    const attempts = this.#attempts.ended(performance.now());
    const delay = pause?.(kind, attempts) ?? backoffDelay(kind, attempts, Math.random());
    this.#timer = setTimeout(() => this.#connect(), delay);
  }

  /**
   * With how long connections last, and how far their subscriptions got: one client throws another out when both have the same ID, and
   * some brokers end the connection in place of refusing a topic.
   */
  #judged(problem: ConnectionProblem): ConnectionProblem {
    if (!this.#open || this.#openedAt === undefined) return problem;
    const { unanswered, oneByOne } = this.#subscriptions;
    if (Date.now() - this.#openedAt < SOON_MS) {
      this.#shortLives += 1;
      this.#everyTopicStood ||= unanswered === undefined;
    } else {
      this.#shortLives = 0;
      this.#everyTopicStood = false;
      this.#reported = "";
    }
    const isSameTopic = oneByOne && unanswered === this.#endedAt;
    this.#endedAt = unanswered;
    this.#subscriptions.oneByOne = unanswered !== undefined && this.#settings.service.traits.throughBroker;
    if (problem.problem !== "connection_lost" || this.#shortLives < 2) return problem;
    if (this.#everyTopicStood) return { ...problem, soon: true };
    return isSameTopic && unanswered !== undefined
      ? { problem: "topic_refused", filter: unanswered, closed: true }
      : problem;
  }

  #subscriptionsChanged(): void {
    const { refused, pending } = this.#subscriptions;
    if (refused !== undefined) this.#meet({ problem: "topic_refused", filter: refused });
    // A connection works when all its subscriptions stand; until then what was wrong before may come again at once.
    else if (!pending) {
      this.#problem = undefined;
      // What ends each connection soon is not gone because one stands again.
      if (this.#shortLives < 2) this.#reported = "";
    }
    this.#stateChanged();
  }

  #meet(problem: ConnectionProblem): void {
    this.#problem = problem;
    const text = JSON.stringify(problem);
    if (text === this.#reported) return;
    this.#reported = text;
    this.#tell((listener) => listener.onProblem(problem));
  }

  #stateChanged(): void {
    this.#tell((listener) => listener.onState());
  }

  #tell(what: (listener: SessionListener) => void): void {
    for (const listener of [...this.#listeners]) {
      try {
        what(listener);
      } catch (error) {
        // A listener threw: the session has to go on, and with it Node-RED.
        warnOfBug(error);
      }
    }
  }
}
