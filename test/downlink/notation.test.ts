import assert from "node:assert/strict";
import { itemOf, items, refusalOf } from "./texts";

const wrapped = (bytes: Buffer, width: number): string =>
  bytes.toString("base64").replace(new RegExp(`.{${width}}`, "g"), "$&\r\n");

describe("hex where base64 is expected", () => {
  for (const text of [
    "0x01 0x01 0x01 0xFA",
    "0x01, 0x01, 0x01, 0xFA,",
    "0xAABBCC",
    "0xAABB",
    "0xAA",
    "01 02 03 04",
    "01 02\n03 04",
    "BE EF",
    "BEEF 0102",
    "be\tef",
    "AA:BB:CC",
    "01-02-03",
    "01,02,03",
    " 01 02 ",
    "BEEF01",
    "0102030405",
  ]) {
    it(`is refused for the payload: ${JSON.stringify(text)}`, () =>
      assert.match(
        refusalOf({ encoding: "base64", payload: text }),
        /^payload ".*" looks like hex: set “Payload is” to hex\./,
      ));

    it(`is refused in a downlink object: ${JSON.stringify(text)}`, () =>
      assert.match(
        refusalOf(items({ f_port: 10, frm_payload: text })),
        /^downlinks\[0\]\.frm_payload ".*" looks like hex, .*Buffer\.from\("BEEF", "hex"\)\.toString\("base64"\)/,
      ));
  }

  it("is refused as the key of a session", () => {
    const item = { f_port: 10, frm_payload: "vu8=", session_key_id: "01 02 03 04" };
    assert.match(refusalOf(items(item)), /session_key_id "01 02 03 04" looks like hex/);
  });

  for (const [text, base64] of [
    ["DEADBEEF", "DEADBEEF"],
    ["0xK9", "0xK9"],
    [" vu8=\n", "vu8="],
    ["vu\n8=", "vu8="],
    ["AQ ID", "AQID"],
  ]) {
    it(`is not seen in base64: ${JSON.stringify(text)}`, () => {
      assert.equal(itemOf({ encoding: "base64", payload: text }).frm_payload, base64);
      assert.equal(itemOf(items({ f_port: 10, frm_payload: text })).frm_payload, base64);
    });
  }

  for (const width of [64, 76]) {
    for (const byte of [0, 90, 255]) {
      it(`is not seen in base64 with lines of ${width} characters, of bytes ${byte}`, () => {
        const bytes = Buffer.alloc(200, byte);
        const { frm_payload } = itemOf({ encoding: "base64", payload: wrapped(bytes, width) });
        assert.equal(frm_payload, bytes.toString("base64"));
      });
    }
  }
});

describe("base64 and other text where it is not expected", () => {
  it("is told apart from hex", () => {
    for (const payload of ["vu8=", "AQ==", "q+/7"]) {
      const text = refusalOf({ encoding: "hex", payload });
      assert.match(text, /^payload ".*" looks like base64: set “Payload is” to base64\./);
    }
    assert.match(refusalOf({ encoding: "hex", payload: "hello" }), /is not hex/);
  });

  for (const [payload, near] of [
    ["BE EF", "hex"],
    ["0xBEEF", "hex"],
    ["01:02", "hex"],
    ["BEEF01", "hex"],
    ["vu8=", "base64"],
    ["q+/7", "base64"],
  ]) {
    it(`is told for bytes to be ${near}: ${payload}`, () =>
      assert.match(
        refusalOf({ payload }),
        new RegExp(`^payload is a string .*: set “Payload is” to ${near ?? ""}\\.`),
      ));
  }

  it("is not told for bytes to be one of them where it is a word", () => {
    for (const payload of ["ON", "face", "open the door", "test"]) {
      assert.match(refusalOf({ payload }), /hex, base64 or text/);
    }
  });

  it("is told to be JSON", () => {
    for (const payload of ["[1, 2, 3]", '{"type":"Buffer","data":[1]}']) {
      assert.match(refusalOf({ payload }), /^payload is a string .*json node/);
    }
  });

  it("is a byte where a dashboard sends a number or a switch", () => {
    for (const [payload, byte] of [
      [1, 1],
      [255, 255],
      [true, 1],
      [false, 0],
    ]) {
      assert.match(
        refusalOf({ payload }),
        new RegExp(`^payload is ${String(payload)}, .*send \\[${Number(byte)}\\]`),
      );
    }
    assert.doesNotMatch(refusalOf({ payload: 1796013199693 }), /\[/);
  });
});
