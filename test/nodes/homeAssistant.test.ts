import assert from "node:assert/strict";
import { isJsonObject } from "../../src/stack/check";
import { connection, node, receiving, running, sink, tab, withNodeRed, type FlowNode } from "./nodeRed";
import { until, withDevices } from "./downlinks";
import helper from "node-red-node-test-helper";

const COMMANDS = [
  { key: "open", name: "Open", component: "switch", fPort: 15, payload: '{"open": "$value"}', state: "open" },
  { key: "reset", name: "Reset", component: "button", fPort: 2, encoding: "bytes", payload: "FF" },
  { key: "every", name: "Every", component: "number", fPort: "3", encoding: "bytes", width: "2", max: "600" },
];

const bridge = (more: object = {}): FlowNode =>
  node("tts-home-assistant", "ha", { commands: COMMANDS, wires: [["out"], ["down"]], ...more });

const flow = (more: object = {}): FlowNode[] => [
  tab(),
  bridge(more),
  sink(),
  sink("down"),
  { id: "catch", type: "catch", z: "tab", x: 0, y: 0, scope: null, wires: [["caught"]] },
  sink("caught"),
];

const door = (more: object = {}): object => ({
  deviceId: "door-1",
  device: { applicationId: "app1", eui: "0004A30B001C0530" },
  radio: { rssi: -97, snr: 7.5, gateways: 1 },
  payload: Buffer.from([1]),
  tts: { uplink_message: { decoded_payload: { temperature: 21.5, open: true, battery_v: "3.1" } } },
  ...more,
});

const send = (message: object): void => helper.getNode("ha").receive({ ...message });

const objectIn = (value: unknown): Record<string, unknown> => {
  assert.ok(isJsonObject(value));
  return value;
};

