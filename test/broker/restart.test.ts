import assert from "node:assert/strict";
import { mock } from "node:test";
import type { MqttClient } from "mqtt";
import { downlink, failure, give, stepsOf } from "../nodes/downlinks";
import {
  listeners,
  node,
  running,
  sink,
  tab,
  uplink,
  withNodeRed,
  type FlowNode,
  type Flows,
} from "../nodes/nodeRed";
import { startMosquitto, type Mosquitto } from "./mosquitto";
import { PUBACK, PUBCOMP, startProxy, type Proxy } from "./proxy";
import { BASE, pubsub, stackOn } from "./pubsub";

const WAITING = "waiting: all devices";
const UP = `${BASE}/up`;

/** What the broker keeps survives also its own end. */
const KEEPING = `allow_anonymous true
persistence true
persistence_location FOLDER/
autosave_on_changes true
autosave_interval 1`;

let counter = 0;

const messageOf = (number: number): string =>
  JSON.stringify({
    end_device_ids: { device_id: `d${number}`, application_ids: { application_id: "app1" } },
    correlation_ids: [`as:up:${number}`],
    uplink_message: { f_port: 1, f_cnt: number, frm_payload: "AQ==" },
  });

describe("when something restarts", () => {
  let broker: Mosquitto;
  let publisher: MqttClient;
  let clientId: string;
  const proxies: Proxy[] = [];

  withNodeRed();
  before(async () => {
    broker = await startMosquitto(KEEPING);
    publisher = await broker.client({ reconnectPeriod: 50 });
  });
  after(() => broker.stop());
  beforeEach(() => {
    clientId = `node-red-${++counter}`;
  });
  afterEach(() => Promise.all(proxies.splice(0).map((proxy) => proxy.stop())));

  async function proxied(): Promise<Proxy> {
    const proxy = await startProxy(broker.port);
    proxies.push(proxy);
    return proxy;
  }

  /** Node-REDs under one name, so that the broker knows them again. */
  const kept = (more: object = {}): FlowNode => pubsub(broker, { clientId, ...more });
  const flow = (connection: FlowNode, ...more: FlowNode[]): FlowNode[] => [
    tab(),
    connection,
    uplink(),
    sink(),
    ...listeners(),
    ...more,
  ];
  const publish = (...numbers: number[]): Promise<unknown> =>
    Promise.all(numbers.map((number) => publisher.publishAsync(UP, messageOf(number), { qos: 1 })));
  async function received(flows: Flows, count: number, from = "out"): Promise<unknown[]> {
    const devices: unknown[] = [];
    while (devices.length < count) devices.push((await flows.next(from)).deviceId);
    return devices;
  }
  const reconnected = (): Promise<unknown> =>
    publisher.connected ? Promise.resolve() : new Promise((resolve) => publisher.once("connect", resolve));

  it("Node-RED, what comes meanwhile waits, and reaches also the nodes that are there last", async () => {
    const last = Array.from({ length: 40 }, (_, index) => tab(`t${index}`));
    const nodes = flow(
      kept(),
      ...last,
      node("tts-uplink", "late", { z: "t39", wires: [["late-out"]] }),
      sink("late-out", "t39"),
    );
    const flows = await running(nodes);
    await flows.shows("late", WAITING);
    await flows.deploy("full", [tab()]);
    await publish(1, 2, 3, 4, 5);
    await flows.deploy("full", nodes);
    const expected = ["d1", "d2", "d3", "d4", "d5"];
    assert.deepEqual(await received(flows, 5), expected);
    assert.deepEqual(await received(flows, 5, "late-out"), expected);
    assert.deepEqual([flows.untaken(), flows.untaken("late-out")], [[], []]);
  });

  it("only one node by a deploy, nothing is lost or doubled while messages come", async () => {
    const nodes = (name: string): FlowNode[] => [
      tab(),
      kept(),
      uplink({ name }),
      node("tts-join", "join"),
      sink(),
    ];
    const flows = await running(nodes(""));
    await flows.shows("uplink", WAITING);
    const numbers = Array.from({ length: 150 }, (_, index) => index);
    const publishing = (async () => {
      for (const number of numbers) await publish(number);
    })();
    for (let round = 0; round < 10; round++) await flows.deploy("nodes", nodes(`round ${round}`));
    await publishing;
    assert.deepEqual(
      await received(flows, numbers.length),
      numbers.map((number) => `d${number}`),
    );
    assert.deepEqual(flows.untaken(), []);
  });

  it("the broker, what it had acknowledged while Node-RED was away still comes", async () => {
    const flows = await running(flow(kept()));
    await flows.shows("uplink", WAITING);
    await flows.deploy("full", [tab()]);
    await publish(1, 2);
    await broker.restart();
    await reconnected();
    await publish(3);
    await flows.deploy("full", flow(kept()));
    assert.deepEqual(await received(flows, 3), ["d1", "d2", "d3"]);
    assert.deepEqual(flows.untaken(), []);
  });

  for (const [qos, packet] of [
    [1, PUBACK],
    [2, PUBCOMP],
  ] as const)
    it(`the line before an acknowledgement of QoS ${qos}, a message that comes again is delivered once`, async () => {
      const proxy = await proxied();
      const flows = await running(flow(kept({ port: String(proxy.port), qos: String(qos) })));
      await flows.shows("uplink", WAITING);
      proxy.cutAt(packet);
      await publisher.publishAsync(UP, messageOf(1), { qos });
      await proxy.cut;
      await flows.shows("connection", "connected");
      await publisher.publishAsync(UP, messageOf(2), { qos });
      assert.deepEqual(await received(flows, 2), ["d1", "d2"]);
      assert.deepEqual(flows.untaken(), []);
    });

  it("the line between the packets of QoS 2, no message is lost", async () => {
    const proxy = await proxied();
    const flows = await running(flow(kept({ port: String(proxy.port), qos: "2" })));
    await flows.shows("uplink", WAITING);
    proxy.cutAt(0x50);
    await publisher.publishAsync(UP, messageOf(1), { qos: 2 });
    await proxy.cut;
    assert.deepEqual(await received(flows, 1), ["d1"]);
    await flows.shows("connection", "connected");
    await publisher.publishAsync(UP, messageOf(2), { qos: 2 });
    assert.deepEqual(await received(flows, 1), ["d2"]);
    assert.deepEqual(flows.untaken(), []);
  });

  it("the stack's connection, what it sends again is delivered once", async () => {
    const flows = await running(flow(kept()));
    await flows.shows("uplink", WAITING);
    await publish(1);
    await publisher.publishAsync(UP, messageOf(1), { qos: 1, dup: true });
    await publish(2);
    assert.deepEqual(await received(flows, 2), ["d1", "d2"]);
    assert.deepEqual(flows.untaken(), []);
  });

  it("the line while a downlink waits for its answer, the answer waits as well and ends it", async () => {
    const proxy = await proxied();
    const flows = await running([
      ...flow(kept({ port: String(proxy.port) }), sink("sent")),
      { ...downlink(), wires: [["sent"]] },
    ]);
    await flows.shows("uplink", WAITING);
    const stack = await broker.client();
    await stack.subscribeAsync(`${BASE}/down/push`, { qos: 1 });
    const pushed = new Promise<Buffer>((resolve) => stack.once("message", (_topic, bytes) => resolve(bytes)));
    give(flows, { deviceId: "lamp" });
    const payload = await pushed;
    const { end_device_ids, downlinks } = JSON.parse(payload.toString()) as {
      end_device_ids: object;
      downlinks: [{ correlation_ids: string[] }];
    };
    // The acknowledgement of the push was sent before this.
    await publish(1);
    await flows.next();
    proxy.cutNow();
    await flows.next("caught");
    const [downlink_queued] = downlinks;
    const answer = { end_device_ids, correlation_ids: ["as:downlink:1"], downlink_queued };
    await stack.publishAsync(`${BASE}/down/queued`, JSON.stringify(answer), { qos: 1 });
    assert.deepEqual(stepsOf(await flows.next("sent")), ["published", "queued"]);
  });

  it("nothing, what comes twice all the same is said once", async () => {
    const flows = await running(flow(kept()));
    await flows.shows("uplink", WAITING);
    mock.timers.enable({ apis: ["Date"], now: Date.now() + 61_000 });
    try {
      for (const number of [1, 1, 1, 2]) await publish(number);
      assert.deepEqual(await received(flows, 2), ["d1", "d2"]);
      const [warning, ...more] = flows.logged("WARN");
      assert.match(warning ?? "", /A message of d1 came twice.*two Pub\/Sub integrations/);
      assert.deepEqual(more, []);
    } finally {
      mock.timers.reset();
    }
  });

  it("the broker, downlinks that the stack no longer hears are told from others", async () => {
    const { stack, integration } = await stackOn(broker);
    const send = { ...downlink({ timeout: "1" }), wires: [["sent"]] };
    const flows = await running([...flow(kept(), sink("sent")), send]);
    give(flows, { deviceId: "lamp" });
    assert.deepEqual(stepsOf(await flows.next("sent")), ["published", "queued"]);

    await broker.restart();
    await flows.next("caught"); // that the connection was lost
    while (!integration.connected) await new Promise((resolve) => setTimeout(resolve, 20));
    await flows.shows("connection", "connected");
    stack.uplink("lamp");
    await flows.next();
    give(flows, { deviceId: "lamp" });
    const { code, text } = await failure(flows);
    assert.equal(code, "not_accepted");
    assert.match(text, /since the connection came back \(.*UTC\)/);
    assert.match(text, /no longer listens.*Pub\/Subs, and save it/s);
    assert.doesNotMatch(text, /API key/);
    await flows.shows("downlink", "stack not listening");

    await integration.set();
    give(flows, { deviceId: "lamp" });
    assert.deepEqual(stepsOf(await flows.next("sent")), ["published", "queued"]);
    await flows.shows("downlink", "queued · lamp");
  });

  it("Node-RED with other topics, those of before are left and said once", async () => {
    const flows = await running(flow(kept()));
    await flows.shows("uplink", WAITING);
    await flows.deploy("full", [tab()]);
    await publish(1, 2, 3);
    await flows.deploy("full", flow(kept({ baseTopic: "new" })));
    const { error, topic } = await flows.next("caught");
    assert.equal(error?.code, "invalid_message");
    assert.match(error.message, /earlier settings/);
    assert.equal(topic, UP);
    await publish(4);
    await publisher.publishAsync("new/up", messageOf(5), { qos: 1 });
    assert.deepEqual(await received(flows, 1), ["d5"]);
    assert.deepEqual([flows.untaken(), flows.untaken("caught")], [[], []]);
  });

  it("another client that keeps using the same client ID, that is said", async () => {
    const flows = await running(flow(kept()));
    await flows.shows("uplink", WAITING);
    await broker.client({ clientId, reconnectPeriod: 50 });
    let text = "";
    while (!text.includes(clientId)) text = (await flows.next("caught")).error?.message ?? "";
    assert.match(text, /another client has the same client ID.*Console/s);
  });

  it("nothing, two connections here with one client ID do not throw each other out", async () => {
    const flows = await running([
      ...flow(kept()),
      { ...kept({ baseTopic: "other" }), id: "rival" },
      uplink({ connection: "rival" }, "second"),
      { ...downlink(), connection: "rival", wires: [[]] },
    ]);
    const { error } = await flows.next("caught");
    assert.equal(error?.code, "not_configured");
    assert.match(error.message, /^Another connection here has the client ID/);
    await flows.shows("second", "client ID taken");
    await flows.shows("uplink", WAITING);
    give(flows, { deviceId: "lamp" });
    assert.equal((await failure(flows)).code, "not_configured");
    await publish(1);
    assert.deepEqual(await received(flows, 1), ["d1"]);
    await flows.deploy("nodes", [
      ...flow(kept()),
      { ...kept({ baseTopic: "other", clientId: `${clientId}-2` }), id: "rival" },
      uplink({ connection: "rival" }, "second"),
      { ...downlink(), connection: "rival", wires: [[]] },
    ]);
    await flows.shows("second", WAITING);
  });
});
