import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { demoStackDevices } from "../../simulator/devices/demo";
import { PACKAGE, startNodeRed, toFlow, type FlowNode, type NodeRed } from "../e2e/node-red";

const FOLDER = path.join(PACKAGE, "examples");

/** An example as it is imported; what goes to the debug sidebar is in the log as well. */
const imported = (file: string): FlowNode[] =>
  read(file).map((node) => (node.type === "debug" ? { ...node, console: true } : node));

/** What a user sees in the debug sidebar, after the buttons were pressed. */
const EXPECTED: Record<
  string,
  {
    readonly logs: readonly RegExp[];
    readonly fails?: boolean;
    /** What is there before the buttons are pressed. */
    readonly first?: RegExp;
  }
> = {
  "Receive uplinks.json": {
    logs: [/debug:decoded payload\][^]*temperature: \d/, /debug:radio\]/, /debug:temperature\]\s+\d/],
  },
  "One row per uplink.json": {
    logs: [
      /debug:row\][^]*radio_gateways: \d/,
      /debug:line\]\s+time,device,temperature,[^]*\d,thermometer-1,\d/,
      /debug:place\][^]*name: 'tracker-1'/,
    ],
  },
  "Look into the queue.json": {
    logs: [/debug:downlink\]/, /debug:queue\]/],
  },
  "Formatter errors by mail.json": {
    logs: [/debug:mail\][^]*uplink formatter of [\w-]+/],
  },
  "Why does a device not join.json": {
    logs: [
      /debug:reason\]\s+not-decoded-1, decoder_error: /,
      /debug:reason\]\s+not-joining-1, join_error: Join of not-joining-1 refused: its AppKey differs/,
    ],
  },
  "Watch joins.json": { logs: [/debug:joined\]\s+door-1 has joined/] },
  "Alarm when a device goes silent.json": {
    logs: [/debug:change\]\s+door-1 was heard for the first time/, /debug:table\]/],
  },
  "Follow downlinks and events.json": {
    logs: [
      /debug:what becomes of downlinks\]\s+door-1: downlink_sent/,
      /debug:reason\][^]*not-joining-1/,
      /debug:event\]/,
    ],
    fails: true,
  },
  "Send a downlink.json": { logs: [/(debug:queued\][^]*){4}/] },
  "Reply to an uplink.json": { logs: [/(debug:queued\][^]*){2}/] },
  "Replace and clear the queue.json": { logs: [/(debug:downlink\][^]*){4}/] },
  "Confirmed downlink, step by step.json": { logs: [/debug:steps\][^]*sent/, /debug:acknowledged\]/] },
  // Its broker is not there: what would be sent is seen nevertheless.
  "Home Assistant.json": {
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
  it("share one connection, to the demo, which is the same in all", () => {
    const connections = FILES.map((file) => read(file).filter(({ type }) => type === "tts-connection"));
    for (const found of connections) assert.deepEqual(found, connections[0]);
    assert.deepEqual(
      connections[0]?.map(({ service }) => service),
      ["demo"],
    );
  });

  it("have no other ID in common", () => {
    const ids = FILES.flatMap((file) => read(file).filter(({ type }) => type !== "tts-connection"));
    assert.equal(new Set(ids.map(({ id }) => id)).size, ids.length);
  });

  it("are for the devices of the demo", () => {
    const known = demoStackDevices().map(({ device }) => device.id);
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
  let nodeRed: NodeRed;

  afterEach(() => nodeRed.stop());

  for (const file of FILES)
    it(`"${path.parse(file).name}" runs on import, unchanged, and does what it says`, async () => {
      const nodes = imported(file);
      nodeRed = await startNodeRed(nodes);
      const expected = EXPECTED[file];
      assert.ok(expected, "an example without a test");
      // What is sent before waits here, and is replaced by what comes after it.
      await nodeRed.logged(/\[tts-connection:[^\]]*\] Connected to/);
      if (expected.first) await nodeRed.logged(expected.first);
      for (const { id, type } of nodes)
        if (type === "inject") await fetch(`${nodeRed.url}/inject/${String(id)}`, { method: "POST" });
      for (const text of expected.logs) await nodeRed.logged(text);
      if (!expected.fails) assert.doesNotMatch(nodeRed.log(), /debug:error\]|\[error\]/);
    });
});
