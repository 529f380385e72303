import assert from "node:assert/strict";
import { isVisible, shownText, shownValues } from "../../src/stack/shown";

const SECRET = "B".repeat(52);
const KEY = `NNSXS.${"A".repeat(39)}.${SECRET}`;

describe("a text that is shown", () => {
  it("is in one line, whatever turns, hides or colours characters", () => {
    assert.equal(shownText("a\nb\u001b[31mc\u202ed\u200be\u2028f\u0000", 80), "a·b·[31mc·d·e·f·");
    assert.equal(shownText("Küche – 温室 🌡", 80), "Küche – 温室 🌡");
    assert.deepEqual(
      [isVisible("door-1"), isVisible("door\u202e1"), isVisible("door\u20281")],
      [true, false, false],
    );
  });

  it("is cut, never in the middle of a character, however long it is", () => {
    assert.equal(shownText("🌡".repeat(1_000_000), 3), "🌡🌡…");
    assert.equal(shownText("x".repeat(41), 40), `${"x".repeat(39)}…`);
    assert.equal(shownText("x".repeat(40), 40), "x".repeat(40));
  });

  it("has no API key of the stack in it, nor an access token or an access key of V2", () => {
    const texts = [
      KEY,
      `key=${KEY};`,
      KEY.toLowerCase(),
      SECRET,
      `Bearer ${KEY}`,
      `mqtts://app1:${KEY}@host`,
    ];
    for (const text of [...texts, "ttn-account-v2.aB3_x-9", "MFRWG.AAAA.BBBBBBBBB"]) {
      const shown = shownText(text, 500);
      assert.ok(shown.includes("…"), shown);
      assert.doesNotMatch(shown, /BBBBB|bbbbb|aB3_x/);
    }
    for (const longest of [10, 30, 60, 100]) assert.doesNotMatch(shownText(KEY, longest), /[AB]{3}/);
    assert.equal(
      shownText("door-1 app1@ttn eu1.cloud.thethings.network", 80),
      "door-1 app1@ttn eu1.cloud.thethings.network",
    );
  });

  it("leaves numbers as they are", () => {
    assert.deepEqual(shownValues({ port: 8883, host: "a\nb" }), { port: 8883, host: "a·b" });
  });
});
