/** RabbitMQ with its MQTT plugin: a cluster of three nodes. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
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

const SERVER = process.env.RABBITMQ ?? "/usr/lib/rabbitmq/bin/rabbitmq-server";

function passwordHash(password: string): string {
  const salt = Buffer.from([1, 2, 3, 4]);
  const hash = createHash("sha256").update(salt).update(password).digest();
  return Buffer.concat([salt, hash]).toString("base64");
}

const definitions = (policies: readonly object[]): string => {
  const users = Object.entries(USERS).map(([name, password]) => ({
    ...{ name, password_hash: passwordHash(password), tags: "" },
    hashing_algorithm: "rabbit_password_hashing_sha256",
  }));
  const all = { vhost: "/", configure: ".*", write: ".*", read: ".*" };
  const join = `^${BASE}/join$`.replaceAll("/", "\\.");
  return JSON.stringify({
    users,
    vhosts: [{ name: "/" }],
    permissions: users.map(({ name }) => ({ user: name, ...all })),
    topic_permissions: [{ user: "limited", vhost: "/", exchange: "amq.topic", write: "^$", read: join }],
    policies,
  });
};

/** Each queue of a session on all nodes. */
const MIRRORED = {
  ...{ vhost: "/", name: "mqtt", pattern: "^mqtt-subscription-", "apply-to": "queues", priority: 0 },
  definition: { "ha-mode": "all", "ha-sync-mode": "automatic" },
};

async function start(policies: readonly object[]): Promise<RunningBroker> {
  const { folder, remove } = await folderFor("rabbitmq");
  const port = await freePort();
  const suffix = `t${port}`;
  const epmdPort = await freePort();
  // Else the first node starts one that stays.
  const epmd = program(["epmd", "-port", String(epmdPort)], path.join(folder, "epmd.log"), {}, (isGone) =>
    listening("127.0.0.1", epmdPort, isGone),
  );
  await epmd.start();
  const names = [1, 2, 3].map((number) => `rabbit${number}-${suffix}@localhost`);
  await writeFile(path.join(folder, "definitions.json"), definitions(policies));
  const nodes: BrokerNode[] = [];
  for (const [index, name] of names.entries()) {
    const host = `127.0.0.${index + 1}`;
    const own = path.join(folder, name);
    await mkdir(own);
    const conf = [
      `listeners.tcp = none`,
      `mqtt.listeners.tcp.1 = ${host}:${port}`,
      `mqtt.allow_anonymous = false`,
      `load_definitions = ${path.join(folder, "definitions.json")}`,
      `cluster_formation.peer_discovery_backend = classic_config`,
      ...names.map((one, at) => `cluster_formation.classic_config.nodes.${at + 1} = ${one}`),
    ];
    await writeFile(path.join(own, "rabbitmq.conf"), `${conf.join("\n")}\n`);
    await writeFile(path.join(own, "enabled_plugins"), "[rabbitmq_mqtt].\n");
    const env = {
      ...{ HOME: own, RABBITMQ_NODENAME: name, RABBITMQ_MNESIA_BASE: own, RABBITMQ_LOG_BASE: own },
      ...{ RABBITMQ_CONFIG_FILE: path.join(own, "rabbitmq.conf"), RABBITMQ_CONF_ENV_FILE: "/dev/null" },
      ...{ RABBITMQ_ENABLED_PLUGINS_FILE: path.join(own, "enabled_plugins"), RABBITMQ_LOGS: "-" },
      ...{ RABBITMQ_DIST_PORT: String(await freePort()), ERL_EPMD_PORT: String(epmdPort) },
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-setcookie others +S 1:1 +sbwt none",
      RABBITMQ_PID_FILE: path.join(own, "pid"),
    };
    const one = program(["nice", "-n", "5", SERVER], path.join(folder, `${name}.log`), env, (isGone) =>
      listening(host, port, isGone),
    );
    await one.start();
    nodes.push({ host, ...one });
  }
  const [first, ...others] = nodes;
  if (!first) throw new Error("no node");
  return {
    port,
    nodes: [first, ...others],
    stop: async () => {
      for (const node of nodes) await node.kill();
      await epmd.kill();
      await remove();
    },
  };
}

const missing = existsSync(SERVER)
  ? undefined
  : "apt-get install rabbitmq-server (or RABBITMQ=<path of rabbitmq-server>)";

export const rabbitmq: OtherBroker = { name: "RabbitMQ", missing, start: () => start([]) };
export const rabbitmqMirrored: OtherBroker = {
  ...{ name: "RabbitMQ, queues mirrored", missing },
  start: () => start([MIRRORED]),
};
