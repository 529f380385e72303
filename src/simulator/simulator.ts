import type { EventEmitter } from "node:events";
import type { StackKind } from "../stack/kinds";
import type { JsonObject, UplinkMessage } from "../stack/messages";
import { application } from "./application";
import { demoDevices } from "./devices/demo";
import { EndDevice } from "./devices/device";
import type { SimulatedDevice } from "./devices/device";
import type { DownlinkItem } from "./downlink/item";
import { DownlinkQueues } from "./downlink/queues";
import { Transmissions } from "./downlink/transmissions";
import { Feed } from "./feed";
import type { Envelope } from "./feed";
import { HttpApi } from "./http/api";
import type { ApiMode } from "./http/api";
import { Journal } from "./journal";
import type {
  ConnectRecord,
  PublishRecord,
  RequestRecord,
  SimulatorEvents,
  SubscribeRecord,
  UnsubscribeRecord,
} from "./journal";
import { KeyRing, READ, WRITE } from "./keys";
import type { SimulatedKey } from "./keys";
import { MqttListener } from "./mqtt/listener";
import type { Account, MqttSwitches } from "./mqtt/session";
import { Network, receptionIds } from "./network";
import { RateLimiter } from "./rate-limit";
import type { RateLimit } from "./rate-limit";
import { Schedule } from "./schedule";

export type { SimulatedDevice, UplinkParts } from "./devices/device";
export type { ApiMode } from "./http/api";
export type { SimulatedKey } from "./keys";
export type { RateLimit } from "./rate-limit";
export type * from "./journal";

export interface SimulatorOptions {
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
  /** `as:down:mqtt`, per application and key. Default: none. */
  downlinkLimit?: RateLimit;
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
  readonly connects: readonly ConnectRecord[];
  readonly subscribes: readonly SubscribeRecord[];
  readonly unsubscribes: readonly UnsubscribeRecord[];
  readonly publishes: readonly PublishRecord[];
  readonly requests: readonly RequestRecord[];
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
  /** Lets a device send, joining first where it must. Returns the uplink message. */
  uplink(deviceId: string, parts?: Partial<UplinkMessage>): JsonObject;
  join(deviceId: string): JsonObject;
  /** The devices send in turn, one every so many ms. */
  startSchedule(everyMs: number): void;
  stopSchedule(): void;

  /** CONNACK with this code for everybody; undefined: no more. */
  refuse(returnCode: 1 | 2 | 3 | 4 | 5 | undefined): void;
  closeBeforeConnack(on: boolean): void;
  /** As with Redis gone: logins, SUBACKs and PUBACKs as ever, nothing delivered, nothing executed. */
  mute(on: boolean): void;
  /** As a stopped process: connections are taken, nothing is read or answered; all of it happens afterwards. MQTT only. */
  freeze(on: boolean): void;
  /** SUBACK 0x80 for every filter. */
  refuseTopics(on: boolean): void;
  api(mode: ApiMode): void;
  /** FIN to every session. */
  disconnectAll(): void;
  /** RST to every session. */
  resetAll(): void;
  /** Gone from both ports. */
  stop(): Promise<void>;
  /** Back on the same ports, with the same keys, devices and queues. */
  restart(): Promise<void>;
}

