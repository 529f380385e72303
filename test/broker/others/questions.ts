/** What is put to each broker, by a real Node-RED with this package or a plain client. Each answer is a short text. */
import dns from "node:dns";
import { connect } from "node:net";
import { mock } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { generate, parser } from "mqtt-packet";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { contextOf, readSettings, serviceOf } from "../../../src/account/settings";
import { tryConnection } from "../../../src/diagnosis/trial";
import { CONNECTION_DEFAULTS } from "../../../src/stack/connectionProperties";
import type { StepResult } from "../../../src/stack/trial";
import { DEVICES, downlink, give, stepsOf } from "../../nodes/downlinks";
import {
  connection,
  listeners,
  node,
  running,
  simulated,
  sink,
  tab,
  uplink,
  type FlowNode,
  type Flows,
} from "../../nodes/nodeRed";
import { TOPICS } from "../pubsub";
import { BASE, USERS, type RunningBroker } from "./others";

export type Question = (broker: RunningBroker) => Promise<string>;

const UP = `${BASE}/up`;
const WAITING = "waiting: all devices";
const AS_NODE_RED = { connection: { username: "node-red", password: USERS["node-red"] } };

let made = 0;
/** No answer is about what an earlier question left in a session. */
const fresh = (name: string): string => `${name}-${++made}`;

const clients: MqttClient[] = [];
export const clearAway = (): void => {
  mock.restoreAll();
  for (const client of clients.splice(0)) client.end(true);
};

async function client(
  { nodes, port }: RunningBroker,
  options: IClientOptions = {},
  index = 0,
): Promise<MqttClient> {
  const host = nodes[index]?.host ?? nodes[0].host;
  const user = { username: "stack", password: USERS.stack };
  const made_ = await connectAsync(`mqtt://${host}:${port}`, { reconnectPeriod: 500, ...user, ...options });
  made_.on("error", () => undefined);
  clients.push(made_);
  return made_;
}

const within = <T>(ms: number, promise: Promise<T>): Promise<T | "no answer"> =>
  Promise.race([promise, sleep(ms, "no answer" as const, { ref: false })]);

/** Until it is so, or the time is up. Returns ms. */
async function until(condition: () => boolean, ms = 10_000): Promise<number | undefined> {
  const begun = performance.now();
  while (!condition()) {
    if (performance.now() - begun > ms) return undefined;
    await sleep(20);
  }
  return Math.round(performance.now() - begun);
}

/** When so many came, or nothing more comes for three seconds. */
async function quiet(flows: Flows, count: number, name = "out"): Promise<string[]> {
  let before = -1;
  while (before !== flows.untaken(name).length && flows.untaken(name).length < count) {
    before = flows.untaken(name).length;
    await until(() => flows.untaken(name).length >= count, 3_000);
  }
  return flows.untaken(name).map(({ deviceId }) => deviceId ?? "");
}

const messageOf = (device: string): string =>
  JSON.stringify({
    end_device_ids: { device_id: device, application_ids: { application_id: "app1" } },
    correlation_ids: [device],
    uplink_message: { f_port: 1, frm_payload: "AQ==" },
  });

const devices = (count: number): string[] => Array.from({ length: count }, (_, index) => `d${index + 1}`);

function pubsub({ nodes, port }: RunningBroker, more: object = {}): FlowNode {
  const where = { host: nodes[0].host, port: String(port), applicationId: "app1" };
  return connection(undefined, { service: "pubsub", ...where, baseTopic: BASE, topics: TOPICS, ...more });
}

const flow = (broker: RunningBroker, more: object = {}): FlowNode[] => [
  tab(),
  pubsub(broker, more),
  uplink(),
  sink(),
  ...listeners(),
];

