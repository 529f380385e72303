import { randomBytes } from "node:crypto";
import type { InvalidReport } from "../connection/invalid";
import { Pool, type Lease } from "../connection/pool";
import type { ConnectionProblem } from "../connection/problem";
import type { Reader, Recipient } from "../connection/routes";
import { Session } from "../connection/session";
import { warnOfBug } from "../connection/unexpected";
import { explainProblem } from "../diagnosis/connecting";
import { explainInvalidMessage, explainLeftOut } from "../diagnosis/messages";
import type { StreamProblem } from "../diagnosis/eventStream";
import { describeBackfilled, explainNoBackfill } from "../diagnosis/backfill";
import { explainNoStream, explainRepeated } from "../diagnosis/receiving";
import type { Ledger, LedgerWatcher } from "../devices/ledger";
import type { StackApi } from "../diagnosis/stackApi";
import type { DownlinkLimits } from "../downlink/limits";
import type { Service } from "../services/service";
import type { Explanation, Text } from "../stack/explanation";
import type { Kind } from "../stack/kinds";
import type { StackError } from "../stack/messages";
import { SERVICE_TRAITS } from "../stack/services";
import { Audience, type SessionListener } from "./audience";
import { arrivalsOf } from "./backfill/arrivals";
import { Backfill } from "./backfill";
import type { ArrivalMemory } from "./backfill/memories";
import { ConnectionLog, type LogLevels } from "./connectionLog";
import { keyRecordOf, type KeyRecord } from "./keyRecord";
import { ledgerOf } from "./ledgers";
import { NamedDevices, type NamingNode } from "./namedDevices";
import { NetworkEvents, needsStream } from "./networkEvents";
import { notReached, type ErrorNotice } from "./notices";
import { SaidOnce } from "./saidOnce";
import { Senders } from "./senders";
import {
  applicationOf,
  contextOf,
  endpointOf,
  identityOf,
  serviceOf,
  stackSettingsOf,
  type ConnectionSettings,
} from "./settings";
import type { StackSettings } from "./settings/stackSettings";
import { Silence } from "./silence";
import { StackAccess } from "./stackAccess";
import { StalledQueues } from "./stalledQueues";
import { storedDelivery } from "./storedDelivery";
import type { ConnectionView } from "./view";

/** What a session needs of the process that it runs in. */
export interface Surroundings {
  /** Which of the finer log entries a user reads. */
  readonly levels: LogLevels;
  /** Tells when flows begin to stop and start, and when all nodes are there; until the returned function is called. */
  readonly attend: (deploys: { begin(): void; end(): void }) => () => void;
}

const UPLINKS: ReadonlySet<Kind> = new Set(["uplink_message"]);
/** Bytes of an invalid message that are handed to a flow. */
const LONGEST_PAYLOAD = 65_536;

/** One session with its explanations: what all config nodes of one identity share. */
export class SharedSession {
  readonly session: Session;
  /** What this session and earlier ones of its identity have seen. */
  readonly ledger: Ledger;
  readonly #settings: ConnectionSettings;
  readonly #key: KeyRecord;
  readonly #audience = new Audience();
  readonly #stack: StackAccess | undefined;
  readonly #service: Service;
  readonly #senders: Senders;
  readonly #network: NetworkEvents | undefined;
  #backfill: Backfill | undefined;
  readonly #stalled: StalledQueues | undefined;
  readonly #named: NamedDevices | undefined;
  readonly #saidOfStream = new SaidOnce<StreamProblem>();
  #eventNodes = 0;
  readonly #log: ConnectionLog;
  #standing: ErrorNotice | undefined;
  #problem: ConnectionProblem | undefined;
  /** Of that problem, once it is known. */
  #explanation: Explanation | undefined;
  readonly #silence: Silence;
  #unattend: () => void = () => undefined;

