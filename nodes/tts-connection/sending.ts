import type { Session } from "../../src/connection/session";
import { Courier } from "../../src/delivery/courier";
import type { NoAnswerEvidence } from "../../src/delivery/evidence";
import { explainNoAnswer } from "../../src/diagnosis/noAnswer";
import { UNHEARD, type PubsubEvidence } from "../../src/diagnosis/noAnswerPubsub";
import type { StackApi } from "../../src/diagnosis/stackApi";
import type { Service } from "../../src/services/service";
import type { Explanation, Text } from "../../src/stack/explanation";
import type { KeyRecord } from "./keyRecord";
import type { ConnectionSettings } from "./settings";

/** A burst to many devices that all stay silent must not become a burst of questions: for more, the evidence at hand has to do. */
const MOST_QUESTIONS = 10;

/** What the downlinks of a line need of it. */
export interface SendingLine {
  readonly settings: ConnectionSettings;
  readonly service: Service;
  readonly session: Session;
  readonly api: () => StackApi | undefined;
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
      pace: key.pace,
      holdMax: settings.holdMax,
      holdFor: settings.holdFor,
      explainNoAnswer: (evidence) => this.#explain(evidence),
      warn,
      accepted: () => this.#heard(true),
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

  async #explain(evidence: NoAnswerEvidence): Promise<Explanation | "queued"> {
    const { settings, session, api, key } = this.#line;
    const { service, applicationId = "" } = settings;
    const asked = this.#questions < MOST_QUESTIONS ? api() : undefined;
    this.#questions += 1;
    const facts = {
      ...evidence,
      service,
      applicationId,
      devicesSeen: session.devicesSeen,
      ...(key.facts === undefined ? {} : { key: key.facts }),
      ...(settings.service === "pubsub" ? { pubsub: this.#onBroker(evidence) } : {}),
    };
    const explanation = await explainNoAnswer(facts, asked).finally(() => {
      this.#questions -= 1;
    });
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
