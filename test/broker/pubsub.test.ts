import assert from "node:assert/strict";
import { DEFAULT_EVENTS } from "../../src/stack/event";
import {
  complete,
  downlink,
  failure,
  give,
  nothingMore,
  stepsOf,
  until,
  viewOf,
  type Given,
  type Properties,
} from "../nodes/downlinks";
import { listeners, node, running, sink, tab, uplink, withNodeRed, type Flows } from "../nodes/nodeRed";
import { publishedToBroker } from "../stack/fixtures";
import { startMosquitto, type Mosquitto } from "./mosquitto";
import { BASE, pubsub, settingsFor, stackOn, TOPICS } from "./pubsub";

const WAITING = "waiting: all devices";

describe("Pub/Sub over a real broker", () => {
  let broker: Mosquitto;

  withNodeRed();
  before(async () => {
    broker = await startMosquitto();
  });
  after(() => broker.stop());

  const flow = (more: object = {}, properties: Properties = {}) => [
    tab(),
    pubsub(broker, more),
    uplink({ output: "message" }),
    node("tts-join", "join"),
    node("tts-event", "event", { events: DEFAULT_EVENTS }),
    { ...downlink(properties), wires: [["sent"]] },
    sink(),
    sink("sent"),
    ...listeners(),
    ...complete("downlink"),
  ];
  async function start(more: object = {}, properties: Properties = {}): Promise<Flows> {
    const flows = await running(flow(more, properties));
    for (const id of ["uplink", "join", "event"]) await flows.shows(id, WAITING);
    return flows;
  }

  const CAPTURED = {
    ...{ uplink_message: "uplink", join_accept: "join", downlink_ack: "downlink-ack" },
    ...{ downlink_queued: "downlink-queued", downlink_failed: "downlink-failed" },
    ...{ downlink_queue_invalidated: "downlink-queue-invalidated", service_data: "service-data" },
  };
  const ALL = Object.fromEntries(Object.keys(CAPTURED).map((kind) => [kind, "all"]));
  for (const [where, topics] of [
    ["from a topic for each kind", CAPTURED],
    ["all from one topic", ALL],
  ] as const)
    it(`brings what the stack published, with device and application, ${where}`, async () => {
      const publisher = await broker.client();
      const flows = await start({ baseTopic: "base-topic", topics });
      for (const { name, topic, payload } of publishedToBroker()) {
        const on = topics === ALL ? "base-topic/all" : topic;
        await publisher.publishAsync(on, payload, { qos: 1 });
        const message = await flows.next();
        const tts = JSON.parse(payload) as { end_device_ids: { device_id: string } };
        assert.deepEqual(message.tts, tts, name);
        assert.equal(message.topic, on);
        assert.equal(message.deviceId, tts.end_device_ids.device_id);
        const { applicationId, tenantId } = message.device as Record<string, unknown>;
        assert.deepEqual([applicationId, tenantId], ["app2", undefined]);
      }
      assert.deepEqual([flows.untaken(), flows.untaken("caught")], [[], []]);
    });

  it("takes a downlink through all its steps", async () => {
    const { stack, integration } = await stackOn(broker);
    const flows = await running(flow({}, { report: "sent" }));
    give(flows, { deviceId: "lamp" });
    await until(() => stack.queue("lamp").length === 1, "the downlink in the queue");
    stack.uplink("lamp");
    const message = await flows.next("sent");
    assert.deepEqual(stepsOf(message), ["published", "queued", "sent"]);
    const [request] = integration.requests;
    assert.equal(request?.topic, `${BASE}/down/push`);
    assert.deepEqual(JSON.parse(request.payload), {
      end_device_ids: { device_id: "lamp", application_ids: { application_id: "app1" } },
      downlinks: [
        {
          f_port: 1,
          frm_payload: "AQ==",
          priority: "NORMAL",
          confirmed: false,
          correlation_ids: viewOf(message).correlationIds,
        },
      ],
    });
  });

  it("says once that two integrations take a downlink from the same topics", async () => {
    const { stack } = await stackOn(broker);
    await stack.connectPubsub(settingsFor(broker));
    const flows = await running(flow({}, { report: "queued" }));
    for (let count = 0; count < 2; count++) {
      give(flows, { deviceId: "lamp" });
      await flows.next("sent");
    }
    await until(() => stack.queue("lamp").length === 4, "each of them twice in the queue");
    const twice = (): string[] => flows.logged("WARN").filter((text) => text.includes("queued twice"));
    await until(() => twice().length > 0, "a warning");
    assert.match(twice().join(), /^The downlink to lamp was queued twice\..*two Pub\/Sub integrations/);
    assert.equal(twice().length, 1);
  });

  it("replaces and clears the queue", async () => {
    const { stack, integration } = await stackOn(broker);
    const flows = await running(flow({}, { operation: "operation", operationType: "msg" }));
    for (const payload of [[1], [2]]) give(flows, { deviceId: "lamp", payload, operation: "push" });
    await flows.next("sent");
    await flows.next("sent");
    assert.equal(stack.queue("lamp").length, 2);
    give(flows, { deviceId: "lamp", payload: [3], operation: "replace" });
    await flows.next("sent");
    assert.deepEqual(
      stack.queue("lamp").map(({ payload }) => [...payload]),
      [[3]],
    );
    give(flows, { deviceId: "lamp", operation: "clear" });
    await flows.next("sent");
    await until(() => stack.queue("lamp").length === 0, "an empty queue");
    assert.deepEqual(
      integration.requests.map(({ topic }) => topic.slice(BASE.length)),
      ["/down/push", "/down/push", "/down/replace", "/down/replace"],
    );
  });

  it("says what the stack says of a downlink that it cannot take", async () => {
    await stackOn(broker);
    const flows = await running(flow());
    give(flows, { deviceId: "new-lamp" });
    const { code, text } = await failure(flows);
    assert.equal(code, "downlink_failed");
    assert.match(text, /^new-lamp has not joined yet\..*must join.*no device session/s);
  });

  it("retains nothing", async () => {
    await stackOn(broker);
    const flows = await running(flow());
    give(flows, { deviceId: "lamp" });
    await flows.next("sent");
    const reader = await broker.client();
    const retained: string[] = [];
    reader.on("message", (topic, _payload, packet) => {
      if (packet.retain) retained.push(topic);
    });
    await reader.subscribeAsync("#");
    await reader.publishAsync("done", "", { qos: 1 });
    assert.deepEqual(retained, []);
  });

  const { downlink_push, downlink_queued, ...others } = TOPICS;
  const rest = { ...others, downlink_sent: "" };
  const REFUSED: readonly (readonly [string, object, Properties, Given, RegExp])[] = [
    ["without an application", { applicationId: "" }, {}, {}, /application ID/],
    ["without a topic for pushes", { topics: { ...rest, downlink_queued } }, {}, {}, /push.*downlink_push/],
    [
      "without one for queued",
      { topics: { ...rest, downlink_push } },
      {},
      {},
      /queued.*downlink_queued.*published/,
    ],
    [
      "and waits for sent, without a topic for it",
      { topics: { ...rest, downlink_push, downlink_queued } },
      { report: "sent" },
      {},
      /sent.*downlink_sent/,
    ],
    [
      "with a priority that the stack would drop it for",
      {},
      { report: "published", encoding: "downlinks" },
      { payload: [{ f_port: 1, frm_payload: "AA==", priority: "URGENT" }] },
      /priority.*URGENT/,
    ],
  ];
  for (const [how, more, properties, message, text] of REFUSED)
    it(`sends nothing ${how}, and says so`, async () => {
      const { integration } = await stackOn(broker);
      const flows = await running(flow(more, properties));
      give(flows, message);
      const failed = await failure(flows);
      assert.equal(failed.code, "invalid_downlink");
      assert.match(failed.text, text);
      assert.deepEqual(integration.requests, []);
    });

  it("sends without answers where nobody waits for them", async () => {
    const { integration } = await stackOn(broker);
    const { uplink_message, downlink_push } = TOPICS;
    const more = { topics: { uplink_message, downlink_push } };
    const flows = await running(flow(more, { report: "published" }));
    give(flows, { deviceId: "lamp" });
    assert.equal(viewOf(await flows.next("sent")).state, "published");
    await until(() => integration.requests.length === 1, "the request");
  });

  it("says at once what can never come, of a node all of it or a part", async () => {
    const { uplink_message, downlink_sent } = TOPICS;
    const flows = await running(flow({ topics: { uplink_message, downlink_sent } }));
    const { error } = await flows.next("caught");
    assert.equal(error?.code, "not_configured");
    assert.match(error.message, /join_accept/);
    await flows.shows("join", "no sub topic");
    await flows.shows("event", WAITING);
    assert.match(flows.logged("WARN").join(), /downlink_queued.*downlink_ack/);
    assert.doesNotMatch(flows.logged("WARN").join(), /downlink_sent/);
  });

  it("reports what is no message, and goes on", async () => {
    const flows = await start();
    const publisher = await broker.client();
    const topic = `${BASE}/up`;
    const bad = ["", "no json", '{"end_device_ids":{"device_id":"<b>x</b>"},"join_accept":{}}'];
    for (const body of bad) {
      await publisher.publishAsync(topic, body, { qos: 1 });
      const { error, topic: on, payload } = await flows.next("caught");
      assert.equal(error?.code, "invalid_message");
      assert.equal(on, topic);
      assert.equal(String(payload), body);
    }
    const ids = { device_id: "<b>x</b>", application_ids: { application_id: "__proto__" } };
    await publisher.publishAsync(
      topic,
      JSON.stringify({ end_device_ids: ids, uplink_message: { f_port: 1 } }),
    );
    // Without payload it is none for an uplink node.
    const uplink_message = { f_port: 1, frm_payload: "AQ==" };
    await publisher.publishAsync(topic, JSON.stringify({ end_device_ids: ids, uplink_message }));
    const message = await flows.next();
    assert.equal(message.deviceId, "<b>x</b>");
    assert.deepEqual(message.device, { id: "<b>x</b>", applicationId: "__proto__" });
    nothingMore(flows);
  });
});
