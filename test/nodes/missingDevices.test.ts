import assert from "node:assert/strict";
import { connection, node, running, simulated, sink, tab, uplink, withNodeRed, type Flows } from "./nodeRed";

const BODY = { f_port: 1, frm_payload: "AQ==", decoded_payload: { open: true } };

describe("a device in a node that its application does not have", () => {
  withNodeRed();

  async function waitingFor(devices: string, type = "tts-uplink", api?: string): Promise<Flows> {
    const simulator = await simulated({
      devices: [{ id: "valve", class: "C", joined: true, makeUplink: () => BODY }],
    });
    const flows = await running(
      [
        tab(),
        connection(simulator, { api: api ?? simulator.apiUrl }),
        node(type, "named", { devices }),
        uplink({}, "all"),
        uplink({ devices: "valv", d: !devices.includes(",") }, "alone"),
        sink(),
      ],
      { connection: { apiKey: simulator.apiKey } },
    );
    await flows.shows("all", "waiting: all devices");
    simulator.uplink("valve");
    await flows.next();
    return flows;
  }

  for (const type of ["tts-uplink", "tts-join", "tts-event", "tts-watch"])
    it(`is shown and said by ${type}, with the one that was probably meant`, async () => {
      const flows = await waitingFor("valv", type);
      const { fill } = await flows.shows("named", "no device valv");
      assert.equal(fill, "yellow");
      assert.equal(flows.logged("WARN").length, 1);
      assert.match(flows.logged("WARN").join(), /^No device valv in app1: did you mean valve\?/);
    });

  it("does not hide what comes from the others that the node names", async () => {
    const flows = await waitingFor("valve, valv");
    await flows.shows("alone", "no device valv");
    assert.match(flows.statuses("named").at(-1)?.text ?? "", /^valve/);
    assert.equal(flows.logged("WARN").length, 2);
  });

  it("is not asked for where the HTTP API is off", async () => {
    const flows = await waitingFor("valv", "tts-uplink", "off");
    await flows.shows("named", "waiting: valv");
  });
});
