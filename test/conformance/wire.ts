import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { parser, type IPublishPacket, type Packet } from "mqtt-packet";
import {
  connectPacket,
  packet,
  publishPacket,
  subscribePacket,
  unsubscribePacket,
  PINGREQ,
  type ConnectFields,
} from "../simulator/wire";
import { Arrivals } from "./arrivals";
import type { Target } from "./target";

/** A message, as far as a test looks at it. */
export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly packet: IPublishPacket;
}

interface Connack {
  readonly code: number;
  readonly sessionPresent: boolean;
}

const open = new Set<Wire>();

/** For the end of each test. */
export function destroyWires(): void {
  for (const wire of open) wire.destroy();
}

/** A plain socket that speaks MQTT as told, to the MQTT server of the target. */
export class Wire {
  readonly #socket: net.Socket;
  readonly #packets = new Arrivals<Packet>();
  #isClosed = false;
  #packetId = 0;

  private constructor(socket: net.Socket) {
    open.add(this);
    this.#socket = socket;
    const mqtt = parser();
    mqtt.on("packet", (received) => this.#packets.add(received));
    socket.on("data", (bytes: Buffer) => mqtt.parse(bytes));
    socket.on("error", () => undefined);
    socket.once("close", () => {
      open.delete(this);
      this.#isClosed = true;
      this.#packets.end("the connection was closed");
    });
  }

  static async open({ endpoint }: Target): Promise<Wire> {
    const { host, port, tls: secure } = endpoint;
    const socket = secure
      ? tls.connect({ host, port, ...(net.isIP(host) ? {} : { servername: host }), ...secure })
      : net.connect({ host, port });
    const wire = new Wire(socket.setNoDelay());
    await once(socket, secure ? "secureConnect" : "connect");
    return wire;
  }

  /** With the target's key where no other one is given. */
  static async login(target: Target, fields: ConnectFields = {}): Promise<Wire> {
    const wire = await Wire.open(target);
    assert.deepEqual(await wire.connect(target, fields), { code: 0, sessionPresent: false });
    return wire;
  }

  send(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  async connect(target: Target, fields: ConnectFields = {}): Promise<Connack | "closed"> {
    this.send(connectPacket({ userName: target.userName, password: target.apiKey, ...fields }));
    const found = await this.#packets.next<Packet | "closed">(
      "CONNACK",
      (all) => all.find(({ cmd }) => cmd === "connack") ?? (this.#isClosed ? "closed" : undefined),
    );
    if (found === "closed" || found.cmd !== "connack") return "closed";
    return { code: found.returnCode ?? -1, sessionPresent: found.sessionPresent };
  }

  /** The codes of the SUBACK. */
  async subscribe(filters: readonly string[], qos: readonly number[] = []): Promise<number[]> {
    const id = ++this.#packetId;
    this.send(subscribePacket(filters, qos, id));
    const suback = await this.#packets.next("SUBACK", (all) =>
      all.find((one) => one.cmd === "suback" && one.messageId === id),
    );
    return suback.cmd === "suback" ? suback.granted.map(Number) : [];
  }

  /** One UNSUBSCRIBE per wire. */
  async unsubscribe(filters: readonly string[]): Promise<void> {
    this.send(unsubscribePacket(filters));
    await this.#packets.next("UNSUBACK", (all) => all.find((one) => one.cmd === "unsuback"));
  }

  /** With QoS 1; resolves with its packet ID at the PUBACK. */
  async publish(topic: string, payload: string): Promise<number> {
    const id = ++this.#packetId;
    this.send(publishPacket(topic, payload, { qos: 1, id }));
    await this.pubacks(id, 1);
    return id;
  }

  /** Waits until a packet ID has been acknowledged so many times. */
  async pubacks(id: number, count: number): Promise<void> {
    const acknowledges = (one: Packet): boolean => one.cmd === "puback" && one.messageId === id;
    await this.#packets.next("PUBACK", (all) => all.filter(acknowledges).length >= count || undefined);
  }

  /** Waits for the answer to a PINGREQ. */
  async ping(): Promise<void> {
    const pongs = (): number => this.#packets.all.filter(({ cmd }) => cmd === "pingresp").length;
    const before = pongs();
    this.send(PINGREQ);
    await this.#packets.next("PINGRESP", () => pongs() > before || undefined);
  }

  /** What came with this mark so far, or with any. */
  messages(mark = ""): Message[] {
    return this.#packets.all.flatMap((one) => {
      if (one.cmd !== "publish") return [];
      const payload = Buffer.from(one.payload);
      return payload.includes(mark) ? [{ topic: one.topic, payload, packet: one }] : [];
    });
  }

  /** Waits for a message with this mark, or for so many. */
  async message(mark: string, count = 1): Promise<Message> {
    return this.#packets.next(`message with ${mark}`, () => this.messages(mark)[count - 1]);
  }

  /** Waits for a message with this mark on this topic: what belongs to an uplink comes before it or after it. */
  async messageOn(topic: string, mark: string): Promise<Message> {
    return this.#packets.next(`message with ${mark} on ${topic}`, () =>
      this.messages(mark).find((message) => message.topic === topic),
    );
  }

  /** Says goodbye and waits for the end. */
  async end(): Promise<void> {
    this.#socket.end(packet(0xe0));
    await this.closed();
  }

  /** Resolves when the connection is closed, by whomever. */
  async closed(): Promise<void> {
    await this.#packets.next("end of the connection", () => this.#isClosed || undefined);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
