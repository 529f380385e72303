import assert from "node:assert/strict";
import { explainInvalidMessage, explainLeftOut, explainMissingPayload } from "../../src/diagnosis/messages";
import { decodeMessage } from "../../src/stack/decode";
import type { Kind } from "../../src/stack/kinds";
import type { Uplink } from "../../src/stack/uplink";
import { rendered } from "./catalogue";

const TOPIC = "v3/app1@ttn/devices/dev1/up";
const IDS = '"end_device_ids":{"device_id":"dev1"}';

function explainBytes(text: string, expected: Kind = "uplink_message") {
  const bytes = Buffer.from(text);
  const decoded = decodeMessage(bytes, expected);
  assert.ok(!decoded.ok);
  return explainInvalidMessage(decoded.problem, TOPIC, bytes);
}

describe("an invalid message", () => {
  it("on a V2 network is none of The Things Stack", () => {
    const problems = [
      { problem: "not_json" },
      { problem: "unknown_topic" },
      { problem: "too_deep", levels: 1000 },
      { problem: "not_an_object", found: "array" },
      { problem: "wrong_type", path: "port", expected: "number", found: "string" },
    ] as const;
    for (const problem of problems) {
      const said = rendered(explainInvalidMessage(problem, "my_app/devices/a/up", Buffer.from("x"), "v2"));
      assert.match(said, /TTN V2/);
      assert.doesNotMatch(said, /Things Stack/);
    }
  });

  const rows: [title: string, text: string, key: string, ...parts: string[]][] = [
    ["that is no JSON", "{nonsense", "not-json", "begins: {nonsense"],
    ["that is empty", "", "empty"],
    ["nested absurdly", "[".repeat(5000) + "]".repeat(5000), "too-deep", "levels"],
    ["that is a list", "[]", "not-an-object", "array"],
    ["of no device", '{"uplink_message":{}}', "no-device-id", "end_device_ids.device_id"],
    ["of an event of the live data", `{"name":"as.up.data.forward","data":{${IDS},"uplink_message":{}}}`, "in-a-field", "“data” of an event"],
    ["of an answer of the HTTP API", `{"result":{${IDS},"uplink_message":{}}}`, "in-a-field", "“result” of an event"],
    ["of V2", '{"app_id":"app1","dev_id":"door_1","port":1,"payload_raw":"AQ=="}', "v2-message", "choose TTN V2 as the service"],
    ["of an unknown kind", `{${IDS},"something_new":{}}`, "unknown-kind", "something_new"],
    ["without a kind", `{${IDS}}`, "unknown-kind", "end_device_ids"],
    ["of two kinds", `{${IDS},"uplink_message":{},"join_accept":{}}`, "several-kinds", "uplink_message, join_accept"],
    ["of another kind than its topic", `{${IDS},"join_accept":{}}`, "other-kind", "join_accept", "uplink_message"],
    ["with a field of another type", `{${IDS},"uplink_message":{"rx_metadata":[{"rssi":true}]}}`, "wrong-type", "uplink_message.rx_metadata[0].rssi", "boolean"],
  ]; // prettier-ignore
  for (const [title, text, key, ...parts] of rows) {
    it(`${title} is explained with its topic`, () => {
      const explanation = explainBytes(text);
      assert.equal(explanation.code, "invalid_message");
      assert.equal(explanation.key, `error.invalid-message.${key}`);
      const said = rendered(explanation);
      for (const part of [TOPIC, ...parts]) assert.ok(said.includes(part), `"${part}" in: ${said}`);
    });
  }

  it("on an unknown topic is explained", () => {
    const explanation = explainInvalidMessage(
      { problem: "unknown_topic" },
      "v3/app1/x\u0000y",
      Buffer.from("abc"),
    );
    assert.equal(explanation.key, "error.invalid-message.unknown-topic");
    assert.match(rendered(explanation), /v3\/app1\/x·y\..* begins: abc/);
  });

  it("of no kind has no list of its fields that is empty", () => {
    const said = (...keys: string[]): string =>
      rendered(explainInvalidMessage({ problem: "unknown_kind", keys }, TOPIC, Buffer.from("{}")));
    assert.match(said("a", "b"), /has the fields a, b,/);
    assert.match(said(), /^A message of no kind .* none of uplink_message, /);
  });

  it("shows 200 bytes at most, in one printable line", () => {
    const { values } = explainInvalidMessage(
      { problem: "not_json" },
      TOPIC,
      Buffer.alloc(300_000, "\u001b[2J\n"),
    );
    const shown = String(values.bytes);
    assert.equal(shown.length, 201);
    assert.match(shown, /^[·[2J]+…$/);
    assert.equal(values.length, 300_000);
    const binary = explainInvalidMessage({ problem: "not_json" }, TOPIC, Buffer.from([0xff, 0xfe, 0x41]));
    assert.equal(binary.values.bytes, "··A");
  });

  it("on a topic of earlier settings is told from one of a stranger", () => {
    const left = explainInvalidMessage({ problem: "topic_left" }, TOPIC, Buffer.from("{}"));
    assert.equal(left.code, "invalid_message");
    assert.match(rendered(left), /earlier settings.*unsubscribed/);
  });

  it("on a topic that the broker has changed is told with the one that was meant", () => {
    const changed = explainInvalidMessage(
      { problem: "topic_changed", meant: "a/b.c" },
      "a/b/c",
      Buffer.from("{}"),
    );
    assert.match(rendered(changed), /full stop.*published on a\/b\.c came on a\/b\/c/);
  });

  it("that was left out is counted", () => {
    const explanation = explainLeftOut(7);
    assert.equal(explanation.code, "invalid_message");
    assert.match(rendered(explanation), /: 7\./);
  });
});

describe("a payload that is missing", () => {
  const uplink = (uplink_message: Uplink["uplink_message"]): Uplink => ({
    end_device_ids: { device_id: "dev1" },
    uplink_message,
  });
  const explain = (output: "decoded" | "field" | "normalized", message: Uplink["uplink_message"]) =>
    explainMissingPayload(output, "gps.lat", "dev1", uplink(message));

  it("because nothing decodes it", () => {
    for (const output of ["decoded", "field", "normalized"] as const) {
      const explanation = explain(output, { f_port: 2, frm_payload: "AQ==" });
      assert.equal(explanation.code, "missing_payload");
      assert.equal(explanation.key, "error.missing-payload.not-decoded");
      assert.match(
        rendered(explanation),
        /^dev1 has no payload formatter, or it failed \(FPort 2\)\..*Live data/,
      );
    }
  });

  it("because nothing of a V2 network decodes it, or nothing there normalizes", () => {
    const v2 = (output: "decoded" | "normalized"): string => {
      const message = uplink({ f_port: 2, frm_payload: "AQ==" });
      const explanation = explainMissingPayload(output, "", "dev1", message, true);
      assert.doesNotMatch(rendered(explanation), /Things Stack|Live data/);
      return explanation.key;
    };
    assert.equal(v2("decoded"), "error.missing-payload.v2-not-decoded");
    assert.equal(v2("normalized"), "error.missing-payload.v2-not-normalized");
  });

  it("because it is encrypted", () => {
    const explanation = explain("decoded", { f_port: 2, frm_payload: "AQ==", app_s_key: {} });
    assert.equal(explanation.key, "error.missing-payload.encrypted");
    rendered(explanation);
  });

  it("because the frame carries none", () => {
    const noPort = explain("decoded", {});
    assert.equal(noPort.key, "error.missing-payload.no-port");
    const noBytes = explain("decoded", { f_port: 2 });
    assert.equal(noBytes.key, "error.missing-payload.no-bytes");
    for (const explanation of [noPort, noBytes]) rendered(explanation);
  });

  it("because the decoded payload has other fields", () => {
    const explanation = explain("field", {
      f_port: 2,
      frm_payload: "AQ==",
      decoded_payload: { temp: 1, hum: 2 },
    });
    assert.equal(explanation.key, "error.missing-payload.no-field");
    assert.match(rendered(explanation), /no field gps\.lat\. Its fields on FPort 2 are: temp, hum\./);
  });

  it("because the decoded payload has no fields at all", () => {
    const explanation = explain("field", { f_port: 2, decoded_payload: {} });
    assert.equal(explanation.key, "error.missing-payload.no-fields");
    assert.match(rendered(explanation), /dev1 .*is empty.* no field gps\.lat/);
  });

  it("because the field begins outside of the decoded payload", () => {
    const message = uplink({ f_port: 2, decoded_payload: { t: 1, gps: { lat: 1 } } });
    const of = (field: string) => explainMissingPayload("field", field, "dev1", message);
    for (const [field, near] of [
      ["payload.t", "t"],
      ["msg.payload.t", "t"],
      ["decoded_payload.gps.lat", "gps.lat"],
      ["uplink_message.decoded_payload.t", "t"],
      ["tts.uplink_message.decoded_payload.t", "t"],
    ] as const) {
      assert.match(
        rendered(of(field)),
        new RegExp(`^No field ${field} in the uplink .* so the field is ${near}\\.`),
      );
    }
    for (const field of ["payload.x", "data.t", "gps.lon", "payload"]) {
      assert.equal(of(field).key, "error.missing-payload.no-field", field);
    }
  });

  it("because it was not normalized, or not accepted", () => {
    const decoded = { f_port: 2, frm_payload: "AQ==", decoded_payload: { temp: 1 } };
    const plain = explain("normalized", decoded);
    assert.equal(plain.key, "error.missing-payload.not-normalized");
    rendered(plain);
    const warned = explain("normalized", {
      ...decoded,
      normalized_payload_warnings: ["temperature out of range"],
    });
    assert.equal(warned.key, "error.missing-payload.normalized-refused");
    assert.match(rendered(warned), /temperature out of range/);
  });
});
