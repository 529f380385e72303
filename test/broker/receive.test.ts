import assert from "node:assert/strict";
import type { MqttClient } from "mqtt";
import { isEventKind } from "../../src/stack/event";
import { STACK_KINDS } from "../../src/stack/kinds";
import { capturesOf } from "../stack/fixtures";
import {
  connection,
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

/** What a general broker does and the stack's server does not: it delivers once per matching subscription, and echoes. */
describe("through a real broker", () => {
  let broker: Mosquitto;
  let publisher: MqttClient;
  let flows: Flows;

  withNodeRed();
  before(async () => {
    broker = await startMosquitto();
    publisher = await broker.client();
  });
  after(() => broker.stop());

  const everything = (): FlowNode[] => [
    tab(),
    connection(undefined, { host: broker.host, port: String(broker.port), applicationId: "app1" }),
    uplink({ output: "message", emptyFrames: true }),
    uplink(
      { output: "message", emptyFrames: true, devices: "p*,sensor,plain", wires: [["some"]] },
      "some-devices",
    ),
    node("tts-join", "join"),
    node("tts-event", "event", { events: STACK_KINDS.filter(isEventKind) }),
    sink(),
    sink("some"),
    ...listeners(),
  ];
  const start = async (nodes: FlowNode[]): Promise<void> => {
    flows = await running(nodes, { connection: { apiKey: "any" } });
    await flows.shows("uplink", "waiting: all devices");
    await flows.shows("event", "waiting: all devices");
    await flows.shows("join", "waiting: all devices");
  };

  it("each captured message comes once, as it was sent", async () => {
    await start(everything());
    for (const kind of STACK_KINDS)
      for (const { name, topic, payload } of capturesOf(kind)) {
        await publisher.publishAsync(topic, JSON.stringify(payload));
        const message = await flows.next();
        assert.deepEqual(message.tts, payload, name);
        assert.equal(message.topic, topic);
      }
    assert.deepEqual(flows.untaken(), []);
  });

  it("downlinks that another client publishes are no messages, and no errors", async () => {
    await start(everything());
    const [first] = capturesOf("uplink_message");
    assert.ok(first);
    for (const operation of ["push", "replace"])
      await publisher.publishAsync(`v3/app1/devices/plain/down/${operation}`, '{"downlinks":[]}');
    await publisher.publishAsync(first.topic, JSON.stringify(first.payload));
    assert.equal((await flows.next()).deviceId, "plain");
    assert.deepEqual(flows.untaken("caught"), []);
  });

  it("what comes is received again after the broker was restarted, once", async () => {
    await start(everything());
    await broker.kill();
    await flows.shows("uplink", "connection lost");
    await broker.start();
    await flows.shows("uplink", "waiting: all devices");
    if (!publisher.connected) await new Promise((resolve) => publisher.once("connect", resolve));
    const [first] = capturesOf("uplink_message");
    assert.ok(first);
    await publisher.publishAsync(first.topic, JSON.stringify(first.payload));
    assert.equal((await flows.next()).deviceId, "plain");
    assert.deepEqual(flows.untaken(), []);
  });
});
