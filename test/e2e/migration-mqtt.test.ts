import assert from "node:assert/strict";
import { startSimulator, type Simulator } from "../../simulator/simulator";
import { broker, func, json, mqttIn, mqttOut } from "../plugins/tts-migration/mqttFlows";
import { EditorPage } from "./editor-page";
import { startNodeRed, type FlowNode, type NodeRed } from "./node-red";

/** The parts of the editor's global that the tests use. */
declare const RED: {
  nodes: { createCompleteNodeSet(): FlowNode[]; dirty(): boolean };
  actions: { invoke(action: string): void };
};

const TAB = { id: "tab", type: "tab", label: "Farm" };
const ACTION = "the-things-stack:convert-ttn-nodes";

const debug = (id: string, more: object = {}): FlowNode => ({
  ...{
    id,
    type: "debug",
    z: "tab",
    name: id,
    active: true,
    tosidebar: true,
    console: false,
    tostatus: false,
  },
  ...{ complete: "payload", targetType: "msg", statusVal: "", statusType: "auto", x: 560, y: 80, wires: [] },
  ...more,
});

describe("MQTT nodes for The Things Stack in the editor", () => {
  let simulator: Simulator;
  let nodeRed: NodeRed;
  let editor: EditorPage;

  before(async function () {
    this.timeout(120_000);
    simulator = await startSimulator({ applicationId: "farm", tenantId: "ttn" });
    nodeRed = await startNodeRed();
    editor = await EditorPage.open(nodeRed);
  });
  after(async () => {
    await editor.close();
    await nodeRed.stop();
    await simulator.stop();
  });
  afterEach(() => {
    assert.deepEqual(editor.errors.splice(0), []);
  });

  const notification = (text: RegExp) =>
    editor.page.locator(".red-ui-notification:visible").filter({ hasText: text });
  const invoke = (action: string): Promise<void> =>
    editor.page.evaluate((name) => RED.actions.invoke(name), action);
  const now = (): Promise<readonly FlowNode[]> =>
    editor.page.evaluate(() => JSON.parse(JSON.stringify(RED.nodes.createCompleteNodeSet())) as FlowNode[]);
  const typesNow = async (): Promise<unknown[]> => (await now()).map(({ type }) => type).sort();
  const here = (more: object = {}): FlowNode =>
    broker({ broker: simulator.host, port: String(simulator.port), ...more });

  it("are imported, reviewed, converted, deployed with a key, and give the messages", async () => {
    await editor.openWith([TAB, broker({ id: "home" }), mqttIn("home/door", "json", [], { broker: "none" })]);
    await invoke(ACTION);
    await notification(/no MQTT nodes for The Things Stack/).waitFor();
    const flow = [
      here(),
      mqttIn("v3/farm@ttn/devices/+/up", "json", ["pick"]),
      func("pick", "msg.payload = msg.payload.uplink_message.decoded_payload;\nreturn msg;", ["show"]),
      debug("show"),
    ];
    await editor.import(JSON.stringify(flow));
    await editor.page.locator("#red-ui-workspace-chart").click({ position: { x: 500, y: 400 } });
    const id = (await now()).find(({ topic }) => topic === "v3/farm@ttn/devices/+/up")?.id;

    await invoke(ACTION);
    const review = notification(/can become nodes for The Things Stack: 1/);
    await review.waitFor();
    const said = (await review.textContent()) ?? "";
    for (const part of [
      "It becomes: tts-uplink",
      "Enter the API key again",
      "taken for a server",
      "MQTT broker TTN",
    ])
      assert.ok(said.includes(part), `"${part}" in: ${said}`);
    assert.ok((await typesNow()).includes("mqtt in"), "nothing is changed yet");
    await review.getByRole("button", { name: "Convert", exact: true }).click();
    await notification(/Old nodes converted: 1/)
      .getByRole("button", { name: "Close" })
      .click();

    const made = (await now()).find(({ type }) => type === "tts-connection");
    const form = await editor.openConfig("tts-connection", String(made?.id));
    await form.locator("#node-config-input-apiKey").fill(simulator.apiKey);
    await editor.doneConfig();
    const messages = await editor.workspace.debug();
    const subscribed = simulator.next("subscribe");
    const deployed = await editor.deploy();
    await subscribed;
    assert.equal(deployed.find((node) => node.id === id)?.type, "tts-uplink");
    assert.doesNotMatch(JSON.stringify(deployed), new RegExp(simulator.apiKey.slice(0, 20)));
    simulator.uplink("thermometer");
    await messages.filter({ hasText: "temperature" }).first().waitFor();
  });

  /** Of each kind: what becomes several nodes, what stays, what gets a node in front or behind, within a group and a subflow. */
  const ALL = (): readonly FlowNode[] => [
    TAB,
    here({ credentials: { user: "farm@ttn", password: "do-not-keep-me" } }),
    {
      id: "group",
      type: "group",
      z: "tab",
      name: "",
      style: {},
      nodes: ["in", "show"],
      x: 30,
      y: 30,
      w: 640,
      h: 90,
    },
    mqttIn("v3/+/devices/+/#", "json", ["show"], { g: "group" }),
    debug("show", { g: "group" }),
    mqttIn("v3/+/devices/+/up", "auto", ["parse"], { id: "text", y: 220 }),
    json("parse", "", ["show"], { y: 220 }),
    mqttIn("v3/+/devices/+/up", "buffer", ["show"], { id: "bytes", y: 280 }),
    func("body", "msg.payload = JSON.stringify({ downlinks: [] });\nreturn msg;", ["send"], { y: 340 }),
    mqttOut("v3/farm@ttn/devices/valve/down/push", { y: 340 }),
    { id: "catch", type: "catch", z: "tab", name: "", scope: ["send"], x: 140, y: 400, wires: [["show"]] },
    {
      id: "sub",
      type: "subflow",
      name: "sub",
      info: "",
      in: [{ x: 40, y: 40, wires: [{ id: "down" }] }],
      out: [],
    },
    mqttOut("v3/farm@ttn/devices/lamp/down/push", { id: "down", z: "sub" }),
    { id: "instance", type: "subflow:sub", z: "tab", name: "", x: 140, y: 460, wires: [] },
  ];

  it("are named with what stays and why, with the application of the broker's user name, and come back by undo", async () => {
    await editor.openWith(ALL());
    const before = await now();
    await invoke(ACTION);
    const review = notification(/can become nodes for The Things Stack: 4/);
    await review.getByRole("button", { name: "Cancel" }).click();
    assert.deepEqual(await now(), before);

    await invoke(ACTION);
    assert.match((await review.textContent()) ?? "", /Left as it is: it gives out the JSON as bytes/);
    await review.getByRole("button", { name: "Convert", exact: true }).click();
    const report = notification(/Old nodes converted: 4/);
    await report.getByRole("button", { name: "Close" }).click();
    const converted = await now();
    const byId = new Map(converted.map((node) => [node.id, node]));
    const made = converted.filter(({ type }) => type === "tts-connection");
    assert.deepEqual(
      made.map(({ applicationId, tenantId }) => [applicationId, tenantId]),
      [["farm", "ttn"]],
    );
    assert.doesNotMatch(JSON.stringify(converted), /do-not-keep-me/);
    const follow = (id: unknown): unknown[] =>
      [byId.get(String(id))?.wires].flat(2).map((next) => byId.get(String(next))?.type);
    assert.deepEqual(follow("in"), ["debug"]);
    for (const type of ["tts-join", "tts-event"]) {
      const { id, g } = converted.find((node) => node.type === type) ?? {};
      assert.deepEqual([follow(id), g], [["change"], "group"]);
    }
    assert.deepEqual(follow(converted.find(({ type }) => type === "change")?.id), ["debug"]);
    assert.deepEqual([byId.get("parse")?.action, byId.get("bytes")?.type], ["obj", "mqtt in"]);
    assert.deepEqual([follow("body"), byId.get("send")?.type], [["json"], "tts-downlink"]);
    const within = converted.filter(({ z }) => z === "sub").map(({ type }) => type);
    assert.deepEqual(within.sort(), ["json", "tts-downlink"]);
    assert.match(String(byId.get("tab")?.info), /## Converted to nodes for The Things Stack/);

    for (const round of ["first", "second"]) {
      await invoke("core:undo");
      assert.deepEqual(await now(), before, `${round} undo`);
      await invoke("core:redo");
      assert.deepEqual(await now(), converted, `${round} redo`);
    }
  });
});
