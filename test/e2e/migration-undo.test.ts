import assert from "node:assert/strict";
import { DASHBOARD, FIRST, SWITCHES } from "../plugins/tts-migration/flows";
import { EditorPage } from "./editor-page";
import { startNodeRed, type FlowNode, type NodeRed } from "./node-red";

/** The parts of the editor's global that the tests use. */
declare const RED: {
  nodes: {
    createCompleteNodeSet(): FlowNode[];
    dirty(): boolean;
    node(id: string): { changed?: boolean; moved?: boolean } | null;
    eachWorkspace(act: (tab: { id: string; locked?: boolean; disabled?: boolean }) => void): void;
    eachSubflow(act: (subflow: { id: string; instances: { id: string }[] }) => void): void;
  };
  actions: { invoke(action: string): void };
};

/** What is in the workspace, as a deploy would send it, and what it does not send. */
function workspace(): { readonly nodes: readonly FlowNode[] } {
  const tabs: unknown[] = [];
  RED.nodes.eachWorkspace(({ id, locked, disabled }) => tabs.push({ id, locked: Boolean(locked), disabled }));
  const instances: unknown[] = [];
  RED.nodes.eachSubflow((subflow) => instances.push([subflow.id, subflow.instances.map(({ id }) => id)]));
  const nodes = RED.nodes.createCompleteNodeSet();
  const marks = nodes.map(({ id }) => {
    const { changed, moved } = RED.nodes.node(String(id)) ?? {};
    return [id, Boolean(changed), Boolean(moved)];
  });
  return JSON.parse(JSON.stringify({ nodes, tabs, instances, marks, dirty: RED.nodes.dirty() })) as {
    nodes: FlowNode[];
  };
}

const OLD_APP = { id: "app", type: "ttn app", appId: "app1", accessKey: "k", discovery: "d:1900" };
const uplink = (id: string, z: string, wires: readonly string[], more: object = {}): FlowNode => ({
  ...{ id, type: "ttn uplink", z, name: "", app: "app", dev_id: "", field: "" },
  ...{ x: 150, y: 100, wires: [wires] },
  ...more,
});
const downlink = (id: string, z: string, more: object = {}): FlowNode => ({
  ...{ id, type: "ttn downlink", z, name: "", app: "app", dev_id: "", port: "", confirmed: false },
  ...{ schedule: "replace", x: 500, y: 100, wires: [] },
  ...more,
});
const debug = (id: string, z: string, more: object = {}): FlowNode => ({
  ...{ id, type: "debug", z, name: "", active: false, tosidebar: true, console: false, tostatus: false },
  ...{ complete: "payload", targetType: "msg", statusVal: "", statusType: "auto", x: 300, y: 200, wires: [] },
  ...more,
});
const comment = (id: string, z: string, more: object = {}): FlowNode => ({
  ...{ id, type: "comment", z, name: "", info: "", x: 300, y: 300, wires: [] },
  ...more,
});

const SUBFLOW: readonly FlowNode[] = [
  { id: "t", type: "tab", label: "t" },
  OLD_APP,
  uplink("u", "t", []),
  {
    id: "s",
    type: "subflow",
    name: "s",
    info: "What it is for",
    in: [{ x: 40, y: 40, wires: [{ id: "d" }] }],
    out: [
      { x: 400, y: 40, wires: [{ id: "c", port: 0 }] },
      { x: 400, y: 90, wires: [{ id: "s", port: 0 }] },
    ],
    env: [{ name: "A", type: "str", value: "1" }],
    status: { x: 400, y: 140, wires: [{ id: "st", port: 0 }] },
    inputLabels: ["in"],
    outputLabels: ["first", "second"],
  },
  debug("d", "s"),
  { id: "c", type: "change", z: "s", rules: [], x: 200, y: 60, wires: [[]] },
  { id: "st", type: "status", z: "s", name: "", scope: null, x: 200, y: 140, wires: [[]] },
  {
    id: "i1",
    type: "subflow:s",
    z: "t",
    name: "",
    env: [{ name: "A", value: "2", type: "str" }],
    x: 300,
    y: 300,
    wires: [["i2"], []],
  },
  { id: "i2", type: "subflow:s", z: "t", name: "two", x: 500, y: 300, wires: [[], []] },
];

const WITHIN_SUBFLOW: readonly FlowNode[] = [
  { id: "t", type: "tab", label: "t" },
  OLD_APP,
  {
    id: "s",
    type: "subflow",
    name: "s",
    info: "",
    in: [{ x: 40, y: 40, wires: [{ id: "f" }, { id: "dl" }, { id: "d" }] }],
    out: [
      {
        x: 600,
        y: 40,
        wires: [
          { id: "f", port: 0 },
          { id: "ev", port: 0 },
          { id: "two", port: 1 },
          { id: "c", port: 0 },
        ],
      },
    ],
    env: [],
    status: { x: 600, y: 90, wires: [{ id: "u", port: 0 }] },
  },
  {
    id: "f",
    type: "function",
    z: "s",
    name: "f",
    func: "return msg;",
    outputs: 1,
    x: 150,
    y: 40,
    wires: [["d", "dl", "c"]],
  },
  { id: "c", type: "change", z: "s", rules: [], x: 250, y: 60, wires: [["dl"]] },
  debug("d", "s"),
  downlink("dl", "s"),
  uplink("u", "s", ["d", "c"]),
  {
    id: "ev",
    type: "ttn event",
    z: "s",
    name: "",
    app: "app",
    dev_id: "",
    event: "#",
    x: 100,
    y: 250,
    wires: [["d"]],
  },
  { id: "two", type: "ttn", z: "s", name: "", app: "app", dev_id: "", x: 100, y: 350, wires: [["d"], ["c"]] },
  { id: "i1", type: "subflow:s", z: "t", name: "", x: 300, y: 300, wires: [[]] },
];