const lastStatus = (flows: Flows, id = "uplink"): string => flows.statuses(id).at(-1)?.text ?? "nothing";
const isConnected = (flows: Flows): boolean => flows.statuses("connection").at(-1)?.text === "connected";
const waiting = async (flows: Flows, id = "uplink"): Promise<boolean> =>
  (await until(() => lastStatus(flows, id) === WAITING)) !== undefined;

/** What the user sees of a connection that does not work. */
async function shown(flows: Flows, ms = 6_000): Promise<string> {
  await sleep(ms);
  const errors = flows
    .untaken("caught")
    .map(({ error }) => `${error?.code}: ${error?.message.split(". ")[0]}`);
  return [lastStatus(flows), ...new Set(errors)].join(" | ");
}

const tally = (came: readonly string[], expected: number): string => {
  const different = new Set(came).size;
  return `${expected - different} lost, ${came.length - different} doubled`;
};

/** Subscribes, publishes and receives with a plain client. */
const qos =
  (level: 0 | 1 | 2): Question =>
  async (broker) => {
    const receiver = await client(broker);
    const publisher = await client(broker, { reconnectPeriod: 0 });
    const topic = `${BASE}/${fresh("qos")}`;
    const closed = new Promise<"closed">((resolve) => publisher.once("close", () => resolve("closed")));
    const [granted] = await receiver.subscribeAsync(topic, { qos: level });
    const came = new Promise<string>((resolve) =>
      receiver.once("message", (_topic, _bytes, packet) => resolve(`comes with ${packet.qos}`)),
    );
    const sent = publisher.publishAsync(topic, "x", { qos: level }).then(
      () => "acknowledged" as const,
      (error: unknown) => String(error),
    );
    const outcome = await within(5_000, Promise.race([sent, closed]));
    return `granted ${granted?.qos}, publish ${outcome}, ${await within(3_000, came)}`;
  };

const nodeRed =
  (level: 0 | 1 | 2): Question =>
  async (broker) => {
    const flows = await running(
      flow(broker, { qos: String(level), clientId: level === 0 ? "" : fresh("nr") }),
      AS_NODE_RED,
    );
    if (!(await waiting(flows))) return shown(flows, 0);
    const publisher = await client(broker);
    for (const device of devices(20))
      void publisher.publishAsync(UP, messageOf(device), { qos: level === 0 ? 0 : 1 });
    return tally(await quiet(flows, 20), 20);
  };

const away =
  (count: number, meanwhile?: (broker: RunningBroker) => Promise<void>): Question =>
  async (broker) => {
    const nodes = flow(broker, { clientId: fresh("away") });
    const flows = await running(nodes, AS_NODE_RED);
    if (!(await waiting(flows))) return shown(flows, 0);
    await flows.deploy("full", [tab()]);
    await sleep(300);
    const publisher = await client(broker);
    let sent: Promise<unknown>[] = [];
    for (const device of devices(count)) {
      sent.push(publisher.publishAsync(UP, messageOf(device), { qos: 1 }));
      if (sent.length < 100) continue;
      await within(20_000, Promise.all(sent));
      sent = [];
    }
    await within(10_000, Promise.all(sent));
    await meanwhile?.(broker);
    await flows.deploy("full", nodes, AS_NODE_RED);
    await sleep(300);
    await until(() => isConnected(flows), 40_000);
    const came = await quiet(flows, count);
    const inOrder =
      came.join() ===
      devices(count)
        .filter((one) => came.includes(one))
        .join();
    return `${new Set(came).size} of ${count} came${inOrder ? "" : ", not in order"}`;
  };

const restarted = async ({ nodes }: RunningBroker): Promise<void> => {
  for (const one of [...nodes].reverse()) await one.end();
  await Promise.all(nodes.map((one) => one.start()));
  await sleep(3_000);
};

