import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { EditorPage, type Theme } from "./editor-page";
import {
  assertFits,
  assertNamed,
  assertNotCutOff,
  assertQuiet,
  assertReachable,
  assertReadable,
  assertUnbroken,
  NARROW,
} from "./form-checks";
import { startNodeRed, type FlowNode, type NodeRed } from "./node-red";

/** Not called as its type: Node-RED would take the connection's `type` for a node that it depends on, and not start it. */
const CONNECTION = "connection";

const node = (type: string, y: number, more: object = {}): FlowNode => ({
  id: type,
  type,
  z: "tab",
  connection: CONNECTION,
  x: 200,
  y,
  wires: [[]],
  ...more,
});

const FLOW: FlowNode[] = [
  { id: "tab", type: "tab", label: "Flow 1" },
  { id: CONNECTION, type: "tts-connection", host: "127.0.0.1", port: "1", applicationId: "my-app" },
  node("tts-uplink", 60, { output: "field", field: "temperature", devices: "door-1" }),
  node("tts-join", 120),
  node("tts-event", 180, { events: ["downlink_sent", "downlink_ack"] }),
  node("tts-downlink", 240, {
    device: "door-1",
    deviceType: "str",
    fPort: "15",
    priority: "HIGH",
    gateways: [{ id: "gateway-1" }],
  }),
  node("tts-watch", 300, { devices: "door-1, valve-*" }),
  node("tts-home-assistant", 360, {
    connection: undefined,
    entities: [
      { field: "air.temperature", name: "Outside", unit: "°C" },
      { field: "raw", component: "off" },
    ],
    commands: [
      { key: "open", name: "Valve", component: "switch", fPort: "15", payload: '{"open": "$value"}' },
      { key: "every", component: "number", fPort: "2", encoding: "bytes", width: "2", max: "600" },
    ],
    wires: [[], []],
  }),
  { id: "inject", type: "inject", z: "tab", x: 480, y: 60, wires: [[]] },
  { id: "debug", type: "debug", z: "tab", x: 480, y: 120, wires: [] },
  { id: "status", type: "status", z: "tab", x: 480, y: 180, scope: null, wires: [[]] },
  { id: "mqtt", type: "mqtt in", z: "tab", topic: "a", broker: "", x: 480, y: 240, wires: [[]] },
];

/** A value for a field of each form that cannot be right, so that there is a reason to be read. */
const WRONG: Readonly<Record<string, readonly [field: string, value: string]>> = {
  "tts-connection": ["applicationId", "My App"],
  "tts-uplink": ["ports", "300"],
  "tts-join": ["devices", "a b"],
  "tts-event": ["devices", "a b"],
  "tts-downlink": ["timeout", "soon"],
  "tts-watch": ["silentAfter", "soon"],
  "tts-home-assistant": ["expireAfter", "soon"],
};

/** What themes of others set, such as zenburn of `@node-red-contrib-themes`: Node-RED's dark red for errors stays as it is. */
const FOREIGN_THEME = `:root {
  --red-ui-primary-text-color: #dedede; --red-ui-secondary-text-color-inactive: #b0b0b0;
  --red-ui-secondary-background: #393939; --red-ui-tertiary-background: #2e2e2e; --red-ui-form-background: #393939;
  --red-ui-form-input-background: #333333; --red-ui-form-text-color: #dedede; --red-ui-form-placeholder-color: #b0b0b0; --red-ui-text-color-error: #ad1625;
}`;

describe("every form", () => {
  let nodeRed: NodeRed;
  let editor: EditorPage;
  let themes: readonly Theme[];

  before(async function () {
    this.timeout(120_000);
    // Complete, though nothing listens there: a form asks it what has come in.
    nodeRed = await startNodeRed(FLOW, { credentials: { connection: { apiKey: "NNSXS.none" } } });
    editor = await EditorPage.open(nodeRed);
    themes = await editor.themes();
  });
  after(async () => {
    await editor.close();
    await nodeRed.stop();
  });
  afterEach(async () => {
    await editor.closeForms();
    await editor.setTheme("light");
    assert.deepEqual(editor.errors.splice(0), []);
  });

  const unfoldAll = (form: Locator): Promise<void> =>
    form.locator("details").evaluateAll((all) => all.forEach((details) => details.setAttribute("open", "")));

  for (const [type, [field, value]] of Object.entries(WRONG)) {
    const isConfig = type === "tts-connection";
    it(`${type} is worked by keyboard`, async () => {
      const form = isConfig ? await editor.openConfig(type, CONNECTION) : await editor.openNode(type);
      await unfoldAll(form);
      await assertNamed(form);
      await assertReachable(form);
    });

    it(`${type} is readable, with a reason under a field, and fits into a narrow tray`, async () => {
      const form = isConfig ? await editor.openConfig(type, CONNECTION) : await editor.openNode(type);
      await unfoldAll(form);
      await form.locator(`#node-${isConfig ? "config-" : ""}input-${field}`).fill(value);
      await form.locator(".tts-reason:not(:empty)").first().waitFor();
      for (const theme of themes) {
        await editor.setTheme(theme);
        await assertReadable(form);
        await assertQuiet(form);
      }
      await editor.setTheme("light");
      await assertUnbroken(form);
      await assertNotCutOff(form);
      await editor.screenshot(`theme-${type}`);
      const narrow = await editor.page.addStyleTag({ content: NARROW });
      await assertFits(form);
      await editor.screenshot(`theme-narrow-${type}`);
      await narrow.evaluate((element: HTMLElement) => element.remove());
    });
  }

  it("says why a field is wrong, or a test has failed, legibly in a dark theme whose red is meant for a light one", async () => {
    const theme = await editor.page.addStyleTag({ content: FOREIGN_THEME });
    const form = await editor.openConfig("tts-connection", CONNECTION);
    await form.locator("#tts-connection-test").click();
    await form.locator(".tts-failed").waitFor();
    await form.locator("#node-config-input-applicationId").fill("My App");
    await form.locator(".tts-reason:not(:empty)").first().waitFor();
    // What has failed is no longer shown as such once a field is changed.
    await form.locator("#tts-connection-test-end").evaluate((end) => end.classList.add("tts-failed"));
    await assertReadable(form);
    const colour = await form
      .locator(".tts-reason:not(:empty)")
      .first()
      .evaluate((reason) => {
        const canvas = document.createElement("canvas").getContext("2d");
        if (!canvas) return [];
        canvas.fillStyle = getComputedStyle(reason).color;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
      });
    const [red = 0, green = 0, blue = 0] = colour;
    assert.ok(red > green + 60 && red > blue + 60, colour.join());
    await theme.evaluate((element: HTMLElement) => element.remove());
  });

  it("shows nodes that stand out from those of the core", async () => {
    await editor.screenshotOf("flow", editor.page.locator("#red-ui-workspace"), 340);
  });

  it("follows the user's choice of a dark theme", async function () {
    if (!themes.includes("dark")) this.skip();
    const { page } = editor;
    await page.evaluate(() => RED.actions.invoke("core:show-user-settings"));
    await page.locator("#user-settings-view-dark-theme").selectOption("dark");
    await page.locator("#node-dialog-ok:visible, .red-ui-tray-footer button.primary:visible").first().click();
    await page.locator("html.nr-theme-dark").waitFor();
    const form = await editor.openNode("tts-uplink");
    await assertReadable(form);
  });
});

/** The part of the editor's global that this file uses. */
declare const RED: { actions: { invoke(action: string): void } };