const LOCKED_AND_GROUPED: readonly FlowNode[] = [
  {
    id: "t1",
    type: "tab",
    label: "locked",
    locked: true,
    disabled: false,
    info: "Description",
    env: [{ name: "E", value: "1", type: "str" }],
  },
  { id: "t2", type: "tab", label: "disabled", disabled: true },
  { id: "t3", type: "tab", label: "locked, nothing old", locked: true },
  {
    id: "g1",
    type: "group",
    z: "t1",
    name: "outer",
    style: { label: true },
    nodes: ["a1", "g2", "u1", "b1"],
    x: 34,
    y: 34,
    w: 400,
    h: 300,
  },
  {
    id: "g2",
    type: "group",
    z: "t1",
    g: "g1",
    name: "inner",
    style: {},
    nodes: ["dl1", "c1"],
    env: [],
    x: 54,
    y: 54,
    w: 200,
    h: 100,
  },
  { id: "j1", type: "junction", z: "t1", x: 250, y: 100, wires: [["dl1", "d1"]] },
  { id: "j2", type: "junction", z: "t3", x: 250, y: 100, wires: [["d3"]] },
  OLD_APP,
  { id: "other", type: "mqtt-broker", name: "", broker: "localhost", port: "1", autoConnect: false },
  { id: "app2", type: "ttn app", z: "t2", appId: "app2", accessKey: "k", discovery: "d:1900" },
  {
    id: "other2",
    type: "mqtt-broker",
    z: "t2",
    name: "",
    broker: "localhost",
    port: "2",
    autoConnect: false,
  },
  comment("a1", "t1", { g: "g1" }),
  uplink("u1", "t1", ["d1", "j1", "dl1"], {
    g: "g1",
    d: true,
    l: false,
    icon: "font-awesome/fa-bolt",
    outputLabels: ["uplinks"],
    info: "about it",
  }),
  comment("b1", "t1", { g: "g1" }),
  downlink("dl1", "t1", { g: "g2", inputLabels: ["to send"] }),
  comment("c1", "t1", { g: "g2", d: true }),
  debug("d1", "t1"),
  {
    id: "e2",
    type: "ttn event",
    z: "t2",
    name: "ev",
    app: "app2",
    dev_id: "",
    event: "#",
    x: 100,
    y: 100,
    wires: [["d2"]],
  },
  debug("d2", "t2", { x: 110, y: 140 }),
  debug("d3", "t3"),
  {
    id: "in3",
    type: "inject",
    z: "t3",
    name: "",
    props: [],
    repeat: "",
    once: false,
    x: 100,
    y: 100,
    wires: [["d3", "j2"]],
  },
];

describe("undo after the conversion of old flows", () => {
  let nodeRed: NodeRed;
  let editor: EditorPage;

  async function open(flows: readonly FlowNode[]): Promise<void> {
    await editor.openWith(flows);
    await editor.page
      .locator(".red-ui-notification")
      .filter({ hasText: /no longer work/ })
      .waitFor();
  }

  before(async function () {
    this.timeout(120_000);
    nodeRed = await startNodeRed();
    editor = await EditorPage.open(nodeRed);
  });
  after(async () => {
    await editor.close();
    await nodeRed.stop();
  });

  async function convert(): Promise<void> {
    await editor.page.getByRole("button", { name: "Convert", exact: true }).click();
    await editor.page
      .locator(".red-ui-notification")
      .filter({ hasText: /Old nodes converted/ })
      .getByRole("button", { name: "Close" })
      .click();
    await drawn();
  }

  const now = (): Promise<ReturnType<typeof workspace>> => editor.page.evaluate(workspace);
  /** The editor draws, and sizes groups, with the next frame. */
  const drawn = (): Promise<void> =>
    editor.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50))));
  const invoke = async (action: string): Promise<void> => {
    await editor.page.evaluate((name) => RED.actions.invoke(name), action);
    await drawn();
  };

  const FLOWS = { SUBFLOW, WITHIN_SUBFLOW, LOCKED_AND_GROUPED, DASHBOARD, FIRST, SWITCHES };
  for (const [name, flows] of Object.entries(FLOWS))
    it(`brings back everything as it was, and redo what was converted: ${name.toLowerCase().replaceAll("_", " ")}`, async () => {
      await open(flows.some(({ type }) => type === "tab") ? flows : [{ id: "t", type: "tab" }, ...flows]);
      await drawn();
      const before = await now();
      await convert();
      const converted = await now();
      assert.doesNotMatch(JSON.stringify(converted), /"type":"ttn /);
      for (const round of ["first", "second"]) {
        await invoke("core:undo");
        assert.deepEqual(await now(), before, `${round} undo`);
        await invoke("core:redo");
        assert.deepEqual(await now(), converted, `${round} redo`);
      }
      await invoke("core:undo");
      await invoke("core:add-flow");
      const known = new Set(before.nodes.map(({ id }) => id));
      const deployed = (await editor.deploy()).filter(({ id }) => known.has(id));
      assert.deepEqual(deployed, before.nodes);
      assert.deepEqual(editor.errors.splice(0), []);
    });
});
