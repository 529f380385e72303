import assert from "node:assert/strict";
import { readSettings, stackSettingsOf } from "../../src/account/settings";
import { StackAccess } from "../../src/account/stackAccess";
import { CONNECTION_DEFAULTS } from "../../src/stack/connectionProperties";
import { API_KEY } from "../diagnosis/stackAnswers";

describe("the HTTP API that is asked for devices", () => {
  const CASES = [
    ["eu1.cloud.thethings.network", "", true],
    ["eu1.cloud.thethings.network", "https://EU1.cloud.thethings.network/api/v3", true],
    ["127.0.0.1", "http://127.0.0.1:1885", true],
    ["::1", "http://[::1]:1885", true],
    ["nam1.cloud.thethings.network", "https://eu1.cloud.thethings.network", false],
    ["eu1.cloud.thethings.network", "off", false],
  ] as const;

  for (const [host, api, isAsked] of CASES)
    it(`is ${isAsked ? "that" : "none"} with host ${host} and HTTP API ${api === "" ? "left empty" : api}`, () => {
      const read = readSettings(
        { ...CONNECTION_DEFAULTS, host, api, applicationId: "app1", useTls: false },
        { apiKey: API_KEY },
        undefined,
      );
      assert.ok(read.ok, JSON.stringify(read));
      const settings = stackSettingsOf(read.settings);
      assert.ok(settings);
      const key = { received: false, answered: false };
      const access = new StackAccess(
        settings,
        key,
        () => undefined,
        () => undefined,
      );
      assert.equal(access.apiOfHost, isAsked ? access.api : undefined);
    });
});
