import assert from "node:assert/strict";
import { EditorPage } from "./editor-page";
import { startV2Simulator, type V2Simulator } from "../../simulator/v2/simulator";
import { startNodeRed, type NodeRed } from "./node-red";

const FLOWS = [
  { id: "t", type: "tab", label: "Tab" },
  {
    id: "v2",
    type: "tts-connection",
    service: "v2",
    host: "127.0.0.1",
    port: "1",
    useTls: false,
    applicationId: "my_app",
  },
  { id: "event", type: "tts-event", z: "t", connection: "v2", x: 100, y: 100, wires: [[]] },
  { id: "downlink", type: "tts-downlink", z: "t", connection: "v2", x: 100, y: 200, wires: [[]] },
];

describe("forms of nodes on a V2 network", () => {
  let simulator: V2Simulator;
  let nodeRed: NodeRed;
  let editor: EditorPage;

  before(async () => {
    simulator = await startV2Simulator();
    nodeRed = await startNodeRed(FLOWS);
    editor = await EditorPage.open(nodeRed);
  });
  afterEach(() => editor.closeForms());
  after(async () => {
    await editor.close();
    await nodeRed.stop();
    await simulator.stop();
  });

  it("say which events never come, and offer those that only V2 has", async () => {
    const form = await editor.openNode("event");
    const opacity = (event: string): Promise<string> =>
      form.locator(`label:has(input[value="${event}"])`).evaluate((label) => getComputedStyle(label).opacity);
    await form.getByText("never sends the greyed-out events").waitFor();
    for (const event of [
      "downlink_nack",
      "location_solved",
      "service_data",
      "decoder_error",
      "downlink_error",
    ])
      assert.equal(await opacity(event), "0.5", event);
    for (const event of ["downlink_queued", "downlink_failed", "uplink_error", "join_error"])
      assert.equal(await opacity(event), "1", event);
    await editor.screenshot("v2-event");
    assert.deepEqual(editor.errors, []);
  });

  it("do not offer for a downlink what V2 cannot say", async () => {
    const form = await editor.openNode("downlink");
    await form.getByText("TTN V2 knows no priorities").waitFor();
    assert.equal(await form.locator("#node-input-priority").isVisible(), false);
    assert.equal(await form.locator("input[name='tts-downlink-queue'][value='clear']").isDisabled(), true);
    assert.equal(await form.locator("#node-input-encoding option[value='downlinks']").isDisabled(), true);
    await editor.screenshot("v2-downlink");
    assert.deepEqual(editor.errors, []);
  });

  it("ask a connection for host, application and access key only", async () => {
    const form = await editor.openConfig("tts-connection", "v2");
    await form.getByText("ttn‑account‑v2.").first().waitFor();
    for (const name of ["tenantId", "username", "baseTopic"])
      assert.equal(await form.locator(`#node-config-input-${name}`).isVisible(), false, name);
    assert.equal(await form.locator("#node-config-input-useTls").isChecked(), false);
    await editor.screenshot("v2-connection");
    assert.deepEqual(editor.errors, []);
  });

  it("test a connection by its steps, without rights that V2 does not tell", async () => {
    const form = await editor.openConfig("tts-connection", "v2");
    await form.locator("#node-config-input-port").fill(String(simulator.port));
    await form.locator("#node-config-input-apiKey").fill(simulator.accessKey);
    await form.getByRole("button", { name: "Test connection" }).click();
    await form.locator("#tts-connection-test-end").filter({ hasText: "works" }).waitFor();
    await editor.screenshot("v2-tested");
    await form.locator("#node-config-input-apiKey").fill("ttn-account-v2.wrong");
    await form.getByRole("button", { name: "Test connection" }).click();
    await form.getByText("my_app was refused: the application ID or the access key is wrong.").waitFor();
    assert.deepEqual(editor.errors, []);
  });
});
