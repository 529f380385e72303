import type { EventEmitter } from "node:events";
import type { StackKind } from "../src/stack/kinds";
import type { JsonObject, UplinkMessage } from "../src/stack/messages";
import type { SimulatedDevice } from "./devices/device";
import type { GatewaySwitches } from "./downlink/gateways";
import type { DownlinkItem } from "./downlink/item";
import type { DownlinkTiming } from "./downlink/transmissions";
import type { Envelope } from "./feed";
import type { StackEvent } from "./events/events";
import type { ApiMode } from "./http/api";
import type { GatewayConnection } from "./http/gateways";
import type { EventRouteMode } from "./http/eventStreams";
import type { SimulatedStorage, StorageOptions } from "./http/storage";
import type {
  ConnectRecord,
  PublishRecord,
  RequestRecord,
  SimulatorEvents,
  SubscribeRecord,
  TransmissionRecord,
  UnsubscribeRecord,
} from "./journal";
import type { SimulatedKey } from "./keys";
import type { JoinRefusal, UplinkFrame } from "./network";
import type { PubsubOptions, SimulatedPubsub } from "./pubsub";
import type { RateLimit } from "./rateLimit";
import type { ServerVersion } from "./versions";

export interface SimulatorOptions {
  /** Which server it stands in for. Default 3.32, as seen; what is newer is by the changelog. */
  version?: ServerVersion;
  /** MQTT port. Default 0: any free one. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Port of the HTTP API. Default 0. */
  httpPort?: number;
  /** PEM. With it both ports speak TLS only. */
  tls?: { key: string; cert: string };
  /** Default `app1`. */
  applicationId?: string;
  /** Default: a deployment without tenants. */
  tenantId?: string;
  /** Default: one generated key that may read and write. */
  keys?: readonly SimulatedKey[];
  /** Default: `thermometer`, `tracker` and `door`. */
  devices?: readonly SimulatedDevice[];
  /** With the Storage integration, as Cloud has it. Default: without, as the open source server. */
  storage?: StorageOptions;
  /** Of downlinks, where it should be another one than the default. */
  timing?: Partial<DownlinkTiming>;
  /** `as:down:mqtt`, per application and key. Default: none. */
  downlinkLimit?: RateLimit;
  /** Of queue operations by HTTP: per device, since 3.35.2 per application. Default: none. */
  queueLimit?: RateLimit;
  /** `as:accept:mqtt`, per address of the client. Default: none. */
  acceptLimit?: RateLimit;
}

export interface Simulator {
  readonly host: string;
  readonly port: number;
  readonly httpPort: number;
  /** For example `http://127.0.0.1:41234/api/v3`. */
  readonly apiUrl: string;
  readonly applicationId: string;
  /** `app1`, or `app1@tenant`. */
  readonly userName: string;
  /** The first key. */
  readonly apiKey: string;

  /** Sessions that are logged in. */
  readonly sessions: number;
  /** Streams of events that are open. */
  readonly eventStreams: number;
  readonly connects: readonly ConnectRecord[];
  readonly subscribes: readonly SubscribeRecord[];
  readonly unsubscribes: readonly UnsubscribeRecord[];
  readonly publishes: readonly PublishRecord[];
  readonly requests: readonly RequestRecord[];
  /** Absent on a server without it. */
  readonly storage: SimulatedStorage | undefined;
  /** Frames that were given to gateways. */
  readonly transmissions: readonly TransmissionRecord[];
  /** Emits each record when it is written, `accept` for a TCP connection, `disconnect` for its end. */
  readonly events: EventEmitter<SimulatorEvents>;
  /** The next record of that kind, for example `await simulator.next("subscribe")`. */
  next<K extends keyof SimulatorEvents>(name: K): Promise<SimulatorEvents[K][0]>;

  /** Returns the whole key. */
  addKey(key?: SimulatedKey): string;
  /** Sessions opened with the key stay open. */
  removeKey(key: string): void;
  expireKey(key: string): void;
  /** Counts from the next login on. */
  setRights(key: string, rights: readonly string[]): void;

  addDevice(device: SimulatedDevice): void;
  /** What waits in the device's downlink queue, next one first. */
  queue(deviceId: string): readonly DownlinkItem[];

  /** Publishes a message with this body; `extra` replaces parts of the envelope. Returns the message. */
  publish(kind: StackKind, deviceId: string, body: object, extra?: Partial<Envelope>): JsonObject;
  /** Sends a captured message as it is, on the topic of this application. */
  replay(capture: { readonly topic: string; readonly payload: unknown }): void;
  /** Sends bytes on any topic. */
  send(topic: string, payload: string | Uint8Array): void;
  /** The same with the retain flag: a bridge in front of the stack may set it. */
  sendRetained(topic: string, payload: string | Uint8Array): void;
  /** Lets a device send, joining first where it must. Returns the uplink message. */
  uplink(deviceId: string, parts?: Partial<UplinkMessage>, frame?: UplinkFrame): JsonObject;
  join(deviceId: string): JsonObject;
  /** A device asks to join and is refused by the Join Server, which only an event tells. Returns the event. */
  refuseJoin(deviceId: string, errorName: JoinRefusal): StackEvent;
  /** Publishes an event, also of a device that does not exist. Returns it. */
  publishEvent(
    name: string,
    deviceId: string,
    data?: object,
    more?: { readonly correlation_ids?: readonly string[] },
  ): StackEvent;
  /** Sets a Pub/Sub integration: also publishes by way of a broker, and takes downlinks from there. */
  connectPubsub(options: PubsubOptions): Promise<SimulatedPubsub>;
  /** Makes the gateways refuse what they should transmit, or report nothing. */
  gateways(switches: GatewaySwitches): void;
  /** What the Gateway Server tells of a gateway from now on; nothing is told of others. */
  setGateway(gatewayId: string, connection: GatewayConnection): void;
  /** The devices send in turn, one every so many ms. */
  startSchedule(everyMs: number): void;
  stopSchedule(): void;

  /** CONNACK with this code for every client; undefined: no more. */
  refuse(returnCode: 1 | 2 | 3 | 4 | 5 | undefined): void;
  closeBeforeConnack(on: boolean): void;
  /** As with Redis gone: logins, SUBACKs and PUBACKs as ever, nothing delivered, nothing executed. */
  mute(on: boolean): void;
  /** As a stopped process: connections are taken, nothing is read or answered; all of it happens afterwards. MQTT only. */
  freeze(on: boolean): void;
  /** SUBACK 0x80 for every filter. */
  refuseTopics(on: boolean): void;
  api(mode: ApiMode): void;
  /** Only for `POST /events`. Streams that are open stay open. */
  eventRoute(mode: EventRouteMode): void;
  /** Default `cut`: without the end of the answer. */
  endEventStreams(how?: "cut" | "finished"): void;
  /** FIN to every session. */
  disconnectAll(): void;
  /** RST to every session. */
  resetAll(): void;
  /** Gone from both ports. */
  stop(): Promise<void>;
  /** Back on the same ports, with the same keys, devices and queues. */
  restart(): Promise<void>;
}
