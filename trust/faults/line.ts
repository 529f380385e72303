/** A line between package and server that can do to a connection what networks, brokers and their keepers do. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { connect as connectTls, createSecureContext, TLSSocket, type ConnectionOptions } from "node:tls";
import { CERTIFICATES, type CertificateName } from "./certificates";
import { CONNACK, Packets, typeOf } from "./packets";

export type Direction = "up" | "down";

/** One connection through the line. */
export interface Wire {
  /** Below TLS, where there is TLS. */
  readonly client: Socket;
  /** To the client in the server's place. */
  readonly near: Socket;
  readonly server: Socket;
}

/** What becomes of a packet, or of bytes: passed on, held back, or something else in their place. */
export type Treatment = (bytes: Buffer, pass: (bytes: Buffer) => void, wire: Wire) => void;

type Entrance = "open" | "drop" | "reset" | "silent" | "garbage";

export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly tls?: ConnectionOptions;
}

export class Line {
  readonly #destination: Destination;
  readonly #encrypted: boolean;
  readonly #wires = new Set<Wire>();
  readonly #silent = new Set<Socket>();
  readonly #packets = new Map<Direction, Treatment>();
  readonly #bytes = new Map<Direction, Treatment>();
  #server: Server | undefined;
  #address = "127.0.0.1";
  #port = 0;
  certificate: CertificateName = "good";
  entrance: Entrance = "open";
  /** The server has accepted a login. */
  onLogin: () => void = () => undefined;

  constructor(destination: Destination, encrypted: boolean) {
    this.#destination = destination;
    this.#encrypted = encrypted;
  }

  get port(): number {
    return this.#port;
  }

  get address(): string {
    return this.#address;
  }

  /** Connections that are open. */
  get open(): number {
    return this.#wires.size;
  }

  /** Taken on at another address of this machine, if one is given. */
  async listen(address = this.#address): Promise<void> {
    this.#address = address;
    this.#server = createServer({ noDelay: true }, (client) => this.#take(client));
    this.#server.listen(this.#port, address);
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Connections are refused by the system; those that are open stay. */
  unlisten(): void {
    this.#server?.close();
  }

  /** What is done with whole packets in this direction from now on; undefined: passed on. */
  packets(direction: Direction, treatment: Treatment | undefined): void {
    if (treatment) this.#packets.set(direction, treatment);
    else this.#packets.delete(direction);
  }

  /** The same with bytes, behind that. */
  bytes(direction: Direction, treatment: Treatment | undefined): void {
    if (treatment) this.#bytes.set(direction, treatment);
    else this.#bytes.delete(direction);
  }

  cut(): void {
    for (const { client, server } of this.#all()) {
      client.end();
      server.end();
    }
  }

  reset(): void {
    for (const { client, server } of this.#all()) {
      client.resetAndDestroy();
      server.destroy();
    }
  }

  /** Nothing passes any more on what is open, and nobody is told. */
  mute(directions: readonly Direction[]): void {
    for (const wire of this.#wires) for (const direction of directions) MUTED[direction].add(wire);
  }

  async stop(): Promise<void> {
    this.unlisten();
    for (const { client, server } of this.#all()) {
      client.destroy();
      server.destroy();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }

  #all(): readonly Wire[] {
    for (const socket of this.#silent) socket.destroy();
    this.#silent.clear();
    return [...this.#wires];
  }

  #take(client: Socket): void {
    client.on("error", () => undefined);
    switch (this.entrance) {
      case "open":
        this.#connect(client);
        return;
      case "drop":
        client.destroy();
        return;
      case "reset":
        client.resetAndDestroy();
        return;
      case "silent":
        this.#silent.add(client);
        client.on("close", () => this.#silent.delete(client));
        return;
      case "garbage":
        client.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    }
  }

  #connect(client: Socket): void {
    const { host, port, tls } = this.#destination;
    const server = tls ? connectTls({ ...tls, host, port }) : connect({ host, port, noDelay: true });
    const near: Socket = this.#encrypted
      ? new TLSSocket(client, {
          isServer: true,
          secureContext: createSecureContext(CERTIFICATES[this.certificate]),
        })
      : client;
    const wire: Wire = { client, near, server };
    this.#wires.add(wire);
    this.#relay("up", near, server, wire);
    this.#relay("down", server, near, wire);
    client.on("close", () => this.#ended(wire));
    server.on("close", () => this.#ended(wire));
  }

  #ended(wire: Wire): void {
    if (!this.#wires.delete(wire)) return;
    for (const socket of [wire.client, wire.server]) socket.destroySoon();
  }

  #relay(direction: Direction, from: Socket, to: Socket, wire: Wire): void {
    const packets = new Packets();
    const write = (bytes: Buffer): void => {
      if (to.writable && !MUTED[direction].has(wire)) to.write(bytes);
    };
    const onBytes = (bytes: Buffer): void => {
      const treat = this.#bytes.get(direction);
      if (treat) treat(bytes, write, wire);
      else write(bytes);
    };
    from.on("data", (chunk: Buffer) => {
      for (const packet of packets.take(chunk)) {
        if (direction === "down" && typeOf(packet) === CONNACK && packet[3] === 0) this.onLogin();
        const treat = this.#packets.get(direction);
        if (treat) treat(packet, onBytes, wire);
        else onBytes(packet);
      }
    });
    from.on("error", () => undefined);
    from.on("end", () => to.end());
  }
}

const MUTED: Readonly<Record<Direction, WeakSet<Wire>>> = { up: new WeakSet(), down: new WeakSet() };
