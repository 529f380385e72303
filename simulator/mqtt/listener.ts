import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import type { SecureContext } from "node:tls";
import { RateLimiter } from "../rateLimit";
import type { RateLimit } from "../rateLimit";
import { MqttSession } from "./session";
import type { SessionHost } from "./host";

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly key: string; readonly cert: string } | undefined;
  readonly acceptLimit: RateLimit | undefined;
}

/** ms. */
const CLOSE_WITHIN = 100;

/** The MQTT port: takes connections and makes sessions of them. */
export class MqttListener {
  readonly #options: ListenerOptions;
  readonly #host: SessionHost;
  readonly #server: Server;
  readonly #secureContext: SecureContext | undefined;
  readonly #accepts: RateLimiter;
  readonly #sessions = new Map<number, MqttSession>();
  readonly #sockets = new Set<Socket>();
  /** Taken while frozen: nothing of them is looked at yet. */
  #untouched: Socket[] | undefined;
  #port: number;
  #count = 0;

  constructor(options: ListenerOptions, host: Omit<SessionHost, "closed">) {
    this.#options = options;
    this.#port = options.port;
    this.#accepts = new RateLimiter(options.acceptLimit);
    this.#host = {
      ...host,
      closed: (session) => {
        this.#sessions.delete(session);
      },
    };
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#accept(socket);
    });
    this.#secureContext = options.tls && createSecureContext({ ...options.tls, minVersion: "TLSv1.2" });
  }

  get port(): number {
    return this.#port;
  }

  get sessions(): readonly MqttSession[] {
    return [...this.#sessions.values()].filter((session) => session.loggedIn);
  }

  async start(): Promise<void> {
    this.#server.listen(this.#port, this.#options.host);
    await once(this.#server, "listening");
    this.#port = addressOf(this.#server).port;
  }

  /** Gone from its port; every client gets a FIN. */
  async stop(): Promise<void> {
    this.#untouched = undefined;
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const session of this.#sessions.values()) session.close("server stopped");
    for (const socket of this.#sockets) socket.destroySoon();
    // A client that does not read would keep its connection open.
    const impatient = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, CLOSE_WITHIN);
    await closed;
    clearTimeout(impatient);
  }

  freeze(on: boolean): void {
    if (on === (this.#untouched !== undefined)) return;
    const untouched = this.#untouched ?? [];
    this.#untouched = on ? [] : undefined;
    for (const session of this.#sessions.values()) {
      if (on) session.freeze();
      else session.thaw();
    }
    for (const socket of untouched) this.#admit(socket);
  }

  deliver(topic: string, payload: Buffer, retained = false): void {
    for (const session of this.#sessions.values()) session.deliver(topic, payload, retained);
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => {
      this.#sockets.delete(socket);
    });
    socket.on("error", () => undefined);
    if (this.#untouched === undefined) this.#admit(socket);
    else this.#untouched.push(socket);
  }

  #admit(socket: Socket): void {
    if (socket.destroyed) return;
    if (!this.#accepts.take(socket.remoteAddress ?? "")) {
      socket.destroy();
      return;
    }
    const secureContext = this.#secureContext;
    const stream = secureContext ? new TLSSocket(socket, { isServer: true, secureContext }) : socket;
    this.#count += 1;
    this.#sessions.set(this.#count, new MqttSession(stream, socket, this.#host, this.#count));
    this.#host.journal.accepted(this.#count);
  }
}

/** A TCP server that listens has an address in this form, never a path. */
export function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new TypeError("the server listens on no TCP port");
  return address;
}
