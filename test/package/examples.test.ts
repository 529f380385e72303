import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runInNewContext } from "node:vm";
import { demoStackDevices } from "../../simulator/devices/demo";
import { startNodeRed, toFlow, type FlowNode, type NodeRed } from "../e2e/node-red";
import { EXAMPLES, exampleOf, isConnection, isShared, type Example } from "../exampleFiles";
import { freePort } from "../freePort";

/** An example as it is imported; what goes to the debug sidebar is in the log as well. No broker listens on the port given. */
const imported = ({ nodes }: Example, port: number): FlowNode[] =>
  nodes.map((node) => ({
    ...node,
    ...(node.type === "debug" && { console: true }),
    ...((node.type === "mqtt-broker" || node.service === "pubsub") && {
      [node.type === "mqtt-broker" ? "broker" : "host"]: "127.0.0.1",
      port: String(port),
    }),
  }));

interface Expectation {
  /** What a user sees in the debug sidebar, after the buttons were pressed. */
  readonly logs: readonly RegExp[];
  readonly fails?: boolean;
  /** What each button shows before the next is pressed: what is sent at the same moment replaces what waits. */
  readonly each?: string;
  /** What is there before the buttons are pressed. */
  readonly first?: RegExp;
  /** What else there is to see. */
  readonly then?: (nodeRed: NodeRed) => Promise<void>;
}

/** Asks until the answer is like this: what devices send comes within seconds. */
async function untilAnswer(url: string, like: RegExp) {
  for (;;) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    const text = await answer.text();
    if (like.test(text))
      return { status: answer.status, type: answer.headers.get("content-type") ?? "", text };
    await sleep(50);
  }
}

const send = (url: string, payload: object): Promise<Response> =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(payload),
  });

const EXPECTED: Readonly<Record<string, Expectation>> = {
  "Receive uplinks": {
    logs: [/debug:decoded payload\][^]*temperature: \d/, /debug:radio\]/, /debug:temperature\]\s+\d/],
  },
  "One row per uplink": {
    logs: [
      /debug:row\][^]*radio_gateways: \d/,
      /debug:line\]\s+time,device,temperature,[^]*\d,thermometer-1,\d/,
      /debug:place\][^]*name: 'tracker-1'/,
    ],
  },
  "Look into the queue": {
    logs: [/debug:downlink\]/, /debug:queue\]/, /debug:line\]\s+0: FPort 15, \w+==, NORMAL/],
  },
  "Formatter errors by mail": {
    logs: [/debug:mail\][^]*uplink formatter of [\w-]+/],
  },
  "Why does a device not join": {
    logs: [
      /debug:reason\]\s+not-decoded-1, decoder_error: /,
      /debug:reason\]\s+not-joining-1, join_error: Join of not-joining-1 refused: its AppKey differs/,
    ],
  },
  "Watch joins": { logs: [/debug:joined\]\s+door-1 has joined/] },
  "Alarm when a device goes silent": {
    logs: [/debug:change\]\s+door-1 was heard for the first time/, /debug:table\]/],
  },
  "Follow downlinks and events": {
    logs: [
      /debug:what becomes of downlinks\]\s+door-1: downlink_sent/,
      /debug:reason\][^]*not-joining-1/,
      /debug:event\]/,
    ],
    fails: true,
  },
  "Send a downlink": { logs: [/(debug:queued\][^]*){4}/] },
  "Reply to an uplink": { logs: [/(debug:queued\][^]*){2}/] },
  "Replace and clear the queue": { each: "debug:downlink\\]", logs: [] },
  "Confirmed downlink, step by step": { logs: [/debug:steps\][^]*sent/, /debug:acknowledged\]/] },
  "CSV file per day": {
    logs: [/debug:line\]\s+\d+,thermometer-1,2,\d+,[\d.]+,[\d.]+,,,,-\d/, /debug:line\]\s+\d+,tracker-1,1,/],
    async then({ userDir }) {
      const files = (await readdir(userDir)).filter((file) => /^uplinks-\d{4}-\d\d-\d\d\.csv$/.test(file));
      const lines = (await readFile(path.join(userDir, files[0] ?? ""), "utf8")).trimEnd().split("\n");
      assert.ok(lines.length >= 2);
      for (const line of lines) assert.equal(line.split(",").length, 13, line);
    },
  },
  "Bytes without a formatter": {
    logs: [/debug:fields\][^]*temperature: \d/, /debug:queued\]\s+queued/],
  },
  "One subflow per device type": {
    logs: [/debug:temperature\]\s+\d/, /debug:lock\]\s+unlocked/, /(debug:command\]\s+sent[^]*){2}/],
  },
  "Class C, at once or at a time": {
    logs: [/debug:sent\]\s+sent/, /debug:steps\]\s+queued/, /debug:lock\]\s+unlocked/],
  },
  "Request and response": {
    logs: [/debug:done\]\s+queued/, /debug:why not\]\s+msg\.payload has 256 bytes/],
  },
  "Devices over HTTP": {
    logs: [],
    async then({ url }) {
      await untilAnswer(`${url}/devices/door-1`, /"state":"online".*"lock":"\w+"/);
      for (const id of [/"thermometer-1"/, /"tracker-1"/]) await untilAnswer(`${url}/devices`, id);
      const sent = await send(`${url}/devices/door-1/downlink`, { lock: "unlocked" });
      assert.equal(sent.status, 200);
      assert.match(await sent.text(), /"state":"queued".*"deviceId":"door-1"/);
      const refused = await send(`${url}/devices/door%201/downlink`, { lock: "unlocked" });
      assert.equal(refused.status, 400);
      assert.match(await refused.text(), /"code":"invalid_downlink","message":".*did you mean door-1/);
      const unknown = await send(`${url}/devices/window-1/downlink`, { lock: "unlocked" });
      assert.equal(unknown.status, 502);
      assert.match(await unknown.text(), /"code":"not_accepted"/);
    },
  },
  "Health and metrics": {
    logs: [],
    async then({ url }) {
      const health = await untilAnswer(`${url}/health`, /"connected":true/);
      assert.equal(health.status, 200);
      const metrics = await untilAnswer(`${url}/metrics`, /battery_percent\{device="tracker-1"\} 64.6/);
      assert.match(metrics.type, /^text\/plain;.*version=0\.0\.4/);
      for (const line of metrics.text
        .trimEnd()
        .split("\n")
        .filter((text) => text.trim() !== ""))
        assert.match(line, /^(# (HELP|TYPE) lorawan_\w+ .+|lorawan_\w+\{device="[\w-]+"\} -?[\d.]+)$/);
    },
  },
  "Bridge to another broker": {
    logs: [/topic: 'v3\/[\w@-]+\/devices\/door-1\/up'/, /topic: 'v3\/[\w@-]+\/devices\/door-1\/join'/],
  },
  "Pub-Sub over your own broker": {
    logs: [/debug:error\]\s+Nothing listens on 127\.0\.0\.1:\d+/],
    fails: true,
  },
  // Its broker is not there: what would be sent is seen nevertheless.
  "Home Assistant": {
    first: /debug:told to Home Assistant\][^]*homeassistant\/device\/tts_[\w-]+__door-1\/config/,
    logs: [
      /topic: 'tts\/[\w-]+\/thermometer-1\/state'/,
      /topic: 'tts\/[\w-]+\/door-1\/state',\s+payload: ''/,
    ],
  },
};

