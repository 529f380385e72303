import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { EditorPage } from "./editor-page";
import { PACKAGE, startNodeRed, toFlow, type FlowNode, type NodeRed } from "./node-red";

const MODULE = "@tts-flows/node-red-the-things-stack";
const TYPES = ["tts-connection", "tts-uplink", "tts-join", "tts-event", "tts-watch", "tts-downlink"];
const EXAMPLES = path.join(PACKAGE, "examples");
const examples = readdirSync(EXAMPLES)
  .filter((file) => file.endsWith(".json"))
  .sort()
  .map((file) => ({
    name: path.basename(file, ".json"),
    json: readFileSync(path.join(EXAMPLES, file), "utf8"),
  }));

const isConnection = ({ type }: FlowNode): boolean => type === "tts-connection";

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

  it("lists the examples in the import dialog", async () => {
    const names: unknown = await (await fetch(`${nodeRed.url}/library/examples/flows/${MODULE}`)).json();
    assert.deepEqual(
      names,
      examples.map(({ name }) => ({ fn: name })),
    );
  });

  it("has an example for every node, without credentials", () => {
    const nodes = examples.flatMap(({ json }) => toFlow(JSON.parse(json)));
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

  it("has the same connection in every example, and other IDs of its own in each", () => {
    const flows = examples.map(({ json }) => toFlow(JSON.parse(json)));
    const connections = flows.map((flow) => flow.filter(isConnection));
    for (const found of connections) assert.deepEqual(found, connections[0]);
    assert.equal(connections[0]?.length, 1);
    const others = flows.flat().filter((node) => !isConnection(node));
    assert.equal(new Set(others.map(({ id }) => id)).size, others.length);
  });

  for (const { name, json } of examples) {
    it(`imports and deploys the example “${name}”, for which one connection is enough`, async () => {
      const nodes = toFlow(JSON.parse(json));
      const { label } = nodes.find(({ type }) => type === "tab") ?? {};
      const [connection] = nodes.filter(isConnection);
      await editor.import(json);
      const deployed = await editor.deploy();
      const tabs = deployed.filter((node) => node.type === "tab" && node.label === label);
      assert.equal(tabs.length, 1);
      const tab = tabs[0]?.id;
      const own = deployed.filter((node) => node.id === tab || node.z === tab);
      assert.deepEqual(
        own.map(({ type }) => type),
        nodes.filter(({ type, z }) => type === "tab" || z !== undefined).map(({ type }) => type),
      );
      assert.deepEqual(deployed.filter(isConnection), [connection]);
      const users = own.filter(({ type }) => TYPES.includes(String(type)));
      assert.ok(users.length > 0);
      for (const user of users) assert.equal(user.connection, connection?.id, String(user.type));
      await editor.page.evaluate((id) => RED.workspaces.show(id), String(tab));
      await editor.screenshotOf(`example-${name}`, editor.page.locator("#red-ui-workspace"), 680);
      assert.doesNotMatch(nodeRed.log(), /TypeError|ReferenceError|Uncaught/);
    });
  }
});

/** The parts of the editor's global that this file uses. */
declare const RED: {
  sidebar: { help: { show(type: string, bringToFront: boolean): void } };
  workspaces: { show(id: string): void };
};
