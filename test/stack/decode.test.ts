import assert from "node:assert/strict";
import { checkMessage, decodeMessage, parseJson } from "../../src/stack/decode";
import { STACK_KINDS } from "../../src/stack/kinds";
import { parseTopic } from "../../src/stack/topics";
import { bytesOf, capturesOf, exchanged, problemOf, publishedToBroker } from "./fixtures";

const IDS = { device_id: "dev1" };
const message = (uplink_message: unknown, more: object = {}): object => ({
  end_device_ids: IDS,
  uplink_message,
  ...more,
});

describe("decoding a message", () => {
  for (const kind of STACK_KINDS) {
    it(`takes every captured ${kind}, with and without a topic that says so`, () => {
      for (const { name, payload } of capturesOf(kind)) {
        for (const decoded of [decodeMessage(bytesOf(payload), kind), decodeMessage(bytesOf(payload))]) {
          assert.ok(decoded.ok, name);
          assert.equal(decoded.received.kind, kind);
          assert.deepEqual(decoded.received.message, payload);
        }
      }
    });
  }

  it("takes everything that followed a downlink", () => {
    for (const { name, topic, payload } of exchanged()) {
      const decoded = decodeMessage(bytesOf(payload));
      assert.ok(decoded.ok, name);
      assert.equal(decoded.received.kind, parseTopic(topic)?.kind);
    }
  });

  it("takes what Pub/Sub publishes, where only the body tells the kind", () => {
    for (const { name, payload } of publishedToBroker()) assert.ok(decodeMessage(bytesOf(payload)).ok, name);
  });

  it("takes a view into a larger buffer", () => {
    const bytes = bytesOf(message({}));
    const around = new Uint8Array(bytes.length + 20).fill(0x5b);
    around.set(bytes, 10);
    assert.ok(decodeMessage(around.subarray(10, 10 + bytes.length)).ok);
  });

  it("keeps unknown fields", () => {
    const value = message({ new_field: null, rx_metadata: [{ x: 1 }] }, { newer: [null], uplink_error: 5 });
    const decoded = decodeMessage(bytesOf(value), "uplink_message");
    assert.ok(decoded.ok);
    assert.deepEqual(decoded.received.message, value);
  });

  it("takes floats that are no numbers and 64 bit integers of both forms", () => {
    for (const snr of [1.5, "NaN", "Infinity", "-Infinity"]) {
      assert.ok(decodeMessage(bytesOf(message({ rx_metadata: [{ snr, rssi: snr }] }))).ok);
    }
    for (const frequency of ["868100000", 868100000]) {
      assert.ok(decodeMessage(bytesOf(message({ settings: { frequency } }))).ok);
    }
  });

  it("takes a character that stands for what is no text, if it was sent", () => {
    assert.ok(decodeMessage(bytesOf(message({ decoded_payload: { label: "a\uFFFDb" } }))).ok);
  });
});

