import assert from "node:assert/strict";
import { nearestHost } from "../../src/stack/clusters";

describe("the host that was probably meant", () => {
  const MEANT: readonly (readonly [string, string | undefined])[] = [
    ["eu1.clod.thethings.network", "eu1.cloud.thethings.network"],
    ["nam1.cloud.thethings.netwrok", "nam1.cloud.thethings.network"],
    ["EU1.cloud.the-things.network", "eu1.cloud.thethings.network"],
    ["au1.thethings.network", "au1.cloud.thethings.network"],
    ["acme.eu1.clod.thethings.industries", "acme.eu1.cloud.thethings.industries"],
    ["acme.eu1.thethings.industries", "acme.eu1.cloud.thethings.industries"],
    ["eu1.cloud.thethings.network", undefined],
    ["acme.eu1.cloud.thethings.industries", undefined],
    ["tts.example.com", undefined],
    ["mqtt.local", undefined],
    ["", undefined],
  ];
  for (const [host, meant] of MEANT)
    it(`${host === "" ? "of nothing" : `of ${host}`} is ${meant ?? "not guessed"}`, () =>
      assert.equal(nearestHost(host), meant));
});
