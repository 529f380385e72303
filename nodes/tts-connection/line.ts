import { randomBytes } from "node:crypto";
import type { InvalidReport } from "../../src/connection/invalid";
import { Pool, type Lease } from "../../src/connection/pool";
import type { ConnectionProblem } from "../../src/connection/problem";
import type { Recipient } from "../../src/connection/router";
import { Session } from "../../src/connection/session";
import { explainProblem, type ConnectionContext } from "../../src/diagnosis/connecting";
import { explainLeftOut, explainInvalidMessage } from "../../src/diagnosis/messages";
import { explainSilence } from "../../src/diagnosis/receiving";
import { apiUrl, createStackApi, type StackApi } from "../../src/diagnosis/stackApi";
import type { Service } from "../../src/services/service";
import { stackService } from "../../src/services/stack";
import type { Explanation, Text } from "../../src/stack/explanation";
import { userName } from "../../src/stack/identifiers";
import type { DownlinkLimits } from "../../src/stack/downlink/limits";
import type { Kind } from "../../src/stack/kinds";
import type { ConnectionView } from "../shared/status";
import { keyRecordOf, type KeyRecord } from "./keyRecord";
import { Rights } from "./rights";
import { Sending } from "./sending";
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

/** One session with its explanations: what all config nodes of one identity share. */
export class Line {
  readonly session: Session;
  readonly #settings: StackSettings;
  #api: StackApi | undefined;
  #apiSetting = "";
  readonly #key: KeyRecord;
  readonly #listeners = new Set<LineListener>();
  readonly #rights: Rights;
  readonly #service: Service;
  readonly #sending: Sending;
  #standing: News | undefined;
  #problem: ConnectionProblem | undefined;
  #silence: NodeJS.Timeout | undefined;

  constructor(settings: StackSettings) {
    this.#settings = settings;
    const { host, port, tls, keepalive } = settings;
    const identity = identityOf(settings);
    this.#key = keyRecordOf(identity);
    this.#api = this.#apiAt(settings.api);
    this.#service = stackService(settings);
    this.#rights = new Rights(
      this.#key,
      settings.applicationId,
      () => this.#changed(),
      (text) => this.#warn(text),
    );

    this.session = new Session({
      endpoint: { host, port, ...(tls ? { tls } : {}) },
      service: this.#service,
      clientId: settings.clientId ?? `node-red-${randomBytes(8).toString("hex")}`,
      keepalive,
      keyForm: settings.keyForm,
    });
    this.#sending = new Sending({
      settings,
      service: this.#service,
      session: this.session,
      api: () => this.#api,
      warn: (text) => this.#warn(text),
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

  /** What somebody who waits for these kinds may show; `sends`: and who sends. */
  viewFor(kinds: ReadonlySet<Kind>, sends = false): ConnectionView {
    const state = this.session.stateFor(kinds);
    if (state.state !== "connected") return state;
    if (sends && this.#rights.lacks("write")) return { state: "no_right", right: "write" };
    return this.#rights.lacks("read") ? { state: "no_right", right: "read" } : state;
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
    this.#rights.need("write");
    return this.#sending.join(perMinute);
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
      this.#rights.ask(openedAt, this.#api);
      this.#silence ??= setTimeout(() => this.#checkSilence(), SILENCE_MS).unref();
    }
    if (this.session.stateFor(new Set()).state === "connected") this.#problem = this.#standing = undefined;
    this.#changed();
  }

  #changed(): void {
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

  #checkSilence(): void {
    if (this.session.lastMessageAt !== undefined) this.#key.received = true;
    if (this.#key.received || this.#rights.lacks("read")) return;
    if (this.session.openedAt === undefined) {
      this.#silence = undefined; // The next connection gets its hour.
      return;
    }
    const { applicationId } = this.#settings;
    const { facts } = this.#key;
    const text = explainSilence({ applicationId, ...(facts === undefined ? {} : { key: facts }) });
    this.#warn(text);
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

  #warn(text: Text): void {
    this.#tell({ news: "warning", text, served: new Set() });
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
