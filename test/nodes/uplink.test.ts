import assert from "node:assert/strict";
import type { UplinkMessage } from "../../src/stack/messages";
import { captured, capturesOf } from "../stack/fixtures";
import {
  connection,
  listeners,
  receiving,
  simulated,
  sink,
  tab,
  uplink,
  uplinkFlow,
  withNodeRed,
} from "./nodeRed";

const HELLO = Buffer.from("hello").toString("base64");
const body = (parts: Partial<UplinkMessage> = {}): object => ({ f_port: 1, frm_payload: HELLO, ...parts });

describe("tts-uplink", () => {
  withNodeRed();

  describe("gives a flow", () => {
    it("every field of a captured uplink", async () => {
      const simulator = await simulated();
      const flows = await receiving(simulator, uplinkFlow(simulator));
      const capture = captured("uplink_message", "decoded");
      simulator.replay({ topic: capture.topic, payload: capture.message });
      const { _msgid, tts, ...fields } = await flows.next();
      assert.equal(typeof _msgid, "string");
      assert.deepEqual(tts, capture.message);
      const { end_device_ids: ids, uplink_message: message } = capture.message;
      assert.deepEqual(fields, {
        topic: "v3/app1/devices/sensor/up",
        deviceId: "sensor",
        device: {
          id: "sensor",
          eui: ids.dev_eui,
          joinEui: ids.join_eui,
          addr: ids.dev_addr,
          applicationId: "app1",
        },
        receivedAt: capture.message.received_at,
        time: Math.floor(Date.parse(capture.message.received_at ?? "")),
        correlationIds: capture.message.correlation_ids,
        payload: message.decoded_payload,
        fPort: message.f_port,
        fCnt: message.f_cnt ?? 0,
        confirmed: false,
        radio: {
          gatewayId: "roof-gateway",
          gatewayEui: "0242020000000001",
          rssi: -35,
          snr: 5.2,
          gateways: 1,
          frequency: 868100000,
          dataRate: "SF7BW125",
          spreadingFactor: 7,
          bandwidth: 125000,
          codingRate: "4/5",
          airtime: Number.parseFloat(message.consumed_airtime ?? ""),
          latitude: 37.97155556731436,
          longitude: 23.72678801175413,
          altitude: 2,
        },
      });
    });

    it("each captured uplink, as it was sent", async () => {
      const simulator = await simulated();
      const flows = await receiving(
        simulator,
        uplinkFlow(simulator, { emptyFrames: true, output: "message" }),
      );
      for (const { name, topic, payload } of capturesOf("uplink_message")) {
        simulator.replay({ topic, payload });
        const message = await flows.next();
        assert.deepEqual(message.tts, payload, name);
        assert.deepEqual(message.payload, payload, name);
        assert.equal(message.topic, topic, name);
      }
    });

    it("what only some captures have", async () => {
      const simulator = await simulated();
      const flows = await receiving(simulator, uplinkFlow(simulator, { emptyFrames: true }));
      const of = async (name: string) => {
        const { topic, message } = captured("uplink_message", name);
        simulator.replay({ topic, payload: message });
        return flows.next();
      };
      assert.equal((await of("confirmed")).confirmed, true);
      const first = await of("first uplink after join");
      assert.equal(first.fCnt, 0);
      assert.deepEqual(first.payload, Buffer.from("8241de", "hex"));
      assert.ok(!("simulated" in first) && !("warnings" in first) && !("encrypted" in first));
      const withoutPort = await of("no port");
      assert.ok(!("fPort" in withoutPort));
      assert.deepEqual(withoutPort.payload, Buffer.alloc(0));
      const { decoded_payload_warnings } = captured("uplink_message", "decoder warnings").message
        .uplink_message;
      assert.deepEqual((await of("decoder warnings")).warnings, decoded_payload_warnings);
      assert.equal((await of("payload crypto skipped")).encrypted, true);
      assert.equal((await of("uplink from the console")).simulated, true);
      const fsk = (await of("fsk on a lora channel")).radio as Record<string, unknown>;
      assert.ok(!("dataRate" in fsk));
      assert.equal(fsk.bitRate, 50000);
      assert.equal(((await of("two gateways")).radio as { gateways: number }).gateways, 2);
      assert.equal(((await of("two channels of one gateway")).radio as { gateways: number }).gateways, 1);
      assert.equal(((await of("snr 0")).radio as { snr: number }).snr, 0);
      const broker = (await of("uplink through packet broker")).radio as { gatewayId: string };
      assert.equal(broker.gatewayId, "roof-gateway", "of the better reception");
      assert.deepEqual((await of("personalized device, first uplink")).device, {
        id: "fixed",
        addr: "00E4304D",
        applicationId: "app1",
      });
    });

    it("the tenant of the topic", async () => {
      const simulator = await simulated({ tenantId: "ttn" });
      const flows = await receiving(simulator, uplinkFlow(simulator));
      simulator.publish("uplink_message", "door", body());
      const { device, topic } = await flows.next();
      assert.equal(topic, "v3/app1@ttn/devices/door/up");
      assert.equal((device as { tenantId: string }).tenantId, "ttn");
      assert.equal((device as { applicationId: string }).applicationId, "app1");
    });

    it("the fields that V2 flows expect, if asked", async () => {
      const simulator = await simulated();
      const flows = await receiving(simulator, uplinkFlow(simulator, { shape: "v2" }));
      const { topic, message } = captured("uplink_message", "decoded");
      simulator.replay({ topic, payload: message });
      const got = await flows.next();
      assert.equal(got.dev_id, "sensor");
      assert.equal(got.app_id, "app1");
      assert.equal(got.hardware_serial, message.end_device_ids.dev_eui);
      assert.equal(got.port, message.uplink_message.f_port);
      assert.equal(got.counter, message.uplink_message.f_cnt ?? 0);
      assert.ok(Buffer.isBuffer(got.payload_raw));
      assert.deepEqual(got.payload_fields, message.uplink_message.decoded_payload);
      const metadata = got.metadata as { frequency: number; gateways: unknown[] };
      assert.equal(metadata.frequency, 868.1);
      assert.equal(metadata.gateways.length, 1);
      assert.equal(got.deviceId, "sensor", "added to the others");
    });
  });

  describe("lets through by device", () => {
    const only = async (devices: unknown, sent: readonly string[]): Promise<(string | undefined)[]> => {
      const simulator = await simulated();
      // The second node shows that everything has arrived.
      const nodes = [
        ...uplinkFlow(simulator, { devices }),
        uplink({ wires: [["all"]] }, "other"),
        sink("all"),
      ];
      const flows = await receiving(simulator, nodes);
      for (const id of [...sent, "last"]) simulator.publish("uplink_message", id, body());
      for (const id of [...sent, "last"]) assert.equal((await flows.next("all")).deviceId, id);
      return flows.untaken().flatMap(({ deviceId }) => (deviceId === "last" ? [] : [deviceId]));
    };
    const sent = ["door-1", "door-2", "valve-1", "my-door-1"];

    it("all of them", async () => assert.deepEqual(await only("", sent), sent));
    it("those of a list, whatever the spaces", async () =>
      assert.deepEqual(await only(" valve-1 ,, door-2", sent), ["door-2", "valve-1"]));
    it("those of a pattern", async () =>
      assert.deepEqual(await only("door-*,*-1", sent), ["door-1", "door-2", "valve-1", "my-door-1"]));
    it("by the whole ID and case", async () => assert.deepEqual(await only("door-,Door-1,oor-1", sent), []));
    it("a number, as an ID", async () => assert.deepEqual(await only(123, ["123", "1234"]), ["123"]));
  });

  it("lets through by FPort, and frames without one only where all are wanted", async () => {
    const simulator = await simulated();
    const nodes = [
      ...uplinkFlow(simulator, { ports: "1, 10-12" }),
      uplink({ ports: "", wires: [["all"]] }, "other"),
      sink("all"),
    ];
    const flows = await receiving(simulator, nodes);
    const ports = [1, 2, 10, 12, 13, undefined, 223, 255];
    for (const f_port of ports) {
      const parts = f_port === undefined ? { frm_payload: HELLO } : body({ f_port });
      simulator.publish("uplink_message", "door", parts);
      assert.equal((await flows.next("all")).fPort, f_port);
    }
    assert.deepEqual(
      flows.untaken().map(({ fPort }) => fPort),
      [1, 10, 12],
    );
  });

  describe("has as payload", () => {
    const decoded = {
      temperature: 21.5,
      nothing: null,
      off: false,
      zero: 0,
      empty: "",
      gps: { lat: 1.5 },
      analog: [1, 2, 3],
      a: { "key with space": "found" },
    };
    const payloadOf = async (
      settings: object,
      parts: Partial<UplinkMessage> = { decoded_payload: decoded },
    ) => {
      const simulator = await simulated();
      const flows = await receiving(simulator, uplinkFlow(simulator, settings));
      simulator.publish("uplink_message", "door", body(parts));
      return (await flows.next()).payload;
    };
    const field = (path: string, missing = "bytes") => payloadOf({ output: "field", field: path, missing });

    it("the decoded object", async () => assert.deepEqual(await payloadOf({}), decoded));
    it("the bytes", async () => assert.deepEqual(await payloadOf({ output: "bytes" }), Buffer.from("hello")));
    it("no bytes for a decoded payload made of none", async () =>
      assert.deepEqual(
        await payloadOf({ output: "bytes" }, { frm_payload: "", decoded_payload: {} }),
        Buffer.alloc(0),
      ));
    it("one field", async () => assert.equal(await field("temperature"), 21.5));
    it("a field within a field", async () => assert.equal(await field("gps.lat"), 1.5));
    it("an item of a list", async () => assert.equal(await field("analog[2]"), 3));
    it("a field with a space in its name", async () =>
      assert.equal(await field('a["key with space"]'), "found"));
    it("null, false, 0 and an empty text, which are there", async () => {
      const simulator = await simulated();
      const names = ["nothing", "off", "zero", "empty"] as const;
      const nodes = names.map((name) => uplink({ output: "field", field: name, missing: "error" }, name));
      const flows = await receiving(simulator, [tab(), connection(simulator), ...nodes, sink()]);
      simulator.publish("uplink_message", "door", body({ decoded_payload: decoded }));
      for (const name of names) assert.equal((await flows.next()).payload, decoded[name]);
    });
    it("nothing that every object inherits", async () => {
      const simulator = await simulated();
      const paths = ["constructor", "__proto__", "gps.toString", "analog.length", "empty.length"];
      const nodes = paths.map((path, index) => uplink({ output: "field", field: path }, `uplink${index}`));
      const flows = await receiving(simulator, [tab(), connection(simulator), ...nodes, sink()]);
      simulator.publish("uplink_message", "door", body({ decoded_payload: decoded }));
      for (const path of paths) assert.deepEqual((await flows.next()).payload, Buffer.from("hello"), path);
    });
    it("the list of normalized measurements", async () => {
      const measurements = [{ air: { temperature: 20 } }, { battery: 3.2 }];
      const parts = { normalized_payload: measurements };
      assert.deepEqual(await payloadOf({ output: "normalized" }, parts), measurements);
    });
    it("the whole message", async () => {
      const message = (await payloadOf({ output: "message" })) as { uplink_message: UplinkMessage };
      assert.deepEqual(message.uplink_message.decoded_payload, decoded);
    });
  });

  describe("where the payload is missing", () => {
    const sent = { f_port: 7, frm_payload: HELLO };
    it("sends the bytes", async () => {
      const simulator = await simulated();
      const flows = await receiving(simulator, uplinkFlow(simulator));
      simulator.publish("uplink_message", "door", sent);
      assert.deepEqual((await flows.next()).payload, Buffer.from("hello"));
    });

    it("sends nothing", async () => {
      const simulator = await simulated();
      const flows = await receiving(simulator, uplinkFlow(simulator, { missing: "skip" }));
      simulator.publish("uplink_message", "door", sent);
      simulator.publish("uplink_message", "door", { ...sent, decoded_payload: { last: true } });
      assert.deepEqual((await flows.next()).payload, { last: true });
      assert.deepEqual(flows.untaken("caught"), []);
    });

    it("raises an error with the message as it would have been sent, without payload", async () => {
      const simulator = await simulated();
      const flows = await receiving(
        simulator,
        uplinkFlow(simulator, { output: "field", field: "gps.lat", missing: "error", shape: "v2" }),
      );
      simulator.publish("uplink_message", "door", { ...sent, decoded_payload: { humidity: 40 } });
      const caught = await flows.next("caught");
      assert.equal(caught.error?.code, "missing_payload");
      assert.equal(caught.error.cause?.code, "missing_payload");
      assert.equal(caught.error.source.id, "uplink");
      assert.match(caught.error.message, /gps\.lat/);
      assert.match(caught.error.message, /humidity/);
      assert.ok(!("stack" in caught.error));
      assert.ok(!("payload" in caught));
      assert.equal(caught.deviceId, "door");
      assert.equal(caught.fPort, 7);
      assert.equal(caught.port, 7);
      assert.ok(caught.tts);
      simulator.publish("uplink_message", "door", { ...sent, decoded_payload: { gps: { lat: 1 } } });
      assert.equal((await flows.next()).payload, 1);
    });

    it("raises one for each message", async () => {
      const simulator = await simulated();
      const flows = await receiving(simulator, uplinkFlow(simulator, { missing: "error" }));
      for (let count = 0; count < 3; count++) simulator.publish("uplink_message", "door", sent);
      for (let count = 0; count < 3; count++)
        assert.equal((await flows.next("caught")).error?.code, "missing_payload");
    });
  });

  it("passes frames without anything for the application only if asked", async () => {
    const simulator = await simulated();
    const nodes = [
      ...uplinkFlow(simulator),
      uplink({ emptyFrames: true, wires: [["all"]] }, "other"),
      sink("all"),
    ];
    const flows = await receiving(simulator, nodes);
    simulator.publish("uplink_message", "door", {});
    simulator.publish("uplink_message", "door", body());
    assert.deepEqual((await flows.next("all")).payload, Buffer.alloc(0));
    await flows.next("all");
    assert.equal((await flows.next()).fPort, 1);
    assert.deepEqual(flows.untaken(), []);
  });

  it("gives every node a copy of its own, nested objects included", async () => {
    const simulator = await simulated();
    const code =
      "msg.payload.a.b = 2; msg.device.id = 'x'; msg.tts.uplink_message.rx_metadata.length = 0; return msg;";
    const nodes = [
      ...uplinkFlow(simulator, { wires: [["change"]] }),
      {
        id: "change",
        type: "function",
        z: "tab",
        x: 0,
        y: 0,
        func: code,
        outputs: 1,
        libs: [],
        wires: [["out"]],
      },
      uplink({ wires: [["second"]] }, "other"),
      sink("second"),
      uplink({ devices: "door", wires: [["third"]] }, "named"),
      sink("third"),
    ];
    const flows = await receiving(simulator, nodes);
    const parts = { decoded_payload: { a: { b: 1 } }, rx_metadata: [{ rssi: -1 }] };
    simulator.publish("uplink_message", "door", body(parts));
    assert.deepEqual((await flows.next()).payload, { a: { b: 2 } });
    for (const name of ["second", "third"]) {
      const other = await flows.next(name);
      assert.deepEqual(other.payload, { a: { b: 1 } }, name);
      assert.equal((other.device as { id: string }).id, "door");
      assert.deepEqual((other.tts?.uplink_message as UplinkMessage).rx_metadata, [{ rssi: -1 }]);
    }
  });

  describe("takes its properties", () => {
    it("as they are by default where a flow has none", async () => {
      const simulator = await simulated();
      const bare = {
        id: "uplink",
        type: "tts-uplink",
        z: "tab",
        x: 0,
        y: 0,
        wires: [["out"]],
        connection: "connection",
      };
      const flows = await receiving(simulator, [tab(), connection(simulator), bare, sink()]);
      simulator.publish("uplink_message", "door", { f_port: 3 });
      simulator.publish("uplink_message", "door", body({ decoded_payload: { a: 1 } }));
      const got = await flows.next();
      assert.deepEqual(got.payload, { a: 1 });
      assert.ok(!("dev_id" in got));
    });

    it("from the environment, where everything is text", async () => {
      const simulator = await simulated();
      const environment = {
        TTS_URL: `mqtt://${simulator.host}:${simulator.port}`,
        TTS_PORT: "1",
        TTS_KEY: simulator.apiKey,
        TTS_APP: "app1@",
        TTS_TLS: "true",
        TTS_DEVICES: "door, valve-*",
        TTS_PORTS: "7",
        TTS_EMPTY: "false",
        TTS_FIELD: "gps.lat",
        TTS_OUTPUT: "field",
        TTS_KEEPALIVE: "17",
      };
      Object.assign(process.env, environment);
      try {
        const nodes = [
          tab(),
          connection(simulator, {
            host: "${TTS_URL}",
            port: "${TTS_PORT}",
            useTls: "${TTS_TLS}",
            applicationId: "${TTS_APP}",
            keepalive: "${TTS_KEEPALIVE}",
          }),
          uplink({
            devices: "${TTS_DEVICES}",
            ports: "${TTS_PORTS}",
            emptyFrames: "${TTS_EMPTY}",
            output: "${TTS_OUTPUT}",
            field: "${TTS_FIELD}",
          }),
          sink(),
        ];
        const flows = await receiving(simulator, nodes, 1, { connection: { apiKey: "${TTS_KEY}" } });
        assert.equal(simulator.connects[0]?.keepalive, 17);
        assert.equal(simulator.connects[0].userName, "app1");
        const decoded_payload = { gps: { lat: 5 } };
        simulator.publish("uplink_message", "thermometer", body({ f_port: 7, decoded_payload }));
        simulator.publish("uplink_message", "door", body({ decoded_payload }));
        simulator.publish("uplink_message", "door", { f_port: 7 });
        simulator.publish("uplink_message", "valve-1", body({ f_port: 7, decoded_payload }));
        const got = await flows.next();
        assert.equal(got.deviceId, "valve-1");
        assert.equal(got.payload, 5);
      } finally {
        for (const name of Object.keys(environment)) Reflect.deleteProperty(process.env, name);
      }
    });

    const WRONG: readonly (readonly [object, RegExp, string])[] = [
      [{ ports: "1-" }, /“1-” in the FPorts of this node/, "FPorts: 1-"],
      [{ ports: "256" }, /256/, "FPorts: 256"],
      [{ devices: "door 1" }, /door 1/, "devices: door 1"],
      [{ devices: "70:B3" }, /70:B3/, "devices: 70:B3"],
      [
        { devices: "eui-70B3D57ED0000001" },
        /“eui-70B3D57ED0000001”: did you mean eui-70b3d57ed0000001\?/,
        "devices: eui-70B3D57ED0000001",
      ],
      [
        { devices: "70B3D57ED0000001" },
        /“70B3D57ED0000001”: did you mean eui-70b3d57ed0000001\?/,
        "devices: 70B3D57ED0000001",
      ],
      [{ devices: "plain, Dev1" }, /“Dev1”: did you mean dev1\?/, "devices: Dev1"],
      [{ devices: "dev_1" }, /“dev_1”: did you mean dev-1\?/, "devices: dev_1"],
      [{ devices: "Door-*" }, /“Door-\*”: did you mean door-\*\?/, "devices: Door-*"],
      [{ devices: "d" }, /“d”.*3 to 36/, "devices: d"],
      [{ devices: "-x" }, /“-x”.*3 to 36/, "devices: -x"],
      [{ ports: "0" }, /FPort 0: .*1 to 223/, "FPorts: 0"],
      [{ ports: "1, 224" }, /FPort 224: /, "FPorts: 224"],
      [{ ports: "224-255" }, /FPort 224-255: /, "FPorts: 224-255"],
      [
        { devices: "${NO_SUCH}" },
        /^The environment variable NO_SUCH is not set\..* its devices /,
        "NO_SUCH not set",
      ],
      [
        { ports: "${NO_SUCH}" },
        /^The environment variable NO_SUCH is not set\..* its ports /,
        "NO_SUCH not set",
      ],
      [
        { output: "field", field: "$(NO_SUCH)" },
        /^The environment variable NO_SUCH is not set\..* its field /,
        "NO_SUCH not set",
      ],
      [{ missing: "${NO_SUCH}" }, /^The environment variable NO_SUCH is not set\./, "NO_SUCH not set"],
      [{ output: "field", field: "" }, /field/, "not configured"],
      [{ output: "field", field: "a..b" }, /a\.\.b/, "field a..b"],
      [{ output: "field", field: "a[msg.b]" }, /a\[msg\.b\]/, "field a[msg.b]"],
      [{ output: "json" }, /json/, "not configured"],
      [{ missing: "ignore" }, /ignore/, "not configured"],
      [{ shape: "v1" }, /v1/, "not configured"],
    ];
    it("not if they cannot work: says which, in status and error", async () => {
      const simulator = await simulated();
      const wrong = WRONG.map(([more], index) => uplink(more, `wrong${index}`));
      const flows = await receiving(simulator, [...uplinkFlow(simulator), ...wrong]);
      const caught = await Promise.all(wrong.map(() => flows.next("caught")));
      for (const [index, [more, text, status]] of WRONG.entries()) {
        const error = caught.find((message) => message.error?.source.id === `wrong${index}`)?.error;
        assert.equal(error?.code, "not_configured", JSON.stringify(more));
        assert.match(error.message, text);
        assert.equal(flows.statuses(`wrong${index}`).at(-1)?.text, status);
      }
      simulator.publish("uplink_message", "door", body());
      assert.equal((await flows.next()).deviceId, "door", "the others go on");
    });
  });

  it("marks what a broker has kept for who subscribes, and nothing else", async () => {
    const simulator = await simulated();
    const nodes = [...uplinkFlow(simulator), uplink({ output: "field", field: "t", missing: "error" }, "t")];
    const flows = await receiving(simulator, [...nodes, ...listeners("tab", "2")]);
    const ids = { device_id: "door", application_ids: { application_id: "app1" } };
    const message = JSON.stringify({ end_device_ids: ids, uplink_message: body() });
    simulator.sendRetained("v3/app1/devices/door/up", message);
    assert.equal((await flows.next()).retain, true);
    assert.equal((await flows.next("caught")).retain, true);
    simulator.send("v3/app1/devices/door/up", message);
    assert.equal("retain" in (await flows.next()), false);
    assert.equal("retain" in (await flows.next("caught")), false);
  });

  it("leaves no trace in the log when all is well", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, [...uplinkFlow(simulator), ...listeners("tab", "2")]);
    simulator.publish("uplink_message", "door", body());
    await flows.next();
    assert.deepEqual([...flows.logged("ERROR"), ...flows.logged("WARN")], []);
    assert.deepEqual(flows.untaken("caught"), []);
  });
});
