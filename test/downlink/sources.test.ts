import assert from "node:assert/strict";
import type { DownlinkValues } from "../../src/downlink/build";
import type { ValueSources } from "../../src/downlink/sources";
import { items, refusalOf } from "./texts";

const from = (sources: ValueSources, values: DownlinkValues): string => refusalOf({ ...values, sources });

describe("a refusal names the place that the node looks at", () => {
  for (const [property, type, value, text] of [
    ["device", "msg", "devId", /^No device: msg\.devId is not set\./],
    ["device", "msg", "a.b.c", /^No device: msg\.a\.b\.c is not set\./],
    ["device", "msg", "msg.devId", /^No device: msg\.devId is not set\./],
    ["device", "env", "NOPE", /^No device: the environment variable NOPE is not set\./],
    ["device", "flow", "dev", /^No device: flow\.dev has no value\./],
    ["device", "jsonata", "payload.id", /^No device: the expression for it gives nothing\./],
    ["fPort", "msg", "fp", /^No fPort: msg\.fp is not set\./],
    ["fPort", "global", "#:(file)::fp", /^No fPort: global\.fp has no value\./],
    ["payload", "flow", "cmd", /^No payload: flow\.cmd has no value\./],
    ["payload", "global", "nothing.here", /^No payload: global\.nothing\.here has no value\./],
  ] as const) {
    it(`for no ${property} in ${type} ${value}`, () =>
      assert.match(from({ [property]: { type, value } }, { [property]: undefined }), text));
  }

  for (const property of ["device", "operation", "fPort", "payload", "priority", "confirmed"]) {
    it(`for an environment variable that is not set and was to be the ${property}`, () => {
      const sources = { [property]: { type: "env", value: "NOPE" } };
      const text = from(sources, { [property]: "" });
      assert.match(text, new RegExp(`^No ${property}: the environment variable NOPE is not set\\.`));
    });
  }

  it("for an empty device", () => {
    const text = from({ device: { type: "msg", value: "devId" } }, { device: "" });
    assert.match(text, /^No device: msg\.devId is empty\./);
  });

  for (const [property, value, place, text] of [
    ["fPort", 300, { type: "msg", value: "fp" }, /^msg\.fp .*300/],
    ["fPort", 300, { type: "env", value: "PORT" }, /^\$\{PORT\} .*300/],
    ["fPort", 300, { type: "env", value: "3${X}" }, /^3\$\{X\} .*300/],
    ["fPort", 300, { type: "num", value: "300" }, /^fPort .*300/],
    ["fPort", 300, { type: "jsonata", value: "300" }, /^fPort .*300/],
    ["device", "Door_1", { type: "msg", value: "topic" }, /^msg\.topic .*"Door_1".*door-1\?/],
    ["operation", "insert", { type: "flow", value: "op" }, /^flow\.op .*"insert"/],
    ["payload", "ON", { type: "global", value: "cmd" }, /^global\.cmd is a string/],
    ["payload", [1, 300], { type: "flow", value: "cmd" }, /^flow\.cmd\[1\] .*300/],
    ["payload", { downlinks: [{}] }, { type: "flow", value: "cmd" }, /set Payload to flow\.cmd\.downlinks\./],
    ["priority", "URGENT", { type: "msg", value: "prio" }, /^msg\.prio .*"URGENT"/],
    ["confirmed", "yes", { type: "msg", value: "ack" }, /^msg\.ack .*"yes"/],
    ["maxAttempts", 0, { type: "msg", value: "tries" }, /^msg\.tries .*0/],
    ["correlationIds", ["as:x"], { type: "msg", value: "ids" }, /^msg\.ids\[0\] .*"as:x"/],
    ["absoluteTime", "soon", { type: "msg", value: "at" }, /^msg\.at .*"soon"/],
  ] as const) {
    it(`for ${property} ${JSON.stringify(value)} from ${place.type} ${place.value}`, () =>
      assert.match(from({ [property]: place }, { [property]: value }), text));
  }

  it("for fields of an encoder and downlink objects", () => {
    const sources = { payload: { type: "msg", value: "cmd" } };
    assert.match(from(sources, { encoding: "decoded", payload: { a: NaN } }), /^msg\.cmd\.a is NaN/);
    assert.match(from(sources, items({ f_port: 300, frm_payload: "AA==" })), /^downlinks\[0\]\.f_port .*300/);
  });
});

it("a typed input whose value is no text in a flow names no place, and makes nothing throw", () => {
  for (const value of [5, undefined, {}]) {
    const sources = { payload: { type: "msg", value } } as unknown as ValueSources;
    assert.match(from(sources, { payload: undefined }), /^No payload/);
  }
});
