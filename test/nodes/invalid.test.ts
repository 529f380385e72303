import assert from "node:assert/strict";
import {
  connection,
  listeners,
  node,
  receiving,
  simulated,
  sink,
  tab,
  uplink,
  uplinkFlow,
  withNodeRed,
  type Message,
} from "./nodeRed";

const UP = "v3/app1/devices/door/up";
const SENT = { f_port: 1, frm_payload: "AQ==" };
const ids = { end_device_ids: { device_id: "door" } };
const json = (value: unknown): string => JSON.stringify(value);
const nested = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;

describe("an invalid message", () => {
  withNodeRed();

  const INVALID: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
    ["that is no JSON", "{bad", /\{bad/],
    ["that is empty", "", /empty|no bytes/i],
    ["that is no UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), /·/],
    ["that is a list", "[]", /array|list/i],
    ["that is null", "null", /null/],
    ["without a device ID", json({ uplink_message: SENT }), /names no device/],
    [
      "with an empty device ID",
      json({ end_device_ids: { device_id: "" }, uplink_message: SENT }),
      /names no device/,
    ],
    ["of an unknown kind", json({ ...ids, downlink_lost: {} }), /downlink_lost/],
    ["of another kind than its topic", json({ ...ids, join_accept: {} }), /join_accept/],
    ["of two kinds", json({ ...ids, uplink_message: SENT, join_accept: {} }), /join_accept/],
    [
      "with a FPort that is text",
      json({ ...ids, uplink_message: { f_port: "1" } }),
      /uplink_message\.f_port/,
    ],
    ["with a payload that is a number", json({ ...ids, uplink_message: { frm_payload: 5 } }), /frm_payload/],
    ["with a body that is null", json({ ...ids, uplink_message: null }), /uplink_message/],
    [
      "with a device ID that is a number",
      json({ end_device_ids: { device_id: 5 }, uplink_message: {} }),
      /device_id/,
    ],
    [
      "with absurd nesting",
      `{"end_device_ids":{"device_id":"door"},"uplink_message":{"decoded_payload":{"a":${nested(50_000)}}}}`,
      /1000/,
    ],
  ];

  it("reaches Catch with code, topic, bytes and what was expected, and traffic goes on", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, [...uplinkFlow(simulator), uplink({}, "uplink2")]);
    // In two seconds' worth: more than ten in one would be left out.
    for (const [how, payload, text] of INVALID.slice(0, 10)) await caughtOf(how, payload, text);
    await newSecond();
    for (const [how, payload, text] of INVALID.slice(10)) await caughtOf(how, payload, text);
    assert.deepEqual(flows.untaken(), []);
    assert.deepEqual(flows.untaken("caught"), []);

    async function caughtOf(how: string, payload: string | Uint8Array, text: RegExp): Promise<void> {
      simulator.send(UP, payload);
      const caught = await flows.next("caught");
      assert.equal(caught.error?.code, "invalid_message", how);
      assert.equal(caught.error.cause?.code, "invalid_message", how);
      assert.equal(caught.error.source.id, "connection", how);
      assert.match(caught.error.message, text, how);
      assert.equal(caught.topic, UP, how);
      assert.deepEqual(caught.payload, Buffer.from(payload).subarray(0, 65_536), how);
      simulator.publish("uplink_message", "door", SENT);
      for (let count = 0; count < 2; count++) assert.equal((await flows.next()).deviceId, "door", how);
    }
    /** Until the present second's count is over: eleven more are ten errors and one count at its end. */
    async function newSecond(): Promise<void> {
      for (let count = 0; count < 11; count++) simulator.send(UP, "more");
      for (;;) if (!("payload" in (await flows.next("caught")))) return;
    }
  });

  it("gives no more than 64 kB of itself to a flow", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, uplinkFlow(simulator));
    simulator.send(UP, "x".repeat(2_000_000));
    const { payload, error } = await flows.next("caught");
    assert.ok(Buffer.isBuffer(payload));
    assert.equal(payload.length, 65_536);
    assert.ok((error?.message.length ?? 0) < 1_000);
  });

  it("is reported ten times a second, then once with the number left out", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, uplinkFlow(simulator));
    for (let count = 0; count < 500; count++) simulator.send(UP, `bad ${count}`);
    simulator.publish("uplink_message", "door", SENT);
    await flows.next();
    const caught: Message[] = [];
    while (caught.length < 11) caught.push(await flows.next("caught"));
    assert.deepEqual(
      caught.slice(0, 10).map(({ payload }) => String(payload as Buffer)),
      Array.from({ length: 10 }, (_none, count) => `bad ${count}`),
    );
    const last = caught.at(-1);
    assert.equal(last?.error?.code, "invalid_message");
    assert.match(last.error.message, /490/);
    assert.ok(!("payload" in last));
    simulator.send(UP, "again");
    assert.equal(String((await flows.next("caught")).payload as Buffer), "again");
  });

  it("that nobody wants is not even looked at", async () => {
    const simulator = await simulated();
    const nodes = [
      ...[tab(), connection(simulator), uplink({ devices: "valve-*" }), sink(), ...listeners()],
      node("tts-join", "join"),
    ];
    const flows = await receiving(simulator, nodes, 2);
    simulator.send(UP, "{bad");
    simulator.send("v3/app1/devices/valve-1/up", "{bad");
    assert.equal((await flows.next("caught")).topic, "v3/app1/devices/valve-1/up");
    simulator.publish("uplink_message", "valve-1", SENT);
    await flows.next();
    assert.deepEqual(flows.untaken("caught"), []);
  });

  it("reaches each tab once", async () => {
    const simulator = await simulated();
    const nodes = [
      ...[...uplinkFlow(simulator), uplink({}, "uplink2"), tab("second"), ...listeners("second", "2")],
      uplink({ z: "second", wires: [] }, "uplink3"),
    ];
    const flows = await receiving(simulator, nodes);
    simulator.send(UP, "bad");
    simulator.send(UP, "worse");
    for (const name of ["caught", "caught2"]) {
      for (const text of ["bad", "worse"])
        assert.equal(String((await flows.next(name)).payload as Buffer), text);
    }
  });
});

