import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { GOOD, GOOD_ITEM, NOW, itemOf, items, orderOf } from "./texts";

describe("a downlink that is taken", () => {
  it("needs device, FPort and payload, and has the defaults for the rest", () => {
    assert.deepEqual(orderOf({}), {
      deviceId: "door-1",
      operation: "push",
      encoding: "bytes",
      items: [{ f_port: 15, frm_payload: "vu8=", priority: "NORMAL", confirmed: false }],
    });
  });

  it("has the defaults where values are undefined or, for some, empty", () => {
    const undefinedValues = { operation: undefined, priority: undefined, confirmed: undefined };
    const empty = { maxAttempts: "", correlationIds: "", absoluteTime: "" };
    assert.deepEqual(orderOf({ ...undefinedValues, ...empty, gateways: [] }), orderOf({}));
  });

  for (const [what, encoding, payload] of [
    ["a Buffer", "bytes", Buffer.from([190, 239])],
    ["a Buffer that went through JSON", "bytes", { type: "Buffer", data: [190, 239] }],
    ["an array of another realm", "bytes", runInNewContext("[190, 239]") as unknown],
    ["bytes of another realm", "bytes", runInNewContext("new Uint8Array([190, 239])") as unknown],
    ["a part of a larger buffer", "bytes", new Uint8Array([1, 190, 239, 2]).subarray(1, 3)],
    ["hex", "hex", "BEEF"],
    ["hex in lower case", "hex", "beef"],
    ["hex with spaces", "hex", " BE EF\n"],
    ["hex with colons", "hex", "BE:EF"],
    ["hex with hyphens", "hex", "be-ef"],
    ["hex as in C", "hex", "0xBE, 0xEF"],
    ["hex with 0x", "hex", "0xBEEF"],
    ["base64", "base64", "vu8="],
    ["base64 with white space", "base64", " vu\r\n8= "],
    ["base64 with bits that mean nothing", "base64", "vu9="],
  ] as const) {
    it(`reads ${what}`, () => assert.equal(itemOf({ encoding, payload }).frm_payload, "vu8="));
  }

  it("never guesses: text that could be hex or base64 is text", () => {
    assert.equal(itemOf({ encoding: "text", payload: "BEEF" }).frm_payload, "QkVFRg==");
    assert.equal(itemOf({ encoding: "text", payload: "ä€😀" }).frm_payload, "w6Tigqzwn5iA");
  });

  it("carries 255 bytes", () => {
    assert.equal(itemOf({ payload: Buffer.alloc(255) }).frm_payload?.length, 340);
  });

  it("copies the fields for the encoder, a Date as JSON writes it", () => {
    const payload = {
      open: true,
      at: [new Date(0), null, { deep: -0.5 }],
      gone: undefined,
      other: runInNewContext("({ a: [1] })") as unknown,
    };
    const item = itemOf({ encoding: "decoded", payload });
    assert.deepEqual(item, {
      f_port: 15,
      decoded_payload: {
        open: true,
        at: ["1970-01-01T00:00:00.000Z", null, { deep: -0.5 }],
        other: { a: [1] },
      },
      priority: "NORMAL",
      confirmed: false,
    });
    assert.notEqual(item.decoded_payload.at, payload.at);
  });

  it("takes one object at several places, which is no circle", () => {
    const shared = { a: 1 };
    const payload = { one: shared, two: [shared, shared] };
    assert.deepEqual(itemOf({ encoding: "decoded", payload }).decoded_payload, payload);
  });

  it("takes FPort and attempts as text, priority in lower case, confirmed as a word", () => {
    const item = itemOf({ fPort: "223", priority: "above_normal", confirmed: "true", maxAttempts: "32" });
    assert.deepEqual(item, {
      f_port: 223,
      frm_payload: "vu8=",
      priority: "ABOVE_NORMAL",
      confirmed: true,
      confirmed_retry: { attempt: 1, max_attempts: 32 },
    });
    assert.equal(itemOf({ confirmed: "false" }).confirmed, false);
  });

  it("does not send attempts with an unconfirmed downlink", () => {
    assert.equal("confirmed_retry" in itemOf({ maxAttempts: 3 }), false);
  });

  it("takes one correlation ID or several, by characters and not by bytes", () => {
    assert.deepEqual(itemOf({ correlationIds: "flow-1" }).correlation_ids, ["flow-1"]);
    const ids = ["😀".repeat(100), "AS:x", "rpc"];
    assert.deepEqual(itemOf({ correlationIds: ids }).correlation_ids, ids);
    assert.equal("correlation_ids" in itemOf({ correlationIds: [] }), false);
  });

  it("has class_b_c only with gateways or a time: even an empty one blocks a class A device", () => {
    assert.equal("class_b_c" in itemOf({ gateways: [], absoluteTime: "" }), false);
    assert.deepEqual(
      itemOf({ gateways: [{ id: "roof-gateway" }, { id: "yard", antennaIndex: 0, groupIndex: 2 }] })
        .class_b_c,
      {
        gateways: [
          { gateway_ids: { gateway_id: "roof-gateway" } },
          { gateway_ids: { gateway_id: "yard" }, antenna_index: 0, group_index: 2 },
        ],
      },
    );
  });

  for (const [what, absoluteTime, sent] of [
    ["text", "2026-11-21T09:00:10+01:00", "2026-11-21T09:00:10+01:00"],
    ["text with nine decimals", "2026-11-21T08:00:10.123456789Z", "2026-11-21T08:00:10.123456789Z"],
    ["text in lower case", "2026-11-21t08:00:10z", "2026-11-21T08:00:10Z"],
    ["a Date", new Date(NOW + 10_000), "2026-11-21T08:00:10.000Z"],
    [
      "a Date of another realm",
      runInNewContext(`new Date(${NOW + 10_000})`) as unknown,
      "2026-11-21T08:00:10.000Z",
    ],
    ["milliseconds", NOW + 10_000, "2026-11-21T08:00:10.000Z"],
    ["the 29th of February", "2028-02-29T00:00:00Z", "2028-02-29T00:00:00Z"],
  ] as const) {
    it(`takes ${what} as time`, () =>
      assert.deepEqual(itemOf({ absoluteTime }).class_b_c, { absolute_time: sent }));
  }

  it("clears with nothing but a device", () => {
    const values = { operation: "clear", fPort: undefined, payload: undefined, priority: "x", report: "ack" };
    assert.deepEqual(orderOf(values), {
      deviceId: "door-1",
      operation: "clear",
      items: [],
      encoding: "bytes",
    });
  });

  it("waits for the acknowledgement of a confirmed one", () => {
    assert.equal(itemOf({ report: "ack", confirmed: true }).confirmed, true);
  });
});

