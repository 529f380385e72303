import { Duplex } from "node:stream";
import { warnOfBug } from "../unexpected";
import { faultOf, type ProxyFault } from "./fault";
import { askHttp, type Target } from "./httpConnect";
import type { ProxyServer } from "./server";
import { askSocks } from "./socks";

export interface TunnelHandlers {
  /** What is written from now on goes to the server; what was written before waits for it. */
  onOpen?(): void;
  /** There is none; an error of the stream follows. */
  onFault?(fault: ProxyFault): void;
}

/**
 * A way through a proxy to a server, for TLS to be spoken over it. At hand at once, as a socket that connects is: the proxy is asked
 * meanwhile. It ends with what carries it.
 */
export function openTunnel(proxy: ProxyServer, target: Target, handlers: TunnelHandlers = {}): Duplex {
  const tunnel = new Tunnel();
  const ask = proxy.scheme === "socks5" ? askSocks : askHttp;
  const asking = {
    opened: (socket: Duplex, head?: Buffer): void => {
      handlers.onOpen?.();
      tunnel.carry(socket, head);
    },
    failed: (error: Error & ProxyFault): void => {
      const { fault, detail } = error;
      handlers.onFault?.({ fault, ...(detail === undefined ? {} : { detail }) });
      tunnel.destroy(error);
    },
  };
  try {
    tunnel.onGivenUp = ask(proxy, target, asking);
  } catch (error) {
    // A host that no request can be made of.
    process.nextTick(() => asking.failed(faultOf(error)));
  }
  return tunnel;
}

class Tunnel extends Duplex {
  /** Until the proxy has answered. */
  onGivenUp: () => void = () => undefined;
  #carrier: Duplex | undefined;
  /** What is to be written or ended. */
  #waiting: (() => void) | undefined;

  carry(socket: Duplex, head: Buffer = Buffer.alloc(0)): void {
    if (this.destroyed) {
      socket.on("error", () => undefined).destroy();
      return;
    }
    this.#carrier = socket;
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
    socket.on("end", () => this.push(null));
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    if (head.length > 0) this.#take(head);
    this.#waiting?.();
    this.#waiting = undefined;
  }

  #take(chunk: Buffer): void {
    if (!this.push(chunk)) this.#carrier?.pause();
  }

  override _read(): void {
    this.#carrier?.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const carrier = this.#carrier;
    if (carrier) carrier.write(chunk, encoding, done);
    else this.#waiting = () => this._write(chunk, encoding, done);
  }

  override _final(done: () => void): void {
    const carrier = this.#carrier;
    if (carrier) carrier.end(done);
    else this.#waiting = () => this._final(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    try {
      if (this.#carrier) this.#carrier.destroy();
      else this.onGivenUp();
    } catch (bug) {
      warnOfBug(bug);
    }
    done(error);
  }
}