describe("the Home Assistant node", () => {
  withNodeRed();

  it("tells of a device once, with all its entities, and then of each state", async () => {
    const flows = await running(flow());
    send(door());
    const config = await flows.next();
    assert.equal(config.topic, "homeassistant/device/tts_app1__door-1/config");
    assert.equal(config.retain, true);
    const { components, device } = objectIn(config.payload);
    assert.equal(objectIn(device).serial_number, "0004A30B001C0530");
    const temperature = objectIn(objectIn(components).temperature);
    assert.equal(temperature.device_class, "temperature");
    assert.equal(temperature.unit_of_measurement, "°C");
    assert.equal(temperature.expire_after, 86_400);
    assert.deepEqual(Object.keys(objectIn(components)).sort(), [
      ...["battery_v", "gateways", "last_seen", "rssi", "snr", "temperature", "~every", "~open", "~reset"],
    ]);
    const state = await flows.next();
    assert.equal(state.topic, "tts/app1/door-1/state");
    const { temperature: value, battery_v: battery, rssi } = objectIn(state.payload);
    assert.deepEqual([value, battery, rssi, state.retain], [21.5, 3.1, -97, true]);
    send(door());
    assert.equal((await flows.next()).topic, "tts/app1/door-1/state");
    assert.deepEqual(flows.untaken(), []);
  });

  it("tells of the device again when it has a new field, and keeps the others in its state", async () => {
    const flows = await running(flow());
    send(door());
    await flows.next();
    await flows.next();
    send(door({ tts: { uplink_message: { decoded_payload: { co2: 640 } } } }));
    assert.ok(Object.hasOwn(objectIn(objectIn((await flows.next()).payload).components), "co2"));
    const { temperature, co2 } = objectIn((await flows.next()).payload);
    assert.deepEqual([temperature, co2], [21.5, 640]);
  });

  it("does not tell again of a device that has not changed, after a deploy", async () => {
    const flows = await running(flow());
    send(door());
    await flows.next();
    await flows.next();
    for (const name of ["once", "twice"]) {
      await flows.deploy("full", flow({ name }));
      send({ deviceId: "door-1", device: { applicationId: "app1" }, payload: { temperature: 22 } });
      const state = await flows.next();
      assert.equal(state.topic, "tts/app1/door-1/state");
      // With the value of a field that this uplink has not.
      assert.deepEqual([objectIn(state.payload).temperature, objectIn(state.payload).open], [22, true]);
    }
    assert.deepEqual(flows.untaken(), []);
  });

  it("tells of the device again after a deploy that changes what it is", async () => {
    const flows = await running(flow());
    send(door());
    await flows.next();
    await flows.next();
    await flows.deploy("full", flow({ commands: [] }));
    send(door());
    const { components } = objectIn((await flows.next()).payload);
    // Home Assistant removes an entity of which only the component is told.
    assert.deepEqual(objectIn(components)["~open"], { platform: "switch" });
  });

  it("forgets devices when it is removed", async () => {
    const flows = await running(flow());
    const tellsAnew = async (): Promise<void> => {
      send(door());
      assert.equal((await flows.next()).topic, "homeassistant/device/tts_app1__door-1/config");
      await flows.next();
    };
    await tellsAnew();
    await flows.deploy("full", [tab()]);
    await flows.deploy("full", flow());
    await tellsAnew();
  });

  it("sends everything again when Home Assistant has started", async () => {
    const flows = await running(flow());
    send({ deviceId: "cellar", payload: { humidity: 40 } });
    await flows.next();
    await flows.next();
    send({ topic: "homeassistant/status", payload: "online" });
    assert.equal((await flows.next()).topic, "homeassistant/device/tts_-__cellar/config");
    assert.equal((await flows.next()).topic, "tts/-/cellar/state");
  });

  it("does not bring a device back that is removed while everything is sent again", async () => {
    const flows = await running(flow());
    const ids = Array.from({ length: 12 }, (_, index) => `meter-${index}`);
    for (const deviceId of ids) {
      send({ deviceId, payload: { humidity: 40 } });
      await flows.next();
      await flows.next();
    }
    send({ topic: "homeassistant/status", payload: "online" });
    send({ remove: "meter-10" });
    const states: (readonly [topic: string | undefined, isGone: boolean])[] = [];
    while (states.at(-1)?.[0] !== "tts/-/meter-11/state") {
      const { topic, payload } = await flows.next();
      states.push([topic, payload === ""]);
    }
    assert.deepEqual(
      states.filter(([topic]) => topic === "tts/-/meter-10/state"),
      [["tts/-/meter-10/state", true]],
    );
  });

  it("removes a device that is gone", async () => {
    const flows = await running(flow());
    send(door());
    await flows.next();
    await flows.next();
    send({ remove: "door-1" });
    const [config, state] = [await flows.next(), await flows.next()];
    assert.deepEqual([config.topic, config.payload], ["homeassistant/device/tts_app1__door-1/config", ""]);
    assert.deepEqual([state.topic, state.payload, state.retain], ["tts/app1/door-1/state", "", true]);
  });

  it("makes downlinks of commands, by fields and by bytes", async () => {
    const flows = await running(flow());
    send({ topic: "tts/app1/door-1/set/open", payload: "OFF" });
    const fields = await flows.next("down");
    assert.deepEqual(fields.payload, { open: false });
    assert.deepEqual([fields.deviceId, fields.fPort, fields.confirmed], ["door-1", 15, false]);
    send({ topic: "tts/app1/door-1/set/every", payload: "300" });
    assert.deepEqual((await flows.next("down")).payload, Buffer.from([1, 44]));
    send({ topic: "tts/app1/door-1/set/reset", payload: Buffer.from("PRESS") });
    assert.deepEqual((await flows.next("down")).payload, Buffer.from([255]));
  });

  it("refuses commands that it does not know, values that cannot be, and what the broker had kept", async () => {
    const flows = await running(flow());
    const wrong: readonly (readonly [message: object, text: RegExp, code: string])[] = [
      [{ topic: "tts/a/b/set/none", payload: "1" }, /no command “none” for b/, "invalid_downlink"],
      [
        { topic: "tts/a/b/set/every", payload: "601" },
        /“601” is no value of command every/,
        "invalid_downlink",
      ],
      [{ topic: "tts/a/b/set/open", payload: "ON", retain: true }, /kept by the broker/, "invalid_downlink"],
      [{ payload: "hello" }, /neither uplink nor command/, "invalid_message"],
      [{ remove: "never-heard" }, /cannot be removed/, "invalid_message"],
    ];
    for (const [message, text, code] of wrong) {
      send(message);
      const { error } = await flows.next("caught");
      assert.match(error?.message ?? "", text);
      assert.equal(error?.cause?.code, code);
    }
    assert.deepEqual(flows.untaken("down"), []);
  });

  it("says what in its form cannot be", async () => {
    const flows = await running(flow({ commands: [{ key: "a b", component: "switch", fPort: 1 }] }));
    const { error } = await flows.next("caught");
    assert.match(error?.message ?? "", /^Command “a b” cannot work: its key is “a b”/);
    assert.equal(error?.cause?.code, "not_configured");
  });

  it("says that it has too many commands", async () => {
    const commands = Array.from({ length: 51 }, (_, index) => ({
      key: `k${index}`,
      component: "button",
      fPort: 1,
    }));
    const flows = await running(flow({ commands }));
    const { error } = await flows.next("caught");
    assert.match(error?.message ?? "", /^This node has more than 50 commands\. /);
    assert.equal(error?.cause?.code, "not_configured");
  });

  it("warns at its start of what Home Assistant does not take, and works", async () => {
    const entities = [
      { field: "temperature", deviceClass: "temperature", unit: "C" },
      { field: "open", deviceClass: "gate" },
      ...Array.from({ length: 99 }, (_, index) => ({ field: `field_${index}` })),
    ];
    const flows = await running(flow({ entities }));
    send(door());
    const { components } = objectIn((await flows.next()).payload);
    assert.equal(objectIn(objectIn(components).temperature).unit_of_measurement, "C");
    const warnings = [
      /^More than 100 entities in the list/,
      /^For temperature, .* unit “C”/,
      /^For open, .* “gate”/,
    ];
    assert.equal(flows.logged("WARN").length, warnings.length);
    warnings.forEach((warning, index) => assert.match(flows.logged("WARN")[index] ?? "", warning));
  });

  it("says once what a decoder says in vain, and that a device has too many fields", async () => {
    const flows = await running(flow());
    const fields = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`f${index}`, index]));
    const decoded = { tank: 3, _sensor_attr_tank_device_class: "barrel", ...fields };
    for (const deviceId of ["one", "two", "one"])
      send({ deviceId, tts: { uplink_message: { decoded_payload: decoded } } });
    await until(() => flows.logged("WARN").length > 1, "the warnings");
    while ((await flows.next()).topic !== "tts/-/two/state");
    await flows.next();
    assert.equal(flows.logged("WARN").length, 2);
    assert.match(flows.logged("WARN").join(), /^For tank, .*“barrel”.*,More than 100 fields: .* of one\./);
  });

  it("sends a downlink through a tts-downlink that takes whole downlinks", async () => {
    const simulator = await withDevices();
    const down = node("tts-downlink", "down", {
      payload: "downlinks",
      encoding: "downlinks",
      wires: [["out"]],
    });
    const nodes = [tab(), connection(simulator), bridge({ wires: [[], ["down"]] }), down, sink()];
    const flows = await receiving(simulator, nodes);
    send({ topic: "tts/app1/lamp/set/reset", payload: "PRESS" });
    const { downlink } = await flows.next();
    assert.equal(objectIn(downlink).state, "queued");
  });
});
