/** Flows with core's MQTT nodes, run before and after the conversion, on the simulated server. */
import assert from "node:assert/strict";
import { convertMqtt } from "../../../plugins/tts-migration/conversion/mqtt/convert";
import { parseTopic } from "../../../src/stack/topics";
import type { Simulator } from "../../../simulator/simulator";
import { complete, device } from "../../nodes/downlinks";
import {
  running,
  sessions,
  simulated,
  sink,
  subscribed,
  tab,
  withNodeRed,
  type Flows,
} from "../../nodes/nodeRed";
import { capturesOf, type Capture } from "../../stack/fixtures";
import { FLOWS, type MqttFlow, type Node } from "./mqttFlows";

const DEVICES = ["valve", "lamp", "sensor", "plain"].map((id) => device(id));

const CORE = [
  ...["network/10-mqtt", "parsers/70-JSON", "function/80-template", "common/60-link", "common/21-debug"],
];

/** Of each kind; more would say the same. */
const MOST = 3;

const capturesFor = ({ kinds = [], device: only }: MqttFlow): readonly Capture[] =>
  kinds.flatMap((kind) => {
    const captures = capturesOf(kind).filter(
      ({ topic }) => only === undefined || parseTopic(topic)?.deviceId === only,
    );
    assert.ok(captures.length > 0, `there are captures of ${kind}`);
    return captures.slice(0, MOST);
  });

/** The same flow with the simulator in place of the server that it is for. */
const at = ({ host, port }: Simulator, nodes: readonly Node[]): Node[] =>
  nodes.map((node) => {
    if (node.type === "mqtt-broker") return { ...node, broker: host, port: String(port), usetls: false };
    if (node.type !== "tts-connection") return node;
    const { applicationId, tenantId } = node;
    const application = { applicationId: applicationId === "" ? "farm" : applicationId, tenantId };
    return { ...node, ...application, host, port: String(port), useTls: false, api: "off" };
  });

interface Result {
  readonly out: readonly object[];
  readonly sent: readonly object[];
}

describe("a flow with core's MQTT nodes gives the same after its conversion:", () => {
  withNodeRed();

  async function start(simulator: Simulator, nodes: readonly Node[]): Promise<Flows> {
    const { userName: user, apiKey } = simulator;
    const keys = nodes
      .filter(({ type }) => type === "mqtt-broker" || type === "tts-connection")
      .map(({ id, type }) => [id, type === "mqtt-broker" ? { user, password: apiKey } : { apiKey }] as const);
    const flows = await running(at(simulator, nodes), Object.fromEntries(keys), CORE);
    await sessions(simulator, 1);
    // Core drops what it is to publish before.
    for (const { id, type } of nodes)
      if (type === "mqtt out") await flows.shows(id, "node-red:common.status.connected");
    return flows;
  }

  async function run(flow: MqttFlow, nodes: readonly Node[]): Promise<Result> {
    const simulator = await simulated({ applicationId: "farm", tenantId: "ttn", devices: DEVICES });
    const flows = await start(simulator, nodes);
    const captures = capturesFor(flow);
    const out: object[] = [];
    if (captures.length > 0) {
      // Core subscribes to each topic by a packet of its own.
      await subscribed(simulator, nodes.filter(({ type }) => type === "mqtt in").length || 1);
      for (const capture of captures) {
        simulator.replay(capture);
        for (let count = 0; count < (flow.times ?? 1); count++) {
          const { payload, topic } = await flows.next();
          // What functions make are objects of another realm.
          out.push(JSON.parse(JSON.stringify({ payload, topic })) as object);
        }
      }
    }
    const sent: object[] = [];
    for (const trigger of flow.triggers ?? []) {
      const publish = simulator.next("publish");
      flows.getNode(trigger).receive({ payload: 1, to: "valve" });
      const { topic, payload, outcome } = await publish;
      const { downlinks } = JSON.parse(payload.toString()) as { downlinks: Record<string, unknown>[] };
      await flows.next("completed");
      // A correlation ID of ours comes with each, so that its answers are known.
      sent.push({
        topic,
        outcome,
        downlinks: downlinks.map((one) => ({ ...one, correlation_ids: undefined })),
      });
    }
    assert.deepEqual(flows.untaken(), []);
    await flows.unload();
    return { out, sent };
  }

  for (const flow of FLOWS)
    it(flow.name, async () => {
      let count = 0;
      const senders = flow.nodes.flatMap(({ id, type }) => (type === "mqtt out" ? [id] : []));
      const nodes = [tab(), ...flow.nodes, sink(), ...complete(...senders)];
      const conversion = convertMqtt(nodes, () => `new-${++count}`);
      const converted = conversion.flow as readonly Node[];
      const types = new Map(converted.map(({ id, type }) => [id, type]));
      assert.deepEqual(
        conversion.made.map((id) => types.get(id)),
        flow.becomes,
      );
      assert.ok(!converted.some(({ type }) => /^mqtt (in|out)$/.test(type)));
      const before = await run(flow, nodes);
      assert.deepEqual(await run(flow, converted), before);
      assert.ok(before.out.length + before.sent.length > 0);
    });
});
