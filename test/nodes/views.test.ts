/** What goes straight into charts, databases and maps: a topic to group by, a flat row, a location. */
import assert from "node:assert/strict";
import { startV2Simulator } from "../../simulator/v2/simulator";
import { captured } from "../stack/fixtures";
import { device, until } from "./downlinks";
import {
  connection,
  listeners,
  node,
  receiving,
  running,
  simulated,
  sink,
  tab,
  uplink,
  uplinkFlow,
  withNodeRed,
  type FlowNode,
  type Message,
} from "./nodeRed";

const HELLO = "aGVsbG8=";
const body = (decoded_payload?: object): object => ({ f_port: 7, frm_payload: HELLO, decoded_payload });

describe("the topic of messages", () => {
  withNodeRed();

  const TYPES = ["tts-uplink", "tts-join", "tts-event"] as const;

  /** A node of each type with its own sink, on one connection. */
  async function flowsWith(more: object) {
    const simulator = await simulated();
    const nodes = TYPES.flatMap((type) => [
      node(type, type, { wires: [[`of ${type}`]], ...more }),
      sink(`of ${type}`),
    ]);
    const flows = await receiving(simulator, [tab(), connection(simulator), ...nodes, ...listeners()], 10);
    simulator.publish("uplink_message", "door-1", body({ temperature: 21 }));
    simulator.publish("join_accept", "door-1", {});
    simulator.publish("downlink_ack", "door-1", { f_port: 1 });
    const ends = { "tts-uplink": "up", "tts-join": "join", "tts-event": "down/ack" };
    const messages = await Promise.all(
      TYPES.map(async (type) => ({
        message: await flows.next(`of ${type}`),
        mqttTopic: `v3/${simulator.userName}/devices/door-1/${ends[type]}`,
      })),
    );
    return { flows, messages };
  }

  it("is the MQTT topic where nothing else is chosen, as in flows from before", async () => {
    for (const more of [{}, { topic: "received" }]) {
      const { messages, flows } = await flowsWith(more);
      for (const { message, mqttTopic } of messages) {
        assert.equal(message.topic, mqttTopic);
        assert.ok(!("mqttTopic" in message));
      }
      await flows.unload();
    }
  });

  it("is the device ID for each type of node, and the MQTT topic is beside it", async () => {
    for (const topic of ["device", "deviceField"]) {
      const { messages, flows } = await flowsWith({ topic });
      for (const { message, mqttTopic } of messages) {
        assert.equal(message.topic, "door-1", topic);
        assert.equal(message.mqttTopic, mqttTopic);
      }
      await flows.unload();
    }
  });

  it("is the device ID and the field as the user wrote it, with one field; else the device ID", async () => {
    const simulator = await simulated();
    const field = { output: "field", topic: "deviceField", missing: "skip" };
    const flows = await receiving(simulator, [
      ...[tab(), connection(simulator), sink(), sink("bytes")],
      ...[uplink({ ...field, field: 'gps["lat"]' }, "lat"), uplink({ ...field, field: "temperature" }, "t")],
      uplink({ output: "bytes", field: "temperature", topic: "deviceField", wires: [["bytes"]] }, "b"),
    ]);
    simulator.publish("uplink_message", "door-1", body({ temperature: 21, gps: { lat: 52 } }));
    const two = [await flows.next(), await flows.next()];
    assert.deepEqual(
      two.map(({ topic, payload }) => [topic, payload]),
      [
        ['door-1/gps["lat"]', 52],
        ["door-1/temperature", 21],
      ],
    );
    assert.equal((await flows.next("bytes")).topic, "door-1");
  });

  it("is so in errors and retained messages, too", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, uplinkFlow(simulator, { missing: "error", topic: "device" }));
    const topic = `v3/${simulator.userName}/devices/door-1/up`;
    const ids = { device_id: "door-1", application_ids: { application_id: "app1" } };
    simulator.sendRetained(topic, JSON.stringify({ end_device_ids: ids, uplink_message: body() }));
    const caught = await flows.next("caught");
    assert.equal(caught.error?.code, "missing_payload");
    assert.deepEqual([caught.topic, caught.mqttTopic, caught.retain], ["door-1", topic, true]);
  });

  it("is so for events of the event stream", async () => {
    const simulator = await simulated({ devices: [device("valve", { joined: false })] });
    const nodes = [node("tts-event", "event", { events: ["join_error"], topic: "device" }), sink()];
    const flow = [tab(), connection(simulator, { api: simulator.apiUrl }), ...nodes];
    const flows = await running(flow, { connection: { apiKey: simulator.apiKey } });
    await until(() => simulator.eventStreams === 1, "the stream");
    simulator.refuseJoin("valve", "mic_mismatch");
    const { topic, mqttTopic } = await flows.next();
    assert.deepEqual([topic, mqttTopic], ["valve", "events/ns.up.join.cluster.fail"]);
  });

  it("refuses a word that it does not know", async () => {
    const simulator = await simulated();
    const nodes = TYPES.map((type) => node(type, type, { topic: "field" }));
    const flows = await running([tab(), connection(simulator), ...nodes, sink(), ...listeners()]);
    const seen = new Set<string>();
    while (seen.size < TYPES.length) {
      const { error } = await flows.next("caught");
      assert.equal(error?.code, "not_configured");
      assert.match(error.message, /^Topic of this node is “field”, which does not exist\./);
      seen.add(error.source.id);
    }
  });
});

