import type { Account, DownlinkOutcome, SessionHost } from "./host";

interface Publication {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly id: number;
}

const dropped = (reason: string): DownlinkOutcome => ({ outcome: "dropped", reason });

/** What a session makes of the PUBLISH packets of its client. Rules: docs/server.md#3-publishing and #4-rate-limits. */
export class Publications {
  readonly #host: SessionHost;
  /** Packet IDs of QoS 2 publishes that wait for their PUBREL. */
  readonly #unreleased = new Set<number>();

  constructor(host: SessionHost) {
    this.#host = host;
  }

  /** Executes what is allowed; QoS 2 at the PUBLISH already, QoS 1 once more when it is repeated. */
  take({ topic, payload, qos, id }: Publication, account: Account | undefined): DownlinkOutcome {
    if (qos === 2) {
      if (this.#unreleased.has(id)) return dropped("repeated");
      this.#unreleased.add(id);
    }
    if (account === undefined || !this.#host.topics.publishable(topic)) return dropped("forbidden topic");
    if (!account.mayWrite) return dropped("no right to write");
    // The only thing that ends the connection.
    if (!this.#host.takeDownlink(account.key)) return dropped("rate limit");
    return this.#host.switches.mute ? dropped("mute") : this.#host.downlink(topic, payload);
  }

  /** The client knows that its QoS 2 publish has been taken. */
  release(id: number): void {
    this.#unreleased.delete(id);
  }
}