const pair = (broker: RunningBroker, more: object = {}): FlowNode[] => {
  const group = fresh("group");
  const own = (id: string): FlowNode => ({
    ...pubsub(broker, { sharedGroup: group, clientId: fresh(id), ...more }),
    id,
  });
  return [
    tab(),
    own("connection"),
    own("second"),
    uplink(),
    { ...uplink({ connection: "second" }, "other"), wires: [["out2"]] },
    sink(),
    sink("out2"),
    ...listeners(),
  ];
};
const BOTH = { ...AS_NODE_RED, second: AS_NODE_RED.connection };

const SHARED = 200;

const shared: Question = async (broker) => {
  const nodes = pair(broker);
  const flows = await running(nodes, BOTH);
  if (!(await waiting(flows)) || !(await waiting(flows, "other"))) return shown(flows);
  const publisher = await client(broker);
  const publish = (prefix: string): Promise<unknown> =>
    Promise.all(
      devices(SHARED).map((device) => publisher.publishAsync(UP, messageOf(prefix + device), { qos: 1 })),
    );
  const came = (): [number, number] => [flows.untaken().length, flows.untaken("out2").length];
  await publish("a");
  await until(() => came()[0] + came()[1] >= SHARED, 4_000);
  const [first, second] = came();
  const both = `${first} + ${second} of ${SHARED}`;
  if (first + second === 0) return `${both} | ${await shown(flows, 0)}`;

  await flows.deploy(
    "nodes",
    nodes.filter(({ id }) => id !== "second" && id !== "other"),
  );
  await sleep(500);
  await publish("b");
  await sleep(3_000);
  const alone = came()[0] - first;
  await flows.deploy("nodes", nodes, BOTH);
  await sleep(5_000);
  const late = came();
  return `${both}; while one is away ${alone} of ${SHARED}, when it is back ${late[0] - first - alone} + ${late[1] - second}`;
};

/** What the form's *Test connection* says, with a shared group. */
const tried =
  (user: keyof typeof USERS): Question =>
  async ({ nodes, port }) => {
    const properties = {
      ...CONNECTION_DEFAULTS,
      ...({ service: "pubsub", host: nodes[0].host, port: String(port), useTls: false } as const),
      ...{ baseTopic: BASE, topics: { join_accept: "join", uplink_message: "up" }, sharedGroup: "team" },
    };
    const read = readSettings(properties, { username: user, password: USERS[user] }, undefined);
    if (!read.ok) return read.explanation.key;
    const { settings } = read;
    const subject = {
      endpoint: { host: settings.host, port: settings.port },
      service: serviceOf(settings),
      keepalive: settings.keepalive,
      context: contextOf(settings, {}, Date.now()),
    };
    let last = "nothing";
    const onStep = ({ step, outcome, text }: StepResult): void => {
      last = `${step} ${outcome}${text ? `: ${text.key}` : ""}`;
    };
    await tryConnection(subject, onStep, new AbortController().signal);
    return last;
  };

const retained: Question = async (broker) => {
  const publisher = await client(broker);
  const baseTopic = `${BASE}/${fresh("retained")}`;
  const outcome = await within(
    5_000,
    publisher.publishAsync(`${baseTopic}/up`, messageOf("d1"), { qos: 1, retain: true }),
  );
  const flows = await running(flow(broker, { baseTopic }), AS_NODE_RED);
  await waiting(flows);
  const came = await quiet(flows, 1);
  void publisher.publishAsync(`${baseTopic}/up`, "", { qos: 1, retain: true });
  return `${outcome === "no answer" ? "publish not acknowledged, " : ""}${came.length} came on subscribing`;
};

async function stackOn({ nodes, port }: RunningBroker, more: object = {}, index = 0) {
  const stack = await simulated({ devices: DEVICES, timing: { acceptedAfter: 1 } });
  const integration = await stack.connectPubsub({
    ...{ url: `mqtt://${(nodes[index] ?? nodes[0]).host}:${port}`, username: "stack", password: USERS.stack },
    ...{ baseTopic: BASE, topics: TOPICS, publishQos: 1, subscribeQos: 1, reconnectAfter: 500, ...more },
  });
  return { stack, integration };
}