/** Starts a stand-in for the MQTT server and the HTTP API of The Things Stack, for one application. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const host = options.host ?? "127.0.0.1";
  const app = application(options.applicationId ?? "app1", options.tenantId);
  const keys = new KeyRing(app.applicationId);
  const [firstKey] = (options.keys?.length ? options.keys : [{}]).map((key) => keys.add(key));
  const devices = new Map<string, EndDevice>();
  const addDevice = (model: SimulatedDevice): void => {
    devices.set(model.id, new EndDevice(model));
  };
  for (const device of options.devices ?? demoDevices()) addDevice(device);
  const find = (deviceId: string): EndDevice | undefined => devices.get(deviceId);
  const known = (deviceId: string): EndDevice => {
    const device = find(deviceId);
    if (device === undefined) throw new RangeError(`there is no device ${deviceId}`);
    return device;
  };

  const journal = new Journal();
  const switches: MqttSwitches = {
    refuse: undefined,
    closeBeforeConnack: false,
    mute: false,
    refuseTopics: false,
  };
  const feed = new Feed(app, (topic, payload) => {
    if (!switches.mute) mqtt.deliver(topic, payload);
  });
  const queues = new DownlinkQueues({
    application: app,
    device: find,
    feed,
    changed: (device) => {
      transmissions.queued(device);
    },
  });
  const network = new Network(app, feed, (device, ids) => {
    transmissions.heard(device, ids);
  });
  const transmissions = new Transmissions({
    application: app,
    queues,
    feed,
    answer: (device) => {
      network.uplink(device);
    },
  });
  const schedule = new Schedule(network, () => [...devices.values()]);

  const downlinks = new RateLimiter(options.downlinkLimit);
  const login = (userName: string | undefined, password: string | undefined): Account | undefined => {
    const authentication = keys.authenticate(password ?? "");
    if (userName !== app.uid || !authentication.ok) return undefined;
    const rights = keys.rightsHere(authentication.key);
    if (rights.length === 0) return undefined;
    return { key: authentication.key, mayRead: rights.includes(READ), mayWrite: rights.includes(WRITE) };
  };
  const mqtt: MqttListener = new MqttListener(
    { host, port: options.port ?? 0, tls: options.tls, acceptLimit: options.acceptLimit },
    {
      application: app,
      journal,
      switches,
      login,
      takeDownlink: (key) => downlinks.take(key.id),
      downlink: (topic, payload) => queues.publish(topic, payload),
    },
  );
  const http = new HttpApi(
    { host, port: options.httpPort ?? 0, tls: options.tls },
    {
      application: app,
      keys,
      queues,
      feed,
      device: find,
      isMute: () => switches.mute,
      journal,
      addresses: () => ({ plain: `${host}:${mqtt.port}`, tls: `${host}:${mqtt.port}` }),
    },
  );

  let running = false;
  const start = async (): Promise<void> => {
    await Promise.all([mqtt.start(), http.start()]);
    running = true;
  };
  const stop = async (): Promise<void> => {
    if (!running) return;
    running = false;
    schedule.stop();
    transmissions.stop();
    await Promise.all([mqtt.stop(), http.stop()]);
  };
  await start();

  return {
    host,
    get port() {
      return mqtt.port;
    },
    get httpPort() {
      return http.port;
    },
    get apiUrl() {
      return http.url;
    },
    applicationId: app.applicationId,
    userName: app.uid,
    apiKey: firstKey?.key ?? "",
    get sessions() {
      return mqtt.sessions.length;
    },
    connects: journal.connects,
    subscribes: journal.subscribes,
    unsubscribes: journal.unsubscribes,
    publishes: journal.publishes,
    requests: journal.requests,
    events: journal.events,
    next: (name) => journal.next(name),

    addKey: (key) => keys.add(key).key,
    removeKey: (key) => {
      keys.remove(key);
    },
    expireKey: (key) => {
      keys.expire(key);
    },
    setRights: (key, rights) => {
      keys.setRights(key, rights);
    },
    addDevice,
    queue: (deviceId) => queues.queued(deviceId),

    publish: (kind, deviceId, body, extra) =>
      feed.publish(kind, body, {
        end_device_ids: find(deviceId)?.ids(
          app.applicationId,
          kind === "downlink_queued" ? "record" : "session",
        ) ?? {
          device_id: deviceId,
          application_ids: { application_id: app.applicationId },
        },
        correlation_ids: receptionIds(),
        ...extra,
      }),
    replay: ({ topic, payload }) => {
      const text = typeof payload === "string" ? payload : JSON.stringify(payload);
      feed.send(feed.ownTopic(topic), Buffer.from(text));
    },
    send: (topic, payload) => {
      feed.send(topic, typeof payload === "string" ? Buffer.from(payload) : Buffer.from(payload));
    },
    uplink: (deviceId, parts) => network.uplink(known(deviceId), parts),
    join: (deviceId) => network.join(known(deviceId)),
    startSchedule: (everyMs) => {
      schedule.start(everyMs);
    },
    stopSchedule: () => {
      schedule.stop();
    },

    refuse: (returnCode) => {
      switches.refuse = returnCode;
    },
    closeBeforeConnack: (on) => {
      switches.closeBeforeConnack = on;
    },
    mute: (on) => {
      switches.mute = on;
    },
    freeze: (on) => {
      mqtt.freeze(on);
    },
    refuseTopics: (on) => {
      switches.refuseTopics = on;
    },
    api: (mode) => {
      http.mode = mode;
    },
    disconnectAll: () => {
      for (const session of mqtt.sessions) session.close("disconnectAll");
    },
    resetAll: () => {
      for (const session of mqtt.sessions) session.reset("resetAll");
    },
    stop,
    restart: async () => {
      await stop();
      await start();
    },
  };
}
