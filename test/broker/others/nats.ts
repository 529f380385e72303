/** NATS with JetStream and MQTT: a cluster of three servers. */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { freePort } from "../../freePort";
import {
  BASE,
  folderFor,
  listening,
  program,
  USERS,
  type BrokerNode,
  type OtherBroker,
  type RunningBroker,
} from "./others";

const SERVER = process.env.NATS_SERVER ?? "/usr/sbin/nats-server";

const user = (name: keyof typeof USERS, more = ""): string =>
  `{ user: ${JSON.stringify(name)}, password: ${JSON.stringify(USERS[name])} ${more} }`;

async function start(): Promise<RunningBroker> {
  const { folder, remove } = await folderFor("nats");
  const port = await freePort();
  const routes = [await freePort(), await freePort(), await freePort()];
  const join = `${BASE}/join`.replaceAll("/", ".");
  const nodes: BrokerNode[] = [];
  for (const [index, route] of routes.entries()) {
    const host = `127.0.0.${index + 1}`;
    const conf = `
      server_name: n${index + 1}
      listen: "127.0.0.1:${await freePort()}"
      jetstream { store_dir: "${folder}/n${index + 1}" }
      cluster { name: others, listen: "127.0.0.1:${route}", routes: [${routes.map((one) => `"nats://127.0.0.1:${one}"`).join(", ")}] }
      mqtt { listen: "${host}:${port}" }
      accounts {
        APP: { jetstream: enabled, users: [
          ${user("stack")}, ${user("node-red")},
          ${user("limited", `, permissions: { subscribe: ["${join}", "$MQTT.sub.>", "_INBOX.>"] }`)}
        ] }
        SYS: { users: [{ user: sys, password: sys }] }
      }
      system_account: SYS
    `;
    const file = path.join(folder, `n${index + 1}.conf`);
    await writeFile(file, conf);
    const one = program(
      ["nice", "-n", "5", SERVER, "-c", file],
      path.join(folder, `n${index + 1}.log`),
      {},
      (isGone) => listening(host, port, isGone),
    );
    nodes.push({ host, ...one });
  }
  // They need one another before they take clients.
  await Promise.all(nodes.map((node) => node.start()));
  const [first, ...others] = nodes;
  if (!first) throw new Error("no node");
  return {
    port,
    nodes: [first, ...others],
    stop: async () => {
      for (const node of nodes) await node.kill();
      await remove();
    },
  };
}

export const nats: OtherBroker = {
  name: "NATS",
  missing: existsSync(SERVER)
    ? undefined
    : "go install github.com/nats-io/nats-server/v2@v2.15.2 and NATS_SERVER=<path of nats-server>",
  start,
};
