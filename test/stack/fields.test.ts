import assert from "node:assert/strict";
import { util } from "@node-red/util";
import { cpuTime } from "../cpuTime";
import { fieldsOf, sampleOf } from "../../src/stack/fields";
import { uplinkPayload } from "../../src/stack/uplink";
import { received } from "./fixtures";

const parsed = (json: string): unknown => JSON.parse(json);

const pathsOf = (decoded: unknown): string[] => fieldsOf(decoded).map(({ path }) => path);

describe("the fields of a decoded payload", () => {
  it("have paths in Node-RED's words, and a sample", () => {
    const decoded = {
      temperature: 21.5,
      open: true,
      nothing: null,
      gps: { lat: 52.37, fix: { quality: "good" } },
      analog: [1, 2.5, 3, 4],
      "key with space": { "°C": 1, 'say "hi"': 2 },
      "0": "zero",
      empty: {},
      none: [],
    };
    assert.deepEqual(
      fieldsOf(decoded).map(({ path, sample }) => `${path} ${sample}`),
      [
        '"0" "zero"',
        "temperature 21.5",
        "open true",
        "nothing null",
        "gps.lat 52.37",
        'gps.fix.quality "good"',
        "analog [1, 2.5, 3, …]",
        "analog[0] 1",
        "analog[1] 2.5",
        "analog[2] 3",
        "analog[3] 4",
        '"key with space"["°C"] 1',
        '"key with space"[\'say "hi"\'] 2',
        "empty {}",
        "none []",
      ],
    );
  });

  it("lead to the value that the sample shows, whatever the names", () => {
    const decoded = parsed(
      `{"__proto__":{"constructor":1},"a.b":{"c]":2,"[msg.x]":3},"'":4,"$x_1":[[5]],"ünï":6,"1a":7,"msg":{"msg":8},
        "a\\\\b":9,"${"k".repeat(100)}":10,"<img src=x onerror=alert(1)>":11,"\${HOME}":12, "a-b": {"c d": [13]}}`,
    );
    const message = received(
      { end_device_ids: { device_id: "door" }, uplink_message: { decoded_payload: decoded } },
      "uplink_message",
    ).message;
    const fields = fieldsOf(decoded).filter(({ sample }) => /^\d+$/.test(sample));
    assert.equal(fields.length, 13);
    for (const { path, sample } of fields) {
      const fieldPath = util
        .normalisePropertyExpression(path)
        .filter((step): step is string | number => typeof step !== "object");
      const chosen = uplinkPayload(message, { output: "field", fieldPath, missing: "skip" });
      assert.deepEqual(chosen, { outcome: "payload", payload: Number(sample) }, path);
    }
  });

  it("are left out where no expression leads to them, or nobody could type it", () => {
    assert.deepEqual(
      pathsOf(parsed(`{"":1,"both \\" and '":2,"line\\nbreak":3,"turned\\u202e":4,"${"k".repeat(101)}":5}`)),
      [],
    );
    for (const nothing of [undefined, null, 1, "text", [], [1]]) assert.deepEqual(fieldsOf(nothing), []);
  });

  it("are bounded in number, depth and length, and found quickly in anything", () => {
    const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`f${index}`, index]));
    assert.equal(fieldsOf(wide).length, 200);
    let deep: unknown = 1;
    for (let level = 0; level < 900; level++) deep = { a: deep };
    assert.deepEqual(fieldsOf(deep), [{ path: "a.a.a.a.a.a", sample: "{…}" }]);
    let lists: unknown = 1;
    for (let level = 0; level < 900; level++) lists = Array.from({ length: 100 }, () => lists);
    const took = cpuTime(() => {
      assert.equal(fieldsOf({ lists, text: "x".repeat(10_000_000) }).length, 200);
    });
    assert.ok(took < 500, `${took} ms`);
    const keys = Object.fromEntries([1, 2, 3].map((key) => [`${key}${"k".repeat(98)}`, { a: 1 }]));
    assert.ok(fieldsOf({ x: { y: keys } }).every(({ path }) => path.length <= 200));
  });

  it("have samples of one short line", () => {
    assert.equal(sampleOf("x".repeat(1_000)), `"${"x".repeat(40)}…"`);
    assert.equal(sampleOf("a\nb\u202ec"), '"a·b·c"');
    assert.equal(sampleOf([{ a: 1 }, [1], {}, 4]), "[{…}, […], {}, …]");
    assert.ok(sampleOf(Array.from({ length: 1_000 }, () => "x".repeat(1_000))).length < 200);
  });
});
