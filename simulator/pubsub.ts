import { connect, type MqttClient } from "mqtt";
import { joinTopic, type PubsubType } from "../src/stack/pubsubTopics";
import { parseTopic } from "../src/stack/topics";
import type { DownlinkQueues } from "./downlink/queues";
import { parseQueueRequest } from "./downlink/parse";

/** What is set in the Console for a Pub/Sub integration of the provider MQTT. */
export interface PubsubOptions {
  /** With its scheme: `mqtt://127.0.0.1:1883`. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Default: chosen by the broker. */
  readonly clientId?: string;
  readonly baseTopic: string;
  /** What has none is not published, or not listened for. */
  readonly topics: Readonly<Partial<Record<PubsubType, string>>>;
  /** Default 0, as in the stack. */
  readonly publishQos?: 0 | 1 | 2;
  readonly subscribeQos?: 0 | 1 | 2;
  /** ms before the connection is made again; the real one takes about four seconds. */
  readonly reconnectAfter?: number;
}

/** A downlink request as it came, and what became of it. */
export interface PubsubRequest {
  readonly topic: string;
  readonly payload: string;
  readonly outcome: "executed" | "failed" | "dropped";
  readonly reason: string | undefined;
}

const DOWNLINK_TYPES = ["downlink_push", "downlink_replace"] as const;

/**
 * The stack's Pub/Sub integration: a client of the user's broker that publishes what the devices do and takes downlinks. As the real
 * one does it, so that flows meet what it leaves out: normalized uplinks never come, settings are never verified, an application is
 * not checked, and after a broker was gone it publishes again and listens no more. Rule: docs/server.md#10-pubsub.
 */
export class SimulatedPubsub {
  /** What came on the topics for downlinks. */
  readonly requests: PubsubRequest[] = [];
  readonly #options: PubsubOptions;
  readonly #queues: DownlinkQueues;
  readonly #applicationId: string;
  #client: MqttClient | undefined;

  constructor(options: PubsubOptions, queues: DownlinkQueues, applicationId: string) {
    this.#options = options;
    this.#queues = queues;
    this.#applicationId = applicationId;
  }

  get connected(): boolean {
    return this.#client?.connected ?? false;
  }

  /** As setting it in the Console does: connects anew, and listens. Resolves when it does. */
  async set(): Promise<void> {
    await this.stop();
    const { url, clientId, username, password, tls = {}, reconnectAfter = 4_000 } = this.#options;
    const client = connect(url, {
      ...(clientId === undefined ? {} : { clientId }),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...tls,
      protocolVersion: 4,
      clean: true,
      keepalive: 60,
      reconnectPeriod: reconnectAfter,
      // The real one takes no SUBSCRIBE along when it connects again.
      resubscribe: false,
      queueQoSZero: false,
    });
    this.#client = client;
    client.on("error", () => undefined);
    client.on("message", (topic, payload) => this.#take(topic, payload));
    await new Promise<void>((resolve, reject) => {
      client.once("connect", () => resolve());
      client.once("close", () => reject(new Error(`no connection to ${url}`)));
    });
    for (const type of DOWNLINK_TYPES) {
      const topic = this.#topic(type);
      if (topic !== undefined) await client.subscribeAsync(topic, { qos: this.#options.subscribeQos ?? 0 });
    }
  }

  /** Nothing is published or taken until it is set again. */
  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.endAsync(true);
  }

  /** A message of the Application Server, by the topic that its own MQTT server has it on. */
  deliver(ownTopic: string, payload: Buffer): void {
    const kind = parseTopic(ownTopic)?.kind;
    if (kind === undefined || kind === "unknown" || kind === "uplink_normalized") return;
    const topic = this.#topic(kind);
    // A base topic with a wild card is taken, and never published to.
    if (topic === undefined || /[+#]/.test(topic)) return;
    this.#client?.publish(topic, payload, { qos: this.#options.publishQos ?? 0, retain: false });
  }

  #topic(type: PubsubType): string | undefined {
    const { baseTopic, topics } = this.#options;
    const sub = topics[type];
    return sub === undefined ? undefined : joinTopic(baseTopic, sub);
  }

  #take(topic: string, payload: Buffer): void {
    const type = DOWNLINK_TYPES.find((one) => this.#topic(one) === topic);
    if (type === undefined) return;
    const outcome = this.#execute(type === "downlink_push" ? "push" : "replace", payload);
    this.requests.push({ topic, payload: payload.toString(), ...outcome });
  }

  #execute(operation: "push" | "replace", payload: Buffer): Pick<PubsubRequest, "outcome" | "reason"> {
    const parsed = parseQueueRequest(payload);
    if (!parsed.ok) return { outcome: "dropped", reason: parsed.reason };
    const { applicationId, deviceId, items } = parsed;
    if (applicationId !== this.#applicationId) return { outcome: "dropped", reason: "unknown application" };
    const result = this.#queues.operate({ operation, deviceId, items, contextIds: [] });
    return { outcome: result.outcome, reason: result.outcome === "executed" ? undefined : result.error.name };
  }
}
