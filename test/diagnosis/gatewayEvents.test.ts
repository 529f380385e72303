import assert from "node:assert/strict";
import { followGateways } from "../../src/diagnosis/gatewayEvents";
import { startSimulator } from "../../simulator/simulator";

describe("the events of gateways", () => {
  it("tell why one is gone, by UDP and by Basic Station, which its statistics do not", async () => {
    const simulator = await startSimulator();
    const statistics = { connected_at: "2026-11-30T20:20:28.989942299Z" };
    for (const id of ["roof", "yard"]) simulator.setGateway(id, { statistics });
    const told: (readonly [string, string | undefined])[] = [];
    let tell = (): void => undefined;
    const target = { url: simulator.apiUrl, apiKey: simulator.apiKey };
    const end = followGateways(target, ["roof", "yard"], (id, reason) => {
      told.push([id, reason]);
      tell();
    });
    while (simulator.eventStreams === 0) await simulator.next("eventStreams");
    const all = new Promise<void>((resolve) => {
      tell = () => {
        if (told.length === 4) resolve();
      };
    });
    simulator.setGateway("roof", {});
    simulator.setGateway("yard", { closed: "websocket: close 1006 (abnormal closure): unexpected EOF" });
    simulator.setGateway("roof", { statistics });
    simulator.setGateway("yard", { statistics });
    await all;
    end();
    await simulator.stop();
    assert.deepEqual(told, [
      ["roof", "connection expired"],
      ["yard", "websocket: close 1006 (abnormal closure): unexpected EOF"],
      ["roof", undefined],
      ["yard", undefined],
    ]);
  });
});
