import { randomBytes } from "node:crypto";
import type { InvalidReport } from "../../src/connection/invalid";
import { Pool, type Lease } from "../../src/connection/pool";
import type { ConnectionProblem } from "../../src/connection/problem";
import type { Recipient } from "../../src/connection/router";
import { Session } from "../../src/connection/session";
import { explainProblem, type ConnectionContext } from "../../src/diagnosis/connecting";
import { keyFacts, type KeyFacts } from "../../src/diagnosis/keyFacts";
import { explainLeftOut, explainInvalidMessage } from "../../src/diagnosis/messages";
import { explainMissingRead, explainSilence } from "../../src/diagnosis/receiving";
import { apiUrl, createStackApi, type StackApi } from "../../src/diagnosis/stackApi";
import { stackService } from "../../src/services/stack";
import type { Explanation, Text } from "../../src/stack/explanation";
import { userName } from "../../src/stack/identifiers";
import type { Kind } from "../../src/stack/kinds";
import type { ConnectionView } from "../shared/status";
import { identityOf, type StackSettings } from "./settings";

/** News of a line for the flows, by way of its config nodes. `served` holds the tabs that have it already. */
export type News = { readonly served: Set<string> } & (
  | {
      readonly news: "error";
      readonly explanation: Explanation;
      readonly payload?: Buffer;
      readonly topic?: string;
    }
  | { readonly news: "warning"; readonly text: Text }
);

/** A config node's ear on its line. */
export interface LineListener {
  onState(): void;
  onNews(news: News): void;
}

const SILENCE_MS = 3_600_000;
/** Bytes of an invalid message that are handed to a flow. */
const LONGEST_PAYLOAD = 65_536;

/** What this process knows of a key, beyond the life of a session: redeploys must not ask or warn again. */
interface KeyRecord {
  /** ms since 1970: accepted until then, as far as we know. */
  acceptedUntil?: number;
  asked?: Promise<KeyFacts>;
  /** What the stack's API said of it. */
  facts?: KeyFacts;
  received: boolean;
}
const keyRecords = new Map<string, KeyRecord>();

/** One session with its explanations: what all config nodes of one identity share. */
export class Line {
  readonly session: Session;
  readonly #settings: StackSettings;
  #api: StackApi | undefined;
  #apiSetting = "";
  readonly #key: KeyRecord;
  readonly #listeners = new Set<LineListener>();
  #lacksRead = false;
  /** The login, by its time, after which the rights were asked for. */
  #askedAfter: number | undefined;
  #standing: News | undefined;
  #problem: ConnectionProblem | undefined;
  #silence: NodeJS.Timeout | undefined;