describe("downlink objects", () => {
  it("pass as they are, whatever the other properties say", () => {
    const list = [
      {
        f_port: 15,
        frm_payload: "vu8=",
        priority: "HIGHEST",
        confirmed: true,
        confirmed_retry: { attempt: 1, max_attempts: 3 },
        correlation_ids: ["a", "b"],
        class_b_c: {
          gateways: [{ gateway_ids: { gateway_id: "roof-gateway" }, antenna_index: 1 }],
          absolute_time: "2026-11-21T08:00:10Z",
        },
        session_key_id: "AaH6zeZLePhb83WNGdN1mA==",
        f_cnt: 4_294_967_295,
      },
      { decoded_payload: { open: true } },
    ];
    const others = {
      fPort: 0,
      priority: "x",
      confirmed: "x",
      maxAttempts: 99,
      correlationIds: 1,
      gateways: 1,
    };
    assert.deepEqual(orderOf({ ...others, ...items(...list) }), {
      deviceId: "door-1",
      operation: "push",
      items: list,
      encoding: "downlinks",
    });
  });

  it("may have numbers as text, a priority by number or in lower case, and members that are undefined", () => {
    const item = { f_port: "15", frm_payload: " vu8=", priority: 5, confirmed: undefined };
    assert.deepEqual(itemOf(items(item)), { f_port: 15, frm_payload: "vu8=", priority: "HIGH" });
    assert.equal(itemOf(items({ ...GOOD_ITEM, priority: "low" })).priority, "LOW");
  });

  it("clear the queue where none replace it", () => {
    assert.deepEqual(orderOf({ ...items(), operation: "replace" }), {
      deviceId: GOOD.device,
      operation: "clear",
      items: [],
      encoding: "downlinks",
    });
  });
});
