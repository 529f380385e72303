import assert from "node:assert/strict";
import { EXAMPLES, isConnection, isShared } from "../exampleFiles";
import { EditorPage } from "./editor-page";
import { startNodeRed, type FlowNode, type NodeRed } from "./node-red";

const MODULE = "@tts-flows/node-red-the-things-stack";
const TYPES = ["tts-connection", "tts-uplink", "tts-join", "tts-event", "tts-watch", "tts-downlink"];
/** Those that no other package is needed for: `test/parts` has the rest. */
const OWN = EXAMPLES.filter(({ needs }) => needs === undefined);

describe("the package in Node-RED", () => {
  let nodeRed: NodeRed;
  let editor: EditorPage;

  before(async function () {
    this.timeout(120_000);
    nodeRed = await startNodeRed([{ id: "tab1", type: "tab", label: "Flow 1" }]);
    editor = await EditorPage.open(nodeRed);
  });
  after(async () => {
    await editor.close();
    await nodeRed.stop();
  });
  afterEach(() => {
    assert.deepEqual(editor.errors.splice(0), []);
  });

  it("serves an icon of the usual size for every node", async () => {
    for (const type of TYPES) {
      const icon = await (await fetch(`${nodeRed.url}/icons/${MODULE}/${type}.svg`)).text();
      assert.match(icon, /^<svg [^>]*viewBox="0 0 40 60"/, type);
    }
  });

  it("shows the help of every node in the sidebar", async () => {
    const html = await (await fetch(`${nodeRed.url}/nodes`, { headers: { accept: "text/html" } })).text();
    for (const type of TYPES) assert.match(html, new RegExp(`data-help-name="${type}"`));
    const { page } = editor;
    for (const type of TYPES) {
      await page.evaluate((name) => RED.sidebar.help.show(name, true), type);
      const help = page.locator(".red-ui-help:visible").last();
      await help.locator("h3", { hasText: "Status" }).waitFor();
      assert.equal(await help.locator("dl.message-properties").first().isVisible(), true, type);
      assert.doesNotMatch(await help.innerText(), /^: /m);
      assert.equal(await help.locator("dt").count(), await help.locator("dl > dt").count(), type);
      await editor.screenshotOf(`help-${type}`, help);
    }
  });

  it("lists the examples in the import dialog, in folders", async () => {
    const url = `${nodeRed.url}/library/examples/flows/${MODULE}`;
    const folders = [...new Set(EXAMPLES.map(({ folder }) => folder))];
    assert.deepEqual(await (await fetch(url)).json(), folders);
    for (const folder of folders) {
      const names = EXAMPLES.filter((example) => example.folder === folder).map(({ name }) => ({ fn: name }));
      assert.deepEqual(await (await fetch(`${url}/${folder}`)).json(), names);
    }
  });

  it("gives an example of a folder as it is", async () => {
    for (const { folder, name, nodes } of OWN) {
      const answer = await fetch(`${nodeRed.url}/library/examples/flows/${MODULE}/${folder}/${name}`);
      assert.deepEqual(await answer.json(), nodes, name);
    }
  });

  it("has an example for every node, without credentials", () => {
    const nodes = EXAMPLES.flatMap((example) => example.nodes);
    const types = new Set(nodes.map(({ type }) => type));
    assert.deepEqual(
      TYPES.filter((type) => !types.has(type)),
      [],
    );
    assert.deepEqual(
      nodes.filter((node) => "credentials" in node || "apiKey" in node),
      [],
    );
  });

  it("imports and deploys all examples, for which one connection to the demo is enough", async function () {
    this.timeout(120_000);
    const [first, second, ...rest] = OWN;
    assert.ok(first && second);
    const [demo] = first.nodes.filter(isShared);
    await editor.import(first.json);
    await editor.import(second.json);
    // The rest at once, which is quicker.
    const others = rest.flatMap(({ nodes }) => nodes.filter((node) => !isShared(node)));
    await editor.import(JSON.stringify([demo, ...others]));
    const deployed = await editor.deploy();
    assert.deepEqual(deployed.filter(isShared), [demo]);
    const connections = deployed.filter(isConnection).map(({ id }) => id);
    for (const { name, nodes } of OWN) {
      const { id: itsTab, label } = nodes.find(({ type }) => type === "tab") ?? {};
      const tabs = deployed.filter((node) => node.type === "tab" && node.label === label);
      assert.equal(tabs.length, 1, name);
      const tab = tabs[0]?.id;
      const own = deployed.filter((node) => node.z === tab);
      const typesOf = (flow: readonly FlowNode[]): string[] =>
        flow.map(({ type }) => String(type).replace(/^subflow:.*/, "subflow"));
      assert.deepEqual(typesOf(own), typesOf(nodes.filter(({ z }) => z === itsTab)), name);
      const users = own.filter(({ type }) => TYPES.includes(String(type)));
      for (const user of users)
        assert.ok(connections.includes(user.connection), `${name}: ${String(user.type)}`);
      await editor.page.evaluate((id) => RED.workspaces.show(id), String(tab));
      await editor.screenshotOf(`example-${name}`, editor.page.locator("#red-ui-workspace"), 680);
    }
    assert.doesNotMatch(nodeRed.log(), /TypeError|ReferenceError|Uncaught/);
  });
});

/** The parts of the editor's global that this file uses. */
declare const RED: {
  sidebar: { help: { show(type: string, bringToFront: boolean): void } };
  workspaces: { show(id: string): void };
};
