import assert from "node:assert/strict";
import { commonFields } from "../../../src/stack/summary";
import { uplinkMessage } from "../../../src/stack/uplink";
import { legacyFields } from "../../../src/services/v2/legacyFields";
import { decode, LAST_UPLINK, problemOf, topicOf } from "./messages";

const ENDS = [
  "up",
  "events/activations",
  "events/down/scheduled",
  "events/down/sent",
  "events/ack",
  "events/down/acks",
  "events/down/errors",
  "events/up/errors",
  "events/activations/errors",
];

describe("what is no message of V2", () => {
  it("is refused, whatever the bytes", () => {
    for (const end of ENDS) {
      for (const text of ["{", "hello", '{"a":1,}', "\u0000", "\ufeff{}"])
        assert.equal(problemOf(end, text).problem, "not_json", `${end} ${text}`);
      assert.equal(problemOf(end, Buffer.from([0xff, 0xfe])).problem, "not_json");
      for (const other of ["[]", '"x"', "5", "true"])
        assert.equal(problemOf(end, other).problem, "not_an_object", `${end} ${other}`);
      assert.equal(problemOf(end, `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`).problem, "too_deep");
    }
    for (const end of ["up", "events/activations", "events/down/errors", "events/up/errors"]) {
      assert.equal(problemOf(end, "null").problem, "not_an_object", end);
      assert.equal(problemOf(end, "").problem, "not_json", end);
    }
  });

  it("names the field of a wrong type", () => {
    const metadata = (given: object) => ({ metadata: given });
    const gateway = (given: object) => metadata({ gateways: [{}, given] });
    for (const [end, sent, path, expected] of [
      ["up", { port: "1" }, "port", "number"],
      ["up", { counter: true }, "counter", "number"],
      ["up", { confirmed: "true" }, "confirmed", "boolean"],
      ["up", { is_retry: 1 }, "is_retry", "boolean"],
      ["up", { payload_raw: [1, 2] }, "payload_raw", "string"],
      ["up", { payload_fields: [] }, "payload_fields", "object"],
      ["up", { hardware_serial: 5 }, "hardware_serial", "string"],
      ["up", { app_id: {} }, "app_id", "string"],
      ["up", { dev_id: 7 }, "dev_id", "string"],
      ["up", { attributes: { a: 1 } }, "attributes.a", "string"],
      ["up", metadata([]), "metadata", "object"],
      ["up", metadata({ frequency: "868.1" }), "metadata.frequency", "number"],
      ["up", metadata({ time: 5 }), "metadata.time", "string"],
      ["up", metadata({ gateways: {} }), "metadata.gateways", "array"],
      ["up", metadata({ gateways: [5] }), "metadata.gateways[0]", "object"],
      ["up", gateway({ rssi: "-5" }), "metadata.gateways[1].rssi", "number"],
      ["up", gateway({ snr: {} }), "metadata.gateways[1].snr", "number"],
      ["up", gateway({ gtw_id: 5 }), "metadata.gateways[1].gtw_id", "string"],
      ["up", gateway({ latitude: "x" }), "metadata.gateways[1].latitude", "number"],
      ["events/activations", { dev_eui: 5 }, "dev_eui", "string"],
      ["events/activations", metadata({ airtime: "1" }), "metadata.airtime", "number"],
      ["events/down/sent", { message: "x" }, "message", "object"],
      ["events/down/sent", { message: { port: "1" } }, "message.port", "number"],
      ["events/down/scheduled", { payload_raw: 5 }, "payload_raw", "string"],
      ["events/down/sent", { config: { counter: "1" } }, "config.counter", "number"],
      ["events/down/errors", { error: {} }, "error", "string"],
      ["events/up/errors", { error: 5 }, "error", "string"],
    ] as const) {
      const problem = problemOf(end, sent);
      assert.ok(problem.problem === "wrong_type", JSON.stringify(sent));
      assert.deepEqual([problem.path, problem.expected], [path, expected]);
    }
  });

  it("is refused by a name only that this package knows", () => {
    assert.ok(decode("up", { new_field: [null, {}], metadata: { newer: 5, gateways: [{ x: {} }] } }).ok);
  });
});

describe("a hostile message of V2", () => {
  const OPEN = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}';

  it("changes no prototype", () => {
    const decoded = decode(
      "up",
      `${OPEN},"payload_fields":${OPEN}},"metadata":${OPEN},"gateways":[${OPEN}}]},"attributes":{"__proto__":"x"}}`,
    );
    assert.ok(decoded.ok && decoded.received.kind === "uplink_message");
    const { original, ...received } = decoded.received;
    const { message } = received;
    assert.ok(original);
    const common = commonFields(
      decoded.received,
      topicOf("up"),
      { deviceId: "door_1", applicationId: "a" },
      0,
    );
    const made = [
      uplinkMessage(common, message, undefined),
      legacyFields(received, common),
      legacyFields(decoded.received, common),
    ];
    for (const fields of [...made, message, message.uplink_message]) {
      const flow: object = Object.assign({}, fields);
      assert.equal(Object.getPrototypeOf(flow), Object.prototype);
      assert.equal(Reflect.get(flow, "polluted"), undefined);
    }
    assert.equal(Reflect.get({}, "polluted"), undefined);
  });

  it("throws nowhere, whatever stands in place of each of its values", () => {
    const values = [null, 0, -1, 1.5, 1e300, "", "x", true, [], {}, [null], { a: null }];
    const replaced = (target: unknown, path: readonly (string | number)[], value: unknown): unknown => {
      const [step, ...rest] = path;
      if (step === undefined) return value;
      if (Array.isArray(target))
        return target.map((entry: unknown, index) => (index === step ? replaced(entry, rest, value) : entry));
      const object = target as Record<string, unknown>;
      return { ...object, [step]: replaced(object[step], rest, value) };
    };
    const paths = (target: unknown, path: (string | number)[] = []): (string | number)[][] => {
      if (typeof target !== "object" || target === null) return [path];
      const steps = Array.isArray(target) ? target.map((_, index) => index) : Object.keys(target);
      return [path, ...steps.flatMap((step) => paths(Reflect.get(target, step), [...path, step]))];
    };
    let valid = 0;
    for (const path of paths(LAST_UPLINK)) {
      for (const value of values) {
        const decoded = decode("up", JSON.stringify(replaced(LAST_UPLINK, path, value)));
        if (!decoded.ok) continue;
        valid += 1;
        assert.ok(decoded.received.kind === "uplink_message");
        const { original, ...received } = decoded.received;
        const common = commonFields(decoded.received, "", { deviceId: "door_1" }, 0);
        uplinkMessage(common, received.message, undefined);
        legacyFields(received, common);
        assert.ok(original && legacyFields(decoded.received, common).metadata.gateways);
      }
    }
    assert.ok(valid > 100, String(valid));
  });
});
