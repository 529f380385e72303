import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { startSimulator, type Simulator } from "../../simulator/simulator";
import { EditorPage } from "./editor-page";
import { startNodeRed, type NodeRed } from "./node-red";

/** From an empty flow to a message in the debug sidebar: what every user does on the first day. */
describe("a user with an empty flow", () => {
  let simulator: Simulator;
  let nodeRed: NodeRed;
  let editor: EditorPage;
  const ids = { uplink: "", debug: "", downlink: "" };

  before(async function () {
    this.timeout(120_000);
    simulator = await startSimulator({ tenantId: "ttn" });
    nodeRed = await startNodeRed([{ id: "tab1", type: "tab", label: "Flow 1" }]);
    editor = await EditorPage.open(nodeRed);
  });
  after(async () => {
    await editor.close();
    await nodeRed.stop();
    await simulator.stop();
  });
  afterEach(async () => {
    await editor.closeForms();
    assert.deepEqual(editor.errors.splice(0), []);
  });

  it("drags nodes from the palette and wires them", async () => {
    const { workspace } = editor;
    ids.uplink = await workspace.drag("tts-uplink", { x: 200, y: 100 });
    ids.debug = await workspace.drag("debug", { x: 500, y: 100 });
    ids.downlink = await workspace.drag("tts-downlink", { x: 200, y: 200 });
    await workspace.wire(ids.uplink, ids.debug);
    await workspace.wire(ids.uplink, ids.downlink);
  });

  it("creates a connection from within a node", async () => {
    const form = await editor.workspace.open(ids.uplink);
    const config = await editor.newConnection(form);
    const field = (name: string): Locator => config.locator(`#node-config-input-${name}`);
    await field("host").fill(`mqtt://${simulator.host}:${simulator.port}`);
    await field("applicationId").fill(simulator.userName);
    await field("apiKey").fill(simulator.apiKey);
    await config.locator("summary").first().click();
    await field("api").fill(simulator.apiUrl);
    await editor.doneConfig();
    await editor.done();
  });

  it("chooses the same connection in another node", async () => {
    const form = await editor.workspace.open(ids.downlink);
    await form.locator("#node-input-connection").selectOption({ label: `app1@ttn on ${simulator.host}` });
    await editor.done();
  });

  it("deploys, and sees that it is connected and what it waits for", async () => {
    const flow = await editor.deploy();
    assert.equal(flow.find(({ type }) => type === "tts-connection")?.applicationId, "app1");
    await editor.workspace.shows(ids.uplink, /^waiting/);
  });

  it("sees a message in the debug sidebar", async () => {
    const messages = await editor.workspace.debug();
    simulator.uplink("thermometer");
    await messages.filter({ hasText: "temperature" }).first().waitFor();
    await editor.workspace.shows(ids.uplink, /^thermometer · FPort \d+ · \d\d:\d\d$/);
  });

  it("sees under a downlink node that its message cannot be sent", async () => {
    await editor.workspace.shows(ids.downlink, /^(payload is an object|no FPort)$/);
  });

  it("exports the flow, and no secret is in it", async () => {
    const exported = await editor.workspace.export();
    assert.match(exported, /"tts-connection"/);
    assert.equal(exported.includes(simulator.apiKey), false);
    assert.equal(exported.includes("NNSXS"), false);
  });
});
