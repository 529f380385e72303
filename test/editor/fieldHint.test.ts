import assert from "node:assert/strict";
import { pathInside } from "../../nodes/tts-uplink/editor/fieldHint";

describe("the path of a field", () => {
  const CASES: readonly (readonly [string, string | undefined])[] = [
    ["temperature", undefined],
    ["gps.lat", undefined],
    ["payloads.a", undefined],
    ["sensor.payload", undefined],
    ["payload.temperature", "temperature"],
    [" msg.payload.gps.lat ", "gps.lat"],
    ["uplink_message.decoded_payload.a[1]", "a[1]"],
    ["tts.uplink_message.decoded_payload.b", "b"],
    ["decoded_payload", ""],
    ["payload[0]", undefined],
  ];

  for (const [path, inside] of CASES)
    it(`${JSON.stringify(path)} is ${inside === undefined ? "right" : `${JSON.stringify(inside)} inside`}`, () =>
      assert.equal(pathInside(path), inside));
});
