/** The examples with packages of others, imported as a user does it. `SCREENSHOTS=<folder>` takes pictures of the flows. */
import assert from "node:assert/strict";
import { EditorPage } from "../e2e/editor-page";
import { type NodeRed } from "../e2e/node-red";
import { EXAMPLES, isConnection } from "../exampleFiles";
import { installed, startWithParts } from "./nodeRed";

const MODULE = "@tts-flows/node-red-the-things-stack";
const EMPTY = [{ id: "tab1", type: "tab", label: "Flow 1" }];

describe("the import dialog", () => {
  let nodeRed: NodeRed;
  let editor: EditorPage;

  before(async () => {
    nodeRed = await startWithParts(EMPTY);
    editor = await EditorPage.open(nodeRed);
  });
  after(async () => {
    await editor.close();
    await nodeRed.stop();
  });
  afterEach(() => {
    assert.deepEqual(editor.errors.splice(0), []);
  });

  it("leads from an empty Node-RED to a chart of three devices in seconds", async () => {
    const { page } = editor;
    await page.evaluate(() => RED.actions.invoke("core:show-examples-import-dialog"));
    const list = page.locator("#red-ui-clipboard-dialog-import-tab-examples");
    for (const name of [MODULE, "Dashboards and maps", "Chart of all devices"])
      await list.locator(".red-ui-treeList-label").filter({ hasText: name }).first().click();
    await page.locator("#red-ui-clipboard-dialog-ok").click();
    await page.locator("#red-ui-workspace-tabs li").filter({ hasText: "Chart of all devices" }).waitFor();
    await editor.deploy();
    const dashboard = await page.context().newPage();
    await dashboard.goto(`${nodeRed.url}/dashboard`);
    for (const device of ["thermometer-1", "tracker-1", "door-1"])
      await dashboard.getByRole("img", { name: `is a Line chart representing ${device}.` }).waitFor();
    await dashboard.close();
    await editor.workspace.show("Chart of all devices");
    await editor.screenshotOf("chart-flow", page.locator("#red-ui-workspace"), 430);
  });

  it("brings every example with its nodes complete, and one dashboard with a page for each", async () => {
    await editor.openWith(EMPTY);
    const others = EXAMPLES.filter(({ needs }) => needs !== undefined && installed(needs) !== undefined);
    assert.ok(others.length >= 6);
    for (const { json } of others) await editor.import(json);
    const deployed = await editor.deploy();
    const faults = await editor.page.evaluate(() => {
      const found: string[] = [];
      const look = ({ id, type, valid }: EditorNode): void => {
        if (type === "unknown" || valid === false) found.push(`${type} ${id}`);
      };
      RED.nodes.eachNode(look);
      RED.nodes.eachConfig(look);
      return found;
    });
    assert.deepEqual(faults, []);
    // Copies come with themes of their own; Dashboard 2 itself keeps one base.
    assert.equal(deployed.filter(isConnection).length, 1);
    assert.equal(deployed.filter(({ type }) => type === "ui-base").length, 1);
    const paths = deployed.filter(({ type }) => type === "ui-page").map(({ path }) => path);
    assert.equal(new Set(paths).size, 3);
    assert.equal(paths.length, 3);
    for (const { name } of others) {
      const tab = deployed.find(({ type, label }) => type === "tab" && label === name);
      await editor.page.evaluate((id) => RED.workspaces.show(id), String(tab?.id));
      await editor.screenshotOf(`example-${name}`, editor.page.locator("#red-ui-workspace"), 680);
    }
  });
});

interface EditorNode {
  readonly id: string;
  readonly type: string;
  readonly valid?: boolean;
}

/** The parts of the editor's global that this file uses. */
declare const RED: {
  actions: { invoke(action: string): void };
  workspaces: { show(id: string): void };
  nodes: {
    eachNode(look: (node: EditorNode) => void): void;
    eachConfig(look: (node: EditorNode) => void): void;
  };
};
