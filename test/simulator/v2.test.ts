import assert from "node:assert/strict";
import { connectAsync, type IPublishPacket, type MqttClient } from "mqtt";
import { startV2Simulator, type V2Simulator, type V2SimulatorOptions } from "../../simulator/v2/simulator";

describe("the simulated V2 network", () => {
  let simulator: V2Simulator;
  let client: MqttClient;
  let received: [topic: string, message: unknown, packet: IPublishPacket][];

  async function start(options: V2SimulatorOptions = {}, ...filters: string[]): Promise<void> {
    simulator = await startV2Simulator(options);
    const { host, port, applicationId, accessKey } = simulator;
    client = await connectAsync(`mqtt://${host}:${port}`, {
      username: applicationId,
      password: accessKey,
      reconnectPeriod: 0,
    });
    received = [];
    client.on("message", (topic, payload, packet) => {
      const text = payload.toString();
      received.push([topic, text === "" ? "" : (JSON.parse(text) as unknown), packet]);
    });
    for (const filter of filters) await client.subscribeAsync(filter);
  }

  afterEach(async () => {
    client.end(true);
    await simulator.stop();
  });

  /** When all that was sent before has come: a session is served in order. */
  async function settled(): Promise<[string, unknown][]> {
    await client.unsubscribeAsync("nothing");
    return received.map(([topic, message]) => [topic, message]);
  }
  const down = (message: unknown, deviceId = "door_1"): Promise<unknown> =>
    client.publishAsync(`my_app/devices/${deviceId}/down`, JSON.stringify(message), { qos: 1 });
  const outcome = (): unknown => simulator.publishes.at(-1)?.reason;

  it("takes the application and its access key, and nobody else", async () => {
    await start();
    const url = `mqtt://${simulator.host}:${simulator.port}`;
    for (const login of [
      {},
      { username: "my_app", password: "wrong" },
      { username: "other", password: simulator.accessKey },
    ])
      await assert.rejects(connectAsync(url, { ...login, reconnectPeriod: 0 }), /Not authorized/);
    assert.equal(simulator.sessions, 1);
  });

  it("publishes an uplink and each of its fields, not retained", async () => {
    await start({}, "+/devices/+/up/#");
    simulator.uplink("door_1");
    assert.deepEqual(
      (await settled()).map(([topic]) => topic),
      ["up", "up/led", "up/gps", "up/gps/lat", "up/gps/lon"].map((end) => `my_app/devices/door_1/${end}`),
    );
    assert.ok(received.every(([, , { retain }]) => !retain));
  });

  it("keeps applications apart", async () => {
    await start();
    await assert.rejects(client.subscribeAsync("other/devices/+/up"));
    await client.publishAsync("other/devices/door_1/down", "{}", { qos: 1 });
    assert.equal(outcome(), "forbidden topic");
  });

  it("replaces the queue unless told otherwise", async () => {
    await start();
    const ports = (): unknown[] => simulator.queue("door_1").map(({ port }) => port);
    const payload_raw = "AQ==";
    await down({ port: 1, payload_raw });
    await down({ port: 2, payload_raw, schedule: "last" });
    await down({ port: 3, payload_raw, schedule: "first" });
    assert.deepEqual(ports(), [3, 1, 2]);
    await down({ port: 4, payload_raw });
    assert.deepEqual(ports(), [4]);
  });

  it("says what it cannot take, and nothing of devices that it does not have", async () => {
    await start({}, "my_app/devices/+/events/#");
    await down({ port: 1 });
    await down({ port: 1, payload_raw: "AQ==", schedule: "soon" });
    await down({ port: 1, payload_raw: "AQ==" }, "door_2");
    assert.equal(outcome(), "no such device");
    await client.publishAsync("my_app/devices/door_1/down", "{", { qos: 1 });
    assert.equal(outcome(), "not JSON");
    const errors = (await settled()).map(([topic, message]): unknown[] => [
      topic,
      Reflect.get(Object(message), "error"),
    ]);
    assert.deepEqual(errors, [
      ["my_app/devices/door_1/events/down/errors", "Downlink Payload not valid: empty"],
      ["my_app/devices/door_1/events/down/errors", "ScheduleType not valid: unknown"],
    ]);
  });

  it("sends a confirmed downlink after each uplink until it is acknowledged", async () => {
    await start({ form: "first" }, "my_app/devices/door_1/events/#");
    await down({ port: 1, payload_raw: "AQ==", confirmed: true });
    simulator.uplink("door_1");
    simulator.uplink("door_1", {}, false);
    simulator.uplink("door_1");
    simulator.uplink("door_1");
    const sent = { port: 1, confirmed: true, payload_raw: "AQ==" };
    assert.deepEqual(await settled(), [
      ["my_app/devices/door_1/events/down/scheduled", sent],
      ["my_app/devices/door_1/events/down/sent", sent],
      ["my_app/devices/door_1/events/down/sent", sent],
      ["my_app/devices/door_1/events/ack", {}],
    ]);
  });
});
