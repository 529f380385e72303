import type { Session } from "../connection/session";
import { Courier, type Refusal } from "../delivery/courier";
import type { Queued } from "../delivery/queueLooks";
import type { NoAnswerEvidence } from "../downlink/evidence";
import { explainMayNotSend, explainNoAnswer, lookUpDownlink, queuedIds } from "../diagnosis/noAnswer";
import type { PubsubEvidence } from "../diagnosis/noAnswerFacts";
import { UNHEARD } from "../diagnosis/noAnswerPubsub";
import { networkReason } from "../diagnosis/networkReasons";
import type { StackApi } from "../diagnosis/stackApi";
import type { Service } from "../services/service";
import type { Explanation, Text } from "../stack/explanation";
import type { StackError } from "../stack/messages";
import type { KeyRecord } from "./keyRecord";
import { paceOf } from "./paces";
import { Seat, type Standing } from "./seats";
import type { ConnectionSettings } from "./settings";

/** A burst to many devices that all stay silent must not become a burst of questions: for more, the evidence at hand has to do. */
const MOST_QUESTIONS = 10;
/** Seconds waited are rounded. */
const SLACK_MS = 1_000;

/** What the senders of a session need of it. */
export interface SendersSession {
  readonly settings: ConnectionSettings;
  readonly service: Service;
  readonly session: Session;
  readonly api: () => StackApi | undefined;
  /** The key is known not to send. */
  readonly mayNotSend: () => boolean;
  /** Whether that is still so: looks once more. */
  readonly stillMayNotSend: () => Promise<boolean>;
  /** Why the stack's encoder failed for a device, if it told so since then (ms since 1970). */
  readonly encoderError: (deviceId: string, since: number) => StackError | undefined;
  readonly key: KeyRecord;
  readonly warn: (text: Text) => void;
  /** Of any downlink, also while its node is made anew. */
  readonly onStep: (standing: Standing) => void;
  /** What may be shown has changed. */
  readonly changed: () => void;
}

interface Joined {
  readonly courier: Courier;
  readonly seat: Seat;
  /** What is awaited on the seat is dropped, where no other node has taken it. */
  readonly leave: () => void;
}

/** All nodes that send on one session: one courier while any node sends, at the lowest of the paces of all its config nodes. */
export class Senders {
  readonly #shared: SendersSession;
  readonly #paces = new Set<{ readonly perMinute: number }>();
  readonly #joined = new Set<object>();
  /** By the IDs of their nodes. */
  readonly #seats = new Map<string, Seat>();
  #courier: Courier | undefined;
  #stop: (() => void) | undefined;
  /** Downlinks without an answer that the API is being asked about. */
  #questions = 0;
  #unheard = false;

  constructor(shared: SendersSession) {
    this.#shared = shared;
  }

  /** The stack publishes and does not listen for downlinks. */
  get unheard(): boolean {
    return this.#unheard;
  }

  /** Whether something that is followed is known to be in the queue of this device. */
  isQueued(deviceId: string): boolean {
    return this.#courier?.isQueued(deviceId) ?? false;
  }

  /** Of a config node, until the returned function is called. */
  joinPace(perMinute: number | undefined): () => void {
    if (perMinute === undefined) return () => undefined;
    const pace = { perMinute };
    this.#paces.add(pace);
    this.#setPace();
    return () => {
      this.#paces.delete(pace);
      this.#setPace();
    };
  }

  /** For a node with this ID. */
  join(nodeId: string): Joined {
    const joined = {};
    this.#joined.add(joined);
    const courier = (this.#courier ??= this.#open());
    this.#setPace();
    const seat = this.#seats.get(nodeId) ?? new Seat(courier, this.#shared.onStep);
    this.#seats.set(nodeId, seat);
    return {
      courier,
      seat,
      leave: () => {
        if (!seat.isTaken) {
          seat.drop();
          this.#seats.delete(nodeId);
        }
        this.#joined.delete(joined);
        if (this.#joined.size === 0) this.#close();
      },
    };
  }

  #open(): Courier {
    const { settings, service, session, key, warn } = this.#shared;
    const courier = new Courier({
      service,
      session,
      pace: paceOf(settings),
      holdMax: settings.holdMax,
      holdFor: settings.holdFor,
      explainNoAnswer: (evidence) => this.#explain(evidence),
      ...(service.traits.isStackServer && {
        lookUp: (evidence) => this.#lookUp(evidence),
        queueOf: (deviceId) => this.#queueOf(deviceId),
      }),
      barred: () => (this.#shared.mayNotSend() ? this.#barred() : undefined),
      warn,
      accepted: () => {
        key.answered = true;
        this.#heard(true);
      },
    });
    this.#stop = session.receive(courier.recipient);
    return courier;
  }

  #close(): void {
    this.#stop?.();
    this.#courier?.end();
    this.#courier = undefined;
  }

  #setPace(): void {
    const paces = Array.from(this.#paces, ({ perMinute }) => perMinute);
    this.#courier?.setPerMinute(paces.length === 0 ? undefined : Math.min(...paces));
  }

  /** A key known not to send gets nothing on its way; one that may send by now has to log in anew for it. */
  async #barred(): Promise<Refusal | undefined> {
    const { settings, session, key, stillMayNotSend } = this.#shared;
    const { applicationId = "" } = settings;
    if (!(await stillMayNotSend())) {
      await session.renew();
      return undefined;
    }
    const { facts } = key;
    return facts && ((deviceId) => explainMayNotSend(facts, applicationId, deviceId));
  }

