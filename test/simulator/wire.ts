import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { parser } from "mqtt-packet";
import type { Packet } from "mqtt-packet";

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};

/** A control packet of anything: what mqtt-packet would refuse to write, too. */
export function packet(first: number, ...parts: readonly (Buffer | readonly number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (Buffer.isBuffer(part) ? part : Buffer.from([...part]))));
  const length: number[] = [];
  for (let rest = body.length; length.length === 0 || rest > 0; rest = Math.floor(rest / 128)) {
    length.push((rest % 128) | (rest > 127 ? 128 : 0));
  }
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

export interface ConnectFields {
  name?: string;
  level?: number;
  keepalive?: number;
  clientId?: string;
  userName?: string;
  password?: string;
  clean?: boolean;
  will?: { topic: string; payload: string };
  /** Properties as MQTT 5 puts them after the keepalive. */
  properties?: readonly number[];
}

export function connectPacket(fields: ConnectFields): Buffer {
  const flags =
    (fields.userName === undefined ? 0 : 0x80) |
    (fields.password === undefined ? 0 : 0x40) |
    (fields.will ? 4 : 0) |
    (fields.clean === false ? 0 : 2);
  const optional = [
    fields.clientId ?? "c",
    fields.will?.topic,
    fields.will?.payload,
    fields.userName,
    fields.password,
  ];
  return packet(
    0x10,
    text(fields.name ?? "MQTT"),
    [fields.level ?? 4, flags, 0, fields.keepalive ?? 0],
    fields.properties ?? [],
    ...optional.flatMap((value) => (value === undefined ? [] : [text(value)])),
  );
}

export const subscribePacket = (filters: readonly string[], qos: readonly number[] = [], id = 5): Buffer =>
  packet(0x82, [0, id], ...filters.flatMap((filter, index) => [text(filter), [qos[index] ?? 0]]));

export const unsubscribePacket = (filters: readonly string[]): Buffer =>
  packet(0xa2, [0, 6], ...filters.map(text));

export interface PublishFields {
  qos?: number;
  id?: number;
  dup?: boolean;
  retain?: boolean;
}

export function publishPacket(topic: string, payload: string | Buffer, fields: PublishFields = {}): Buffer {
  const qos = fields.qos ?? 0;
  const first = 0x30 | (fields.dup ? 8 : 0) | (qos << 1) | (fields.retain ? 1 : 0);
  return packet(first, text(topic), qos > 0 ? [0, fields.id ?? 9] : [], Buffer.from(payload));
}

export const PINGREQ = packet(0xc0);

export interface Exchanged {
  readonly packets: readonly Packet[];
  readonly closed: boolean;
}

/** A plain socket that speaks MQTT. */
export class Wire {
  readonly #socket: Socket;
  readonly #parser = parser();
  #packets: Packet[] = [];
  #closed = false;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#parser.on("packet", (received) => {
      this.#packets.push(received);
      this.#wake?.();
    });
    socket.on("data", (bytes: Buffer) => this.#parser.parse(bytes));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#closed = true;
      this.#wake?.();
    });
  }

  static async open(port: number): Promise<Wire> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await once(socket, "connect");
    return new Wire(socket);
  }

  /** Connects and logs in. */
  static async login(port: number, fields: ConnectFields): Promise<Wire> {
    const wire = await Wire.open(port);
    await wire.exchange(connectPacket(fields));
    return wire;
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(...parts: readonly Buffer[]): void {
    for (const part of parts) this.#socket.write(part);
  }

  /** Waits until `done`, or the end of the connection, and takes what came until then. */
  async until(done: (packets: readonly Packet[]) => boolean): Promise<Exchanged> {
    while (!this.#closed && !done(this.#packets)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const packets = this.#packets;
    this.#packets = [];
    return { packets, closed: this.#closed };
  }

  /** Sends, and collects everything that comes before the answer to a PINGREQ sent after it, or the close. */
  async exchange(...parts: readonly Buffer[]): Promise<Exchanged> {
    this.send(...parts, PINGREQ);
    const { packets, closed } = await this.until((all) => all.some(({ cmd }) => cmd === "pingresp"));
    return { packets: packets.filter(({ cmd }) => cmd !== "pingresp"), closed };
  }

  /** Reads nothing more for a while. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** Topics of the PUBLISHes among them, without `v3/<application>/devices/`. */
export function topics(packets: readonly Packet[]): string[] {
  return packets.flatMap((received) =>
    received.cmd === "publish" ? [received.topic.split("/").slice(3).join("/")] : [],
  );
}

export function connackCode(packets: readonly Packet[]): number | undefined {
  return packets.map((received) => (received.cmd === "connack" ? received.returnCode : undefined))[0];
}

export function subackCodes(packets: readonly Packet[]): number[] | undefined {
  for (const received of packets) {
    if (received.cmd === "suback") return received.granted.map((code) => Number(code));
  }
  return undefined;
}

/** The parsed bodies of the PUBLISHes among them. */
export function messages(packets: readonly Packet[]): Record<string, unknown>[] {
  return packets.flatMap((received) => {
    if (received.cmd !== "publish") return [];
    const message: unknown = JSON.parse(received.payload.toString());
    return typeof message === "object" && message !== null ? [{ ...message }] : [];
  });
}
