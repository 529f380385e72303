import assert from "node:assert/strict";
import { connectAsync } from "mqtt";
import { downlink, give, viewOf } from "../nodes/downlinks";
import {
  connection,
  listeners,
  node,
  running,
  sink,
  tab,
  uplink,
  withNodeRed,
  type Flows,
} from "../nodes/nodeRed";
import { startModestBroker, startOddBroker, type OddBroker } from "./oddBroker";

const WAITING = "waiting: all devices";

describe("a broker with other ways than Mosquitto", () => {
  let broker: OddBroker;

  withNodeRed();
  beforeEach(async () => {
    broker = await startOddBroker();
  });
  afterEach(() => broker.stop());

  const start = (more: object = {}): Promise<Flows> =>
    running([
      tab(),
      connection(undefined, {
        ...{ service: "pubsub", host: broker.host, port: String(broker.port), clientId: "node-red" },
        ...{ baseTopic: "ttn", topics: { uplink_message: "up", join_accept: "join" }, ...more },
      }),
      uplink({ output: "message" }),
      node("tts-join", "join"),
      sink(),
      ...listeners(),
    ]);

  /** Until one error is about this; the loss of a connection may come before. */
  async function caught(flows: Flows, code: string): Promise<string> {
    let error;
    do error = (await flows.next("caught")).error;
    while (error?.code !== code);
    assert.doesNotMatch(error.message, /__/);
    return error.message;
  }

  it("that ends the connection at a topic: it is named, and no other client is blamed", async () => {
    broker.forbidden.add("ttn/join");
    const flows = await start();
    const text = await caught(flows, "subscription_refused");
    assert.match(text, /^The broker ends the connection at the topic ttn\/join\..*may not read/s);
    await flows.shows("join", "topic refused");
    const all = flows.everything.map(({ error }) => error?.message ?? "").join();
    assert.doesNotMatch(all, /same client ID/);
  });

  it("that lets subscribe and then takes another client with the same ID: that one is blamed, not a topic", async () => {
    const flows = await start();
    await flows.shows("uplink", WAITING);
    const rival = await connectAsync(`mqtt://${broker.host}:${broker.port}`, {
      ...{ clientId: "node-red", reconnectPeriod: 200 },
    });
    try {
      let text = "";
      while (!text.includes("same client ID")) text = await caught(flows, "connection_failed");
    } finally {
      rival.end(true);
    }
    const codes = flows.everything.map(({ error }) => error?.code);
    assert.ok(!codes.includes("subscription_refused"));
  });

  for (const [how, clientId] of [
    ["in a session that is kept", "node-red"],
    ["in one that is not", ""],
  ])
    it(`that makes slashes of full stops: it is said with the topic that was meant, ${how}`, async () => {
      const flows = await start({ baseTopic: "my.company/ttn", clientId });
      await flows.shows("uplink", WAITING);
      await broker.publish("my.company/ttn/up", "{}");
      const text = await caught(flows, "invalid_message");
      assert.match(
        text,
        /^A full stop in a topic became a slash.*my\.company\/ttn\/up.*my\/company\/ttn\/up/s,
      );
    });

  it("that grants QoS 1 for 2, and ends the connection at a message with QoS 2: downlinks go with 1", async () => {
    const modest = await startModestBroker();
    const topics = { uplink_message: "up", downlink_push: "push", downlink_queued: "queued" };
    const flows = await running([
      tab(),
      connection(undefined, {
        ...{ service: "pubsub", host: modest.host, port: String(modest.port), qos: "2" },
        ...{ baseTopic: "ttn", topics },
      }),
      uplink(),
      { ...downlink({ report: "published" }), wires: [["out"]] },
      sink(),
    ]);
    await flows.shows("uplink", WAITING);
    give(flows, { deviceId: "lamp" });
    assert.equal(viewOf(await flows.next()).state, "published");
    assert.deepEqual(modest.published, [1]);
    await modest.stop();
  });
});
