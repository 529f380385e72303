/** A wire to a broker that can be cut at any packet. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** Packet types that a test may wait for, as the first byte on the wire has them. */
export const PUBACK = 0x40;
export const PUBCOMP = 0x70;

export interface Proxy {
  readonly port: number;
  /** Cuts the wire instead of passing on the client's next packet of this type, once. */
  cutAt(type: number): void;
  /** Cuts the wire now; a new one can be made. */
  cutNow(): void;
  /** Whether there is a wire; without it the broker seems to be unreachable. */
  lead(through: boolean): void;
  /** When it has been cut at a packet. */
  readonly cut: Promise<void>;
  stop(): Promise<void>;
}

export async function startProxy(brokerPort: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let type: number | undefined;
  let leads = true;
  let wasCut = (): void => undefined;
  const cut = new Promise<void>((resolve) => (wasCut = resolve));
  const server = createServer((client) => {
    if (!leads) {
      client.destroy();
      return;
    }
    const broker = connect(brokerPort, "127.0.0.1");
    for (const [from, to] of [
      [client, broker],
      [broker, client],
    ] as const) {
      sockets.add(from);
      from.on("error", () => undefined).on("close", () => to.destroy());
    }
    broker.on("data", (bytes) => client.write(bytes));
    client.on("data", (bytes) => {
      // Acknowledgements are packets of four bytes, one to a segment here.
      if (type !== undefined && ((bytes[0] ?? 0) & 0xf0) === type) {
        type = undefined;
        client.destroy();
        broker.destroy();
        wasCut();
      } else broker.write(bytes);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cutNow = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cutNow,
    lead: (through) => {
      leads = through;
      if (!leads) cutNow();
    },
    cutAt: (packet) => (type = packet),
    cut,
    stop: async () => {
      server.close();
      cutNow();
      await once(server, "close");
    },
  };
}
