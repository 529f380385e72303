import assert from "node:assert/strict";
import { startMosquitto, type Mosquitto } from "../broker/mosquitto";
import { type NodeRed } from "../e2e/node-red";
import { startWithParts } from "./nodeRed";
import { changed } from "./changed";

describe("another broker", () => {
  let broker: Mosquitto;
  let nodeRed: NodeRed;

  before(async () => {
    broker = await startMosquitto();
    nodeRed = await startWithParts();
  });
  after(async () => {
    await nodeRed.stop();
    await broker.stop();
  });
  afterEach(() => nodeRed.setFlows([]));

  it("gets every message as it came, on the topics of The Things Stack", async () => {
    const client = await broker.client();
    await client.subscribeAsync("#");
    const messages = new Map<string, unknown>();
    const all = new Promise<void>((resolve) =>
      client.on("message", (topic, payload) => {
        messages.set(topic, JSON.parse(payload.toString()));
        const kinds = [/\/door-1\/up$/, /\/door-1\/join$/, /\/location\/solved$/];
        if (kinds.every((kind) => [...messages.keys()].some((known) => kind.test(known)))) resolve();
      }),
    );
    await nodeRed.setFlows(
      changed("Bridge to another broker", {
        "mqtt-broker": { broker: "127.0.0.1", port: String(broker.port) },
      }),
    );
    await all;
    const [topic, uplink] = [...messages].find(([known]) => known.endsWith("door-1/up")) ?? [];
    assert.match(topic ?? "", /^v3\/[\w@-]+\/devices\/door-1\/up$/);
    assert.match(JSON.stringify(uplink), /^\{"end_device_ids":.*"uplink_message":\{.*"frm_payload":/);
  });

  it("carries Pub/Sub, with the demo in the place of The Things Stack", async () => {
    nodeRed.clearLog();
    const nodes = changed("Pub-Sub over your own broker", {
      "mqtt-broker": { broker: "127.0.0.1", port: String(broker.port) },
    }).map((node) =>
      node.service === "pubsub" ? { ...node, host: "127.0.0.1", port: String(broker.port) } : node,
    );
    await nodeRed.setFlows(nodes);
    await nodeRed.logged(/debug:by way of the broker\][^]*temperature: \d/);
    await nodeRed.logged(/debug:joined\]\s+[\w-]+-1/);
    assert.doesNotMatch(nodeRed.log(), /debug:error\]|\[error\]/);
  });
});
