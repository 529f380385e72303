import assert from "node:assert/strict";
import { EditorPage } from "./editor-page";
import { inEditor } from "./in-editor";
import { startNodeRed, type FlowNode, type NodeRed } from "./node-red";

const connection = (id: string, more: object = {}): FlowNode => ({
  id,
  type: "tts-connection",
  host: "127.0.0.1",
  port: "1",
  applicationId: id,
  ...more,
});

const FLOWS: FlowNode[] = [
  { id: "tab1", type: "tab", label: "Flow 1" },
  { id: "tab2", type: "tab", label: "Flow 2" },
  connection("app-one"),
  // None of these is one for a node on the first tab.
  connection("other-tab", { z: "tab2" }),
  connection("switched-off", { d: true }),
  connection("keyless"),
  connection("old", { service: "v2" }),
  connection("broker", { service: "pubsub", topics: { uplink_message: "up" } }),
  connection("from-variable"),
  {
    ...{ id: "keyless-user", type: "tts-uplink", z: "tab2", connection: "keyless", name: "without key" },
    ...{ x: 200, y: 60, wires: [[]] },
  },
  {
    ...{ id: "user", type: "tts-uplink", z: "tab2", connection: "from-variable", name: "with key" },
    ...{ x: 200, y: 120, wires: [[]] },
  },
];

/** The parts of the editor's global that the tests use. */
declare const RED: {
  nodes: {
    node(id: string): {
      connection?: string;
      valid?: boolean;
      validationErrors?: string[];
      _def: { label: () => string };
    } | null;
    createCompleteNodeSet(): { id: string; type: string }[];
  };
  actions: { invoke(action: string): void };
};

interface Known {
  readonly connection: string | undefined;
  readonly valid: boolean | undefined;
  readonly errors: string[] | undefined;
}

