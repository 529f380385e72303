import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  javaScriptFormatter,
  startSimulator,
  type SimulatedDevice,
  type Simulator,
} from "../../../simulator/simulator";
import { startMosquitto, type Mosquitto } from "../../broker/mosquitto";
import { startNodeRed, type NodeRed } from "../../e2e/node-red";
import { MISSING, startCore, type Core, type Home, type ShownEntity } from "./core";
import { guideFlow } from "./flow";
import { ours } from "./record";

/** It does what it is told, and tells what it does. */
function valve(name: string): SimulatedDevice {
  const state = { open: false, level: 0, mode: "eco" };
  return {
    ...{ id: "valve-1", devEui: "70B3D57ED0052001", class: "C", joined: true, battery: 87 },
    attributes: { name },
    makeUplink: () => ({
      f_port: 15,
      frm_payload: "AA==",
      decoded_payload: { ...state, temperature: 21.5, leak: false },
    }),
    downlinkFormatter: javaScriptFormatter({
      encodeDownlink: ({ data }) => ({ bytes: [...Buffer.from(JSON.stringify(data))], fPort: 15 }),
    }),
    hear(fPort, payload) {
      if (fPort === 15) Object.assign(state, JSON.parse(payload.toString()));
      if (fPort === 2) Object.assign(state, { level: 0 });
      return true;
    },
  };
}

const METERS = 200;
const meter = (index: number): SimulatedDevice => ({
  ...{ id: `meter-${index}`, class: "A", joined: true },
  makeUplink: () => ({
    f_port: 1,
    frm_payload: "AA==",
    decoded_payload: { water_total: index + 0.5, battery_v: 3.1, leak: false },
  }),
});

const entityIn =
  (id: string, isAsWanted: (entity: ShownEntity) => boolean) =>
  ({ entities }: Home): ShownEntity | undefined =>
    entities.find((entity) => entity.entity_id === id && isAsWanted(entity));

