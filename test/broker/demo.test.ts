import assert from "node:assert/strict";
import { demoDevices } from "../../simulator/devices/demo";
import { startDemoBroker, type DemoBroker } from "../../simulator/broker";
import { startSimulator, type PubsubOptions, type Simulator } from "../../simulator/simulator";
import demo from "../../scripts/demo-pubsub.json";
import { viewOf } from "../nodes/downlinks";
import { running, withNodeRed, type FlowNode } from "../nodes/nodeRed";

/** Debug nodes collect what they get. */
const FLOW: FlowNode[] = demo
  .filter(({ type }) => type !== "comment")
  .map((node) => ({
    ...node,
    ...(node.type === "debug" ? { type: "sink" } : {}),
  }));

const connection = demo.find(({ type }) => type === "tts-connection");

for (const [which, program] of [
  ["Mosquitto", undefined],
  ["aedes", ""],
] as const)
  describe(`the demo's tab for Pub/Sub, with ${which}`, () => {
    let broker: DemoBroker;
    let simulator: Simulator;

    withNodeRed();
    before(async () => {
      broker = await startDemoBroker(program);
      simulator = await startSimulator({ devices: demoDevices(), timing: { acceptedAfter: 1 } });
      const { baseTopic = "", topics = {} } = connection ?? {};
      const settings: PubsubOptions = { url: broker.url, baseTopic, topics, publishQos: 1, subscribeQos: 1 };
      await simulator.connectPubsub(settings);
      process.env.TTS_BROKER_HOST = broker.host;
      process.env.TTS_BROKER_PORT = String(broker.port);
      process.env.TTS_SIMULATOR_APPLICATION = simulator.applicationId;
    });
    after(async () => {
      await simulator.stop();
      await broker.stop();
    });

    it("shows what the devices send, and switches the lock of the door", async () => {
      assert.equal(broker.name, which);
      const flows = await running(FLOW);
      await flows.shows("demo-p-u1", "waiting: all devices");
      simulator.uplink("thermometer-1");
      assert.equal((await flows.next("demo-p-d1")).deviceId, "thermometer-1");
      flows.getNode("demo-p-x1").receive({ payload: { lock: "unlocked" } });
      const message = await flows.next("demo-p-d3");
      assert.deepEqual([viewOf(message).deviceId, viewOf(message).state], ["door-1", "sent"]);
      assert.equal((await flows.next("demo-p-d2")).event, "downlink_queued");
      assert.deepEqual(flows.untaken("demo-p-d4"), []);
    });
  });
