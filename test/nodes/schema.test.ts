/** What nodes send that do more than pass on a message, held to the published JSON Schema. */
import assert from "node:assert/strict";
import helper from "node-red-node-test-helper";
import { assertValid } from "../docs/schemas";
import { downlink, give, sending, withDevices } from "./downlinks";
import { connection, node, receiving, running, sink, tab, withNodeRed, type Message } from "./nodeRed";

describe("what is sent has its JSON Schema", () => {
  withNodeRed();

  it("of a downlink at every step, and of a queue that was read", async () => {
    const simulator = await withDevices();
    const list = downlink({ operation: "list", operationType: "str" }, "list");
    const every = downlink({ report: "every", encoding: "downlinks" });
    const nodes = [tab(), connection(simulator, { api: simulator.apiUrl }), every, list, sink()];
    const flows = await sending(simulator, nodes);
    const [down] = [{ f_port: 2, frm_payload: "vu8=", confirmed: true }];
    give(flows, { deviceId: "lamp", payload: [down, { f_port: 3, frm_payload: "AQ==" }], mine: 1 });
    const stateOf = ({ downlink: view }: Message): unknown => Reflect.get(Object(view), "state");
    for (let message = await flows.next(); stateOf(message) !== "queued"; message = await flows.next())
      assertValid("tts-downlink", "message", message, true);
    give(flows, { deviceId: "lamp" }, "list");
    for (let message = await flows.next(); ; message = await flows.next()) {
      assertValid("tts-downlink", "message", message, true);
      if (stateOf(message) === "listed") break;
    }
  });

  it("of what is watched", async () => {
    const simulator = await withDevices();
    const watches = ["devices", "gateways"].map((watch) => node("tts-watch", watch, { watch }));
    const flows = await receiving(simulator, [tab(), connection(simulator), ...watches, sink()], 2);
    simulator.uplink("lamp");
    const seen = new Set<string>();
    while (seen.size < 2) {
      const message = await flows.next();
      assertValid("tts-watch", "message", message);
      seen.add("gatewayId" in message ? "gateway" : "device");
    }
    for (const id of ["devices", "gateways"]) {
      helper.getNode(id).receive({});
      let table = await flows.next();
      // Of further gateways.
      while (table.event !== "table") table = await flows.next();
      assertValid("tts-watch", "message", table, true);
    }
  });

  it("of what goes to Home Assistant, and comes from it", async () => {
    const commands = [
      { key: "open", name: "Open", component: "switch", fPort: 15, payload: '{"open": "$value"}' },
      { key: "reset", name: "Reset", component: "button", fPort: 2, encoding: "bytes", payload: "FF" },
    ];
    const bridge = node("tts-home-assistant", "ha", { commands, wires: [["out"], ["down"]] });
    const flows = await running([tab(), bridge, sink(), sink("down")]);
    const send = (message: object): void => helper.getNode("ha").receive({ ...message });
    send({
      ...{
        deviceId: "door-1",
        device: { applicationId: "app1" },
        payload: {},
        radio: { rssi: -97, gateways: 1 },
      },
      tts: { uplink_message: { decoded_payload: { temperature: 21.5 } } },
    });
    for (const end of [/config$/, /state$/]) {
      const message = await flows.next();
      assert.match(String(message.topic), end);
      assertValid("tts-home-assistant", "message", message);
    }
    for (const [command, payload] of [
      ["open", "ON"],
      ["reset", "PRESS"],
    ] as const) {
      send({ topic: `tts/app1/door-1/set/${command}`, payload });
      assertValid("tts-home-assistant", "message", await flows.next("down"));
    }
    send({ remove: "door-1" });
    const gone = await flows.next();
    assert.equal(gone.payload, "");
    assertValid("tts-home-assistant", "message", gone);
  });
});
