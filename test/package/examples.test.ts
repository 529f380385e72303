import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { demoDevices } from "../../simulator/devices/demo";
import { startSimulator, type Simulator } from "../../simulator/simulator";
import { PACKAGE, startNodeRed, toFlow, type FlowNode, type NodeRed } from "../e2e/node-red";

const FOLDER = path.join(PACKAGE, "examples");

/** An example as a user has it after following its first comment: connection and device entered. */
function followed(file: string, simulator: Simulator): FlowNode[] {
  const text = readFileSync(path.join(FOLDER, file), "utf8");
  return toFlow(JSON.parse(text) as unknown).map((node) => {
    if (node.type === "tts-connection") {
      const { host, port, applicationId, apiUrl: api } = simulator;
      return { ...node, host, port: String(port), useTls: false, tenantId: "", applicationId, api };
    }
    return node.type === "debug" ? { ...node, console: true } : node;
  });
}

/** What a user sees in the debug sidebar, and how many kinds of messages each example waits for. */
const EXPECTED: Record<
  string,
  {
    readonly kinds: number;
    readonly logs: readonly RegExp[];
    /** What is there before the buttons are pressed. */
    readonly first?: RegExp;
  }
> = {
  "Receive uplinks.json": {
    kinds: 1,
    logs: [/debug:decoded payload\][^]*temperature: \d/, /debug:radio\]/, /debug:temperature\]\s+\d/],
  },
  "One row per uplink.json": {
    kinds: 1,
    logs: [
      /debug:row\][^]*radio_gateways: 1/,
      /debug:line\]\s+time,device,temperature,[^]*\d,thermometer-1,\d/,
      /debug:place\][^]*name: 'tracker-1'/,
    ],
  },
  "Why does a device not join.json": {
    kinds: 0,
    logs: [/debug:reason\]\s+door-1, join_error: Join of door-1 refused: its AppKey differs/],
  },
  "Alarm when a device goes silent.json": {
    kinds: 2,
    logs: [/debug:change\]\s+door-1 was heard for the first time/, /debug:table\][^]*state/],
  },
  "Watch joins.json": { kinds: 1, logs: [/debug:joined\]\s+door-1 has joined/] },
  "Follow downlinks and events.json": {
    kinds: 7,
    logs: [/debug:what becomes of downlinks\]/, /debug:reason\][^]*never acknowledged/, /debug:event\]/],
  },
  "Send a downlink.json": { kinds: 6, logs: [/(debug:queued\][^]*){4}/] },
  "Reply to an uplink.json": { kinds: 7, logs: [/(debug:queued\][^]*){2}/] },
  "Replace and clear the queue.json": { kinds: 6, logs: [/(debug:downlink\][^]*){4}/] },
  "Confirmed downlink, step by step.json": {
    kinds: 6,
    logs: [/debug:steps\][^]*sent/, /debug:acknowledged\]/],
  },
  // Its broker is not there: what would be sent is seen nevertheless.
  "Home Assistant.json": {
    kinds: 1,
    first: /debug:told to Home Assistant\][^]*homeassistant\/device\/tts_[\w-]+__door-1\/config/,
    logs: [
      /topic: 'tts\/[\w-]+\/thermometer-1\/state'/,
      /topic: 'tts\/[\w-]+\/door-1\/state',\s+payload: ''/,
    ],
  },
};

const FILES = readdirSync(FOLDER);
const read = (file: string): readonly FlowNode[] =>
  toFlow(JSON.parse(readFileSync(path.join(FOLDER, file), "utf8")) as unknown);

