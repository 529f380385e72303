/** A broker within this process with the ways of some that are not Mosquitto; which do so: docs/pubsub.md, “What was seen on which broker”. */
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { Aedes } from "aedes";
import { generate, parser, type Packet } from "mqtt-packet";

export interface OddBroker {
  readonly host: string;
  readonly port: number;
  /** Ends the connection in place of refusing a subscription to one of these. */
  readonly forbidden: Set<string>;
  publish(topic: string, payload: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startOddBroker(): Promise<OddBroker> {
  const forbidden = new Set<string>();
  const aedes = await Aedes.createBroker({
    // An error closes the connection; what is null is refused.
    authorizeSubscribe: (_client, subscription, done) =>
      done(forbidden.has(subscription.topic) ? new Error("not allowed") : null, {
        ...subscription,
        // A full stop separates levels as a slash does.
        topic: subscription.topic.replaceAll(".", "/"),
      }),
  });
  const server = createServer(aedes.handle).listen(0, "127.0.0.1");
  await once(server, "listening");
  const packet = { cmd: "publish", qos: 0, dup: false, retain: false } as const;
  return {
    host: "127.0.0.1",
    port: (server.address() as AddressInfo).port,
    forbidden,
    publish: (topic, payload) =>
      new Promise((resolve, reject) => {
        const done = (error?: Error): void => (error ? reject(error) : resolve());
        aedes.publish({ ...packet, topic: topic.replaceAll(".", "/"), payload }, done);
      }),
    stop: async () => {
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      server.close();
      await once(server, "close");
    },
  };
}

/**
 * One that ends each connection after so many answers to subscriptions; the last number counts for all that follow. So does a broker
 * while another client keeps logging in with the same client ID: sooner or later, as it happens.
 */
export async function startEndingBroker(
  answers: readonly number[],
): Promise<Pick<OddBroker, "host" | "port" | "stop">> {
  let connections = 0;
  const server = createServer((socket) => {
    let left = answers[Math.min(connections++, answers.length - 1)] ?? 0;
    const packets = parser();
    packets.on("packet", (packet) => {
      if (packet.cmd === "connect")
        socket.write(generate({ cmd: "connack", returnCode: 0, sessionPresent: false }));
      if (packet.cmd !== "subscribe") return;
      if (left > 0) socket.write(generate({ cmd: "suback", messageId: packet.messageId ?? 0, granted: [0] }));
      left -= 1;
      if (left <= 0) setTimeout(() => socket.destroy(), 20);
    });
    socket.on("data", (chunk) => packets.parse(chunk)).on("error", () => undefined);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    ...{ host: "127.0.0.1", port: (server.address() as AddressInfo).port },
    stop: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

/** One that knows no QoS 2: it grants 1 for it, and ends the connection at a message with it. Delivers nothing. */
export async function startModestBroker(): Promise<
  Pick<OddBroker, "host" | "port" | "stop"> & { readonly published: number[] }
> {
  const published: number[] = [];
  const sockets = new Set<Socket>();
  const answer = (packet: Packet, socket: Socket): void => {
    if (packet.cmd === "connect")
      socket.write(generate({ cmd: "connack", returnCode: 0, sessionPresent: false }));
    if (packet.cmd === "subscribe") {
      const granted = packet.subscriptions.map(({ qos }) => Math.min(qos, 1));
      socket.write(generate({ cmd: "suback", messageId: packet.messageId ?? 0, granted }));
    }
    if (packet.cmd !== "publish") return;
    published.push(packet.qos);
    if (packet.qos === 2) socket.destroy();
    else socket.write(generate({ cmd: "puback", messageId: packet.messageId ?? 0 }));
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    const packets = parser();
    packets.on("packet", (packet) => answer(packet, socket));
    socket.on("data", (chunk) => packets.parse(chunk)).on("error", () => undefined);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    ...{ host: "127.0.0.1", port: (server.address() as AddressInfo).port, published },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
