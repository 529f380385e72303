import assert from "node:assert/strict";
import {
  isEmptyFrame,
  uplinkMessage,
  uplinkPayload,
  type Uplink,
  type UplinkOutput,
} from "../../src/stack/uplink";
import { commonFields } from "../../src/stack/summary";
import { captured, capturesOf, received, uplink } from "./fixtures";

const fieldsOf = (message: Uplink) =>
  uplinkMessage(commonFields({ kind: "uplink_message", message }, "", {}, 0), message, "the payload");
const of = (name: string) => captured("uplink_message", name).message;
const choose = (name: string, output: UplinkOutput, ...fieldPath: (string | number)[]) =>
  uplinkPayload(of(name), { output, fieldPath, missing: "error" });
const field = (decoded_payload: unknown, ...fieldPath: (string | number)[]) => {
  const chosen = uplinkPayload(uplink({ decoded_payload }).message, {
    output: "field",
    fieldPath,
    missing: "error",
  });
  return chosen.outcome === "payload" ? chosen.payload : chosen.outcome;
};

describe("the fields of an uplink", () => {
  it("fill in what is left out for being zero", () => {
    const { fPort, fCnt, confirmed, ...rest } = fieldsOf(of("first uplink after join"));
    assert.deepEqual({ fPort, fCnt, confirmed }, { fPort: 1, fCnt: 0, confirmed: false });
    assert.ok(!("encrypted" in rest) && !("warnings" in rest) && !("simulated" in rest));
    assert.equal(fieldsOf(of("confirmed")).confirmed, true);
    assert.equal(fieldsOf(of("lost uplinks")).fCnt, 30);
  });

  it("have no FPort where the frame has none", () => {
    assert.ok(!("fPort" in fieldsOf(of("no port"))));
    assert.equal(fieldsOf(of("port 223")).fPort, 223);
  });

  it("mark payloads that the stack could not decrypt", () => {
    assert.equal(fieldsOf(of("payload crypto skipped")).encrypted, true);
    assert.ok(!("encrypted" in fieldsOf(of("payload crypto skipped, but the server has the key"))));
  });

  it("pass on the decoder's warnings", () => {
    assert.deepEqual(fieldsOf(of("decoder warnings")).warnings, ["battery low", "clock not set"]);
    assert.ok(!("warnings" in fieldsOf(of("decoded"))));
    assert.ok(!("warnings" in fieldsOf(uplink({ decoded_payload_warnings: [] }).message)));
  });

  it("are there for every capture", () => {
    for (const { name, payload } of capturesOf("uplink_message")) {
      const { radio, fCnt } = fieldsOf(received(payload, "uplink_message").message);
      assert.ok(radio.gateways >= 1 && fCnt >= 0, name);
      assert.equal(typeof radio.rssi, "number", name);
      assert.equal(
        radio.frequency === 868100000 || radio.frequency === 868500000 || radio.frequency === 868300000,
        true,
        name,
      );
    }
  });
});

describe("the payload of an uplink", () => {
  it("is the decoded payload", () => {
    assert.deepEqual(choose("decoder warnings", "decoded"), {
      outcome: "payload",
      payload: { temperature: -1 },
    });
    assert.deepEqual(choose("decoder with empty data", "decoded"), { outcome: "payload", payload: {} });
    assert.deepEqual(choose("decoder errors", "decoded"), { outcome: "missing" });
  });

  it("is the bytes, none for a frame without", () => {
    assert.deepEqual(choose("first uplink after join", "bytes"), {
      outcome: "payload",
      payload: Buffer.from([0x82, 0x41, 0xde]),
    });
    assert.deepEqual(choose("no port", "bytes"), { outcome: "payload", payload: Buffer.alloc(0) });
  });

  it("is the list of measurements", () => {
    const chosen = choose("three measurements", "normalized");
    assert.ok(chosen.outcome === "payload" && Array.isArray(chosen.payload));
    assert.equal(chosen.payload.length, 3);
    assert.deepEqual(choose("measurement out of range", "normalized"), { outcome: "missing" });
  });

  it("is the whole message", () => {
    const message = of("decoded");
    assert.deepEqual(uplinkPayload(message, { output: "message", missing: "error" }), {
      outcome: "payload",
      payload: message,
    });
  });

  it("is one field of the decoded payload", () => {
    assert.deepEqual(choose("uplink with decoder", "field", "nested", "list", 1, "id"), {
      outcome: "payload",
      payload: "a",
    });
    assert.deepEqual(choose("uplink with decoder", "field", "key with space.and dot"), {
      outcome: "payload",
      payload: 1,
    });
    assert.deepEqual(choose("cayenne lpp", "field", "accelerometer_6", "z"), {
      outcome: "payload",
      payload: 0,
    });
    assert.deepEqual(choose("decoder errors", "field", "temperature"), { outcome: "missing" });
  });

  it("takes null, false, 0 and empty values of a field for present", () => {
    for (const value of [null, false, 0, "", [], {}]) assert.deepEqual(field({ value }, "value"), value);
  });

  it("finds nothing that is not in the JSON", () => {
    const decoded: unknown = JSON.parse('{"list":[1,2],"text":"abc","nothing":null,"__proto__":{"own":1}}');
    for (const path of [
      ["constructor"],
      ["toString"],
      ["list", "length"],
      ["list", 2],
      ["list", -1],
      ["list", "push"],
      ["list", "1.5"],
      ["text", "length"],
      ["text", 0],
      ["nothing", "x"],
      ["missing"],
      ["missing", "deeper"],
      ["__proto__", "constructor"],
      ["list", "__proto__"],
      [],
    ]) {
      assert.equal(field(decoded, ...path), "missing", path.join("."));
    }
    assert.equal(field({}, "__proto__"), "missing");
    assert.equal(field(decoded, "__proto__", "own"), 1);
    assert.equal(field(decoded, "list", "1"), 2);
  });

  it("is what is wanted in place of what is missing", () => {
    const message = of("decoder errors");
    assert.deepEqual(uplinkPayload(message, { output: "decoded", missing: "bytes" }), {
      outcome: "payload",
      payload: Buffer.from([1]),
    });
    assert.deepEqual(uplinkPayload(message, { output: "decoded", missing: "skip" }), { outcome: "skip" });
    assert.deepEqual(uplinkPayload(message, { output: "field", missing: "error" }), { outcome: "missing" });
  });
});

describe("an empty frame", () => {
  it("has neither bytes nor a decoded payload", () => {
    for (const [name, empty] of [
      ["no port", true],
      ["port without payload", true],
      ["decoder without payload", false],
      ["first uplink after join", false],
    ] as const) {
      assert.equal(isEmptyFrame(of(name)), empty, name);
    }
    assert.equal(isEmptyFrame(uplink({ f_port: 1, frm_payload: "" }).message), true);
    assert.equal(isEmptyFrame(uplink({ f_port: 1, decoded_payload: {} }).message), false);
    assert.equal(isEmptyFrame(uplink({ decoded_payload: { a: 1 } }).message), false);
  });

  it("is one without FPort of which servers of 2021 sent a decoded payload without anything in it", () => {
    const body = { f_cnt: 17018, frm_payload: "", decoded_payload: {}, rx_metadata: [] };
    assert.equal(isEmptyFrame(uplink(body).message), true);
    assert.equal(isEmptyFrame(uplink({ decoded_payload: {} }).message), true);
    assert.equal(isEmptyFrame(uplink({ frm_payload: "AQ==", decoded_payload: {} }).message), false);
  });
});
