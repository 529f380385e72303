import { randomBytes } from "node:crypto";
import type { Node } from "node-red";
import type { InvalidReport } from "../../src/connection/invalid";
import { Pool, type Lease } from "../../src/connection/pool";
import type { ConnectionProblem } from "../../src/connection/problem";
import type { Recipient } from "../../src/connection/routes";
import { Session } from "../../src/connection/session";
import { warnOfBug } from "../../src/connection/unexpected";
import { explainProblem } from "../../src/diagnosis/connecting";
import { explainLeftOut, explainInvalidMessage } from "../../src/diagnosis/messages";
import { explainRepeated, explainSilence } from "../../src/diagnosis/receiving";
import type { Service } from "../../src/services/service";
import type { Explanation, Text } from "../../src/stack/explanation";
import type { DownlinkLimits } from "../../src/downlink/limits";
import type { Kind } from "../../src/stack/kinds";
import type { ConnectionView } from "../shared/status";
import { contextOf } from "./context";
import { deployment } from "./deployment";
import { Diary, type Note } from "./diary";
import { keyRecordOf, type KeyRecord } from "./keyRecord";
import type { LogLevels } from "./logLevels";
import { Sending } from "./sending";
import { serviceOf } from "./service";
import { identityOf, type ConnectionSettings } from "./settings";
import { StackAccess } from "./stackAccess";
import { trafficOf } from "./trafficRecord";

/** Who has heard of something: across all config nodes of a line, so that nobody hears it twice. */
export interface Told {
  /** Catch nodes. */
  readonly nodes: WeakSet<Node>;
  anybody: boolean;
}

export const toNobody = (): Told => ({ nodes: new WeakSet(), anybody: false });

/** Something for Catch nodes. */
export interface ErrorNews {
  readonly news: "error";
  readonly explanation: Explanation;
  readonly payload?: Buffer;
  readonly topic?: string;
  readonly told: Told;
}

/** News of a line for the flows, by way of its config nodes. */
export type News = ErrorNews | { readonly news: "warning"; readonly text: Text };

/** A config node's ear on its line. */
export interface LineListener {
  onState(): void;
  onNews(news: News): void;
  onNote(note: Note): void;
  /** No config node of the line could tell it to anybody. */
  onUnheard(news: ErrorNews): void;
}

const SILENCE_MS = 3_600_000;
/** Bytes of an invalid message that are handed to a flow. */
const LONGEST_PAYLOAD = 65_536;

/** One session with its explanations: what all config nodes of one identity share. */
export class Line {
  readonly session: Session;
  readonly #settings: ConnectionSettings;
  readonly #key: KeyRecord;
  readonly #listeners = new Set<LineListener>();
  readonly #stack: StackAccess | undefined;
  readonly #service: Service;
  readonly #sending: Sending;
  readonly #diary: Diary;
  #standing: ErrorNews | undefined;
  #problem: ConnectionProblem | undefined;
  /** Of that problem, once it is known. */
  #explanation: Explanation | undefined;
  #silence: NodeJS.Timeout | undefined;
  #unattend: () => void = () => undefined;

