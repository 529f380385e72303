import assert from "node:assert/strict";
import { startSimulator, type Simulator } from "../../simulator/simulator";
import { readSettings, stackSettingsOf } from "../../src/account/settings";
import { apiOf } from "../../src/account/stackAccess";
import { CONNECTION_DEFAULTS } from "../../src/stack/connectionProperties";

describe("a device that the HTTP API does not know", () => {
  let simulator: Simulator;
  before(async () => {
    simulator = await startSimulator();
  });
  after(() => simulator.stop());

  function apiFor(host: string) {
    const read = readSettings(
      { ...CONNECTION_DEFAULTS, host, api: simulator.apiUrl, applicationId: "app1", useTls: false },
      { apiKey: simulator.apiKey },
      undefined,
    );
    assert.ok(read.ok, JSON.stringify(read));
    const settings = stackSettingsOf(read.settings);
    const office = settings && apiOf(settings);
    assert.ok(office);
    return office.api;
  }

  it("does not exist, where that is the API of the connection's own host", async () => {
    const answer = await apiFor("127.0.0.1").downlinkQueue("app1", "valv");
    assert.ok(answer.answer === "refused" && answer.name === "device_not_found", JSON.stringify(answer));
  });

  it("may be in another cluster, where the API is on another host and has known no device yet", async () => {
    const api = apiFor("nam1.cloud.thethings.network");
    const unknown = { answer: "unknown", why: "other_cluster" };
    assert.deepEqual(await api.downlinkQueue("app1", "valv"), unknown);
    assert.deepEqual(await api.canPush("app1", "valv"), unknown);
    assert.equal((await api.downlinkQueue("app1", "door")).answer, "ok");
    const answer = await api.canPush("app1", "valv");
    assert.ok(answer.answer === "refused" && answer.name === "device_not_found", JSON.stringify(answer));
  });
});