describe("the examples", () => {
  it("share one connection, which is entered once and is the same in all", () => {
    const connections = FILES.map((file) => read(file).filter(({ type }) => type === "tts-connection"));
    for (const found of connections) assert.deepEqual(found, connections[0]);
    assert.equal(connections[0]?.length, 1);
  });

  it("have no other ID in common", () => {
    const ids = FILES.flatMap((file) => read(file).filter(({ type }) => type !== "tts-connection"));
    assert.equal(new Set(ids.map(({ id }) => id)).size, ids.length);
  });

  it("are for the devices of the demo", () => {
    const known = demoDevices().map(({ id }) => id);
    const sent = FILES.flatMap(read).flatMap(({ device, deviceType, props }) => [
      ...(deviceType === "str" ? [device] : []),
      ...(Array.isArray(props) ? toFlow(props) : []).flatMap(({ p, v }) => (p === "deviceId" ? [v] : [])),
    ]);
    assert.ok(sent.length > 5);
    for (const id of sent) assert.ok(known.includes(String(id)), String(id));
  });

  for (const file of FILES)
    it(`say what there is to see, show errors in words, and are in line: ${path.parse(file).name}`, () => {
      const nodes = read(file);
      const named = (type: string): readonly FlowNode[] => nodes.filter((node) => node.type === type);
      assert.ok(named("comment").some(({ name }) => String(name).startsWith("What you see")));
      assert.deepEqual(named("status"), []);
      const errors = named("debug").filter(({ name }) => name === "error");
      assert.deepEqual(
        errors.map(({ complete }) => complete),
        ["error.message"],
      );
      assert.doesNotMatch(JSON.stringify(nodes), /msg\.error\.code`\./, "which Node-RED 4.0 does not have");
      assertInLine(nodes);
    });
});

/** A node is centred on its place. Its width follows from its label; the letters of a usual font are some 7 pixels wide. */
const widthOf = ({ name, type }: FlowNode): number =>
  Math.max(
    100,
    20 * Math.ceil(((typeof name === "string" && name !== "" ? name : String(type)).length * 6.6 + 50) / 20),
  );

function assertInLine(nodes: readonly FlowNode[]): void {
  const placed = nodes.filter(({ x }) => typeof x === "number");
  const leftOf = (node: FlowNode): number => Number(node.x) - widthOf(node) / 2;
  for (const node of placed) {
    assert.ok(Number(node.x) >= 100, `${String(node.id)} is at the edge`);
    assert.ok(leftOf(node) >= 20, `${String(node.id)} is off the edge`);
  }
  const behind = new Set<unknown>(
    placed.flatMap(({ wires }): unknown[] => (Array.isArray(wires) ? (wires.flat() as unknown[]) : [])),
  );
  for (const node of placed.filter(({ id, name }) => !behind.has(id) && name))
    assert.ok(Math.abs(leftOf(node) - 60) <= 60, `${String(node.name)} starts at ${leftOf(node)}`);
}

describe("the example", () => {
  let simulator: Simulator;
  let nodeRed: NodeRed;

  afterEach(async () => {
    await nodeRed.stop();
    await simulator.stop();
  });

  for (const file of FILES)
    it(`"${path.parse(file).name}" works, with no error`, async () => {
      simulator = await startSimulator({ devices: demoDevices() });
      const nodes = followed(file, simulator);
      const connections = nodes.filter(({ type }) => type === "tts-connection");
      const credentials = Object.fromEntries(
        connections.map(({ id }) => [String(id), { apiKey: simulator.apiKey }]),
      );
      nodeRed = await startNodeRed(nodes, { credentials });
      const expected = EXPECTED[file];
      assert.ok(expected, "an example without a test");
      while (simulator.subscribes.length < expected.kinds) await simulator.next("subscribe");
      while (expected.kinds === 0 && simulator.eventStreams === 0) await simulator.next("eventStreams");
      simulator.refuseJoin("door-1", "mic_mismatch");
      simulator.join("door-1");
      for (const { id } of demoDevices()) simulator.uplink(id);
      simulator.publish("downlink_queued", "door-1", { f_port: 1, frm_payload: "AQ==" });
      simulator.publish("downlink_failed", "door-1", { error: { name: "max_retries_reached" } });
      simulator.publish("location_solved", "door-1", { service: "gnss", location: { latitude: 52 } });
      if (expected.first) await nodeRed.logged(expected.first);
      for (const { id, type } of nodes)
        if (type === "inject") await fetch(`${nodeRed.url}/inject/${String(id)}`, { method: "POST" });
      for (const text of expected.logs) await nodeRed.logged(text);
      assert.doesNotMatch(nodeRed.log(), /debug:error\]|\[error\]/);
    });
});
