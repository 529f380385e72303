/** A line between package and server that can break in all ways that lines do. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

type Direction = "up" | "down";

/** What becomes of bytes: passed on, held back, or something else in their place. */
type Treatment = (bytes: Buffer, pass: (bytes: Buffer) => void, pair: Pair) => void;

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

export interface FaultyLine {
  readonly port: number;
  /** What is done with bytes in this direction, from now on and on new connections, too; undefined: passed on. */
  treat(direction: Direction, treatment: Treatment | undefined): void;
  /** Accepts connections and drops them, or keeps them without a word. */
  refuse(how: "drop" | "reset" | "silent" | undefined): void;
  /** Ends what is open, towards both ends or towards the client alone. */
  close(): void;
  reset(): void;
  closeTowardsServerOnly(): void;
  stop(): Promise<void>;
}

export async function startFaultyLine(serverPort: number): Promise<FaultyLine> {
  const pairs = new Set<Pair>();
  const silent = new Set<Socket>();
  const treatments = new Map<Direction, Treatment>();
  let refusal: "drop" | "reset" | "silent" | undefined;

  const lineServer = createServer({ noDelay: true }, (client) => {
    client.on("error", () => undefined);
    if (refusal === "drop") client.destroy();
    else if (refusal === "reset") client.resetAndDestroy();
    else if (refusal === "silent") silent.add(client);
    if (refusal) return;
    const server = connect({ port: serverPort, host: "127.0.0.1", noDelay: true });
    const pair = { client, server };
    pairs.add(pair);
    const relay = (direction: Direction, from: Socket, to: Socket): void => {
      const pass = (bytes: Buffer): void => {
        if (to.writable) to.write(bytes);
      };
      from.on("data", (bytes) => {
        const treat = treatments.get(direction);
        if (treat) treat(bytes, pass, pair);
        else pass(bytes);
      });
      from.on("error", () => undefined);
      from.on("end", () => to.end());
      from.on("close", () => {
        to.destroySoon();
        pairs.delete(pair);
      });
    };
    relay("up", client, server);
    relay("down", server, client);
  });
  lineServer.listen(0, "127.0.0.1");
  await once(lineServer, "listening");

  const each = (does: (pair: Pair) => void): void => {
    for (const pair of [...pairs]) does(pair);
    for (const socket of silent) socket.destroy();
    silent.clear();
  };
  return {
    port: (lineServer.address() as AddressInfo).port,
    treat: (direction, treatment) => {
      if (treatment) treatments.set(direction, treatment);
      else treatments.delete(direction);
    },
    refuse: (how) => {
      refusal = how;
    },
    close: () =>
      each(({ client, server }) => {
        client.end();
        server.end();
      }),
    reset: () =>
      each(({ client, server }) => {
        client.resetAndDestroy();
        server.resetAndDestroy();
      }),
    closeTowardsServerOnly: () => each(({ server }) => server.destroy()),
    stop: async () => {
      each(({ client, server }) => {
        client.destroy();
        server.destroy();
      });
      lineServer.close();
      await once(lineServer, "close");
    },
  };
}

/** A PUBLISH begins there. */
export const isPublish = (bytes: Buffer): boolean => ((bytes[0] ?? 0) & 0xf0) === 0x30;
/** It is somewhere among what came together, and never within a message in JSON. */
export const hasPuback = (bytes: Buffer): boolean => bytes.includes(Buffer.from([0x40, 2]));