describe("the payload as a flat row", () => {
  withNodeRed();

  const flat = (more: object = {}): object => ({ output: "flat", missing: "skip", ...more });

  it("is one of plain values, of a captured uplink", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, uplinkFlow(simulator, flat()));
    const { topic, message } = captured("uplink_message", "uplink with decoder");
    simulator.replay({ topic, payload: message });
    const { payload, time, tts, leftOut } = await flows.next();
    const row = payload as Record<string, unknown>;
    assert.deepEqual(
      [row.time, row.device, row.f_port, row.radio_rssi, row.radio_sf, row.radio_gateway, row.radio_gateways],
      [time, "sensor", message.uplink_message.f_port, -42, 7, "roof-gateway", 1],
    );
    assert.equal(row.nested_list_1_id, "a");
    for (const value of Object.values(row)) assert.match(typeof value, /^(?:number|string|boolean)$/);
    assert.deepEqual(tts, message, "the message itself stays");
    assert.equal(leftOut, undefined);
  });

  it("keeps its columns, whatever is decoded and whatever the network knows of the battery", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, uplinkFlow(simulator, flat()));
    const rowOf = async (more: object): Promise<Record<string, unknown>> => {
      simulator.publish("uplink_message", "door-1", { ...body({ battery: 3.1, device: "mine" }), ...more });
      return (await flows.next()).payload as Record<string, unknown>;
    };
    const before = await rowOf({});
    assert.deepEqual([before.battery, before.payload_battery], [undefined, 3.1]);
    assert.deepEqual([before.device, before.payload_device], ["door-1", "mine"]);
    const after = await rowOf({ last_battery_percentage: { f_cnt: 3, value: 80 } });
    assert.deepEqual([after.battery, after.payload_battery], [80, 3.1]);
  });

  it("is missing without a decoded payload, as that is", async () => {
    const simulator = await simulated();
    const flow = [tab(), connection(simulator), sink("sent"), sink("last"), ...listeners()];
    const flows = await receiving(simulator, [
      ...flow,
      uplink(flat({ missing: "bytes", wires: [["sent"]] }), "bytes"),
      uplink(flat({ missing: "error", wires: [["sent"]] }), "error"),
      uplink(flat({ wires: [["last"]] }), "skip"),
    ]);
    simulator.publish("uplink_message", "door-1", body());
    assert.deepEqual((await flows.next("sent")).payload, Buffer.from("hello"));
    const { error, payload } = await flows.next("caught");
    assert.deepEqual([error?.code, payload], ["missing_payload", undefined]);
    await flows.shows("skip", "door-1 · not sent, not decoded");
    simulator.publish("uplink_message", "door-1", body({}));
    const row = (await flows.next("last")).payload as Record<string, unknown>;
    assert.equal(row.device, "door-1", "an empty one is there");
  });

  it("says how many values had no room, in each message and once in a warning", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, uplinkFlow(simulator, flat()));
    for (const more of [5, 7]) {
      simulator.publish(
        "uplink_message",
        "door-1",
        body({ list: Array.from({ length: 1_000 + more }, () => 1) }),
      );
      assert.equal((await flows.next()).leftOut, more);
    }
    const warnings = flows.logged("WARN").filter((text) => text.includes("msg.leftOut"));
    assert.equal(warnings.length, 1);
    assert.match(String(warnings[0]), /^The row of door-1 lacks 5 decoded values\./);
  });

  it("is a copy of its own for each node", async () => {
    const simulator = await simulated();
    const changing: FlowNode = {
      ...{
        id: "change",
        type: "function",
        z: "tab",
        func: "msg.payload.temperature = 'changed'; return msg;",
      },
      wires: [["out"]],
    };
    const flows = await receiving(simulator, [
      ...[tab(), connection(simulator), changing, sink(), sink("second")],
      ...[uplink(flat({ wires: [["change"]] }), "one"), uplink(flat({ wires: [["second"]] }), "two")],
    ]);
    simulator.publish("uplink_message", "door-1", body({ temperature: 21 }));
    await flows.next();
    assert.equal(Reflect.get(Object((await flows.next("second")).payload), "temperature"), 21);
  });
});

