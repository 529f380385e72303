import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import type { SubscribeRecord } from "../../simulator/journal";
import { startSimulator, type Simulator } from "../../simulator/simulator";
import { EditorPage } from "./editor-page";
import { assertFits, assertUnbroken, assertWellMade, NARROW } from "./form-checks";
import { startNodeRed, type FlowNode, type NodeRed } from "./node-red";
import { chooseType, typedField } from "./typed-input";

const HOSTILE = "<img src=x onerror=window.hit=1>";

const node = (id: string, type: string, more: object = {}): FlowNode => ({
  id,
  type,
  z: "tab1",
  connection: "c1",
  x: 200,
  y: 100,
  wires: [[]],
  ...more,
});

/** A connection that is chosen in each instance of a subflow. */
const connectionVariable = {
  ...{ name: "CONN", type: "tts-connection", value: "" },
  ui: { type: "conf-types", label: { "en-US": "Connection" } },
};

const flowsFor = ({ host, port }: Simulator): FlowNode[] => {
  const connection = (id: string): FlowNode => ({
    ...{ id, type: "tts-connection", host, port: String(port), useTls: false },
    ...{ applicationId: "app1", api: "off" },
  });
  return [
    { id: "tab1", type: "tab", label: "Flow 1" },
    connection("c1"),
    { ...connection("c-unused"), clientId: "another" },
    node("all", "tts-uplink", { emptyFrames: true, wires: [["log"]] }),
    node("log", "debug", { active: true, console: true, tosidebar: false, complete: "deviceId" }),
    ...["u1", "u2", "u3", "u4"].map((id) => node(id, "tts-uplink")),
    node("u-new", "tts-uplink", { connection: "" }),
    node("u-unused", "tts-uplink", { d: true, connection: "c-unused" }),
    { id: "sub", type: "subflow", name: "Sub", in: [], out: [], env: [connectionVariable] },
    { ...connection("c-sub"), z: "sub" },
    node("of-subflow", "tts-uplink", { z: "sub", connection: "c-sub" }),
    node("of-instance", "tts-uplink", { z: "sub", connection: "${CONN}" }),
    { ...connection("c-off"), d: true },
    node("u-off", "tts-uplink", { connection: "c-off" }),
    { id: "tab-off", type: "tab", label: "Flow 2", disabled: true },
    { ...connection("c-of-tab"), z: "tab-off" },
    node("of-tab", "tts-uplink", { z: "tab-off", connection: "c-of-tab" }),
    node("j1", "tts-join"),
    node("w1", "tts-watch"),
    node("e1", "tts-event"),
    ...["d1", "d2"].map((id) => node(id, "tts-downlink")),
  ];
};

const heardBy = (gateway_id: string, rssi: number) => ({ gateway_ids: { gateway_id }, rssi, snr: 5 });