const sending =
  (level: 0 | 1 | 2): Question =>
  async (broker) => {
    const { stack } = await stackOn(broker);
    const flows = await running(
      [
        ...flow(broker, { qos: String(level) }),
        { ...downlink({ report: "sent", timeout: "8" }), wires: [["sent"]] },
        sink("sent"),
      ],
      AS_NODE_RED,
    );
    if (!(await waiting(flows))) return shown(flows);
    await sleep(1_000);
    give(flows, { deviceId: "lamp" });
    await until(() => stack.queue("lamp").length === 1, 5_000);
    stack.uplink("lamp");
    await until(() => flows.untaken("sent").length + flows.untaken("caught").length > 0);
    const [message] = flows.untaken("sent");
    return message ? stepsOf(message).join(" → ") : shown(flows, 0);
  };

const login: Question = async (broker) => {
  const flows = await running(flow(broker), { connection: { username: "node-red", password: "wrong" } });
  return shown(flows);
};

const unnamed: Question = async (broker) => shown(await running(flow(broker)));

const refused: Question = async (broker) => {
  const credentials = { connection: { username: "limited", password: USERS.limited } };
  const flows = await running(
    [...flow(broker, { clientId: fresh("refused") }), node("tts-join", "join")],
    credentials,
  );
  const seen = await shown(flows, 9_000);
  return `${seen} | join node: ${lastStatus(flows, "join")}`;
};

/** Of a client that may subscribe to nothing but `join`, to the letter. */
const suback: Question = async (broker) => {
  const limited = await client(broker, {
    ...{ username: "limited", password: USERS.limited, reconnectPeriod: 0 },
  });
  const closed = new Promise<"closed">((resolve) => limited.once("close", () => resolve("closed")));
  const answer = (topic: string) =>
    within(
      5_000,
      Promise.race([
        closed,
        new Promise<string>((resolve) =>
          limited.subscribe(topic, { qos: 1 }, (_error, _granted, packet) =>
            resolve(`SUBACK ${Number(packet?.granted[0])}`),
          ),
        ),
      ]),
    );
  return `allowed: ${await answer(`${BASE}/join`)}, not allowed: ${await answer(UP)}`;
};

const takenOver: Question = async (broker) => {
  const clientId = fresh("taken");
  const flows = await running(flow(broker, { clientId }), AS_NODE_RED);
  if (!(await waiting(flows))) return shown(flows, 0);
  const rival = await client(broker, { clientId, reconnectPeriod: 100 });
  rival.on("error", () => undefined);
  return shown(flows, 8_000);
};

/** A client that says nothing after its login. */
const keepAlive: Question = async ({ nodes, port }) => {
  const socket = connect(port, nodes[0].host);
  const user = { username: "stack", password: Buffer.from(USERS.stack) };
  const login_ = { cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clean: true } as const;
  const packets = parser();
  let since = 0;
  packets.on("packet", () => (since = performance.now()));
  socket.on("data", (chunk) => packets.parse(chunk)).on("error", () => undefined);
  socket.write(generate({ ...login_, clientId: fresh("silent"), keepalive: 4, ...user }));
  const closed = new Promise<string>((resolve) =>
    socket.once("close", () => resolve(((performance.now() - since) / 1000).toFixed(1))),
  );
  const seconds = await within(20_000, closed);
  socket.destroy();
  return seconds === "no answer" ? "never closed" : `closed after ${seconds} s of 4`;
};

const odd =
  (baseTopic: string): Question =>
  async (broker) => {
    const flows = await running(flow(broker, { baseTopic, clientId: fresh("odd") }), AS_NODE_RED);
    await until(() => lastStatus(flows) === WAITING, 4_000);
    const publisher = await client(broker, { reconnectPeriod: 0 });
    const sent = publisher.publishAsync(`${baseTopic}/up`, messageOf("d1"), { qos: 1 });
    await within(
      3_000,
      sent.catch(() => undefined),
    );
    const came = await quiet(flows, 1);
    return `${came.length} of 1 came | ${await shown(flows, came.length === 1 ? 0 : 6_000)}`;
  };

