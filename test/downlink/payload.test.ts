import assert from "node:assert/strict";
import { cpuTime } from "../cpuTime";
import { previewOf, readPayload, sizeHint } from "../../src/downlink/payload";
import { textOf, valueOf } from "./texts";

describe("a payload", () => {
  it("becomes base64, with its length in bytes", () => {
    assert.deepEqual(valueOf(readPayload("hex", "BE EF 00")), { base64: "vu8A", length: 3 });
  });

  it("is the same base64 as Node's, for all bytes and lengths", () => {
    for (let length = 1; length <= 255; length++) {
      const bytes = Buffer.from(Array.from({ length }, (_, index) => (index * 7 + length) % 256));
      const base64 = bytes.toString("base64");
      assert.equal(valueOf(readPayload("bytes", bytes)).base64, base64);
      assert.equal(valueOf(readPayload("base64", base64)).base64, base64);
      assert.equal(valueOf(readPayload("hex", bytes.toString("hex"))).base64, base64);
    }
  });

  it("is shown in the form with its length and its bytes", () => {
    const beef = { length: 2, hex: "BE EF" };
    assert.deepEqual(valueOf(previewOf("hex", "beef")), beef);
    assert.deepEqual(valueOf(previewOf("base64", "vu8=")), beef);
    assert.deepEqual(valueOf(previewOf("bytes", "[190, 239]")), beef);
    assert.deepEqual(valueOf(previewOf("text", "ON")), { length: 2, hex: "4F 4E" });
  });

  it("is shown in the form up to some bytes", () => {
    const { length, hex } = valueOf(previewOf("text", "x".repeat(100)));
    assert.equal(length, 100);
    assert.match(hex, /^(78 ){24}…$/);
  });

  it("has its refusal in the form too", () => {
    assert.match(textOf(previewOf("hex", "BEE")), /two digits for each byte/);
    assert.match(textOf(previewOf("bytes", "BEEF")), /is a string/);
    assert.match(textOf(previewOf("bytes", "[300]")), /payload\[0\] is 300/);
    assert.match(textOf(previewOf("text", "")), /is empty/);
  });

  it("of more than 51 bytes is one that slow data rates do not carry", () => {
    assert.deepEqual([1, 50, 51, 255].map(sizeHint), [false, false, true, true]);
  });

  it("is refused at once for text made to be slow", () => {
    const texts = [" ".repeat(64_000), "0x".repeat(32_000), "A ".repeat(32_000), ", ".repeat(32_000)];
    const took = cpuTime(() => {
      for (const text of texts)
        for (const encoding of ["hex", "base64"] as const) readPayload(encoding, text);
    });
    // Time that grows with the square of the length would be minutes.
    assert.ok(took < 5_000, `${took} ms`);
  });
});