  constructor(settings: StackSettings) {
    this.#settings = settings;
    const { host, port, tls, keepalive } = settings;
    const identity = identityOf(settings);
    this.#key = keyRecords.get(identity) ?? { received: false };
    keyRecords.set(identity, this.#key);
    this.#api = this.#apiAt(settings.api);

    this.session = new Session({
      endpoint: { host, port, ...(tls ? { tls } : {}) },
      service: stackService(settings),
      clientId: settings.clientId ?? `node-red-${randomBytes(8).toString("hex")}`,
      keepalive,
      keyForm: settings.keyForm,
    });
    this.session.listen({
      onState: () => this.#stateChanged(),
      onProblem: (problem) => this.#met(problem),
      onInvalid: (report) => this.#invalid(report),
    });
  }

  /** Of different `api` settings of one identity the first that is not empty counts. */
  adoptApi(setting: string): void {
    if (this.#apiSetting === "" && setting !== "") this.#api = this.#apiAt(setting);
  }

  #apiAt(setting: string): StackApi | undefined {
    this.#apiSetting = setting;
    const { host, tls, apiKey } = this.#settings;
    const url = apiUrl(setting, host);
    return url === undefined ? undefined : createStackApi({ url, apiKey, ...(tls ? { tls } : {}) });
  }

  /** What somebody who waits for these kinds may show. */
  viewFor(kinds: ReadonlySet<Kind>): ConnectionView {
    const state = this.session.stateFor(kinds);
    return state.state === "connected" && this.#lacksRead ? { state: "no_right", right: "read" } : state;
  }

  listen(listener: LineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  receive(recipient: Recipient): () => void {
    return this.session.receive(recipient);
  }

  /** What is wrong at present, for tabs that were not there when it came up. */
  get standing(): News | undefined {
    return this.#standing;
  }

  async end(): Promise<void> {
    clearTimeout(this.#silence);
    this.#listeners.clear();
    if (this.session.openedAt !== undefined) this.#key.acceptedUntil = Date.now();
    if (this.session.lastMessageAt !== undefined) this.#key.received = true;
    await this.session.end();
  }

  #stateChanged(): void {
    const { openedAt } = this.session;
    if (openedAt !== undefined) {
      this.#key.acceptedUntil = Date.now();
      this.#askForRights(openedAt);
      this.#silence ??= setTimeout(() => this.#checkSilence(), SILENCE_MS).unref();
    }
    if (this.session.stateFor(new Set()).state === "connected") this.#problem = this.#standing = undefined;
    for (const listener of [...this.#listeners]) listener.onState();
  }

  #met(problem: ConnectionProblem): void {
    this.#problem = problem;
    void explainProblem(problem, this.#context(), this.#api).then((explanation) => {
      if (this.#problem !== problem) return;
      this.#standing = { news: "error", explanation, served: new Set() };
      this.#tell(this.#standing);
    });
  }

  #context(): ConnectionContext {
    const { service, host, port, tls, applicationId, tenantId, keyForm, apiKey } = this.#settings;
    const { acceptedUntil, facts } = this.#key;
    return {
      service,
      host,
      port,
      useTls: tls !== undefined,
      userName: userName(applicationId, tenantId),
      applicationId,
      ...(tenantId === undefined ? {} : { tenantId }),
      keyForm,
      keyLength: apiKey.length,
      ...(acceptedUntil === undefined ? {} : { acceptedUntil }),
      ...(facts?.expiresAt === undefined ? {} : { keyExpiresAt: facts.expiresAt }),
      now: Date.now(),
      ...(tls === undefined ? {} : { tls }),
    };
  }

  /** Once per key and run; while the right is missing again after each login, because rights count from a login on. */
  #askForRights(login: number): void {
    const api = this.#api;
    if (!api || this.#askedAfter === login) return;
    this.#askedAfter = login;
    const key = this.#key;
    if (key.facts?.mayRead === false) delete key.asked;
    key.asked ??= keyFacts(api, this.#settings.applicationId);
    void key.asked.then((facts) => {
      key.facts = facts;
      this.#learn(facts);
    });
  }

  #learn(facts: KeyFacts): void {
    const lacksRead = facts.mayRead === undefined ? this.#lacksRead : !facts.mayRead;
    if (lacksRead === this.#lacksRead) return;
    this.#lacksRead = lacksRead;
    const text = explainMissingRead(facts, this.#settings.applicationId);
    if (lacksRead) this.#tell({ news: "warning", text, served: new Set() });
    for (const listener of [...this.#listeners]) listener.onState();
  }

  #checkSilence(): void {
    if (this.session.lastMessageAt !== undefined) this.#key.received = true;
    if (this.#key.received || this.#lacksRead) return;
    if (this.session.openedAt === undefined) {
      this.#silence = undefined; // The next connection gets its hour.
      return;
    }
    const { applicationId } = this.#settings;
    const { facts } = this.#key;
    const text = explainSilence({ applicationId, ...(facts === undefined ? {} : { key: facts }) });
    this.#tell({ news: "warning", text, served: new Set() });
  }

  #invalid(report: InvalidReport): void {
    if (report.report === "left_out") {
      this.#tell({ news: "error", explanation: explainLeftOut(report.count), served: new Set() });
      return;
    }
    const { topic, bytes, problem } = report.message;
    this.#tell({
      news: "error",
      explanation: explainInvalidMessage(problem, topic, bytes),
      payload: Buffer.from(bytes.subarray(0, LONGEST_PAYLOAD)),
      topic,
      served: new Set(),
    });
  }

  #tell(news: News): void {
    // Errors go to the Catch nodes of every tab, a warning to the log: once is enough.
    const listeners = [...this.#listeners].slice(0, news.news === "warning" ? 1 : undefined);
    for (const listener of listeners) listener.onNews(news);
  }
}

const pool = new Pool<Line>();

/** The line for these settings: one per identity in this process, open until the last lease is given back. */
export function lineFor(settings: StackSettings): Lease<Line> {
  const lease = pool.acquire(identityOf(settings), () => new Line(settings));
  lease.resource.adoptApi(settings.api);
  return lease;
}
