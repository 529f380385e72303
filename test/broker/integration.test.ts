import assert from "node:assert/strict";
import type { MqttClient } from "mqtt";
import { startSimulator, type Simulator, type SimulatedPubsub } from "../../simulator/simulator";
import { DEVICES, until } from "../nodes/downlinks";
import { startMosquitto, type Mosquitto } from "./mosquitto";
import { BASE, settingsFor, TOPICS } from "./pubsub";

/** Rule: docs/server.md#10-pubsub, as `test/fixtures/pubsub.jsonl` has it. */
describe("the simulated Pub/Sub integration", () => {
  let broker: Mosquitto;
  let client: MqttClient;
  let simulator: Simulator;
  let integration: SimulatedPubsub;
  const messages: {
    readonly topic: string;
    readonly text: string;
    readonly dup: boolean;
    readonly retain: boolean;
  }[] = [];

  before(async () => {
    broker = await startMosquitto();
    client = await broker.client();
    client.on("message", (topic, payload, { dup, retain }) => {
      messages.push({ topic: topic.slice(BASE.length + 1), text: payload.toString(), dup, retain });
    });
    await client.subscribeAsync(`${BASE}/#`, { qos: 1 });
    simulator = await startSimulator({ devices: DEVICES, timing: { acceptedAfter: 1 } });
    integration = await simulator.connectPubsub(settingsFor(broker));
  });
  after(async () => {
    await simulator.stop();
    await broker.stop();
  });
  beforeEach(() => void messages.splice(0));

  const valve = { device_id: "valve", application_ids: { application_id: "app1" } };
  async function push(body: unknown): Promise<readonly string[]> {
    const before = integration.requests.length;
    messages.splice(0);
    const text = typeof body === "string" ? body : JSON.stringify(body);
    await client.publishAsync(`${BASE}/${TOPICS.downlink_push}`, text, { qos: 1 });
    await until(() => integration.requests.length > before, "the request");
    // It has answered by now. A broker keeps the order of one connection only: what ends the answers goes the same way.
    simulator.uplink("lamp");
    await until(() => messages.some(({ topic }) => topic === "up"), "the uplink behind the answers");
    const { downlink_push } = TOPICS;
    return messages.map(({ topic }) => topic).filter((topic) => topic !== "up" && topic !== downlink_push);
  }
  const request = (item: object, ids: object = valve): object => ({ end_device_ids: ids, downlinks: [item] });
  const item = { f_port: 1, frm_payload: "AA==", priority: "NORMAL" };

  it("publishes what the devices send, the device in the body only, nothing normalized, nothing retained", async () => {
    simulator.uplink("lamp", { normalized_payload: [{ air: { temperature: 1 } }] });
    await until(() => messages.length > 0, "the uplink");
    assert.deepEqual(
      messages.map(({ topic, retain }) => [topic, retain]),
      [["up", false]],
    );
    const { end_device_ids } = JSON.parse(messages[0]?.text ?? "") as { end_device_ids: object };
    assert.equal(Reflect.get(end_device_ids, "device_id"), "lamp");
  });

  const TAKEN: readonly (readonly [string, unknown, readonly string[]])[] = [
    ["a downlink", request(item), ["down/queued"]],
    [
      "several",
      { end_device_ids: valve, downlinks: [item, item, item] },
      Array<string>(3).fill("down/queued"),
    ],
    ["unknown fields", { ...request({ ...item, unknown: 1 }), more: 2 }, ["down/queued"]],
    [
      "camel case",
      {
        endDeviceIds: { deviceId: "valve", applicationIds: { applicationId: "app1" } },
        downlinks: [{ fPort: 1, frmPayload: "AA==" }],
      },
      ["down/queued"],
    ],
    ["numbers as text and bare base64", request({ f_port: "7", frm_payload: "_w" }), ["down/queued"]],
    ["a device that has not joined", request(item, { ...valve, device_id: "new-lamp" }), ["down/failed"]],
    ["nothing to push", { end_device_ids: valve, downlinks: [] }, []],
    ["an unknown device", request(item, { ...valve, device_id: "nobody" }), []],
    [
      "an unknown application",
      request(item, { device_id: "valve", application_ids: { application_id: "app7" } }),
      [],
    ],
    ["no application", request(item, { device_id: "valve" }), []],
    ["no device", { downlinks: [item] }, []],
    ["an unknown priority", request({ ...item, priority: "URGENT" }), []],
    ["bad base64", request({ ...item, frm_payload: "?" }), []],
    ["a trailing comma", `{"end_device_ids":${JSON.stringify(valve)},"downlinks":[],}`, []],
    ["no JSON", "push!", []],
  ];
  for (const [what, body, answers] of TAKEN)
    it(`answers ${what} with ${answers.length === 0 ? "silence" : answers.join(" and ")}`, async () => {
      assert.deepEqual(await push(body), answers);
    });

  it("listens no more after the broker was gone, until it is set again", async () => {
    await broker.restart();
    await until(() => integration.connected && client.connected, "both connections");
    simulator.uplink("lamp");
    await until(() => messages.some(({ topic }) => topic === "up"), "an uplink");
    const before = integration.requests.length;
    await client.publishAsync(`${BASE}/${TOPICS.downlink_push}`, JSON.stringify(request(item)), { qos: 1 });
    simulator.uplink("lamp");
    await until(() => messages.filter(({ topic }) => topic === "up").length === 2, "another uplink");
    assert.equal(integration.requests.length, before);
    await integration.set();
    assert.deepEqual(await push(request(item)), ["down/queued"]);
  });
});