describe("suggestions from the traffic", () => {
  let simulator: Simulator;
  let nodeRed: NodeRed;
  let editor: EditorPage;
  let marks = 0;

  /** When everything that was published before has come in. */
  async function arrived(): Promise<void> {
    const mark = `mark-${++marks}`;
    simulator.publish("uplink_message", mark, {});
    await nodeRed.logged(new RegExp(`${mark}\\b`));
  }

  /** When uplinks are subscribed to next. */
  const receiving = (): Promise<void> =>
    new Promise((resolve) => {
      const look = ({ filters }: SubscribeRecord): void => {
        if (!filters.some(({ filter }) => filter.endsWith("/+/up"))) return;
        simulator.events.off("subscribe", look);
        resolve();
      };
      simulator.events.on("subscribe", look);
    });

  async function deployed(id: string): Promise<FlowNode | undefined> {
    const flow = await editor.deploy();
    return flow.find((candidate) => candidate.id === id);
  }

  before(async function () {
    this.timeout(120_000);
    simulator = await startSimulator();
    const connected = receiving();
    nodeRed = await startNodeRed(flowsFor(simulator), {
      credentials: { c1: { apiKey: simulator.apiKey }, "c-unused": { apiKey: simulator.apiKey } },
    });
    await connected;
    await arrived();
    const decoded_payload = { temperature: 21.5, gps: { lat: 52.37, lon: 4.89 }, "key with space": true };
    simulator.publish("uplink_message", "thermometer", {
      ...{ f_port: 2, frm_payload: "vu8=", decoded_payload },
      rx_metadata: [heardBy("roof", -61), heardBy("cellar", -112)],
    });
    simulator.publish("uplink_message", "door", {
      ...{ f_port: 15, frm_payload: "AQ==", decoded_payload: { open: true, battery: 3.1 } },
      rx_metadata: [heardBy("roof", -80)],
    });
    await arrived();
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

  const listIn = (form: Locator): Locator => form.locator(".tts-suggestions").getByRole("listbox");
  const optionsIn = (form: Locator): Locator => listIn(form).getByRole("option");
  const texts = async (form: Locator): Promise<string[]> => {
    await listIn(form).waitFor();
    const rows = await optionsIn(form).evaluateAll((options) =>
      options.map((option) => [...option.children].map(({ textContent }) => textContent).join(" | ")),
    );
    return rows.filter((row) => !row.startsWith("mark-"));
  };
  const noteIn = (form: Locator): Locator => form.locator(".tts-note").first();
  const last = (form: Locator): Locator => form.locator("#tts-uplink-last");

  it("offer a device by keyboard, each part of a list on its own", async () => {
    const form = await editor.openNode("u1");
    const devices = form.locator("#node-input-devices");
    await devices.press("d");
    const [only = ""] = await texts(form);
    assert.match(only, /^door \| [0-9A-F]{16} · seen (now|\d+ (sec|min)\. ago)$/);
    assert.equal(await devices.getAttribute("aria-expanded"), "true");
    assert.equal(await devices.getAttribute("aria-controls"), await listIn(form).getAttribute("id"));
    await editor.screenshot("suggest-devices", true);
    await devices.press("ArrowDown");
    const active = await devices.getAttribute("aria-activedescendant");
    assert.equal(await form.locator(`#${active}`).getAttribute("aria-selected"), "true");
    await devices.press("Enter");
    assert.equal(await devices.inputValue(), "door");
    await listIn(form).waitFor({ state: "detached" });

    await devices.pressSequentially(", valve-*, th");
    assert.match((await texts(form)).join(), /^thermometer/);
    await devices.press("Escape");
    await listIn(form).waitFor({ state: "detached" });
    assert.equal(await form.isVisible(), true, "the form stays");
    await devices.press("ArrowDown");
    await listIn(form).waitFor();
    await devices.press("ArrowUp");
    await devices.press("Enter");
    assert.equal(await devices.inputValue(), "door, valve-*, thermometer");

    // In the middle of the list.
    await devices.fill("t, valve-*");
    await devices.press("Home");
    await devices.press("ArrowDown");
    await listIn(form).waitFor();
    await devices.press("ArrowDown");
    await devices.press("Enter");
    assert.equal(await devices.inputValue(), "thermometer, valve-*");
    await editor.done();
    const saved = await deployed("u1");
    assert.equal(saved?.devices, "thermometer, valve-*");
  });

  it("leave the keys alone while no list is open", async () => {
    const form = await editor.openNode("u2");
    const devices = form.locator("#node-input-devices");
    await devices.fill("nothing-like-it");
    await devices.press("Enter");
    await devices.press("Tab");
    assert.equal(await devices.inputValue(), "nothing-like-it");
    assert.equal(await listIn(form).count(), 0);
  });

  it("offer FPorts and a field by mouse, those of the devices in the form", async () => {
    const form = await editor.openNode("u2");
    await form.locator("#node-input-devices").fill("thermo*");
    const ports = form.locator("#node-input-ports");
    await ports.click();
    assert.match((await texts(form)).join(), /^2 \| thermometer · seen /);
    await optionsIn(form).first().click();
    assert.equal(await ports.inputValue(), "2");

    await form.locator("#node-input-output").selectOption("field");
    const field = form.locator("#node-input-field");
    await field.click();
    assert.deepEqual(await texts(form), [
      "temperature | 21.5",
      "gps.lat | 52.37",
      "gps.lon | 4.89",
      '"key with space" | true',
    ]);
    await editor.screenshot("suggest-fields", true);
    await listIn(form).getByRole("option", { name: "gps.lat" }).click();
    assert.equal(await field.inputValue(), "gps.lat");
    assert.equal(await form.locator(".input-error").count(), 0);
    await editor.done();
    const saved = await deployed("u2");
    assert.deepEqual([saved?.devices, saved?.ports, saved?.field], ["thermo*", "2", "gps.lat"]);
  });

  it("offer a field by keyboard, and the expression leads there", async () => {
    const form = await editor.openNode("u3");
    await form.locator("#node-input-devices").fill("thermometer");
    await form.locator("#node-input-output").selectOption("field");
    const field = form.locator("#node-input-field");
    await field.pressSequentially("space");
    await listIn(form).waitFor();
    await field.press("ArrowDown");
    await field.press("Enter");
    assert.equal(await field.inputValue(), '"key with space"');
    await last(form).locator("summary").click();
    await form.getByText("msg.payload = true").waitFor();
  });

  it("show what the last message would have been, as the settings change", async () => {
    const form = await editor.openNode("u4");
    await assertWellMade(form);
    const shown = (text: string | RegExp): Promise<void> => last(form).getByText(text).first().waitFor();
    await last(form).locator("summary").click();
    await form.locator("#node-input-devices").fill("door");
    await shown('msg.payload = {"open":true,"battery":3.1}');
    assert.match(await last(form).locator(".tts-from").innerText(), /^door, FPort 15, \d+:\d\d:\d\d/);
    await shown(/Also in msg: .*deviceId.*radio/);
    await assertFits(form);
    await editor.screenshot("tts-uplink-last-message");
    await form.locator("#node-input-output").selectOption("bytes");
    await shown("Buffer of 1 byte: 01");
    await form.locator("#node-input-output").selectOption("field");
    await shown("Not shown while something in the fields above is not right.");
    await form.locator("#node-input-field").fill("battery");
    await shown("msg.payload = 3.1");
    await form.locator("#node-input-field").fill("nothing");
    await shown("The decoded payload has no nothing. So nothing is sent.");
    await form.locator("#node-input-missing").selectOption("bytes");
    await shown("The decoded payload has no nothing. So the bytes are sent.");
    await form.locator("#node-input-missing").selectOption("error");
    await shown("So a Catch node gets an error.");
    simulator.publish("uplink_message", "plain", { f_port: 1, frm_payload: "AQ==" });
    await arrived();
    await form.locator("#node-input-devices").fill("plain");
    await form.locator("#node-input-missing").selectOption("bytes");
    await shown(
      /plain has no payload formatter \(Console → plain → Payload formatters\).* So the bytes are sent/,
    );
    await form.locator("#node-input-devices").fill("mark-1");
    await shown("Nothing is sent: this frame has no payload.");
    await form.locator("#node-input-ports").fill("99");
    await shown("These devices have sent something");
    await form.locator("#node-input-devices").fill("nobody");
    await shown("No uplink of these devices and FPorts has come in yet.");
    await form.locator("#node-input-devices").fill("thermometer");
    await form.locator("#node-input-ports").fill("");
    await form.locator("#node-input-output").selectOption("decoded");
    await shown(/"temperature":21.5/);
    simulator.publish("uplink_message", "thermometer", { f_port: 3, decoded_payload: { temperature: 22 } });
    await arrived();
    await form.getByRole("button", { name: "look again" }).click();
    await shown('msg.payload = {"temperature":22}');
    assert.match(await last(form).locator(".tts-from").innerText(), /^thermometer, FPort 3, /);
  });

  it("are there in the forms of all nodes", async () => {
    for (const id of ["j1", "e1"]) {
      const form = await editor.openNode(id);
      await form.locator("#node-input-devices").press("d");
      assert.match((await texts(form)).join(), /^door/);
      await editor.cancel();
    }
  });

  it("offer a downlink its device, FPort and gateways where they are fixed", async () => {
    const form = await editor.openNode("d1");
    const device = typedField(form, "node-input-device");
    await device.fill("door");
    assert.equal(await listIn(form).count(), 0, "a property of the message");
    await chooseType(form, "node-input-device", "str");
    await device.fill("do");
    await listIn(form).waitFor();
    await device.press("ArrowDown");
    await device.press("Enter");
    assert.equal(await device.inputValue(), "door");

    const fPort = typedField(form, "node-input-fPort");
    await fPort.fill("");
    assert.match((await texts(form)).join(), /^15 \| door · seen /);
    await optionsIn(form).first().click();
    await form.locator("summary", { hasText: "Class B and C" }).click();
    await form.getByRole("button", { name: "add", exact: false }).first().click();
    const gateway = form.locator("[data-field='id']");
    await gateway.press("r");
    assert.match((await texts(form)).join(), /^roof \| -80 dBm · seen /);
    await editor.screenshot("suggest-gateways", true);
    await gateway.press("ArrowDown");
    await gateway.press("Enter");
    await editor.done();
    const saved = await deployed("d1");
    assert.deepEqual(
      [saved?.device, saved?.deviceType, saved?.fPort, saved?.gateways],
      ["door", "str", "15", [{ id: "roof" }]],
    );
  });

  it("say in the language of the form when a device was seen, also where Node-RED has not that language", async () => {
    await editor.openIn("nl");
    const form = await editor.openNode("u1");
    await form.locator("#node-input-devices").fill("do");
    assert.match(
      (await texts(form)).join(),
      /^door \| [0-9A-F]{16} · gezien (nu|\d+ (sec\.?|min\.?) geleden)/,
    );
    await editor.cancel();
    await editor.openIn("en-US");
  });

  it("in the table of tts-watch can be selected, are not read out again and again, and break no word", async () => {
    await editor.openIn("de");
    const form = await editor.openNode("w1");
    const fold = form.locator("#tts-watch-table");
    await fold.locator("summary").click();
    const cell = fold.locator("td", { hasText: "thermometer" });
    await cell.waitFor();
    const narrow = await editor.page.addStyleTag({ content: NARROW });
    await assertUnbroken(form);
    await narrow.evaluate((element: HTMLElement) => element.remove());
    await cell.selectText();
    await editor.page.waitForResponse((response) => response.url().includes("tts-watch/w1/table"));
    await editor.page.waitForTimeout(100);
    assert.equal(await editor.page.evaluate(() => String(getSelection())), "thermometer");
    assert.equal(await fold.locator("[aria-live] table").count(), 0);
    await editor.cancel();
    await editor.openIn("en-US");
  });

  describe("say why there are none", () => {
    it("without a connection, and for one that is not deployed", async () => {
      const form = await editor.openNode("u-new");
      await form.locator("#node-input-devices").press("d");
      await noteIn(form).getByText("Choose a connection first").waitFor();
      await editor.newConnection(form);
      await editor.page.locator("#node-config-input-applicationId").fill("app2");
      await editor.doneConfig();
      await noteIn(form).getByText("Choose a connection first").waitFor({ state: "hidden" });
      await form.locator("#node-input-devices").fill("do");
      await noteIn(form).getByText("Deploy the connection first").waitFor();
      await last(form).locator("summary").click();
      await last(form).getByText("Deploy the connection first").waitFor();
      await editor.screenshot("suggest-not-deployed");
      await assertFits(form);
      // The browser itself logs an answer of 404.
      assert.deepEqual(
        editor.errors.splice(0).filter((error) => !error.includes("404")),
        [],
      );
    });

    it("for a connection that is disabled, or whose flow is", async () => {
      for (const [id, tab] of [
        ["u-off", "tab1"],
        ["of-tab", "tab-off"],
      ] as const) {
        await editor.page.evaluate((flow) => RED.workspaces.show(flow), tab);
        const form = await editor.openNode(id);
        await form.locator("#node-input-devices").press("d");
        await noteIn(form).getByText("The connection is disabled, or its flow is").waitFor();
        await assertFits(form);
        await editor.cancel();
      }
      await editor.page.evaluate(() => RED.workspaces.show("tab1"));
      // The browser itself logs an answer of 404.
      assert.deepEqual(
        editor.errors.splice(0).filter((error) => !error.includes("404")),
        [],
      );
    });

    it("within a subflow, without asking", async () => {
      const asked: string[] = [];
      editor.page.on("request", (request) => void asked.push(request.url()));
      await editor.page.evaluate(() => RED.workspaces.show("sub"));
      // Before 4.0 no form has a connection that each instance of a subflow sets.
      const ids = (await editor.isBefore("4.0")) ? ["of-subflow"] : ["of-subflow", "of-instance"];
      for (const id of ids) {
        const form = await editor.openNode(id);
        await form.locator("#node-input-devices").press("d");
        await noteIn(form).getByText("not available within a subflow").waitFor();
        await last(form).locator("summary").click();
        await last(form).getByText("not available within a subflow").waitFor();
        await editor.cancel();
      }
      await editor.page.evaluate(() => RED.workspaces.show("tab1"));
      assert.deepEqual(
        asked.filter((url) => /suggestions|last-message/.test(url)),
        [],
      );
    });

    it("for one that no node uses", async () => {
      const form = await editor.openNode("u-unused");
      await form.locator("#node-input-devices").press("d");
      await noteIn(form).getByText("No deployed node uses this connection").waitFor();
    });

    it("and names the path inside the decoded payload for one that begins outside", async () => {
      const form = await editor.openNode("u3");
      await form.locator("#node-input-output").selectOption("field");
      assert.equal(await form.locator("#node-input-missing").inputValue(), "skip");
      const hint = form.locator("#tts-uplink-field-hint");
      await form.locator("#node-input-field").fill("msg.payload.gps.lat");
      await hint.filter({ hasText: "inside the decoded payload: gps.lat" }).waitFor();
      await form.locator("#node-input-field").fill("payload");
      await hint.filter({ hasText: "Decoded payload" }).waitFor();
      await form.locator("#node-input-field").fill("gps.lat");
      await hint.filter({ hasText: /^$/ }).waitFor({ state: "attached" });
      await form.locator("#node-input-missing").selectOption("error");
      await form.locator("#node-input-output").selectOption("normalized");
      assert.equal(await form.locator("#node-input-missing").inputValue(), "error", "chosen by the user");
    });

    it("where nothing of the kind has come", async () => {
      const form = await editor.openNode("u3");
      await form.locator("#node-input-devices").fill("mark-*");
      await form.locator("#node-input-output").selectOption("field");
      await form.locator("#node-input-field").press("ArrowDown");
      await noteIn(form).getByText("No decoded payload of these devices").waitFor();
    });
  });

  it("are text, whatever is sent", async () => {
    simulator.replay({
      topic: `v3/app1/devices/${HOSTILE.replaceAll("/", "")}/up`,
      payload: {
        end_device_ids: { device_id: HOSTILE, dev_eui: HOSTILE.slice(0, 16) },
        uplink_message: {
          f_port: 66,
          decoded_payload: {
            [HOSTILE]: HOSTILE,
            "$t(label.name) __count__": "__ago__",
            ["x".repeat(99)]: HOSTILE,
          },
          rx_metadata: [heardBy(HOSTILE, -1)],
        },
      },
    });
    await arrived();
    const form = await editor.openNode("u3");
    await form.locator("#node-input-devices").press("<");
    assert.match((await texts(form)).join(), /^<img src=x onerror=window.hit=1> \| <IMG SRC=X ONERR · seen/);
    await form.locator("#node-input-ports").pressSequentially("66");
    await form.locator("#node-input-devices").fill("<img*");
    await form.locator("#node-input-devices").fill("");
    await form.locator("#node-input-ports").fill("66");
    await form.locator("#node-input-output").selectOption("field");
    await form.locator("#node-input-field").click();
    assert.deepEqual((await texts(form)).slice(0, 2), [
      `"${HOSTILE}" | "${HOSTILE}"`,
      '"$t(label.name) __count__" | "__ago__"',
    ]);
    await assertFits(form);
    await editor.screenshot("suggest-hostile", true);
    await form.locator("#node-input-field").press("Escape");
    await form.locator("#node-input-output").selectOption("decoded");
    await last(form).locator("summary").click();
    await last(form).getByText(HOSTILE).first().waitFor();
    await assertFits(form);
    await editor.cancel();

    const downlink = await editor.openNode("d2");
    await downlink.locator("summary", { hasText: "Class B and C" }).click();
    await downlink.getByRole("button", { name: "add", exact: false }).first().click();
    await downlink.locator("[data-field='id']").press("<");
    assert.match((await texts(downlink)).join(), /^<img/);
    const images = await editor.page.locator(".tts-form img").count();
    const hit = await editor.page.evaluate(() => Reflect.get(window, "hit") as unknown);
    assert.deepEqual([images, hit], [0, undefined]);
  });

  it("stay quick with ten thousand devices", async function () {
    this.timeout(120_000);
    for (let index = 0; index < 9_700; index++) {
      simulator.replay({
        topic: `v3/app1/devices/device-${index}/up`,
        payload: { end_device_ids: { device_id: `device-${index}` }, uplink_message: { f_port: 1 } },
      });
      // As the stack itself, the simulator drops what a reader is too slow for.
      if (index % 50 === 49) await arrived();
    }
    const form = await editor.openNode("u3");
    const devices = form.locator("#node-input-devices");
    const started = performance.now();
    await devices.pressSequentially("device-77");
    await form.getByText("and 91 more: type on").waitFor();
    assert.ok(performance.now() - started < 5_000);
    assert.equal(await optionsIn(form).count(), 20);
    await editor.screenshot("suggest-many", true);
    for (let index = 0; index < 20; index++) await devices.press("ArrowDown");
    await devices.press("Enter");
    assert.match(await devices.inputValue(), /^device-77\d*$/);
  });

  it("fit into a narrow tray", async () => {
    for (const width of [400, 300]) {
      const style = await editor.page.addStyleTag({
        content: `.red-ui-tray, .red-ui-tray-body { width: ${width}px !important; min-width: 0 !important; }`,
      });
      const form = await editor.openNode("u3");
      await form.locator("#node-input-devices").pressSequentially("therm");
      await listIn(form).waitFor();
      await assertFits(form);
      await editor.screenshot(`narrow-${width}-suggest`, true);
      await editor.cancel();
      await style.evaluate((element: HTMLElement) => element.remove());
    }
  });
});

/** The part of the editor's global that this file uses. */
declare const RED: { workspaces: { show(id: string): void } };
