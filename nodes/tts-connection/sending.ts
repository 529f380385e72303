import type { Session } from "../../src/connection/session";
import { Courier, type Refusal } from "../../src/delivery/courier";
import type { NoAnswerEvidence } from "../../src/delivery/evidence";
import { explainMayNotSend, explainNoAnswer, lookUpDownlink } from "../../src/diagnosis/noAnswer";
import { UNHEARD, type PubsubEvidence } from "../../src/diagnosis/noAnswerPubsub";
import type { StackApi } from "../../src/diagnosis/stackApi";
import type { Service } from "../../src/services/service";
import type { Explanation, Text } from "../../src/stack/explanation";
import type { KeyRecord } from "./keyRecord";
import { paceOf } from "./paces";
import type { ConnectionSettings } from "./settings";

/** A burst to many devices that all stay silent must not become a burst of questions: for more, the evidence at hand has to do. */
const MOST_QUESTIONS = 10;

/** What the downlinks of a line need of it. */
export interface SendingLine {
  readonly settings: ConnectionSettings;
  readonly service: Service;
  readonly session: Session;
  readonly api: () => StackApi | undefined;
  /** The key is known not to send. */
  readonly mayNotSend: () => boolean;
  /** Whether that is still so: looks once more. */
  readonly stillMayNotSend: () => Promise<boolean>;
  readonly key: KeyRecord;
  readonly warn: (text: Text) => void;
  /** What may be shown has changed. */
  readonly changed: () => void;
}

/** The downlinks of a line: one courier while any node sends, at the lowest of the paces of its config nodes. */
export class Sending {
  readonly #line: SendingLine;
  readonly #paces = new Set<{ readonly perMinute: number | undefined }>();
  #courier: Courier | undefined;
  #stop: (() => void) | undefined;
  /** Downlinks without an answer that the API is being asked about. */
  #questions = 0;
  #unheard = false;

  constructor(line: SendingLine) {
    this.#line = line;
  }

  /** The stack publishes and does not listen for downlinks. */
  get unheard(): boolean {
    return this.#unheard;
  }

  /** For a config node with this pace, until it leaves. */
  join(perMinute: number | undefined): { readonly courier: Courier; leave(): void } {
    const pace = { perMinute };
    this.#paces.add(pace);
    const courier = (this.#courier ??= this.#open());
    this.#setPace();
    return {
      courier,
      leave: () => {
        this.#paces.delete(pace);
        this.#setPace();
        if (this.#paces.size === 0) this.#close();
      },
    };
  }

  #open(): Courier {
    const { settings, service, session, key, warn } = this.#line;
    const courier = new Courier({
      service,
      session,
      pace: paceOf(settings),
      holdMax: settings.holdMax,
      holdFor: settings.holdFor,
      explainNoAnswer: (evidence) => this.#explain(evidence),
      ...(settings.service === "stack" && { lookUp: (evidence) => this.#lookUp(evidence) }),
      barred: () => (this.#line.mayNotSend() ? this.#barred() : undefined),
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
    const paces = [...this.#paces].flatMap(({ perMinute }) => (perMinute === undefined ? [] : [perMinute]));
    this.#courier?.setPerMinute(paces.length === 0 ? undefined : Math.min(...paces));
  }

  /** A key known not to send gets nothing on its way; one that may send by now has to log in anew for it. */
  async #barred(): Promise<Refusal | undefined> {
    const { settings, session, key, stillMayNotSend } = this.#line;
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
    const api = this.#questions < MOST_QUESTIONS ? this.#line.api() : undefined;
    this.#questions += 1;
    try {
      return await question(api);
    } finally {
      this.#questions -= 1;
    }
  }

  #lookUp({ deviceId, correlationId }: NoAnswerEvidence): Promise<Explanation | "queued" | undefined> {
    const { settings, session } = this.#line;
    const { applicationId = "" } = settings;
    const facts = { applicationId, deviceId, correlationId, devicesSeen: session.devicesSeen };
    return this.#ask(async (api) => api && lookUpDownlink(facts, api));
  }

  async #explain(evidence: NoAnswerEvidence): Promise<Explanation | "queued"> {
    const { settings, session, key } = this.#line;
    const { service, applicationId = "" } = settings;
    const facts = {
      ...evidence,
      // What came before a deploy counts, too: the key is the same.
      receivedAnything: evidence.receivedAnything || (key.received && service !== "pubsub"),
      anyAnswered: evidence.anyAnswered || key.answered,
      service,
      applicationId,
      devicesSeen: session.devicesSeen,
      ...(key.facts === undefined ? {} : { key: key.facts }),
      ...(settings.service === "pubsub" ? { pubsub: this.#onBroker(evidence) } : {}),
    };
    const explanation = await this.#ask((api) => explainNoAnswer(facts, api));
    if (explanation !== "queued" && explanation.key === UNHEARD) this.#heard(false);
    return explanation;
  }

  #onBroker({ broker }: NoAnswerEvidence): PubsubEvidence {
    const { settings, service, session } = this.#line;
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
    this.#line.changed();
  }
}