/** A name with an address for each node, as in DNS. */
function named({ nodes }: RunningBroker, name: string): void {
  const { lookup } = dns;
  const addresses = nodes.map(({ host }) => ({ address: host, family: 4 }));
  const stand = (host: string, options: dns.LookupOptions, done: (...args: unknown[]) => void): void => {
    if (host !== name) lookup(host, options, done);
    else if (options.all) process.nextTick(done, null, addresses);
    else process.nextTick(done, null, addresses[0]?.address, 4);
  };
  mock.method(dns, "lookup", stand as never);
}

/** The node that Node-RED is at is killed while messages come by another one. */
const failing =
  (more: object = {}): Question =>
  async (broker) => {
    if (broker.nodes.length < 2) return "one process";
    named(broker, "broker.test");
    const flows = await running(
      [
        ...flow(broker, { host: "broker.test", clientId: fresh("cluster"), ...more }),
        { ...downlink({ timeout: "8" }), wires: [["sent"]] },
        sink("sent"),
      ],
      AS_NODE_RED,
    );
    if (!(await waiting(flows))) return shown(flows, 0);
    const publisher = await client(broker, {}, 1);
    const sent: Promise<unknown>[] = [];
    const count = 200;
    let back: number | undefined;
    for (const [index, device] of devices(count).entries()) {
      if (index === 60) {
        await broker.nodes[0].kill();
        const killed = performance.now();
        void until(() => !isConnected(flows), 5_000)
          .then(() => until(() => isConnected(flows), 60_000))
          .then((ms) => (back = ms === undefined ? undefined : (performance.now() - killed) / 1000));
      }
      sent.push(publisher.publishAsync(UP, messageOf(device), { qos: 1 }));
      await sleep(30);
    }
    const acknowledged = await within(20_000, Promise.all(sent));
    await until(() => back !== undefined, 30_000);
    const came = await quiet(flows, count);
    const before = tally(came, count);
    const seen = await shown(flows, 0);
    await broker.nodes[0].start();
    await until(() => isConnected(flows), 70_000);
    await sleep(3_000);
    const after = tally(await quiet(flows, count), count);
    const late = after === before ? "" : `; when the node is back: ${after}`;
    const publishes = acknowledged === "no answer" ? "not all acknowledged" : "all acknowledged";
    const end = isConnected(flows) ? "" : `; in the end ${lastStatus(flows)}`;
    return `back after ${back?.toFixed(1) ?? "?"} s, ${publishes}, ${before}${late}${end} | ${seen}`;
  };

export const QUESTIONS: Readonly<Record<string, Question>> = {
  "QoS 0": qos(0),
  "QoS 1": qos(1),
  "QoS 2": qos(2),
  "Node-RED with QoS 0": nodeRed(0),
  "Node-RED with QoS 1": nodeRed(1),
  "Node-RED with QoS 2": nodeRed(2),
  "20 while Node-RED is away": away(20),
  "3,000 while Node-RED is away": away(3_000),
  "shared group": shared,
  "Test connection with a shared group": tried("node-red"),
  "Test connection, subscription not allowed": tried("limited"),
  retained,
  "downlink, QoS 1": sending(1),
  "downlink, QoS 2": sending(2),
  "wrong password": login,
  "no user": unnamed,
  "subscription not allowed": suback,
  "subscription not allowed, Node-RED": refused,
  "client ID taken over": takenOver,
  "keep alive": keepAlive,
  "base topic with a space": odd("ttn/my app"),
  "base topic with a full stop": odd("ttn/my.app"),
  "base topic that ends with a slash": odd("ttn/app/"),
  "node killed": failing(),
  "20 while Node-RED is away and the broker restarts": away(20, restarted),
};