describe("the first steps in the editor", () => {
  let editor: EditorPage;
  let nodeRed: NodeRed;

  inEditor(
    async () => {
      const key = { apiKey: "NNSXS.some" };
      return startNodeRed(FLOWS, {
        credentials: {
          "app-one": key,
          "other-tab": key,
          "switched-off": key,
          "from-variable": { apiKey: "${KEY}" },
        },
      });
    },
    (page, started) => {
      editor = page;
      nodeRed = started;
    },
  );

  const known = (id: string): Promise<Known> =>
    editor.page.evaluate((nodeId) => {
      const node = RED.nodes.node(nodeId);
      return { connection: node?.connection, valid: node?.valid, errors: node?.validationErrors };
    }, id);

  const labelOf = (id: string): Promise<string> =>
    editor.page.evaluate((nodeId) => {
      const node = RED.nodes.node(nodeId);
      return String(node?._def.label.call(node));
    }, id);

  const isKeyless = (id: string): Promise<unknown> =>
    editor.page.waitForFunction((nodeId) => RED.nodes.node(nodeId)?.valid === false, id);

  describe("the palette", () => {
    it("finds the nodes by what they are for", async () => {
      const filter = editor.page.locator("#red-ui-palette-search input");
      for (const word of ["lorawan", "lora"]) {
        // The editor listens to keys.
        await filter.fill("");
        await filter.pressSequentially(word);
        const found = editor.page.locator(".red-ui-palette-node:visible");
        await editor.page.waitForFunction(
          () =>
            [...document.querySelectorAll(".red-ui-palette-node")].filter((node) => node.checkVisibility())
              .length < 10,
        );
        const types = await found.evaluateAll((nodes) =>
          nodes.map((node) => node.getAttribute("data-palette-type")),
        );
        const all = ["downlink", "event", "home-assistant", "join", "uplink", "watch"];
        assert.deepEqual(
          [...types].sort(),
          all.map((name) => `tts-${name}`),
          word,
        );
      }
      await filter.fill("");
      await filter.press("Backspace");
      await editor.page.locator('.red-ui-palette-node[data-palette-type="debug"]').waitFor();
    });
  });

  describe("a connection without key", () => {
    it("is marked, and so are its nodes", async () => {
      for (const id of ["keyless", "keyless-user", "old"]) await isKeyless(id);
      assert.match(String((await known("keyless")).errors), /API key/);
      assert.match(String((await known("old")).errors), /access key/i);
      for (const id of ["app-one", "other-tab", "broker", "from-variable", "user"])
        assert.notEqual((await known(id)).valid, false, id);
    });

    it("is told apart in the list of a node", async () => {
      assert.equal(await labelOf("keyless"), "keyless on 127.0.0.1 (no key)");
      assert.equal(await labelOf("app-one"), "app-one on 127.0.0.1");
      assert.equal(await labelOf("broker"), "not set up yet (127.0.0.1)");
    });
  });

  describe("a new node", () => {
    it("takes a connection that it can use, and is valid without being opened", async function () {
      this.timeout(90_000);
      // What was used last is on another tab, or cannot be used.
      await editor.workspace.show("Flow 1");
      for (const type of ["tts-uplink", "tts-join", "tts-event", "tts-downlink"]) {
        const id = await editor.workspace.drag(type, { x: 250, y: 100 });
        const { connection: taken, valid, errors } = await known(id);
        assert.ok(["app-one", "from-variable"].includes(taken ?? ""), `${type} took ${taken ?? "none"}`);
        assert.equal(valid, true, `${type}: ${String(errors)}`);
        await editor.page.keyboard.press("Control+z");
        await editor.workspace.node(id).waitFor({ state: "detached" });
        assert.equal((await known(id)).valid, undefined, "undone");
      }
    });

    it("takes the one that was chosen last", async function () {
      this.timeout(90_000);
      for (const chosen of ["from-variable", "app-one"]) {
        const first = await editor.workspace.drag("tts-uplink", { x: 250, y: 100 });
        const form = await editor.openNode(first);
        await form.locator("#node-input-connection").selectOption(chosen);
        await form.locator("#node-input-name").fill(chosen);
        await editor.done();
        const second = await editor.workspace.drag("tts-downlink", { x: 250, y: 300 });
        assert.equal((await known(second)).connection, chosen);
        assert.equal((await known(second)).valid, true);
        for (const id of [first, second]) {
          await editor.workspace.node(id).click();
          await editor.page.keyboard.press("Delete");
          await editor.workspace.node(id).waitFor({ state: "detached" });
        }
      }
    });

    it("takes it when it is added by typing, too", async () => {
      const chart = await editor.page.locator("#red-ui-workspace-chart").boundingBox();
      assert.ok(chart);
      await editor.page.keyboard.down("Control");
      await editor.page.mouse.click(chart.x + 300, chart.y + 200);
      await editor.page.keyboard.up("Control");
      await editor.page.locator(".red-ui-type-search input").pressSequentially("lorawan ev");
      const results = editor.page.locator(".red-ui-type-search .red-ui-search-result");
      await results.filter({ hasText: "debug" }).first().waitFor({ state: "hidden" });
      await results.filter({ hasText: "lorawan event" }).first().click();
      const added = await editor.page.waitForFunction(
        () => RED.nodes.createCompleteNodeSet().find(({ type }) => type === "tts-event")?.id,
      );
      const id = (await added.jsonValue()) ?? "";
      const { connection: taken } = await known(id);
      assert.ok(["app-one", "from-variable"].includes(taken ?? ""), `took ${taken ?? "none"}`);
      assert.equal((await known(id)).valid, true);
      await editor.page.keyboard.press("Control+z");
      await editor.workspace.node(id).waitFor({ state: "detached" });
    });

    it("that is imported keeps what it has, also none", async () => {
      const imported = {
        id: "imported1",
        type: "tts-uplink",
        z: "tab1",
        connection: "",
        x: 100,
        y: 100,
        wires: [[]],
      };
      await editor.import(JSON.stringify([imported]));
      const chart = editor.page.locator("#red-ui-workspace-chart");
      await chart.click({ position: { x: 300, y: 300 } });
      const node = editor.page.locator(".red-ui-flow-node-group").last();
      await node.waitFor();
      const id = (await node.getAttribute("id")) ?? "";
      assert.equal((await known(id)).connection, "");
    });
  });

  describe("a key that somebody else deploys meanwhile", () => {
    it("counts at once", async () => {
      await isKeyless("keyless-user");
      const flows = await nodeRed.getFlows();
      const key = { credentials: { apiKey: "NNSXS.other" } };
      await nodeRed.setFlows(flows.map((node) => (node.id === "keyless" ? { ...node, ...key } : node)));
      await editor.page.waitForFunction(() => RED.nodes.node("keyless-user")?.valid === true);
      assert.equal(await labelOf("keyless"), "keyless on 127.0.0.1");
    });
  });
});
