import assert from "node:assert/strict";
import { downlink, downlinkFlow, failure, give, onWire, sending, withDevices } from "./downlinks";
import { connection, listeners, node, running, simulated, tab, uplink, withNodeRed } from "./nodeRed";

describe("what a flow gives a downlink node", () => {
  withNodeRed();

  it("is looked for where the error says", async () => {
    const simulator = await withDevices();
    const cases = [
      [{ device: "devId", deviceType: "msg" }, {}, /^No device: msg\.devId is not set\./],
      [
        { device: "NO_SUCH", deviceType: "env" },
        {},
        /^No device: the environment variable NO_SUCH is not set\./,
      ],
      [{ fPort: "fp", fPortType: "msg" }, { fp: 300 }, /^msg\.fp .*300.*1 to 223/],
      [
        { fPort: "NO_SUCH", fPortType: "env" },
        {},
        /^No fPort: the environment variable NO_SUCH is not set\./,
      ],
      [{ payload: "cmd", payloadType: "flow" }, {}, /^No payload: flow\.cmd has no value\./],
      [
        { payload: "nothing.here", payloadType: "global" },
        {},
        /^No payload: global\.nothing\.here has no value\./,
      ],
      [{ payload: "a.b", payloadType: "msg" }, {}, /^No payload: msg\.a\.b is not set\./],
      [
        { payload: "nothing", payloadType: "jsonata" },
        {},
        /^No payload: the expression for it gives nothing\./,
      ],
      [{ operation: "NO_SUCH", operationType: "env" }, {}, /^No operation: the environment variable NO_SUCH/],
    ] as const;
    const flows = await sending(simulator, [
      ...downlinkFlow(simulator),
      ...cases.map(([form], index) => downlink(form, `case${index}`)),
    ]);
    for (const [index, [, message, text]] of cases.entries()) {
      give(flows, message, `case${index}`);
      const error = await failure(flows);
      assert.equal(error.code, "invalid_downlink");
      assert.match(error.text, text);
    }
    assert.equal(simulator.publishes.length, 0);
  });

  it("is never sent as something else: hex as base64, an envelope as fields, a downlink as text", async () => {
    const simulator = await withDevices();
    const envelope = { downlinks: [{ f_port: 4, frm_payload: "AQ==" }] };
    const cases = [
      ["downlinks", [{ f_port: 10, frm_payload: "0x01 0x01 0x01 0xFA" }], /looks like hex/],
      ["base64", "01 02 03 04", /looks like hex: set “Payload is” to hex/],
      ["decoded", envelope, /set Payload to msg\.payload\.downlinks/],
      ["decoded", { f_port: 4, decoded_payload: { led: "on" } }, /set “Payload is” to Downlink objects/],
      ["decoded", { fPort: 4, data: "AQ==" }, /set Payload to msg\.payload\.data/],
      ["text", JSON.stringify(envelope), /JSON text of downlinks: put a json node/],
      ["bytes", envelope, /set Payload to msg\.payload\.downlinks/],
    ] as const;
    const flows = await sending(simulator, [
      ...downlinkFlow(simulator),
      ...cases.map(([encoding], index) => downlink({ encoding }, `case${index}`)),
    ]);
    for (const [index, [, payload, text]] of cases.entries()) {
      give(flows, { payload }, `case${index}`);
      const error = await failure(flows);
      assert.equal(error.code, "invalid_downlink");
      assert.match(error.text, text);
    }
    assert.deepEqual(onWire(simulator), []);
  });

  it("is refused as not configured where a variable that is not set stands in the form", async () => {
    const simulator = await withDevices();
    const cases = [
      [{ device: "${NO_SUCH}", deviceType: "str" }, /its device /],
      [{ fPort: "${NO_SUCH}", fPortType: "num" }, /its fPort /],
      [{ payload: "${NO_SUCH}", payloadType: "str", encoding: "text" }, /its payload /],
      [{ encoding: "${NO_SUCH}" }, /its encoding /],
      [{ timeout: "${NO_SUCH}" }, /its timeout /],
      [{ gateways: [{ id: "${NO_SUCH}" }] }, /its gateways /],
    ] as const;
    const flows = await sending(simulator, [
      ...downlinkFlow(simulator),
      ...cases.map(([form], index) => downlink(form, `case${index}`)),
    ]);
    for (const [, text] of cases) {
      const error = await failure(flows);
      assert.equal(error.code, "not_configured");
      assert.match(error.text, /^The environment variable NO_SUCH is not set\./);
      assert.match(error.text, text);
    }
    give(flows, {}, "case0");
    assert.equal((await failure(flows)).code, "not_configured");
  });
});

describe("the filter of a receiving node", () => {
  withNodeRed();

  it("takes IDs of V2 on a connection to V2, and refuses others by its rule", async () => {
    const simulator = await simulated();
    const v2 = connection(simulator, { service: "v2", applicationId: "app1" });
    const flows = await running(
      [
        tab(),
        v2,
        uplink({ devices: "dev_1, d1, my_*" }, "good"),
        uplink({ devices: "d" }, "short"),
        node("tts-join", "capital", { devices: "Dev_1" }),
        ...listeners(),
      ],
      { connection: { apiKey: "ttn-account-v2.x" } },
    );
    const texts = new Map<string, string>();
    while (texts.size < 2) {
      const { error } = await flows.next("caught");
      if (error?.code === "not_configured") texts.set(error.source.id, error.message);
    }
    assert.match(texts.get("short") ?? "", /“d”.* TTN V2/);
    assert.match(texts.get("capital") ?? "", /“Dev_1”: did you mean dev_1\?/);
  });

  it("names a variable that is not set, of joins and events as well", async () => {
    const simulator = await simulated();
    const flows = await running(
      [
        tab(),
        connection(simulator),
        node("tts-join", "join", { devices: "${NO_SUCH}" }),
        node("tts-event", "event", { events: "${NO_SUCH}" }),
        node("tts-event", "devices", { devices: "Lamp" }),
        ...listeners(),
      ],
      { connection: { apiKey: simulator.apiKey } },
    );
    const texts = new Map<string, string>();
    while (texts.size < 3) {
      const { error } = await flows.next("caught");
      if (error?.code === "not_configured") texts.set(error.source.id, error.message);
    }
    assert.match(texts.get("join") ?? "", /^The environment variable NO_SUCH is not set\..* its devices /);
    assert.match(texts.get("event") ?? "", /^The environment variable NO_SUCH is not set\..* its events /);
    assert.match(texts.get("devices") ?? "", /“Lamp”: did you mean lamp\?/);
  });
});