  constructor(settings: ConnectionSettings, { levels, attend }: Surroundings) {
    this.#settings = settings;
    const { host, port, keepalive } = settings;
    const endpoint = endpointOf(settings);
    this.#key = keyRecordOf(identityOf(settings));
    this.#service = serviceOf(settings);
    const warn = (text: Text): void => this.#audience.warn(text);
    const stack = stackSettingsOf(settings);
    if (stack) this.#stack = new StackAccess(stack, this.#key, () => this.#audience.changed(), warn);

    this.ledger = ledgerOf(settings);
    const { userName } = contextOf(settings, this.#key, Date.now());
    this.#log = new ConnectionLog({ host, port, userName, proxy: endpoint.proxy?.shown }, levels, (entry) =>
      this.#audience.write(entry),
    );
    this.session = new Session({
      endpoint,
      service: this.#service,
      clientId: settings.clientId ?? `node-red-${randomBytes(8).toString("hex")}`,
      keepalive,
      ...(stack ? { keyForm: stack.keyForm } : {}),
      ledger: this.ledger,
      observer: this.#log.observer,
    });
    this.#silence = new Silence({
      ...{ settings, session: this.session, key: this.#key, warn },
      mayNotRead: () => this.#stack?.lacks("read") ?? false,
    });
    this.#senders = new Senders({
      settings,
      service: this.#service,
      session: this.session,
      api: () => this.#stack?.api,
      mayNotSend: () => this.#stack?.lacks("write") ?? false,
      stillMayNotSend: async () => this.#stack?.stillLacks("write") ?? false,
      encoderError: (deviceId, since) => this.#network?.encoderError(deviceId, since),
      key: this.#key,
      warn,
      onStep: (view) => this.#stalled?.step(view),
      changed: () => this.#audience.changed(),
    });
    if (stack)
      this.#network = new NetworkEvents({
        applicationId: stack.applicationId,
        target: () => this.#stack?.target,
        deliver: (event, read) => {
          const { topic, origin, received } = event;
          this.#stalled?.tell(event);
          this.session.hand(topic, origin, received.kind, Date.now(), read);
        },
        changed: () => this.#streamChanged(),
      });
    if (stack)
      this.#stalled = new StalledQueues({
        applicationId: stack.applicationId,
        api: () => this.#stack?.api,
        waits: (deviceId) => this.#senders.isQueued(deviceId),
        listen: () => this.#network?.join() ?? (() => undefined),
        warn,
      });
    if (stack)
      this.#named = new NamedDevices({
        applicationId: stack.applicationId,
        api: () => this.#stack?.api,
        heard: this.ledger,
      });
    // What comes while flows are deployed waits until all nodes are there that want it. What a broker keeps comes right after the login.
    this.#unattend = attend({
      begin: () => {
        this.session.hold(this);
        this.#network?.hold();
      },
      end: () => {
        this.session.release(this);
        this.#network?.release();
      },
    });
    this.session.listen({
      onState: () => this.#stateChanged(),
      onProblem: (problem) => this.#met(problem),
      onInvalid: (report) => this.#invalid(report),
      onRepeated: ({ topic, deviceId }) =>
        this.#audience.warn(explainRepeated(settings.host, topic, deviceId)),
    });
  }

  /** Whether a broker would keep disconnecting this session and one with these settings, which have the same client ID. */
  isRivalOf(settings: ConnectionSettings): boolean {
    const { host, port, clientId } = this.#settings;
    const isSameClient = settings.host === host && settings.port === port && settings.clientId === clientId;
    return isSameClient && identityOf(settings) !== identityOf(this.#settings);
  }

  /** The `api` setting of a config node, see `StackAccess`. Returns what ends it. */
  joinApi(settings: ConnectionSettings, isKeeper?: boolean): () => void {
    const stack = stackSettingsOf(settings);
    const leave = stack && this.#stack?.joinApi(stack.api, isKeeper);
    this.#network?.retarget();
    return () => {
      leave?.();
      this.#network?.retarget();
    };
  }

  /** What a node that waits for these kinds may show; `sends`: one that sends. */
  viewFor(kinds: ReadonlySet<Kind>, sends = false): ConnectionView {
    const state = this.session.stateFor(kinds);
    if (state.state !== "connected")
      return "problem" in state ? { ...state, explanation: this.#explanation } : state;
    if (sends && this.#senders.unheard) return { state: "not_heard" };
    if (sends && this.#stack?.lacks("write")) return { state: "no_right", right: "write" };
    if (this.#stack?.lacks("read")) return { state: "no_right", right: "read" };
    return this.#network?.problem !== undefined && needsStream(kinds) ? { state: "no_stream" } : state;
  }

  listen(listener: SessionListener): () => void {
    return this.#audience.listen(listener);
  }

  /** @param asksDecoder it explains payloads that are missing by the decoder's errors */
  receive(recipient: Recipient, asksDecoder = false): () => void {
    const stop = this.#receive(recipient);
    if (asksDecoder) {
      const leaveNetwork = this.#network?.join();
      return () => {
        stop();
        leaveNetwork?.();
      };
    }
    if (!needsStream(recipient.kinds)) return stop;
    const leaveNetwork = this.#network?.join();
    this.#eventNodes += 1;
    this.#warnOfStream();
    return () => {
      this.#eventNodes -= 1;
      stop();
      leaveNetwork?.();
    };
  }

  /**
   * Fetches what comes while nothing can be received, for a config node that wants it; all nodes of the session get it. Returns what
   * ends the wish.
   */
  joinBackfill(memory: ArrivalMemory): () => void {
    const stack = stackSettingsOf(this.#settings);
    if (!stack) return () => undefined;
    this.#backfill ??= this.#makeBackfill(stack);
    const leave = this.#backfill.join(memory);
    this.#backfill.receiving(this.#receivesUplinks);
    return leave;
  }

  /** Why the uplink formatter failed on the uplink with these correlation IDs, where the stack tells it within a second. Never rejects. */
  async decoderError(deviceId: string, correlationIds: readonly string[]): Promise<StackError | undefined> {
    return this.#network?.decoderError(deviceId, correlationIds);
  }

  /** Tells a node which of the devices that it names do not exist, where the stack can say. Returns what ends it. */
  joinNaming(node: NamingNode): () => void {
    return this.#named?.join(node) ?? (() => undefined);
  }

  /** See `applicationOf`. */
  get application(): string {
    return applicationOf(this.#settings);
  }

  /** Has messages read for the ledger, and the ledger tell of them. */
  watch(reader: Reader, watcher: LedgerWatcher): () => void {
    const unwatch = this.ledger.watch(watcher);
    const stop = this.#receive(reader);
    return () => {
      stop();
      unwatch();
    };
  }

  /** The stack's HTTP API, where it has one that is not switched off. */
  get api(): StackApi | undefined {
    return this.#stack?.api;
  }

  get downlinkLimits(): DownlinkLimits {
    return this.#service.downlinkLimits;
  }

  /** Of several paces of its config nodes the lowest counts. Returns what ends it. */
  joinPace(perMinute: number | undefined): () => void {
    return this.#senders.joinPace(perMinute);
  }

  /** Takes downlinks to their end, for a node. */
  joinSenders(nodeId: string, usesEncoder = false): ReturnType<Senders["join"]> {
    this.#stack?.need("write");
    const senders = this.#senders.join(nodeId);
    // Why the stack's encoder failed is told nowhere else.
    const leaveNetwork = usesEncoder ? this.#network?.join() : undefined;
    return {
      ...senders,
      leave: () => {
        senders.leave();
        leaveNetwork?.();
      },
    };
  }

  /** It is worth keeping open while nodes are closed and made anew: a key that lacks a right has to log in again to get it. */
  get mayOutliveDeploy(): boolean {
    return !this.#stack?.lacks("read") && !this.#stack?.lacks("write");
  }

  /** It works, and another login would change nothing. The demo ends with its nodes: with the next ones its devices send at once. */
  get isWorthKeeping(): boolean {
    const { session } = this;
    const isRefused = session.stateFor(new Set()).state === "refused";
    return session.open && !isRefused && this.mayOutliveDeploy && this.#settings.service !== "demo";
  }

  /** What is wrong at present, for tabs that were not there when it came up. */
  get standing(): ErrorNotice | undefined {
    return this.#standing;
  }

  async end(): Promise<void> {
    this.#silence.end();
    this.#unattend();
    this.#stack?.end();
    this.#stalled?.end();
    this.#named?.end();
    this.#network?.end();
    this.#backfill?.end();
    this.#log.end();
    this.#audience.end();
    // Of what is in use no longer the last ones are kept.
    ledgerOf(this.#settings);
    if (this.#backfill) arrivalsOf(this.#settings);
    if (this.session.openedAt !== undefined) this.#key.acceptedUntil = Date.now();
    if (this.session.lastMessageAt !== undefined) this.#key.received = true;
    await this.session.end();
  }

  #receive(recipient: Recipient | Reader): () => void {
    const stop = this.session.receive(recipient);
    // A session that a deploy has kept is connected already: no state tells of it.
    this.#backfill?.receiving(this.#receivesUplinks);
    return stop;
  }

  #stateChanged(): void {
    const { openedAt } = this.session;
    if (openedAt !== undefined) {
      this.#key.acceptedUntil = Date.now();
      this.#stack?.loggedIn(openedAt);
      this.#network?.loggedIn();
      this.#named?.loggedIn();
      this.#silence.connected();
    }
    const state = this.session.stateFor(new Set());
    this.#log.state(state, openedAt, this.session.filters);
    this.#backfill?.receiving(this.#receivesUplinks);
    if (state.state === "connected") this.#problem = this.#standing = this.#explanation = undefined;
    this.#audience.changed();
  }

  get #receivesUplinks(): boolean {
    const { session } = this;
    return session.open && session.wants("uplink_message") && session.stateFor(UPLINKS).state === "connected";
  }

  #makeBackfill(stack: StackSettings): Backfill {
    return new Backfill({
      applicationId: stack.applicationId,
      arrivals: arrivalsOf(this.#settings),
      target: () => this.#stack?.target,
      watch: (take) => this.session.watchUplinks(take),
      deliver: (stored) => this.session.hand(...storedDelivery(stored, stack)),
      deployed: () => this.session.held,
      onProblem: (problem) => this.#audience.warn(explainNoBackfill(problem)),
      onFilled: (filled) => this.#audience.write({ level: "info", text: describeBackfilled(filled) }),
    });
  }

  #streamChanged(): void {
    this.#warnOfStream();
    this.#audience.changed();
  }

  /** Each reason is said once, until there was a stream again; and only where a node waits for its events. */
  #warnOfStream(): void {
    const problem = this.#network?.problem;
    if (problem === undefined) this.#saidOfStream.forget();
    else if (this.#eventNodes > 0 && this.#saidOfStream.isNew(problem))
      this.#audience.warn(explainNoStream(problem));
  }

  #met(problem: ConnectionProblem): void {
    this.#problem = problem;
    this.#explanation = undefined;
    const context = contextOf(this.#settings, this.#key, Date.now());
    explainProblem(problem, context, this.#stack?.api)
      .then((explanation) => {
        if (this.#problem !== problem) return;
        this.#explanation = explanation;
        this.#standing = { notice: "error", explanation, reached: notReached() };
        this.#audience.tell(this.#standing);
        this.#audience.changed();
      })
      .catch(warnOfBug);
  }

  #invalid(report: InvalidReport): void {
    if (report.report === "left_out") {
      this.#audience.tell({
        notice: "error",
        explanation: explainLeftOut(report.count),
        reached: notReached(),
      });
      return;
    }
    const { topic, bytes, problem } = report.message;
    this.#audience.tell({
      notice: "error",
      explanation: explainInvalidMessage(problem, topic, bytes, this.#service.name),
      payload: Buffer.from(bytes.subarray(0, LONGEST_PAYLOAD)),
      topic,
      reached: notReached(),
    });
  }
}

const pool = new Pool<SharedSession>();

/** The session for these settings: one per identity in this process, open until the last lease is given back. */
export function sharedSessionFor(
  settings: ConnectionSettings,
  surroundings: Surroundings,
): Lease<SharedSession> {
  return pool.acquire(identityOf(settings), () => new SharedSession(settings, surroundings));
}

/** Whether another session in this process has the client ID of these settings, at a broker that lets only one have it. */
export function isClientIdTaken(settings: ConnectionSettings): boolean {
  if (settings.clientId === undefined || SERVICE_TRAITS[settings.service].isStackServer) return false;
  return pool.resources.some((session) => session.isRivalOf(settings));
}
