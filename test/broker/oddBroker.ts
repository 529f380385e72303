/** A broker within this process with the ways of some that are not Mosquitto; which do so: docs/pubsub.md, “What was seen on which broker”. */
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { Aedes } from "aedes";

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
