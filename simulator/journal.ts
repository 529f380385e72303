import { EventEmitter } from "node:events";

/** What the server saw and did, for tests to look at. Never a password. */
export interface ConnectRecord {
  /** Number of the connection, counted from 1. */
  readonly session: number;
  readonly userName: string | undefined;
  readonly clientId: string;
  readonly protocolName: string;
  readonly level: number;
  readonly keepalive: number;
  readonly clean: boolean;
  readonly will: string | undefined;
  /** Of the CONNACK; undefined: closed without an answer. */
  readonly returnCode: number | undefined;
}

export interface SubscribeRecord {
  readonly session: number;
  readonly filters: readonly { readonly filter: string; readonly qos: number }[];
  /** As in the SUBACK: the granted QoS, 128 when refused. */
  readonly codes: readonly number[];
}

export interface UnsubscribeRecord {
  readonly session: number;
  readonly filters: readonly string[];
}

export interface PublishRecord {
  readonly session: number;
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly retain: boolean;
  readonly dup: boolean;
  /** `failed`: a `downlink_failed` was published. `dropped`: silently. */
  readonly outcome: "executed" | "failed" | "dropped";
  /** Name of the error, or why it was dropped. */
  readonly reason: string | undefined;
}

export interface DisconnectRecord {
  readonly session: number;
  /** Whether the client said DISCONNECT before. */
  readonly said: boolean;
  readonly by: "client" | "server";
  /** Why the server closed, or undefined. */
  readonly reason: string | undefined;
}

export interface RequestRecord {
  readonly method: string;
  readonly path: string;
  /** Whether it came with an Authorization header. */
  readonly authorized: boolean;
  /** Undefined: never answered. */
  readonly status: number | undefined;
}

/** A frame that a gateway was given to transmit. */
export interface TransmissionRecord {
  readonly deviceId: string;
  readonly gatewayId: string;
  readonly fPort: number;
  readonly fCnt: number;
  readonly payload: Buffer;
  readonly confirmed: boolean;
  /** What the gateway said instead of transmitting it. */
  readonly error: string | undefined;
}

export interface SimulatorEvents {
  connect: [ConnectRecord];
  subscribe: [SubscribeRecord];
  unsubscribe: [UnsubscribeRecord];
  publish: [PublishRecord];
  disconnect: [DisconnectRecord];
  request: [RequestRecord];
  transmission: [TransmissionRecord];
  /** A stream of events was opened or has ended: how many are open now. */
  eventStreams: [number];
  /** A TCP connection was taken; nothing has been read from it. */
  accept: [{ readonly session: number }];
}

/** A demo runs for days: only the latest are kept. */
const KEPT = 5_000;

function keep<T>(list: T[], record: T): void {
  list.push(record);
  if (list.length > KEPT) list.shift();
}

export class Journal {
  readonly connects: ConnectRecord[] = [];
  readonly subscribes: SubscribeRecord[] = [];
  readonly unsubscribes: UnsubscribeRecord[] = [];
  readonly publishes: PublishRecord[] = [];
  readonly requests: RequestRecord[] = [];
  readonly transmissions: TransmissionRecord[] = [];
  readonly events = new EventEmitter<SimulatorEvents>();

  /** The next record of that kind. */
  next<K extends keyof SimulatorEvents>(name: K): Promise<SimulatorEvents[K][0]> {
    // @types/node 20 cannot type a listener for an event name that is a type parameter.
    const untyped: EventEmitter = this.events;
    return new Promise((resolve) => {
      untyped.once(name, (record: SimulatorEvents[K][0]) => {
        resolve(record);
      });
    });
  }

  streaming(count: number): void {
    this.events.emit("eventStreams", count);
  }

  accepted(session: number): void {
    this.events.emit("accept", { session });
  }

  connected(record: ConnectRecord): void {
    keep(this.connects, record);
    this.events.emit("connect", record);
  }

  subscribed(record: SubscribeRecord): void {
    keep(this.subscribes, record);
    this.events.emit("subscribe", record);
  }

  unsubscribed(record: UnsubscribeRecord): void {
    keep(this.unsubscribes, record);
    this.events.emit("unsubscribe", record);
  }

  published(record: PublishRecord): void {
    keep(this.publishes, record);
    this.events.emit("publish", record);
  }

  disconnected(record: DisconnectRecord): void {
    this.events.emit("disconnect", record);
  }

  requested(record: RequestRecord): void {
    keep(this.requests, record);
    this.events.emit("request", record);
  }

  transmitted(record: TransmissionRecord): void {
    keep(this.transmissions, record);
    this.events.emit("transmission", record);
  }
}
