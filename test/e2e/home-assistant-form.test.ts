import assert from "node:assert/strict";
import { EditorPage } from "./editor-page";
import { assertWellMade } from "./form-checks";
import { inEditor } from "./in-editor";
import { startNodeRed, type FlowNode } from "./node-red";

const VALVE = { key: "open", name: "Valve", component: "switch", fPort: "15", devices: "valve-*" };

const FULL: FlowNode = {
  id: "ha",
  type: "tts-home-assistant",
  z: "tab",
  name: "",
  prefix: "homeassistant",
  base: "tts",
  entities: [{ field: "air.temperature", name: "Outside", unit: "°C" }],
  automatic: true,
  diagnostics: true,
  commands: [
    { ...VALVE, encoding: "fields", payload: '{"open": "$value"}' },
    {
      ...{ key: "mode", name: "Mode", component: "select", fPort: "2", encoding: "bytes" },
      ...{ options: "eco=01, comfort=02", confirmed: true, priority: "HIGH" },
    },
  ],
  expireAfter: "",
  x: 200,
  y: 60,
  wires: [[], []],
};

describe("the form of tts-home-assistant", () => {
  let editor: EditorPage;

  inEditor(
    () => startNodeRed([{ id: "tab", type: "tab", label: "Flow 1" }]),
    (page) => {
      editor = page;
    },
  );

  const openWith = async (more: object = {}) => {
    await editor.openWith([
      { id: "tab", type: "tab", label: "Flow 1" },
      { ...FULL, ...more },
    ]);
    return editor.openNode("ha");
  };
  const deployed = async (): Promise<FlowNode | undefined> =>
    (await editor.deploy()).find(({ id }) => id === "ha");

  it("saves a list as it was when something else is changed", async () => {
    const form = await openWith();
    await assertWellMade(form);
    await form.locator("#node-input-diagnostics").uncheck();
    await editor.done();
    assert.deepEqual(await deployed(), { ...FULL, diagnostics: false });
  });

  it("takes a command that leaves its encoding out for one of fields, as it is at run time", async () => {
    const form = await openWith({ commands: [VALVE] });
    assert.equal(await form.locator("[data-field='encoding']").inputValue(), "fields");
    assert.equal(await form.locator("#tts-home-assistant-commands-reason").innerText(), "");
  });

  it("adds a command, asks for what it needs, and saves it without what is empty", async () => {
    const form = await openWith({ commands: [] });
    const reason = form.locator("#tts-home-assistant-commands-reason");
    await form.locator(".form-row:has(#tts-home-assistant-commands) .red-ui-editableList-addButton").click();
    await reason.filter({ hasText: "Key is missing" }).waitFor();
    const cell = (name: string) => form.locator(`#tts-home-assistant-commands [data-field='${name}']`);
    await cell("component").selectOption("button");
    assert.equal(await cell("on").isVisible(), false, "a button is not on or off");
    await cell("name").fill("Restart");
    await cell("key").fill("restart");
    await cell("encoding").selectOption("bytes");
    await cell("payload").fill("FF");
    await cell("fPort").fill("224");
    await reason.filter({ hasText: "FPort cannot be “224”" }).waitFor();
    await cell("fPort").fill("2");
    await reason.filter({ hasText: /^$/ }).waitFor({ state: "attached" });
    await editor.done();
    assert.deepEqual((await deployed())?.commands, [
      { key: "restart", name: "Restart", component: "button", fPort: "2", encoding: "bytes", payload: "FF" },
    ]);
  });

  it("does not save an entity that has just been removed, and is still fading away", async () => {
    const form = await openWith({ entities: [{ field: "air.temperature" }, { field: "gone" }] });
    await editor.page.evaluate(() => (jQuery.fx.off = false));
    await form.locator("#tts-home-assistant-entities .red-ui-editableList-item-remove").last().press("Enter");
    await editor.page.keyboard.press("Control+Enter");
    await form.waitFor({ state: "detached" });
    await editor.page.evaluate(() => (jQuery.fx.off = true));
    assert.deepEqual((await deployed())?.entities, [{ field: "air.temperature" }]);
  });

  it("says which entity Home Assistant would not take, and what it takes", async () => {
    const form = await openWith({ entities: [{ field: "air.temperature", deviceClass: "temperature" }] });
    const reason = form.locator("#tts-home-assistant-entities-reason");
    const cell = (name: string) => form.locator(`#tts-home-assistant-entities [data-field='${name}']`);
    await cell("unit").fill("C");
    await reason.filter({ hasText: "Unit cannot be “C”; possible: °C, °F, K" }).waitFor();
    await cell("unit").fill("°C");
    await cell("stateClass").selectOption("total");
    await reason.filter({ hasText: "State class cannot be “total”; possible: measurement" }).waitFor();
    await cell("deviceClass").fill("warmth");
    await reason.filter({ hasText: "has no device class “warmth”" }).waitFor();
    await cell("component").selectOption("off");
    await reason.filter({ hasText: /^$/ }).waitFor({ state: "attached" });
  });
});

/** The part of the editor's global that this file uses. */
declare const jQuery: { fx: { off: boolean } };
