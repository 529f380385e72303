import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { EditorPage } from "./editor-page";
import { assertFits, assertWellMade } from "./form-checks";
import { inEditor } from "./in-editor";
import { startNodeRed, type FlowNode } from "./node-red";

const FLOWS: FlowNode[] = [
  { id: "tab1", type: "tab", label: "Flow 1" },
  { id: "d1", type: "tts-connection", service: "demo" },
  // What is left of the account before it, and what no field is shown for.
  {
    ...{
      id: "d2",
      type: "tts-connection",
      service: "demo",
      host: "nam1.cloud.thethings.network",
      port: "nonsense",
    },
    ...{ keepalive: "1", applicationId: "My App" },
  },
  { id: "d3", type: "tts-connection", service: "demo", host: "" },
  { id: "u1", type: "tts-uplink", z: "tab1", connection: "d1", x: 200, y: 100, wires: [[]] },
  { id: "w1", type: "tts-downlink", z: "tab1", connection: "d1", x: 200, y: 200, wires: [[]] },
];

const HIDDEN = [
  "host",
  "port",
  "applicationId",
  "tenantId",
  "apiKey",
  "useTls",
  "tls",
  "clientId",
  "holdMax",
];

describe("the form of a connection to the demo", () => {
  let editor: EditorPage;

  inEditor(
    () => startNodeRed(FLOWS),
    (page) => {
      editor = page;
    },
  );

  const open = (id: string): Promise<Locator> => editor.openConfig("tts-connection", id);
  const choose = (form: Locator, service: string): Promise<void> =>
    form.locator(`input[name="tts-connection-service"][value="${service}"]`).check();
  const field = (form: Locator, name: string): Locator => form.locator(`#node-config-input-${name}`);

  async function seen(form: Locator): Promise<string[]> {
    const visible = await Promise.all(HIDDEN.map((name) => field(form, name).isVisible()));
    return HIDDEN.filter((_name, index) => visible[index]);
  }

  it("has nothing to fill in but its name, and says what it is and how it goes on", async () => {
    const form = await open("d1");
    assert.deepEqual(await seen(form), []);
    assert.equal(await field(form, "name").isVisible(), true);
    await form.getByText("Simulated devices in this Node-RED").waitFor();
    assert.equal(await form.locator("#tts-connection-line").isVisible(), false);
    await assertFits(form);
    await assertWellMade(form);
    await editor.screenshot("connection-demo");
  });

  it("is called Demo, and valid whatever is left in fields that are not shown", async () => {
    for (const id of ["d1", "d2", "d3"]) {
      const { label, valid } = await editor.page.evaluate((node) => {
        const found = RED.nodes.node(node);
        return { label: found._def.label.call(found), valid: found.valid };
      }, id);
      assert.equal(label, "Demo");
      assert.notEqual(valid, false, id);
    }
  });

  it("tests the stack that comes with the package", async () => {
    const form = await open("d2");
    await form.locator("#tts-connection-test").click();
    await form.locator("#tts-connection-test-end.tts-passed").waitFor();
    assert.equal(await form.locator("#tts-connection-steps > .tts-step-is-passed").count(), 5);
    await editor.screenshot("connection-demo-tested");
  });

  it("gives way to the real account by one choice, and takes its place again", async () => {
    const form = await open("d2");
    await choose(form, "stack");
    assert.equal(await field(form, "host").inputValue(), "nam1.cloud.thethings.network");
    assert.deepEqual((await seen(form)).slice(0, 1), ["host"]);
    await choose(form, "demo");
    assert.deepEqual(await seen(form), []);
    await choose(form, "stack");
    assert.equal(await field(form, "host").inputValue(), "nam1.cloud.thethings.network");
    await choose(form, "demo");
    await editor.doneConfig();
    const saved = (await editor.deploy()).find(({ id }) => id === "d2");
    assert.equal(saved?.service, "demo");
    assert.equal(saved.host, "nam1.cloud.thethings.network");
  });

  it("is the last choice, and not that of a new connection", async () => {
    const form = await open("_ADD_");
    const radios = form.locator("input[name='tts-connection-service']");
    assert.equal(await radios.last().getAttribute("value"), "demo");
    assert.equal(await field(form, "service").inputValue(), "stack");
    await choose(form, "demo");
    assert.deepEqual(await seen(form), []);
  });

  it("suggests its devices in the forms of other nodes", async () => {
    const form = await editor.openNode("u1");
    const devices = form.locator("#node-input-devices");
    await devices.fill("door");
    await editor.page.getByRole("option", { name: /door-1/ }).waitFor();
  });
});

/** The parts of the editor's global that this file uses. */
declare const RED: {
  nodes: { node(id: string): { readonly valid?: boolean; readonly _def: { label(this: unknown): string } } };
};
