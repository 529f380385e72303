import assert from "node:assert/strict";
import { startV2Simulator, type V2Simulator, type V2SimulatorOptions } from "../../simulator/v2/simulator";
import { CERTIFICATE } from "../simulator/certificate";
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
} from "./nodeRed";

/** Filters that a node which sends needs: queued, sent, two for acknowledged, failed. */
const ANSWERS = 5;

const INJECT: FlowNode = { id: "in", type: "function", z: "tab", func: "return msg;", wires: [["send"]] };

describe("nodes on a V2 network", () => {
  withNodeRed();

  const simulators: V2Simulator[] = [];
  afterEach(async () => {
    await Promise.all(simulators.splice(0).map((simulator) => simulator.stop()));
  });

  async function network(options: V2SimulatorOptions = {}): Promise<V2Simulator> {
    const simulator = await startV2Simulator(options);
    simulators.push(simulator);
    return simulator;
  }

  const v2Connection = ({ host, port, applicationId }: V2Simulator, more: object = {}): FlowNode =>
    connection(undefined, { service: "v2", host, port: String(port), applicationId, ...more });

  /** Deploys the nodes and waits until so many filters are subscribed to. */
  async function started(
    simulator: V2Simulator,
    nodes: readonly FlowNode[],
    filters: number,
    connectionMore: object = {},
  ): Promise<Flows> {
    const flow = [tab(), v2Connection(simulator, connectionMore), ...nodes, sink(), ...listeners()];
    const flows = await running(flow, { connection: { apiKey: simulator.accessKey } });
    while (simulator.subscribes.length < filters) await simulator.next("subscribe");
    return flows;
  }

  const filtersOf = ({ subscribes }: V2Simulator): string[] =>
    subscribes.flatMap(({ filters }) => filters.map(({ filter }) => filter)).sort();

  it("receive uplinks as those of The Things Stack, once, and none of their fields", async () => {
    const simulator = await network();
    const flows = await started(simulator, [uplink()], 1);
    assert.deepEqual(filtersOf(simulator), ["my_app/devices/+/up"]);
    const { level, userName, keepalive } = simulator.connects[0] ?? {};
    assert.deepEqual([level, userName, keepalive], [4, "my_app", 30]);
    await flows.shows("uplink", "waiting: all devices");
    const sent = simulator.uplink("door_1", { port: 7, confirmed: true });
    const message = await flows.next();
    assert.deepEqual(message.payload, { led: true, gps: { lat: 52.37, lon: 4.88 } });
    assert.equal(message.topic, "my_app/devices/door_1/up");
    assert.deepEqual(message.device, { id: "door_1", eui: "0004A30B001C0530", applicationId: "my_app" });
    assert.equal(message.receivedAt, sent.metadata?.time);
    assert.deepEqual([message.fPort, message.fCnt, message.confirmed], [7, 0, true]);
    assert.deepEqual(message.correlationIds, []);
    assert.deepEqual(message.radio, {
      gatewayId: "roof",
      rssi: -25,
      snr: 5,
      gateways: 1,
      frequency: 868100000,
      dataRate: "SF7BW125",
      spreadingFactor: 7,
      bandwidth: 125000,
      codingRate: "4/5",
      airtime: 0.046336,
    });
    assert.equal(Reflect.get(Object(message.tts?.uplink_message), "f_port"), 7);
    await flows.shows("uplink", "door_1 · FPort 7 · __:__");
    simulator.uplink("door_1");
    assert.equal((await flows.next()).fCnt, 1);
    assert.deepEqual(flows.untaken(), []);
  });

  it("watch gateways by the IDs that V2 gave them, and refuse what is none", async () => {
    const simulator = await network();
    const watch = (id: string, gateways: string[]): FlowNode =>
      node("tts-watch", id, { watch: "gateways", gateways });
    const flows = await started(simulator, [watch("watch", ["my_roof"]), watch("wrong", ["My_Roof"])], 1);
    await flows.shows("watch", "waiting: my_roof");
    const gateways = [{ gtw_id: "my_roof", rssi: -50, snr: 7 }];
    simulator.uplink("door_1", { metadata: { time: new Date().toISOString(), gateways } });
    const { event, gatewayId } = await flows.next();
    assert.deepEqual([event, gatewayId], ["new", "my_roof"]);
    const { error } = await flows.next("caught");
    assert.deepEqual([error?.source.id, error?.code], ["wrong", "not_configured"]);
  });

  it("give back what V2 sent to flows of the old nodes", async () => {
    const simulator = await network();
    const flows = await started(simulator, [uplink({ shape: "v2" })], 1);
    const sent = simulator.uplink("door_1", { is_retry: true });
    const message = await flows.next();
    const fields = { ...sent, payload_raw: Buffer.from([1, 2, 3, 4]) };
    for (const [name, value] of Object.entries(fields)) assert.deepEqual(message[name], value, name);
    assert.equal(message.topic, "my_app/devices/door_1/up");
  });

  it("give out one field of the decoded payload, and let devices and FPorts through that are wanted", async () => {
    const simulator = await network();
    const wanted = { output: "field", field: "gps.lat", devices: "door_*", ports: "2" };
    const flows = await started(simulator, [uplink(wanted)], 1);
    simulator.uplink("valve", { port: 2 });
    simulator.uplink("door_1", { port: 3 });
    simulator.uplink("door_1", { port: 2 });
    const message = await flows.next();
    assert.deepEqual([message.payload, message.deviceId, message.fPort], [52.37, "door_1", 2]);
    assert.deepEqual(flows.untaken(), []);
  });

  it("receive activations with their radio, and the errors of activations and uplinks with a reason", async () => {
    const simulator = await network();
    const events = { events: ["uplink_error", "join_error"] };
    const flows = await started(simulator, [node("tts-join", "join"), node("tts-event", "event", events)], 3);
    assert.deepEqual(filtersOf(simulator), [
      "my_app/devices/+/events/activations",
      "my_app/devices/+/events/activations/errors",
      "my_app/devices/+/events/up/errors",
    ]);
    simulator.activate("door_1");
    const join = await flows.next();
    const payload = Object(join.payload) as Record<string, unknown>;
    assert.deepEqual(
      [payload.devEui, payload.joinEui, payload.devAddr, payload.deviceId],
      ["0004A30B001C0530", "70B3D57EF0000001", "26001716", "door_1"],
    );
    assert.equal(Reflect.get(Object(payload.radio), "gatewayId"), "roof");

    const sentence = "Activation DevNonce not valid: already used";
    simulator.send("door_1", "events/activations/errors", { error: sentence });
    const joinError = await flows.next();
    assert.deepEqual([joinError.event, joinError.reason], ["join_error", sentence]);
    assert.deepEqual(joinError.tts, {
      end_device_ids: { device_id: "door_1", application_ids: { application_id: "my_app" } },
      join_error: { error: { message_format: sentence } },
    });
    assert.ok(Math.abs(Number(joinError.time) - Date.now()) < 5_000, "time of arrival");
    simulator.send("door_1", "events/up/errors", { error: "Unable to decode payload fields: x" });
    const uplinkError = await flows.next();
    assert.deepEqual(
      [uplinkError.event, uplinkError.reason],
      ["uplink_error", "Unable to decode payload fields: x"],
    );
  });

  const sender = (more: object = {}): FlowNode[] => [
    INJECT,
    node("tts-downlink", "send", { device: "door_1", deviceType: "str", fPort: "15", ...more }),
  ];

  for (const form of ["first", "last"] as const) {
    it(`send downlinks and follow them to their acknowledgement, in the ${form} form of the API`, async () => {
      const simulator = await network({ form });
      const nodes = sender({ confirmed: "true", report: "every" });
      const flows = await started(simulator, nodes, ANSWERS);
      await flows.shows("send", "connected");
      flows.getNode("send").receive({ payload: Buffer.from([0xbe, 0xef]) });
      const states = async (): Promise<unknown> =>
        Reflect.get(Object((await flows.next()).downlink), "state");
      assert.equal(await states(), "published");
      assert.equal(await states(), "queued");
      assert.deepEqual(simulator.queue("door_1"), [{ port: 15, confirmed: true, payload_raw: "vu8=" }]);
      simulator.uplink("door_1");
      assert.equal(await states(), "sent");
      simulator.uplink("door_1");
      const last = await flows.next();
      const { state, confirmed, fPort, correlationIds } = Object(last.downlink) as Record<string, unknown>;
      assert.deepEqual(
        { state, confirmed, fPort, correlationIds },
        { state: "ack", confirmed: true, fPort: 15, correlationIds: [] },
      );
      assert.deepEqual(flows.untaken("caught"), []);
      await flows.shows("send", "ack · door_1");
    });
  }

  it("refuse what V2 cannot say, in words of V2", async () => {
    const simulator = await network();
    const flows = await started(simulator, sender({ priority: "priority", priorityType: "msg" }), ANSWERS);
    flows.getNode("send").receive({ payload: Buffer.from([1]), priority: "HIGH" });
    const caught = await flows.next("caught");
    assert.equal(caught.error?.code, "invalid_downlink");
    assert.match(caught.error.message, /TTN V2.*no priorities/);
    assert.equal(simulator.publishes.length, 0);
  });

  it("say that a device is not there when V2 says nothing", async () => {
    const simulator = await network();
    const flows = await started(
      simulator,
      [uplink(), ...sender({ device: "door_2", timeout: "1" })],
      ANSWERS + 1,
    );
    simulator.uplink("door_1");
    await flows.next();
    flows.getNode("send").receive({ payload: Buffer.from([1]) });
    const { error } = await flows.next("caught");
    assert.equal(error?.code, "not_accepted");
    assert.match(error.message, /^No device door_2 in my_app, most likely: did you mean door_1\?/);
  });

  it("say what V2 says when a downlink fails", async () => {
    const simulator = await network();
    const nodes = sender({ encoding: "decoded", report: "sent", payload: "fields" });
    const flows = await started(simulator, nodes, ANSWERS);
    flows.getNode("send").receive({ fields: { led: true } });
    await flows.shows("send", "queued · door_1");
    simulator.uplink("door_1");
    const { error } = await flows.next("caught");
    assert.equal(error?.code, "downlink_failed");
    assert.match(error.message, /^The downlink to door_1 failed: Unable to encode downlink fields/);
  });

  it("report what is no message of V2, and go on", async () => {
    const simulator = await network();
    const flows = await started(simulator, [uplink()], 1);
    simulator.sendBytes("door_1", "up", Buffer.from("{nonsense"));
    simulator.send("door_1", "up", { port: "1" });
    simulator.uplink("door_1");
    const broken = await flows.next("caught");
    assert.equal(broken.error?.code, "invalid_message");
    assert.deepEqual(broken.payload, Buffer.from("{nonsense"));
    assert.match(broken.error.message, /not JSON.*which TTN V2 sends/);
    assert.match(
      (await flows.next("caught")).error?.message ?? "",
      /^port is of type string, and number was expected/,
    );
    assert.equal((await flows.next()).deviceId, "door_1");
  });

  it("say what is wrong with a refused login, without the key", async () => {
    const simulator = await network();
    const flow = [tab(), v2Connection(simulator), uplink(), sink(), ...listeners()];
    const flows = await running(flow, { connection: { apiKey: "my-secret-key" } });
    await flows.shows("uplink", "login refused");
    const { error } = await flows.next("caught");
    assert.equal(error?.code, "connection_refused");
    assert.match(error.message, /does not look like an access key.*begins with ttn-account-v2/);
    assert.doesNotMatch(flows.log + JSON.stringify(flows.everything) + flows.exported, /my-secret-key/);
  });

  it("say that no access key is entered, and that a name cannot be one of V2", async () => {
    const flow = (more: object): FlowNode[] => [
      tab(),
      connection(undefined, { service: "v2", ...more }),
      uplink(),
      sink(),
      ...listeners(),
    ];
    const flows = await running(flow({ applicationId: "my_app" }));
    await flows.shows("uplink", "not configured: no access key");
    assert.match((await flows.next("caught")).error?.message ?? "", /no access key/);
    await flows.deploy("full", flow({ applicationId: "My App" }), { connection: { apiKey: "x" } });
    assert.match((await flows.next("caught")).error?.message ?? "", /application ID of TTN V2/);
  });

  it("come back after V2 was away, with the same subscriptions", async () => {
    const simulator = await network();
    const flows = await started(simulator, [uplink()], 1);
    await simulator.restart();
    while (simulator.subscribes.length < 2) await simulator.next("subscribe");
    simulator.uplink("door_1");
    assert.equal((await flows.next()).deviceId, "door_1");
    assert.deepEqual(filtersOf(simulator), ["my_app/devices/+/up", "my_app/devices/+/up"]);
  });

  it("share one session for one key, and open another one for another key", async () => {
    const simulator = await network();
    const nodes = [v2Connection(simulator, { id: "second" }), uplink({ connection: "second" }, "two")];
    const flow = [tab(), v2Connection(simulator), uplink(), ...nodes, sink(), ...listeners()];
    const apiKey = simulator.accessKey;
    const flows = await running(flow, { connection: { apiKey }, second: { apiKey } });
    await flows.shows("two", "waiting: all devices");
    assert.equal(simulator.sessions, 1);
    assert.equal(simulator.connects.length, 1);
  });

  it("do not wait for events that V2 does not have", async () => {
    const simulator = await network();
    const flow = [tab(), v2Connection(simulator), node("tts-event", "event", { events: ["downlink_nack"] })];
    const flows = await running([...flow, sink(), ...listeners()], {
      connection: { apiKey: simulator.accessKey },
    });
    await flows.shows("event", "no event chosen");
    assert.equal((await flows.next("caught")).error?.code, "not_configured");
  });

  it("speak TLS where it is switched on", async () => {
    const simulator = await network({ tls: CERTIFICATE });
    const flow = [tab(), v2Connection(simulator, { useTls: true }), uplink(), sink(), ...listeners()];
    const flows = await running(flow, { connection: { apiKey: simulator.accessKey } });
    await flows.shows("uplink", "certificate");
    assert.equal((await flows.next("caught")).error?.code, "connection_failed");
  });
});