describe("Node-RED with this package, and Home Assistant's core", () => {
  let simulator: Simulator;
  let broker: Mosquitto;
  let core: Core;
  let nodeRed: NodeRed;
  let store: string;

  const runNodeRed = async (properties: object = {}): Promise<NodeRed> => {
    const before = simulator.subscribes.length;
    const credentials = { c: { apiKey: simulator.apiKey } };
    const settings = { contextStorage: { default: { module: "localfilesystem", config: { dir: store } } } };
    const started = await startNodeRed(guideFlow(simulator, broker, properties), { credentials, settings });
    while (simulator.subscribes.length === before) await simulator.next("subscribe");
    await started.logged(/Connected to broker/);
    return started;
  };
  const shows = (id: string, state: string): Promise<ShownEntity> =>
    core.until(
      entityIn(id, (entity) => entity.state === state),
      `${id} ${state}`,
    );

  before(async function () {
    if (MISSING !== undefined) {
      console.log(`    skipped: ${MISSING}`);
      this.skip();
    }
    store = await mkdtemp(path.join(tmpdir(), "node-red-context-"));
    simulator = await startSimulator({ version: "3.36", devices: [valve("Cellar valve")] });
    broker = await startMosquitto();
    core = await startCore(broker.port);
    nodeRed = await runNodeRed();
  });
  after(async () => {
    if (MISSING !== undefined) return;
    await nodeRed.stop();
    await core.stop();
    await broker.stop();
    await simulator.stop();
    await rm(store, { recursive: true, force: true });
  });
  afterEach(function () {
    if (MISSING === undefined && this.currentTest?.isPassed())
      assert.deepEqual(ours(core.home.complaints).filter(isOfTheMessages), []);
  });

  it("shows a device with the classes and units of its fields, and diagnostics", async () => {
    simulator.uplink("valve-1");
    const temperature = await shows("sensor.cellar_valve_temperature", "21.5");
    assert.deepEqual(
      [temperature.attributes.device_class, temperature.attributes.unit_of_measurement],
      ["temperature", "°C"],
    );
    assert.equal((await shows("binary_sensor.cellar_valve_leak", "off")).attributes.device_class, "moisture");
    const battery = await shows("sensor.cellar_valve_battery", "87");
    assert.deepEqual([battery.category, battery.attributes.device_class], ["diagnostic", "battery"]);
    const { entities, devices } = core.home;
    assert.deepEqual(
      devices.map(({ name, serial_number }) => [name, serial_number]),
      [["Cellar valve", "70B3D57ED0052001"]],
    );
    assert.deepEqual(entities.map(({ entity_id }) => entity_id.replace("cellar_valve_", "")).sort(), [
      ...["binary_sensor.leak", "button.reset", "number.level", "select.mode", "sensor.battery"],
      ...["sensor.gateways", "sensor.last_uplink", "sensor.rssi", "sensor.snr", "sensor.temperature"],
      "switch.valve",
    ]);
  });

  it("sends downlinks for its switch, number, choice and button, and shows what the device answers", async () => {
    const entity_id = "switch.cellar_valve_valve";
    await shows(entity_id, "off");
    await core.call("switch", "turn_on", { entity_id });
    await shows(entity_id, "on");
    await core.call("number", "set_value", { entity_id: "number.cellar_valve_level", value: 40 });
    await shows("number.cellar_valve_level", "40");
    await core.call("select", "select_option", { entity_id: "select.cellar_valve_mode", option: "comfort" });
    await shows("select.cellar_valve_mode", "comfort");
    await core.call("button", "press", { entity_id: "button.cellar_valve_reset" });
    await shows("number.cellar_valve_level", "0");
  });

  it("is known to Home Assistant after its restart, without a new uplink", async () => {
    await core.restart();
    await shows("sensor.cellar_valve_temperature", "21.5");
    await shows("select.cellar_valve_mode", "comfort");
    assert.equal(core.home.devices.length, 1);
  });

  it("tells everything again to a broker that has lost all, when Home Assistant is back", async () => {
    const isAway = shows("sensor.cellar_valve_temperature", "unavailable");
    await broker.restart();
    await isAway;
    await shows("sensor.cellar_valve_temperature", "21.5");
    await core.restart();
    await shows("sensor.cellar_valve_temperature", "21.5");
    await core.call("switch", "turn_off", { entity_id: "switch.cellar_valve_valve" });
    await shows("switch.cellar_valve_valve", "off");
  });

  it("goes on with the same entities after a restart of Node-RED", async () => {
    const before = core.home.entities.map(({ entity_id }) => entity_id).sort();
    await nodeRed.stop();
    nodeRed = await runNodeRed();
    simulator.uplink("valve-1", { decoded_payload: { temperature: 23 } });
    await shows("sensor.cellar_valve_temperature", "23");
    await core.call("switch", "turn_on", { entity_id: "switch.cellar_valve_valve" });
    await shows("switch.cellar_valve_valve", "on");
    assert.deepEqual(core.home.entities.map(({ entity_id }) => entity_id).sort(), before);
  });

  it("has the new name of a device that was renamed, and the same entities", async () => {
    const before = core.home.entities.map(({ entity_id }) => entity_id).sort();
    simulator.addDevice(valve("Attic valve"));
    simulator.uplink("valve-1");
    await core.until(({ devices }) => devices.find(({ name }) => name === "Attic valve"), "the new name");
    assert.deepEqual(core.home.entities.map(({ entity_id }) => entity_id).sort(), before);
    assert.equal(core.home.devices.length, 1);
  });

  it("is unavailable when it is silent for too long, also to a Home Assistant that has just started", async () => {
    await nodeRed.setFlows([]);
    await nodeRed.stop();
    nodeRed = await runNodeRed({ expireAfter: "4" });
    simulator.uplink("valve-1");
    await shows("sensor.cellar_valve_temperature", "21.5");
    await shows("sensor.cellar_valve_temperature", "unavailable");
    const lastUplink = core.home.entities.find(
      ({ entity_id }) => entity_id === "sensor.cellar_valve_last_uplink",
    );
    assert.match(lastUplink?.state ?? "", /^20/);
    await core.restart();
    await core.until(
      entityIn("sensor.cellar_valve_last_uplink", ({ state }) => state?.startsWith("20") === true),
      "the last uplink",
    );
    await shows("sensor.cellar_valve_temperature", "unavailable");
    simulator.uplink("valve-1");
    await shows("sensor.cellar_valve_temperature", "21.5");
  });

  it("forgets a device that is removed", async () => {
    assert.ok((await fetch(`${nodeRed.url}/inject/gone`, { method: "POST" })).ok);
    await core.until(
      ({ devices, entities }) => (devices.length === 0 && entities.length === 0 ? true : undefined),
      "nothing",
    );
    await core.restart();
    assert.deepEqual(core.home.devices, []);
  });

  it(`shows ${METERS} devices, and all of them after its restart`, async () => {
    await nodeRed.stop();
    nodeRed = await runNodeRed();
    for (let index = 0; index < METERS; index++) simulator.addDevice(meter(index));
    const start = performance.now();
    for (let index = 0; index < METERS; index++) simulator.uplink(`meter-${index}`);
    const areAll = ({ entities }: Home): true | undefined =>
      entities.filter(({ unique_id, state }) => unique_id.endsWith("_water_total") && state?.endsWith(".5"))
        .length === METERS
        ? true
        : undefined;
    await core.until(areAll, `${METERS} devices`);
    const seconds = (performance.now() - start) / 1_000;
    await core.restart();
    await core.until(areAll, `${METERS} devices after a restart`);
    console.log(`      ${METERS} devices, ${core.home.entities.length} entities in ${seconds.toFixed(1)} s`);
    assert.equal(core.home.devices.length, METERS);
    assert.doesNotMatch(nodeRed.log(), /\[error\]/);
  });
});

/** A broker that goes is none of our messages. */
const isOfTheMessages = (text: string): boolean =>
  !/MQTT|mqtt\.client/.test(text) || /discovery|template/.test(text);
