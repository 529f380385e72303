import assert from "node:assert/strict";
import { DASHBOARD } from "../plugins/tts-migration/flows";
import { EditorPage } from "./editor-page";
import { startNodeRed, type FlowNode, type NodeRed } from "./node-red";

const OFFER = /no longer work/;
const OLD = ["ttn app", "ttn downlink", "ttn event", "ttn uplink"];
const NEW = ["tts-connection", "tts-downlink", "tts-event", "tts-join", "tts-uplink"];

/** The part of the editor's global that the tests use. */
declare const RED: { nodes: { createCompleteNodeSet(): FlowNode[] } };

describe("old flows of node-red-contrib-ttn in the editor", () => {
  let nodeRed: NodeRed;
  let editor: EditorPage;

  const notification = (text: RegExp) =>
    editor.page.locator(".red-ui-notification:visible").filter({ hasText: text });

  const open = (flows: readonly FlowNode[]): Promise<void> => editor.openWith(flows);

  before(async function () {
    this.timeout(120_000);
    nodeRed = await startNodeRed();
    editor = await EditorPage.open(nodeRed);
  });
  after(async () => {
    await editor.close();
    await nodeRed.stop();
  });
  afterEach(() => {
    assert.deepEqual(editor.errors.splice(0), []);
  });

  /** Converts as offered, and puts away what is said about it and about types that are missing until the next deploy. */
  async function convert(): Promise<void> {
    await notification(OFFER).getByRole("button", { name: "Convert", exact: true }).click();
    await notification(/Old nodes converted/)
      .getByRole("button", { name: "Close" })
      .click();
    await editor.page.addStyleTag({ content: "#red-ui-notifications { display: none }" });
  }

  /** As they are in the editor, deployed or not. */
  const typesInEditor = async (): Promise<unknown[]> =>
    typesOf(await editor.page.evaluate(() => RED.nodes.createCompleteNodeSet())).sort();

  const typesOf = (flow: readonly FlowNode[]): unknown[] =>
    flow.map(({ type }) => type).filter((type) => /^t(tn|ts)/.test(String(type)));

  it("are offered to be converted where they are found, and become nodes with the same wires", async () => {
    await open(DASHBOARD.filter(({ type }) => type !== "ui_gauge"));
    await notification(OFFER).getByRole("button", { name: "Convert", exact: true }).click();
    const report = notification(/Old nodes converted: 4/);
    await report.waitFor();
    const said = (await report.textContent()) ?? "";
    for (const part of [
      "weather-app",
      "Enter an API key",
      "eu1.cloud.thethings.network",
      "weather-1",
      "Fields for the encoder",
    ])
      assert.ok(said.includes(part), `"${part}" in: ${said}`);
    await report.getByRole("button", { name: "Close" }).click();

    const flow = await editor.deploy();
    assert.deepEqual(typesOf(flow).sort(), [
      "tts-connection",
      "tts-downlink",
      "tts-event",
      "tts-join",
      "tts-uplink",
    ]);
    const byId = (id: string): FlowNode => {
      const found = flow.find((node) => node.id === id);
      assert.ok(found, id);
      return found;
    };
    assert.deepEqual(byId("a1.2").wires, [["b2.3"]]);
    assert.deepEqual(byId("b2.3").wires, [["d1.4", "e1.5"]]);
    assert.deepEqual(byId("d1.4").wires, [[]]);
    const { connection, devices, ports, output, missing, shape, emptyFrames } = byId("a1.2");
    assert.deepEqual(
      { connection, devices, ports, output, missing, shape, emptyFrames },
      {
        connection: "c1.9",
        devices: "weather-1",
        ports: "",
        output: "decoded",
        missing: "bytes",
        shape: "v2",
        emptyFrames: false,
      },
    );
    assert.equal(byId("c1.9").applicationId, "weather-app");
    assert.doesNotMatch(JSON.stringify(flow), /do-not-keep-me/);
  });

  it("leave the keys of other connections where they are", async () => {
    const other = {
      id: "other",
      type: "tts-connection",
      host: "127.0.0.1",
      port: "1",
      applicationId: "app1",
      credentials: { apiKey: "stored" },
    };
    const user = {
      id: "join",
      type: "tts-join",
      z: "f1.1",
      connection: "other",
      x: 100,
      y: 300,
      wires: [[]],
    };
    await open([...DASHBOARD.filter(({ type }) => type !== "ui_gauge"), other, user]);
    await notification(OFFER).getByRole("button", { name: "Convert", exact: true }).click();
    await notification(/Old nodes converted/)
      .getByRole("button", { name: "Close" })
      .click();
    await editor.deploy();
    const stored = await fetch(`${nodeRed.url}/credentials/tts-connection/other`);
    const {
      has_apiKey: hasKey,
      username,
      has_password: hasPassword,
    } = (await stored.json()) as Record<string, unknown>;
    assert.deepEqual({ hasKey, username, hasPassword }, { hasKey: true, username: "", hasPassword: false });
  });

  it("are reported on within a window that is not high, below no other notification", async () => {
    await open(DASHBOARD);
    await editor.page.setViewportSize({ width: 1200, height: 640 });
    await notification(OFFER).getByRole("button", { name: "Convert", exact: true }).click();
    const close = notification(/Old nodes converted/).getByRole("button", { name: "Close" });
    const box = await close.boundingBox();
    assert.ok(box && box.y + box.height <= 640, JSON.stringify(box));
    assert.equal(await editor.page.evaluate(() => document.scrollingElement?.scrollTop), 0);
  });

  it("come back by undo, and are converted again by redo", async () => {
    await open(DASHBOARD);
    await convert();
    assert.deepEqual(await typesInEditor(), NEW);
    await editor.page.locator("#red-ui-workspace-chart").click({ position: { x: 600, y: 600 } });
    await editor.page.keyboard.press("Control+z");
    assert.deepEqual(await typesInEditor(), OLD);
    await editor.page.keyboard.press("Control+y");
    assert.deepEqual(await typesInEditor(), NEW);
  });

  it("stay reported on in the description of their flow, and are called as they were on the canvas", async () => {
    const name = `<img src=x onerror="window.hacked = true"> *x*`;
    await open([...DASHBOARD, { ...DASHBOARD[1], id: "hostile", name, y: 300, wires: [[]] }]);
    await convert();
    const flow = await editor.page.evaluate(() => RED.nodes.createCompleteNodeSet());
    const { info } = flow.find(({ id }) => id === "f1.1") ?? {};
    for (const part of ["Converted from", "Enter an API key", "weather-1", "station", "&lt;img", "\\*x\\*"])
      assert.ok(String(info).includes(part), `"${part}" in: ${String(info)}`);
    assert.doesNotMatch(String(info), /<img/);
    const names = new Map(flow.map((node) => [node.id, node.name]));
    assert.deepEqual(
      ["a1.2", "d1.4", "a2.2"].map((id) => names.get(id)),
      ["station", "ttn downlink", "ttn event"],
    );
  });

  it("are converted after a look at a config node, which leaves the editor in its state of editing", async () => {
    const other = {
      id: "other",
      type: "tts-connection",
      host: "127.0.0.1",
      port: "1",
      applicationId: "app1",
    };
    await open([...DASHBOARD, other]);
    await editor.openConfig("tts-connection", "other");
    await editor.doneConfig();
    await notification(OFFER).getByRole("button", { name: "Convert", exact: true }).click();
    await notification(/Old nodes converted/).waitFor();
  });

  it("stay offered while something hangs on the mouse", async () => {
    await open(DASHBOARD);
    const offered = notification(OFFER).getByRole("button", { name: "Convert", exact: true });
    await offered.waitFor();
    await editor.import(JSON.stringify([{ id: "c", type: "comment", name: "c", x: 10, y: 10, wires: [] }]));
    await offered.click();
    await notification(/First place the nodes/).waitFor();
    await editor.page.locator("#red-ui-workspace-chart").click({ position: { x: 500, y: 500 } });
    await offered.click();
    await notification(/Old nodes converted/).waitFor();
  });

  it("open in the forms as complete as they can be", async () => {
    await open(DASHBOARD);
    await convert();
    const downlink = await editor.openNode("d1.4");
    const wrong = await downlink
      .locator(".input-error:visible")
      .evaluateAll((all) => all.map(({ id }) => id));
    // It has no key yet.
    assert.deepEqual(
      wrong.filter((id) => !id.startsWith("node-input-connection")),
      [],
    );
    await editor.cancel();
    const connection = await editor.openConfig("tts-connection", "c1.9");
    assert.equal(await connection.locator("#node-config-input-applicationId").inputValue(), "weather-app");
    assert.equal(
      await connection.locator("#node-config-input-apiKey.input-error").count(),
      1,
      "the key is asked for",
    );
    await editor.cancelConfig();
  });

  it("are offered after an import, once what was imported is put down", async () => {
    await open([{ id: "t", type: "tab", label: "Tab" }]);
    const [, ...nodes] = DASHBOARD;
    await editor.import(JSON.stringify(nodes));
    await editor.page.locator("#red-ui-workspace-chart").click({ position: { x: 500, y: 400 } });
    await convert();
    assert.deepEqual(await typesInEditor(), NEW);
  });

  it("are not offered again to a user who has declined, and are converted by the list of actions", async () => {
    await open(DASHBOARD);
    await notification(OFFER).getByRole("button", { name: "Don’t ask again" }).click();
    await editor.reload();
    await editor.page.locator("#red-ui-workspace-chart").click({ position: { x: 600, y: 600 } });
    await editor.page.keyboard.press("Control+Shift+p");
    const search = editor.page.locator("#red-ui-actionList input");
    await search.pressSequentially("convert old ttn");
    await editor.page.locator("#red-ui-actionList li:visible").getByText("Convert old TTN").waitFor();
    assert.equal(await notification(OFFER).count(), 0);
    await search.press("Enter");
    await notification(/Old nodes converted: 4/).waitFor();
  });

  it("show names of nodes as text", async () => {
    const name = `<img src=x onerror="window.hacked = true">`;
    await open([
      { id: "t", type: "tab", label: "Tab" },
      {
        id: "u",
        type: "ttn uplink",
        z: "t",
        name,
        app: "",
        dev_id: "",
        field: "",
        x: 100,
        y: 100,
        wires: [[]],
      },
    ]);
    await notification(OFFER).getByRole("button", { name: "Convert", exact: true }).click();
    const report = notification(/Old nodes converted: 1/);
    await report.waitFor();
    assert.ok((await report.textContent())?.includes(name));
    assert.equal(await report.locator("img").count(), 0);
  });
});