describe("the payload as a location", () => {
  withNodeRed();

  const place = (more: object = {}): object => ({ output: "location", missing: "error", ...more });

  const started = async (more: object = {}) => {
    const simulator = await simulated();
    const flows = await receiving(simulator, uplinkFlow(simulator, place(more)));
    const payloadOf = async (message: object): Promise<unknown> => {
      simulator.publish("uplink_message", "door-1", { f_port: 7, frm_payload: HELLO, ...message });
      return (await flows.next()).payload;
    };
    const errorOf = async (message: object): Promise<Message> => {
      simulator.publish("uplink_message", "door-1", { f_port: 7, frm_payload: HELLO, ...message });
      return flows.next("caught");
    };
    return { simulator, flows, payloadOf, errorOf };
  };

  it("has a name for the map, and says where it is from", async () => {
    const { payloadOf, simulator, flows } = await started();
    assert.deepEqual(await payloadOf({ decoded_payload: { gps: { lat: 52.37, lng: 4.88, altitude: 3 } } }), {
      name: "door-1",
      lat: 52.37,
      lon: 4.88,
      alt: 3,
      source: "decoded",
    });
    const { topic, message } = captured("uplink_message", "first uplink after join");
    simulator.replay({ topic, payload: message });
    assert.deepEqual((await flows.next()).payload, {
      name: "plain",
      lat: 37.97,
      lon: 23.72,
      alt: 10,
      source: "user",
    });
  });

  it("is missing for a reason in words, in the error and in the status", async () => {
    const { errorOf, flows } = await started();
    const CASES: readonly (readonly [object, RegExp, string])[] = [
      [{ temperature: 21 }, /^door-1 has no position in its payload,/, "door-1 · no position"],
      [
        { lat: 0, lon: 0 },
        /^door-1 has no fix yet: it sent latitude 0, longitude 0 \(FPort 7\)\./,
        "door-1 · no fix",
      ],
      [
        { lat: 523_700_000, lon: 48_800_000 },
        /^door-1 sent latitude 523700000, longitude 48800000: no place on Earth\./,
        "door-1 · position out of range",
      ],
    ];
    for (const [decoded_payload, text, status] of CASES) {
      const { error, payload } = await errorOf({ decoded_payload });
      assert.deepEqual([error?.code, payload], ["missing_payload", undefined]);
      assert.match(error?.message ?? "", text);
      await flows.shows("uplink", status);
    }
    assert.match((await errorOf({})).error?.message ?? "", /^door-1 has no payload formatter, or it failed/);
  });

  it("is the bytes instead, where that is chosen", async () => {
    const { payloadOf } = await started({ missing: "bytes" });
    assert.deepEqual(await payloadOf({ decoded_payload: {} }), Buffer.from("hello"));
  });

  it("is not sent, where that is chosen", async () => {
    const { payloadOf, simulator, flows } = await started({ missing: "skip" });
    simulator.publish("uplink_message", "door-1", body({ temperature: 21 }));
    await flows.shows("uplink", "door-1 · not sent, no position");
    assert.equal(Reflect.get(Object(await payloadOf({ decoded_payload: { lat: 1, lon: 1 } })), "lat"), 1);
    assert.deepEqual(flows.untaken("caught"), []);
  });
});

describe("views of a V2 network's uplinks", () => {
  withNodeRed();

  it("are as those of The Things Stack", async () => {
    const simulator = await startV2Simulator({});
    try {
      const { host, port, applicationId } = simulator;
      const v2 = { service: "v2", host, port: String(port), applicationId };
      const flows = await running(
        [
          ...[tab(), connection(undefined, v2), sink("row"), sink("place")],
          uplink({ output: "flat", topic: "device", wires: [["row"]] }, "r"),
          uplink({ output: "location", wires: [["place"]] }, "p"),
        ],
        { connection: { apiKey: simulator.accessKey } },
      );
      await simulator.next("subscribe");
      simulator.uplink("door_1", { port: 7 });
      const { payload, topic, mqttTopic, time } = await flows.next("row");
      assert.deepEqual([topic, mqttTopic], ["door_1", "my_app/devices/door_1/up"]);
      assert.deepEqual(payload, {
        time,
        device: "door_1",
        f_port: 7,
        f_cnt: 0,
        led: true,
        gps_lat: 52.37,
        gps_lon: 4.88,
        radio_rssi: -25,
        radio_snr: 5,
        radio_sf: 7,
        radio_gateway: "roof",
        radio_gateways: 1,
      });
      assert.deepEqual((await flows.next("place")).payload, {
        name: "door_1",
        lat: 52.37,
        lon: 4.88,
        source: "decoded",
      });
    } finally {
      await simulator.stop();
    }
  });
});