  /** Asks the API where it can be asked, and not too much else is being asked. */
  async #ask<T>(question: (api: StackApi | undefined) => Promise<T>): Promise<T> {
    const api = this.#questions < MOST_QUESTIONS ? this.#shared.api() : undefined;
    this.#questions += 1;
    try {
      return await question(api);
    } finally {
      this.#questions -= 1;
    }
  }

  /** Told by the network, and so certain. */
  #notEncoded({ deviceId, encoding, waited }: NoAnswerEvidence): Explanation | undefined {
    if (encoding !== "decoded") return undefined;
    const error = this.#shared.encoderError(deviceId, Date.now() - waited * 1000 - SLACK_MS);
    return error && { code: "not_accepted", ...networkReason("encoder_error", error, deviceId) };
  }

  #lookUp(evidence: NoAnswerEvidence): Promise<Explanation | "queued" | undefined> {
    const notEncoded = this.#notEncoded(evidence);
    if (notEncoded) return Promise.resolve(notEncoded);
    const { deviceId, correlationId } = evidence;
    const { settings, session } = this.#shared;
    const { applicationId = "" } = settings;
    const facts = { applicationId, deviceId, correlationId, devicesSeen: session.devicesSeen };
    return this.#ask(async (api) => api && lookUpDownlink(facts, api));
  }

  #queueOf(deviceId: string): Promise<Queued> {
    // No answer would count for an API that never has one. Nothing is lost by asking later.
    if (this.#questions >= MOST_QUESTIONS) return Promise.resolve("unavailable");
    const { applicationId = "" } = this.#shared.settings;
    return this.#ask(async (api) => api && queuedIds(applicationId, deviceId, api));
  }

  async #explain(evidence: NoAnswerEvidence): Promise<Explanation | "queued"> {
    const notEncoded = this.#notEncoded(evidence);
    if (notEncoded) return notEncoded;
    const { settings, session, key } = this.#shared;
    const { traits } = this.#shared.service;
    const { service, applicationId = "" } = settings;
    const facts = {
      ...evidence,
      // What came before a deploy counts, too: the key is the same.
      receivedAnything: evidence.receivedAnything || (key.received && !traits.throughBroker),
      anyAnswered: evidence.anyAnswered || key.answered,
      service,
      applicationId,
      devicesSeen: session.devicesSeen,
      ...(key.facts === undefined ? {} : { key: key.facts }),
      ...(traits.throughBroker ? { pubsub: this.#onBroker(evidence) } : {}),
    };
    const explanation = await this.#ask((api) => explainNoAnswer(facts, api));
    if (explanation !== "queued" && explanation.key === UNHEARD) this.#heard(false);
    return explanation;
  }

  #onBroker({ broker }: NoAnswerEvidence): PubsubEvidence {
    const { settings, service, session } = this.#shared;
    const { openedAt, applicationsSeen } = session;
    return {
      host: settings.host,
      connected: openedAt !== undefined,
      applicationsSeen,
      hearsFailures: service.kinds.has("downlink_failed"),
      ...(broker?.interrupted && openedAt !== undefined ? { backSince: openedAt } : {}),
      receivedSince: broker?.received ?? false,
      answeredSince: broker?.answered ?? false,
      knownUnheard: this.#unheard,
    };
  }

  #heard(heard: boolean): void {
    if (this.#unheard === !heard) return;
    this.#unheard = !heard;
    this.#shared.changed();
  }
}
