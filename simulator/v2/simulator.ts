import { randomBytes } from "node:crypto";
import { Journal } from "../journal";
import type { MqttSwitches } from "../mqtt/host";
import { MqttListener } from "../mqtt/listener";
import type { V2Downlink, V2Uplink } from "../../src/services/v2/messages";
import type { V2Device } from "./device";
import { V2Network, type V2Form } from "./network";
import { deviceOfDownlink, v2Topics } from "./topics";

export interface V2SimulatorOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** PEM. With it the port speaks TLS only. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Default `my_app`. */
  readonly applicationId?: string;
  /** Default: `door_1` and `valve`. */
  readonly devices?: readonly V2Device[];
  /** Of the API. Default: the last one. */
  readonly form?: V2Form;
}

export interface V2Simulator extends Pick<
  Journal,
  "connects" | "subscribes" | "unsubscribes" | "publishes" | "next"
> {
  readonly host: string;
  readonly port: number;
  readonly applicationId: string;
  readonly accessKey: string;
  /** Sessions that are logged in. */
  readonly sessions: number;
  /** Lets a device send: its uplink, and the fields of it on topics of their own. Returns the message. */
  uplink(deviceId: string, given?: V2Uplink, acknowledges?: boolean): V2Uplink;
  activate(deviceId: string): void;
  /** Sends a message on any topic of a device: `up`, `events/up/errors`. */
  send(deviceId: string, end: string, message?: unknown): void;
  /** Sends bytes as they are. */
  sendBytes(deviceId: string, end: string, bytes: Buffer): void;
  /** What waits for the device, next one first. */
  queue(deviceId: string): readonly V2Downlink[];
  /** Whether access keys may send and receive; counts from the next login on. */
  setRights(rights: { readonly read: boolean; readonly write: boolean }): void;
  /** CONNACK with this code for every client; undefined: no more. */
  refuse(returnCode: 1 | 2 | 3 | 4 | 5 | undefined): void;
  disconnectAll(): void;
  stop(): Promise<void>;
  /** Back on the same port, with the same devices and queues. */
  restart(): Promise<void>;
}

const HOST = "127.0.0.1";

/** Starts a stand-in for the MQTT API of a The Things Network V2, for one application. */
export async function startV2Simulator(options: V2SimulatorOptions = {}): Promise<V2Simulator> {
  const { applicationId = "my_app", form = "last" } = options;
  const accessKey = `ttn-account-v2.${randomBytes(32).toString("base64url")}`;
  const journal = new Journal();
  const switches: MqttSwitches = {
    refuse: undefined,
    closeBeforeConnack: false,
    mute: false,
    refuseTopics: false,
  };
  let rights = { read: true, write: true };
  const devices = options.devices ?? [
    { id: "door_1", devEui: "0004A30B001C0530" },
    { id: "valve", encode: () => "AQ==" },
  ];
  const network = new V2Network(applicationId, form, devices, (topic, payload) =>
    mqtt.deliver(topic, payload),
  );
  const mqtt: MqttListener = new MqttListener(
    { host: HOST, port: options.port ?? 0, tls: options.tls, acceptLimit: undefined },
    {
      topics: v2Topics(applicationId),
      journal,
      switches,
      login: (userName, password) =>
        userName === applicationId && password === accessKey
          ? { key: { id: "" }, mayRead: rights.read, mayWrite: rights.write }
          : undefined,
      takeDownlink: () => true,
      downlink: (topic, payload) => network.take(deviceOfDownlink(topic, applicationId) ?? "", payload),
    },
  );
  await mqtt.start();

  return {
    host: HOST,
    get port() {
      return mqtt.port;
    },
    applicationId,
    accessKey,
    get sessions() {
      return mqtt.sessions.length;
    },
    connects: journal.connects,
    subscribes: journal.subscribes,
    unsubscribes: journal.unsubscribes,
    publishes: journal.publishes,
    next: (name) => journal.next(name),
    uplink: (deviceId, given, acknowledges) => network.uplink(deviceId, given, acknowledges),
    activate: (deviceId) => {
      network.activate(deviceId);
    },
    send: (deviceId, end, message) => {
      network.send(deviceId, end, message);
    },
    sendBytes: (deviceId, end, bytes) => {
      mqtt.deliver(network.topic(deviceId, end), bytes);
    },
    queue: (deviceId) => network.queue(deviceId),
    setRights: (given) => {
      rights = given;
    },
    refuse: (returnCode) => {
      switches.refuse = returnCode;
    },
    disconnectAll: () => {
      for (const session of mqtt.sessions) session.close("disconnectAll");
    },
    stop: () => mqtt.stop(),
    restart: async () => {
      await mqtt.stop();
      await mqtt.start();
    },
  };
}