  constructor(settings: ConnectionSettings, levels: LogLevels = { debug: false, trace: false }) {
    this.#settings = settings;
    const { host, port, tls, keepalive } = settings;
    this.#key = keyRecordOf(identityOf(settings));
    this.#service = serviceOf(settings);
    const warn = (text: Text): void => this.#warn(text);
    if (settings.service === "stack")
      this.#stack = new StackAccess(settings, this.#key, () => this.#changed(), warn);

    const { userName } = contextOf(settings, this.#key, Date.now());
    this.#diary = new Diary({ host, port, userName }, levels, (note) => this.#note(note));
    this.session = new Session({
      endpoint: { host, port, ...(tls ? { tls } : {}) },
      service: this.#service,
      clientId: settings.clientId ?? `node-red-${randomBytes(8).toString("hex")}`,
      keepalive,
      ...(settings.service === "stack" ? { keyForm: settings.keyForm } : {}),
      traffic: trafficOf(settings),
      observer: this.#diary.observer,
    });
    this.#sending = new Sending({
      settings,
      service: this.#service,
      session: this.session,
      api: () => this.#stack?.api,
      mayNotSend: () => this.#stack?.lacks("write") ?? false,
      stillMayNotSend: async () => this.#stack?.stillLacks("write") ?? false,
      key: this.#key,
      warn,
      changed: () => this.#changed(),
    });
    // What a broker keeps for us comes at once after the login: not before all nodes are there that want it.
    if (!this.#service.login.clean)
      this.#unattend = deployment.attend({
        begin: () => this.session.hold(),
        end: () => this.session.release(),
      });
    this.session.listen({
      onState: () => this.#stateChanged(),
      onProblem: (problem) => this.#met(problem),
      onInvalid: (report) => this.#invalid(report),
      onRepeated: ({ topic, deviceId }) => this.#warn(explainRepeated(settings.host, topic, deviceId)),
    });
  }

  /** Whether a broker would throw out one of two sessions with these settings, for ever. */
  isRivalOf(settings: ConnectionSettings): boolean {
    const { host, port, clientId } = this.#settings;
    const isSameClient = settings.host === host && settings.port === port && settings.clientId === clientId;
    return isSameClient && identityOf(settings) !== identityOf(this.#settings);
  }

  /** Of different `api` settings of one identity the first that is not empty counts. */
  adoptApi(setting: string): void {
    this.#stack?.adoptApi(setting);
  }

  /** What somebody who waits for these kinds may show; `sends`: and who sends. */
  viewFor(kinds: ReadonlySet<Kind>, sends = false): ConnectionView {
    const state = this.session.stateFor(kinds);
    if (state.state !== "connected")
      return "problem" in state ? { ...state, explanation: this.#explanation } : state;
    if (sends && this.#sending.unheard) return { state: "not_heard" };
    if (sends && this.#stack?.lacks("write")) return { state: "no_right", right: "write" };
    return this.#stack?.lacks("read") ? { state: "no_right", right: "read" } : state;
  }

  listen(listener: LineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  receive(recipient: Recipient): () => void {
    return this.session.receive(recipient);
  }

  get downlinkLimits(): DownlinkLimits {
    return this.#service.downlinkLimits;
  }

  /** Takes downlinks to their end, for a config node with this pace; of several paces the lowest counts. */
  send(perMinute: number | undefined): ReturnType<Sending["join"]> {
    this.#stack?.need("write");
    return this.#sending.join(perMinute);
  }

  /** What is wrong at present, for tabs that were not there when it came up. */
  get standing(): ErrorNews | undefined {
    return this.#standing;
  }

  async end(): Promise<void> {
    clearTimeout(this.#silence);
    this.#unattend();
    this.#stack?.end();
    this.#diary.end();
    this.#listeners.clear();
    if (this.session.openedAt !== undefined) this.#key.acceptedUntil = Date.now();
    if (this.session.lastMessageAt !== undefined) this.#key.received = true;
    await this.session.end();
  }

  #stateChanged(): void {
    const { openedAt } = this.session;
    if (openedAt !== undefined) {
      this.#key.acceptedUntil = Date.now();
      this.#stack?.loggedIn(openedAt);
      this.#silence ??= setTimeout(() => this.#checkSilence(), SILENCE_MS).unref();
    }
    const state = this.session.stateFor(new Set());
    this.#diary.state(state, openedAt, this.session.filters);
    if (state.state === "connected") this.#problem = this.#standing = this.#explanation = undefined;
    this.#changed();
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener.onState();
  }

  #met(problem: ConnectionProblem): void {
    this.#problem = problem;
    this.#explanation = undefined;
    const context = contextOf(this.#settings, this.#key, Date.now());
    explainProblem(problem, context, this.#stack?.api)
      .then((explanation) => {
        if (this.#problem !== problem) return;
        this.#explanation = explanation;
        this.#standing = { news: "error", explanation, told: toNobody() };
        this.#tell(this.#standing);
        this.#changed();
      })
      .catch(warnOfBug);
  }

  #checkSilence(): void {
    if (this.session.lastMessageAt !== undefined) this.#key.received = true;
    if (this.#key.received || this.#stack?.lacks("read")) return;
    if (this.session.openedAt === undefined) {
      this.#silence = undefined; // The next connection gets its hour.
      return;
    }
    const { service, applicationId = "" } = this.#settings;
    const { facts } = this.#key;
    this.#warn(explainSilence({ service, applicationId, ...(facts === undefined ? {} : { key: facts }) }));
  }

  #invalid(report: InvalidReport): void {
    if (report.report === "left_out") {
      this.#tell({ news: "error", explanation: explainLeftOut(report.count), told: toNobody() });
      return;
    }
    const { topic, bytes, problem } = report.message;
    this.#tell({
      news: "error",
      explanation: explainInvalidMessage(problem, topic, bytes, this.#service.name),
      payload: Buffer.from(bytes.subarray(0, LONGEST_PAYLOAD)),
      topic,
      told: toNobody(),
    });
  }

  #warn(text: Text): void {
    this.#tell({ news: "warning", text });
  }

  /** In the log once, whatever number of config nodes there are. */
  #note(note: Note): void {
    const [first] = this.#listeners;
    first?.onNote(note);
  }

  #tell(news: News): void {
    const [first, ...others] = this.#listeners;
    first?.onNews(news);
    if (news.news === "warning") return; // It goes to the log: once is enough.
    for (const listener of others) listener.onNews(news);
    if (!news.told.anybody) first?.onUnheard(news);
  }
}

const pool = new Pool<Line>();

/** The line for these settings: one per identity in this process, open until the last lease is given back. */
export function lineFor(settings: ConnectionSettings, levels?: LogLevels): Lease<Line> {
  const lease = pool.acquire(identityOf(settings), () => new Line(settings, levels));
  if (settings.service === "stack") lease.resource.adoptApi(settings.api);
  return lease;
}

/** Whether another session in this process has the client ID of these settings, at a broker that lets only one have it. */
export function isClientIdTaken(settings: ConnectionSettings): boolean {
  // The stack's own server lets both live.
  if (settings.clientId === undefined || settings.service === "stack") return false;
  return pool.resources.some((line) => line.isRivalOf(settings));
}