describe("decoding what is no message", () => {
  const texts = [
    "",
    " ",
    "{",
    "hello",
    "undefined",
    "{'a':1}",
    '{"a":1,}',
    "NaN",
    "\u0000",
    '{"a":1}{"b":2}',
    '"\t"',
  ];
  for (const text of texts) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      assert.deepEqual(problemOf(bytesOf(text)), { problem: "not_json" }));
  }

  it("refuses a byte order mark and bytes that are no UTF-8", () => {
    const good = bytesOf(message({ decoded_payload: { label: "x" } }));
    assert.deepEqual(problemOf(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), good])), {
      problem: "not_json",
    });
    for (const bytes of [[0xff], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
      const broken = Buffer.concat([good.subarray(0, -4), Buffer.from(bytes), good.subarray(-4)]);
      assert.deepEqual(problemOf(broken), { problem: "not_json" });
    }
    assert.deepEqual(problemOf(Buffer.from("{}", "utf16le")), { problem: "not_json" });
  });

  for (const [text, found] of [
    ["null", "null"],
    ["[]", "array"],
    ["5", "number"],
    ['"x"', "string"],
    ["true", "boolean"],
  ] as const) {
    it(`refuses ${text}`, () =>
      assert.deepEqual(problemOf(bytesOf(text)), { problem: "not_an_object", found }));
  }

  for (const value of [
    "{}",
    '{"end_device_ids":{}}',
    '{"end_device_ids":{"device_id":""},"uplink_message":{}}',
  ]) {
    it(`refuses ${value} for the device ID`, () =>
      assert.deepEqual(problemOf(bytesOf(value)), { problem: "no_device_id" }));
  }

  const WHOLE = { end_device_ids: { device_id: "dev1" }, uplink_message: { f_port: 1 } };
  for (const [what, value, field] of [
    ["an event of the live data", { name: "as.up.data.forward", data: WHOLE }, "data"],
    ["the live data as the Console exports them", [{ name: "as.up.data.forward", data: WHOLE }], "[0].data"],
    ["a list of messages", [WHOLE, WHOLE], "[0]"],
    ["what came by a webhook", { headers: {}, body: WHOLE }, "body"],
    ["a message of our own nodes", { payload: 1, deviceId: "door-1", tts: WHOLE }, "tts"],
    ["one about something else", { name: "gs.up.receive", data: { message: {} } }, "data"],
    ["a line of an event stream", { result: { name: "as.up.data.forward", data: WHOLE } }, "result.data"],
    ["a line of stored messages", { result: WHOLE }, "result"],
    ["the message of a flow", { topic: "up", payload: WHOLE }, "payload"],
  ] as const) {
    it(`says where the message is in ${what}`, () =>
      assert.deepEqual(problemOf(bytesOf(JSON.stringify(value))), { problem: "in_a_field", field }));
  }

  for (const value of [
    { app_id: "app1", dev_id: "dev1", port: 1, counter: 2, payload_raw: "AQ==" },
    { port: 1, payload_raw: "AQ==" },
    { dev_id: "dev1", hardware_serial: "0102030405060708", metadata: {} },
  ]) {
    it(`knows a message of V2: ${JSON.stringify(value)}`, () =>
      assert.deepEqual(problemOf(bytesOf(JSON.stringify(value))), { problem: "v2_message" }));
  }

  it("gains nothing from __proto__ and constructor", () => {
    for (const key of ["__proto__", "constructor", "prototype"]) {
      const inner = JSON.stringify(message({ f_port: 1 }));
      assert.deepEqual(problemOf(bytesOf(`{"${key}":${inner}}`)), { problem: "no_device_id" });
      assert.deepEqual(
        problemOf(bytesOf(`{"end_device_ids":{"${key}":{"device_id":"dev1"}},"uplink_message":{}}`)),
        { problem: "no_device_id" },
      );
      const decoded = decodeMessage(
        bytesOf(`{"end_device_ids":{"device_id":"dev1"},"uplink_message":{"${key}":{"f_port":5}}}`),
      );
      assert.ok(decoded.ok && decoded.received.kind === "uplink_message");
      assert.equal(decoded.received.message.uplink_message.f_port, undefined);
    }
    assert.equal(Object.hasOwn(Object.prototype, "device_id"), false);
  });

  it("names the keys of a message of unknown kind", () => {
    assert.deepEqual(problemOf({ end_device_ids: IDS, uplink: {} }), {
      problem: "unknown_kind",
      keys: ["end_device_ids", "uplink"],
    });
    const many: unknown = JSON.parse(
      `{${Array.from({ length: 50 }, (_, i) => `"${"k".repeat(100)}${i}":1`).join()}}`,
    );
    const problem = problemOf({ end_device_ids: IDS, ...(many as object) });
    assert.ok(problem.problem === "unknown_kind");
    assert.equal(problem.keys.length, 10);
    assert.ok(problem.keys.every((key) => key.length <= 40));
  });

  it("refuses a message of two kinds, whatever the topic says", () => {
    for (const expected of [undefined, "uplink_message"] as const) {
      assert.deepEqual(problemOf(message({}, { join_accept: {} }), expected), {
        problem: "several_kinds",
        kinds: ["uplink_message", "join_accept"],
      });
    }
  });

  it("refuses a message of another kind than its topic says", () => {
    assert.deepEqual(problemOf(message({}), "downlink_ack"), {
      problem: "other_kind",
      expected: "downlink_ack",
      found: "uplink_message",
    });
  });

  it("finds the errors that only V2 has only where they are expected", () => {
    const value = { end_device_ids: IDS, uplink_error: { error: { message_format: "x" } } };
    assert.ok(checkMessage(value, "uplink_error").ok);
    assert.equal(problemOf(value).problem, "unknown_kind");
    assert.deepEqual(problemOf({ end_device_ids: IDS, join_error: {} }, "join_error"), {
      problem: "wrong_type",
      path: "join_error.error",
      expected: "object",
      found: "nothing",
    });
  });

  const wrong: [object, string, string, string][] = [
    [{ rx_metadata: [{ rssi: "-35" }] }, "rx_metadata[0].rssi", "number", "string"],
    [
      { rx_metadata: [{}, { gateway_ids: { eui: 5 } }] },
      "rx_metadata[1].gateway_ids.eui",
      "string",
      "number",
    ],
    [{ rx_metadata: [null] }, "rx_metadata[0]", "object", "null"],
    [{ rx_metadata: [[]] }, "rx_metadata[0]", "object", "array"],
    [{ rx_metadata: {} }, "rx_metadata", "array", "object"],
    [{ rx_metadata: null }, "rx_metadata", "array", "null"],
    [{ f_port: "1" }, "f_port", "number", "string"],
    [{ f_port: null }, "f_port", "number", "null"],
    [{ f_cnt: [] }, "f_cnt", "number", "array"],
    [{ frm_payload: 5 }, "frm_payload", "string", "number"],
    [{ confirmed: "false" }, "confirmed", "boolean", "string"],
    [{ decoded_payload: [] }, "decoded_payload", "object", "array"],
    [{ decoded_payload: "x" }, "decoded_payload", "object", "string"],
    [{ normalized_payload: {} }, "normalized_payload", "array", "object"],
    [{ normalized_payload: [1] }, "normalized_payload[0]", "object", "number"],
    [{ decoded_payload_warnings: ["a", 1] }, "decoded_payload_warnings[1]", "string", "number"],
    [{ settings: { frequency: "868.1" } }, "settings.frequency", "integer", "string"],
    [{ settings: { frequency: "" } }, "settings.frequency", "integer", "string"],
    [{ settings: { data_rate: { lora: true } } }, "settings.data_rate.lora", "object", "boolean"],
    [{ locations: { user: { latitude: "52" } } }, "locations.user.latitude", "number", "string"],
    [{ locations: { "a b": 1 } }, 'locations["a b"]', "object", "number"],
    [{ consumed_airtime: 0.05 }, "consumed_airtime", "string", "number"],
  ];
  for (const [body, path, expected, found] of wrong) {
    it(`refuses ${JSON.stringify(body)}`, () => {
      assert.deepEqual(problemOf(message(body)), {
        problem: "wrong_type",
        path: `uplink_message.${path}`,
        expected,
        found,
      });
    });
  }

  it("refuses wrong types around the body and of the body itself", () => {
    const typed = (value: object): string => {
      const problem = problemOf(value);
      return problem.problem === "wrong_type" ? `${problem.path}: ${problem.found}` : problem.problem;
    };
    assert.equal(typed(message(null)), "uplink_message: null");
    assert.equal(typed(message([])), "uplink_message: array");
    assert.equal(typed(message({}, { end_device_ids: null })), "end_device_ids: null");
    assert.equal(
      typed(message({}, { end_device_ids: { device_id: null } })),
      "end_device_ids.device_id: null",
    );
    assert.equal(
      typed(message({}, { end_device_ids: { device_id: 5 } })),
      "end_device_ids.device_id: number",
    );
    assert.equal(
      typed(message({}, { end_device_ids: { ...IDS, application_ids: [] } })),
      "end_device_ids.application_ids: array",
    );
    assert.equal(typed(message({}, { correlation_ids: "x" })), "correlation_ids: string");
    assert.equal(typed(message({}, { correlation_ids: [null] })), "correlation_ids[0]: null");
    assert.equal(typed(message({}, { received_at: 5 })), "received_at: number");
    assert.equal(typed(message({}, { simulated: "true" })), "simulated: string");
  });

  it("checks an error and its causes", () => {
    const failed = (error: object): object => ({ end_device_ids: IDS, downlink_failed: { error } });
    assert.deepEqual(problemOf(failed({ cause: { cause: { name: 1 } } })), {
      problem: "wrong_type",
      path: "downlink_failed.error.cause.cause.name",
      expected: "string",
      found: "number",
    });
  });

  it("does not read what is larger than any message", () => {
    const uplink = (length: number): Buffer =>
      bytesOf({ end_device_ids: IDS, uplink_message: { frm_payload: "A".repeat(length) } });
    assert.ok(decodeMessage(uplink(1_000_000)).ok);
    for (const length of [1024 * 1024, 3_000_000])
      assert.deepEqual(problemOf(uplink(length)), { problem: "too_large", kilobytes: 1024 });
  });

  it("refuses what is nested absurdly deep, and nothing that only looks so", () => {
    for (const depth of [1_200, 5_000, 200_000]) {
      const deep = `${'{"a":['.repeat(depth / 2)}1${"]}".repeat(depth / 2)}`;
      assert.deepEqual(problemOf(bytesOf(deep)), { problem: "too_deep", levels: 1_000 });
    }
    assert.ok(parseJson(bytesOf(`${"[".repeat(1_000)}${"]".repeat(1_000)}`)).ok);
    assert.ok(parseJson(bytesOf(JSON.stringify("[".repeat(5_000) + '\\"{'))).ok);
    assert.ok(parseJson(bytesOf(JSON.stringify(Array.from({ length: 5_000 }, () => ({}))))).ok);
  });

  it("takes any number without throwing", () => {
    for (const number of ["1e999", "-1e999", "1".repeat(400), "-0", "1e-999"]) {
      assert.ok(
        decodeMessage(
          bytesOf(`{"end_device_ids":{"device_id":"dev1"},"uplink_message":{"f_port":${number}}}`),
        ).ok,
      );
    }
  });

  it("never throws over mutilated messages", () => {
    const [capture] = capturesOf("uplink_message");
    assert.ok(capture);
    const bytes = bytesOf(capture.payload);
    for (let index = 0; index < bytes.length; index++) {
      for (const value of [0x00, 0x22, 0x5b, 0x7d, 0xff]) {
        const mutilated = Buffer.from(bytes);
        mutilated[index] = value;
        decodeMessage(mutilated, "uplink_message");
      }
      decodeMessage(bytes.subarray(0, index));
    }
  });
});