/** Those that no other package is needed for: `test/parts` has the rest. */
const OWN = EXAMPLES.filter(({ needs }) => needs === undefined);

describe("the examples", () => {
  it("share one connection, to the demo, which is the same in all", () => {
    const demos = EXAMPLES.map(({ nodes }) => nodes.filter(isConnection).filter(isShared));
    for (const found of demos) assert.deepEqual(found, demos[0]);
    assert.equal(demos[0]?.length, 1);
  });

  it("have a dashboard in common where they have one, and no other ID", () => {
    const all = EXAMPLES.flatMap(({ nodes }) => nodes);
    const shared = new Map(all.filter(isShared).map((node) => [node.id, node]));
    for (const node of all.filter(isShared)) assert.deepEqual(node, shared.get(node.id));
    const ids = all.filter((node) => !isShared(node)).map(({ id }) => id);
    assert.equal(new Set([...ids, ...shared.keys()]).size, ids.length + shared.size);
  });

  it("are for the devices of the demo", () => {
    const known = demoStackDevices().map(({ device }) => device.id);
    const sent = EXAMPLES.flatMap(({ nodes }) => nodes).flatMap(({ device, deviceType, props }) => [
      ...(deviceType === "str" && device !== "${DEVICE}" ? [device] : []),
      ...(Array.isArray(props) ? toFlow(props) : []).flatMap(({ p, v }) => (p === "deviceId" ? [v] : [])),
    ]);
    assert.ok(sent.length > 5);
    for (const id of sent) assert.ok(known.includes(String(id)), String(id));
  });

  for (const { name, nodes } of EXAMPLES)
    it(`say what there is to see, show errors in words, and are in line: ${name}`, () => {
      const tab = nodes.find(({ type }) => type === "tab");
      assert.ok(tab);
      assert.equal(String(tab.label).replace("?", ""), name);
      const named = (type: string): readonly FlowNode[] => nodes.filter((node) => node.type === type);
      assert.ok(named("comment").some((node) => String(node.name).startsWith("What you see")));
      // Errors are for Catch nodes; a Status node that listens to all would show them too.
      assert.ok(named("status").every(({ scope }) => Array.isArray(scope)));
      const errors = named("debug").filter((node) => node.name === "error");
      assert.deepEqual(
        errors.map(({ complete }) => complete),
        ["error.message"],
      );
      assert.doesNotMatch(
        JSON.stringify(nodes),
        /\berror\.code`?\./,
        "which Node-RED before 4.1 does not have",
      );
      assertInLine(nodes.filter(({ z }) => z === tab.id));
    });

  it("speak of joins only where a node tells of them, and of no file that the package does not have", () => {
    for (const { name, nodes } of EXAMPLES) {
      const texts = nodes.filter(({ type }) => type === "comment").map(({ info }) => String(info));
      const tellsOfJoins = nodes.some(
        ({ type, events }) =>
          type === "tts-join" ||
          (type === "tts-event" && Array.isArray(events) && events.includes("join_error")),
      );
      if (!tellsOfJoins)
        assert.doesNotMatch(texts.join("\n"), /switch a device on|when (?:its|it) join/, name);
      assert.doesNotMatch(texts.join("\n"), /\bdocs\/[\w-]+\.md/, name);
    }
  });

  it("need other packages only where their comment says so", () => {
    for (const { name, nodes, needs } of EXAMPLES)
      if (needs !== undefined)
        assert.match(JSON.stringify(nodes), new RegExp(`Install → \`${needs}\``), name);
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

it("the metrics have values that are 0, and leave out those that are not known", () => {
  const nodes = exampleOf("Health and metrics").nodes;
  const func = String(nodes.find(({ type }) => type === "function")?.func);
  const payload = [
    { id: "door-1", received: 3, lost: 0, lastSeen: 1_500, snr: 0, battery: 0 },
    { id: "door-2" },
  ];
  const { payload: text } = runInNewContext(`(() => {${func}})()`, { msg: { payload } }) as {
    payload: string;
  };
  const values = text.split("\n").filter((line) => line.startsWith("lorawan"));
  assert.deepEqual(values, [
    'lorawan_uplinks_total{device="door-1"} 3',
    'lorawan_lost_total{device="door-1"} 0',
    'lorawan_last_uplink_timestamp_seconds{device="door-1"} 1.5',
    'lorawan_snr_db{device="door-1"} 0',
    'lorawan_battery_percent{device="door-1"} 0',
  ]);
});

describe("the example", () => {
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await startNodeRed();
  });
  after(() => nodeRed.stop());
  // The demo ends with its last user, and begins anew for the next example.
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.log(nodeRed.log());
    await nodeRed.setFlows([]);
  });

  for (const example of OWN)
    it(`"${example.name}" runs on import, unchanged, and does what it says`, async () => {
      const nodes = imported(example, await freePort());
      const expected = EXPECTED[example.name];
      assert.ok(expected, "an example without a test");
      nodeRed.clearLog();
      await nodeRed.setFlows(nodes);
      // What is sent before waits here, and is replaced by what comes after it.
      await nodeRed.logged(/\[tts-connection:[^\]]*\] Connected to/);
      if (expected.first) await nodeRed.logged(expected.first);
      let pressed = 0;
      for (const { id } of nodes.filter(({ type }) => type === "inject")) {
        await fetch(`${nodeRed.url}/inject/${String(id)}`, { method: "POST" });
        pressed += 1;
        if (expected.each) await nodeRed.logged(new RegExp(`(${expected.each}[^]*){${pressed}}`));
      }
      for (const text of expected.logs) await nodeRed.logged(text);
      await expected.then?.(nodeRed);
      if (!expected.fails) assert.doesNotMatch(nodeRed.log(), /debug:error\]|\[error\]/);
    });

  const caught = ({ type, scope }: FlowNode): boolean => type === "catch" && Array.isArray(scope);
  for (const example of OWN.filter(({ nodes }) => nodes.some(caught)))
    it(`"${example.name}" says why there is no connection, and takes it for no answer to a message`, async () => {
      const port = String(await freePort());
      const account = { service: "stack", host: "127.0.0.1", port, useTls: false, tenantId: "", api: "off" };
      const nodes = example.nodes.map((node) => ({
        ...node,
        ...(node.type === "debug" && { console: true }),
        ...(isConnection(node) && {
          ...{ ...account, applicationId: "app1" },
          credentials: { apiKey: "NNSXS.VEEBURF3KR77ZR3BH7MQVYXLJJWWT7GHMVR7GDI.secret" },
        }),
      }));
      nodeRed.clearLog();
      await nodeRed.setFlows(nodes);
      await nodeRed.logged(/debug:error\]\s+Nothing listens on 127\.0\.0\.1/);
      assert.doesNotMatch(nodeRed.log(), /\[warn\]/);
    });
});