describe("a strange message", () => {
  withNodeRed();

  const STRANGE: readonly (readonly [string, object])[] = [
    [
      "with names of inherited things",
      JSON.parse(
        `{"f_port":1,"decoded_payload":{"__proto__":{"a":1},"constructor":2,"toString":3}}`,
      ) as object,
    ],
    [
      "with numbers that are not finite",
      { f_port: 1, rx_metadata: [{ rssi: "NaN", snr: "-Infinity" }], frm_payload: "AQ==" },
    ],
    ["with unknown fields", { f_port: 1, frm_payload: "AQ==", new_field: [{ deep: null }] }],
    ["with text that is no base64", { f_port: 1, frm_payload: "%%%" }],
    ["with a FPort that no frame has", { f_port: 1e9, frm_payload: "AQ==" }],
    ["with a negative FPort", { f_port: -1.5, frm_payload: "AQ==" }],
    ["with a frame counter that is huge", { f_port: 1, f_cnt: 1e300, frm_payload: "AQ==" }],
    [
      "nested as deep as is let through",
      { f_port: 1, decoded_payload: { a: JSON.parse(nested(900)) as unknown } },
    ],
    ["with a megabyte", { f_port: 1, decoded_payload: { text: "x".repeat(1_000_000) } }],
  ];
  it("is passed on, to every node, whatever is in it", async () => {
    const simulator = await simulated();
    const nodes = [
      ...uplinkFlow(simulator, { shape: "v2" }),
      uplink({ output: "field", field: "a", ports: "0-255" }, "filtered"),
      uplink({ output: "normalized", missing: "error", wires: [[]] }, "missing"),
    ];
    const flows = await receiving(simulator, nodes);
    for (const [how, body] of STRANGE) {
      simulator.publish("uplink_message", "door", body);
      const message = await flows.next();
      assert.equal(message.deviceId, "door", how);
      assert.equal((await flows.next("caught")).error?.code, "missing_payload", how);
    }
  });

  it("from a device with a strange name does no harm to status or error", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, uplinkFlow(simulator, { missing: "error" }));
    const name = `\u202E${"x".repeat(300)}`;
    simulator.send(`v3/app1/devices/${name}/up`, json({ ...ids, uplink_message: SENT }));
    const { error, deviceId } = await flows.next("caught");
    assert.equal(deviceId, name);
    assert.ok((error?.message.length ?? 0) < 1_000);
    await flows.shows("uplink", "·xxxxxxxx…xxxxxxx… · not decoded");
  });

  it("on a topic that nobody subscribed to is reported, or dropped where it is a downlink", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, uplinkFlow(simulator));
    simulator.send("v3/app1/devices/door/join", json({ ...ids, join_accept: {} }));
    simulator.send("v3/app1/devices/door/up", json({ ...ids, uplink_message: SENT }));
    await flows.next();
    assert.deepEqual(flows.untaken("caught"), []);
  });
});
