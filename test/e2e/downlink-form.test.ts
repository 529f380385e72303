import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { DOWNLINK_DEFAULTS } from "../../nodes/tts-downlink/properties";
import { PRIORITIES } from "../../src/downlink/order";
import { startSimulator, type Simulator } from "../../simulator/simulator";
import { DEVICES } from "../nodes/downlinks";
import { EditorPage } from "./editor-page";
import { assertFits, assertWellMade } from "./form-checks";
import { inEditor } from "./in-editor";
import { startNodeRed, type FlowNode } from "./node-red";
import { chooseType, chooseValue, fillTyped, typedField, valuesOf } from "./typed-input";

const connection = (id: string, more: object = {}): FlowNode => ({
  id,
  type: "tts-connection",
  host: "127.0.0.1", // Nothing listens there: no test goes out into the network.
  port: "1",
  applicationId: "my-app",
  ...more,
});
let row = 0;
const downlink = (id: string, more: object = {}): FlowNode => ({
  id,
  type: "tts-downlink",
  z: "tab1",
  connection: "c1",
  x: 200,
  y: 60 * ++row,
  wires: [[]],
  ...more,
});

const FLOWS: FlowNode[] = [
  { id: "tab1", type: "tab", label: "Flow 1" },
  connection("c1", { tenantId: "ttn" }),
  connection("cv2", { service: "v2", useTls: false }),
  connection("coff", { api: "off" }),
  connection("cps", { service: "pubsub", topics: { downlink_push: "down/push" } }),
  ...["fresh", "typed", "queue", "bytes", "wrong", "lists", "v2", "pubsub"].map((id) => downlink(id)),
  downlink("clear", { operation: "clear", device: "door-1", deviceType: "str" }),
  downlink("fixed", {
    device: "door-1",
    deviceType: "str",
    fPort: 15,
    payload: "BE EF",
    payloadType: "str",
    encoding: "hex",
    priority: "high",
    confirmed: true,
    report: "ack",
  }),
  downlink("list", { operation: "list", device: "door-1", deviceType: "str" }),
  downlink("encoder", {
    ...{ connection: "cs", device: "valve", deviceType: "str", fPort: "15", fPortType: "num" },
    ...{ payload: '{"level": 5}', payloadType: "json", encoding: "decoded" },
  }),
  downlink("class-c", { gateways: [{ id: "gw-1" }, { id: "gw-2", antennaIndex: 1, groupIndex: 2 }] }),
  downlink("more", { timeout: "60" }),
  downlink("v2-wrong", { connection: "cv2", priority: "HIGH", correlationIds: "mine" }),
  downlink("env", {
    operation: "${OPERATION}",
    fPort: "${PORT}",
    priority: "${PRIORITY}",
    payload: "${PAYLOAD}",
    payloadType: "str",
    encoding: "hex",
  }),
];

const SEES_FORMATTERS = [
  "RIGHT_APPLICATION_TRAFFIC_READ",
  "RIGHT_APPLICATION_DEVICES_READ",
  "RIGHT_APPLICATION_SETTINGS_BASIC",
];

const idOf = (name: string): string => `node-input-${name}`;

describe("the form of tts-downlink", () => {
  let simulator: Simulator;
  let editor: EditorPage;

  inEditor(
    async () => {
      const key = { apiKey: "NNSXS.none" };
      simulator = await startSimulator({ devices: DEVICES });
      const { host, port, apiUrl: api, userName: applicationId } = simulator;
      const served = connection("cs", { host, port: String(port), useTls: false, applicationId, api });
      const apiKey = simulator.addKey({ rights: SEES_FORMATTERS });
      return startNodeRed([...FLOWS, served], { credentials: { c1: key, cv2: key, cs: { apiKey } } });
    },
    (page) => {
      editor = page;
    },
    () => simulator.stop(),
  );

  async function saved(id: string): Promise<FlowNode> {
    await editor.done();
    const found = (await editor.deploy()).find((node) => node.id === id);
    assert.ok(found);
    // The editor moves a node whose label gets longer.
    const kept = Object.entries(found).filter(
      ([name]) => !["id", "type", "z", "x", "y", "wires"].includes(name),
    );
    return Object.fromEntries(kept);
  }

  const reason = (form: Locator, name: string): Promise<string> =>
    form.locator(`#${idOf(name)}-reason`).innerText();

  /** Types into a typed input and reads the reason under it. */
  async function reasonFor(form: Locator, name: string, value: string, type?: string): Promise<string> {
    if (type !== undefined) await chooseType(form, idOf(name), type);
    await typedField(form, idOf(name)).fill(value);
    return reason(form, name);
  }

  const isOpen = (form: Locator, summary: string): Promise<boolean> =>
    form
      .locator("details", { has: form.page().locator("summary", { hasText: summary }) })
      .evaluate((details: HTMLDetailsElement) => details.open);

  const unfold = (form: Locator, summary: string): Promise<void> =>
    form.locator("summary", { hasText: summary }).click();

  it("opens as it is by default, and saves what it was", async () => {
    const form = await editor.openNode("fresh");
    await assertWellMade(form);
    await assertFits(form);
    assert.equal(await form.locator(".input-error").count(), 0);
    assert.equal(await form.getByLabel("Add to the end").isChecked(), true);
    assert.equal(await isOpen(form, "Class B and C"), false);
    assert.equal(await isOpen(form, "More"), false);
    const { width, wanted } = await form.locator(`#${idOf("encoding")}`).evaluate((select) => {
      const had = select.getBoundingClientRect().width;
      select.style.flex = "none";
      const needed = select.getBoundingClientRect().width;
      select.style.flex = "";
      return { width: had, wanted: needed };
    });
    assert.ok(width >= wanted, `"Bytes (Buffer or array)" needs ${wanted}, and has ${width}`);
    await editor.screenshot("tts-downlink");
    assert.deepEqual(await saved("fresh"), { ...DOWNLINK_DEFAULTS, connection: "c1" });
  });

  it("saves every value with where it comes from", async () => {
    const form = await editor.openNode("typed");
    await fillTyped(form, idOf("device"), "flow", "device");
    await fillTyped(form, idOf("fPort"), "env", "PORT");
    await fillTyped(form, idOf("payload"), "jsonata", '"BE" & code');
    await form.locator(`#${idOf("encoding")}`).selectOption("hex");
    await fillTyped(form, idOf("priority"), "global", "priority");
    assert.equal(await form.getByText("transmissions", { exact: true }).isVisible(), false);
    await fillTyped(form, idOf("confirmed"), "msg", "important");
    await fillTyped(form, idOf("maxAttempts"), "num", "3");
    await form.locator(`#${idOf("report")}`).selectOption("every");
    await form.locator(`#${idOf("offline")}`).selectOption("error");
    await unfold(form, "Class B and C");
    await fillTyped(form, idOf("absoluteTime"), "msg", "at");
    await unfold(form, "More");
    await fillTyped(form, idOf("correlationIds"), "json", '["my:order:7"]');
    await form.locator(`#${idOf("timeout")}`).fill("0");
    await form.locator(`#${idOf("name")}`).fill("all of it");
    assert.equal(await form.locator(".input-error").count(), 0);
    await assertFits(form);
    assert.deepEqual(await saved("typed"), {
      name: "all of it",
      connection: "c1",
      device: "device",
      deviceType: "flow",
      operation: "push",
      operationType: "str",
      fPort: "PORT",
      fPortType: "env",
      payload: '"BE" & code',
      payloadType: "jsonata",
      encoding: "hex",
      priority: "priority",
      priorityType: "global",
      confirmed: "important",
      confirmedType: "msg",
      maxAttempts: "3",
      maxAttemptsType: "num",
      correlationIds: '["my:order:7"]',
      correlationIdsType: "json",
      gateways: [],
      absoluteTime: "at",
      absoluteTimeType: "msg",
      report: "every",
      timeout: "0",
      offline: "error",
    });
  });

  it("shows what is fixed in it, whoever wrote it how", async () => {
    const form = await editor.openNode("fixed");
    assert.equal(await typedField(form, idOf("fPort")).inputValue(), "15");
    assert.equal(await form.locator(`#${idOf("priority")}`).inputValue(), "HIGH");
    assert.equal(await form.getByText("transmissions", { exact: true }).isVisible(), true);
    assert.equal(await form.locator("#tts-downlink-preview").innerText(), "2 bytes: BE EF");
    assert.equal(await form.locator(".input-error").count(), 0);
    await editor.screenshot("tts-downlink-fixed");
    assert.deepEqual(await valuesOf(form, idOf("priority")), [...PRIORITIES].reverse());
    await chooseValue(form, idOf("priority"), "LOWEST");
    await chooseValue(form, idOf("confirmed"), "false");
    assert.match(await reason(form, "report"), /acknowledge/);
    await form.locator(`#${idOf("report")}`).selectOption("sent");
    const { fPort, priority, priorityType, confirmed, confirmedType, report } = await saved("fixed");
    assert.deepEqual(
      { fPort, priority, priorityType, confirmed, confirmedType, report },
      {
        fPort: 15, // untouched
        priority: "LOWEST",
        priorityType: "str",
        confirmed: "false",
        confirmedType: "bool",
        report: "sent",
      },
    );
  });

  it("has a button for each operation, with a line on what it does", async () => {
    const form = await editor.openNode("queue");
    const line = async (): Promise<string> =>
      (await form.locator("[data-queue]:visible").first().innerText()).trim();
    assert.match(await line(), /behind what is queued/);
    await form.getByText("Replace all").click();
    assert.match(await line(), /takes its place/);
    // With the arrow keys, too.
    await form.getByLabel("Replace all").press("ArrowRight");
    assert.match(await line(), /nothing new is sent/);
    assert.equal(await form.locator(`#${idOf("operation")}`).inputValue(), "clear");
    for (const label of ["FPort", "Payload", "Priority", "Confirmed", "Class B and C", "More"])
      assert.equal(await form.getByText(label, { exact: true }).first().isVisible(), false, label);
    assert.equal(await form.locator(`#${idOf("report")}`).isVisible(), false);
    assert.match(await form.locator("[data-report]:visible").innerText(), /no other answer/);

    await form.getByText("from the message…").click();
    assert.match(await line(), /push, replace, clear or list/);
    assert.equal(await form.locator("input:checked").count(), 0);
    assert.equal(await form.getByText("FPort", { exact: true }).isVisible(), true);
    await fillTyped(form, "tts-downlink-queue-value", "flow", "todo");
    const { operation, operationType } = await saved("queue");
    assert.deepEqual({ operation, operationType }, { operation: "todo", operationType: "flow" });

    const again = await editor.openNode("queue");
    assert.equal(await typedField(again, "tts-downlink-queue-value").inputValue(), "todo");
    await again.getByText("Add to the end").click();
    assert.equal(await typedField(again, "tts-downlink-queue-value").isVisible(), false);
    const back = await saved("queue");
    assert.deepEqual([back.operation, back.operationType], ["push", "str"]);
  });

  it("asks only for the device to clear a queue", async () => {
    const form = await editor.openNode("clear");
    await assertFits(form);
    await editor.screenshot("tts-downlink-clear");
    const labels = await form.locator(".tts-label:visible").allInnerTexts();
    assert.deepEqual(
      labels.map((label) => label.trim()),
      ["Connection", "Device", "Queue", "Done when", "While offline", "Name"],
    );
    assert.deepEqual(await saved("clear"), {
      ...DOWNLINK_DEFAULTS,
      connection: "c1",
      operation: "clear",
      device: "door-1",
      deviceType: "str",
    });
  });

  it("asks only for the device to read a queue, where it can be read", async () => {
    const form = await editor.openNode("list");
    await assertFits(form);
    await editor.screenshot("tts-downlink-list");
    const labels = await form.locator(".tts-label:visible").allInnerTexts();
    assert.deepEqual(
      labels.map((label) => label.trim()),
      ["Connection", "Device", "Queue", "Done when", "Name"],
    );
    assert.match(
      await form.locator("[data-queue]:visible").first().innerText(),
      /Nothing is sent: msg\.payload/,
    );
    for (const [id, words] of [
      ["cv2", /Only The Things Stack’s own server can read a queue/],
      ["cps", /Only The Things Stack’s own server can read a queue/],
      ["coff", /read by the HTTP API, which is off/],
    ] as const) {
      await form.locator(`#${idOf("connection")}`).selectOption(id);
      assert.match(await reason(form, "operation"), words);
    }
    await form.locator(`#${idOf("connection")}`).selectOption("c1");
    assert.equal(await reason(form, "operation"), "");
    const { operation, operationType } = await saved("list");
    assert.deepEqual([operation, operationType], ["list", "str"]);

    const other = await editor.openNode("fresh");
    await other.locator(`#${idOf("connection")}`).selectOption("coff");
    assert.equal(await other.getByLabel("Show", { exact: true }).isDisabled(), true);
    await editor.cancel();
  });

  it("shows the bytes that the device's own encoder makes of fields", async () => {
    const form = await editor.openNode("encoder");
    const part = form.locator("#tts-downlink-encoder");
    const shown = part.locator(".tts-encoded");
    const button = part.getByRole("button", { name: "Show bytes" });
    const answers = async (words: RegExp): Promise<void> => {
      await button.click();
      await shown.filter({ hasText: words }).waitFor();
    };
    await answers(/^FPort 15, 1 byte: 05$/);
    await assertFits(form);
    await editor.screenshot("tts-downlink-show-bytes");
    const payload = typedField(form, idOf("payload"));
    await payload.fill('{"speed": 1}');
    assert.equal(await shown.innerText(), "");
    await answers(/“Error: level is missing”/);
    await payload.fill('{"level": -1}');
    await answers(/no bytes: the encoder made none/);
    await payload.fill("{");
    await answers(/payload/);
    await payload.fill('{"level": 5}');
    await typedField(form, idOf("device")).fill("lamp");
    await answers(/^lamp has no downlink formatter/);
    await typedField(form, idOf("device")).fill("");
    await answers(/Enter a device first/);

    await typedField(form, idOf("device")).fill("valve");
    await chooseType(form, idOf("payload"), "msg");
    assert.equal(await part.isVisible(), false);
    await chooseType(form, idOf("payload"), "json");
    assert.equal(await part.isVisible(), true);
    await form.locator(`#${idOf("encoding")}`).selectOption("hex");
    assert.equal(await part.isVisible(), false);
    await form.locator(`#${idOf("encoding")}`).selectOption("decoded");
    assert.equal(await part.isVisible(), true);
    // A broker of one's own has no encoder.
    await form.locator(`#${idOf("connection")}`).selectOption("cps");
    assert.equal(await part.isVisible(), false);
    await editor.cancel();
  });

  it("shows the bytes of a payload while it is written", async () => {
    const form = await editor.openNode("bytes");
    const encoding = form.locator(`#${idOf("encoding")}`);
    const preview = form.locator("#tts-downlink-preview");
    const payload = typedField(form, idOf("payload"));
    const example = (): Promise<string> => form.locator("#tts-downlink-example").innerText();
    assert.equal(await preview.innerText(), "");
    await encoding.selectOption("hex");
    assert.equal(await example(), "e.g. BE EF");
    await fillTyped(form, idOf("payload"), "str", "be:ef 01");
    assert.equal(await preview.innerText(), "3 bytes: BE EF 01");
    await payload.fill("0f");
    assert.equal(await preview.innerText(), "1 byte: 0F");
    await payload.fill("0");
    assert.equal(await preview.innerText(), "");
    await encoding.selectOption("base64");
    await payload.fill("vu8=");
    assert.equal(await preview.innerText(), "2 bytes: BE EF");
    await encoding.selectOption("text");
    await payload.fill(" é");
    assert.equal(await preview.innerText(), "3 bytes: 20 C3 A9");
    assert.equal(await form.locator("#tts-downlink-size").innerText(), "");
    await payload.fill("x".repeat(60));
    assert.match(await preview.innerText(), /^60 bytes: 78 78 .*…$/);
    assert.match(await form.locator("#tts-downlink-size").innerText(), /no more than 51 bytes/);
    await encoding.selectOption("bytes");
    assert.equal(await form.locator(`#${idOf("payloadType")}`).inputValue(), "bin");
    assert.notEqual(await reason(form, "payload"), "");
    await payload.fill("[190, 239]");
    assert.equal(await preview.innerText(), "2 bytes: BE EF");
    await encoding.selectOption("decoded");
    assert.equal(await form.locator(`#${idOf("payloadType")}`).inputValue(), "json");
    await payload.fill('{"led": "on"}');
    assert.equal(await preview.innerText(), "");
    assert.equal(await reason(form, "payload"), "");
    await encoding.selectOption("downlinks");
    await payload.fill('[{"f_port": 15, "frm_payload": "vu8="}]');
    assert.equal(await reason(form, "payload"), "");
    // What stands in the objects is not asked for.
    for (const label of ["FPort", "Priority", "Confirmed", "Class B and C", "Correlation IDs"])
      assert.equal(await form.getByText(label, { exact: true }).first().isVisible(), false, label);
    assert.equal(await form.locator("summary:visible").innerText(), "More Time to wait");
    await editor.screenshot("tts-downlink-objects");
    await encoding.selectOption("text");
    await payload.fill(" on ");
    const node = await saved("bytes");
    // Space is part of a text.
    assert.deepEqual([node.payload, node.payloadType, node.encoding], [" on ", "str", "text"]);
  });

  it("says under a field why it is invalid", async () => {
    const form = await editor.openNode("wrong");
    const encoding = form.locator(`#${idOf("encoding")}`);
    assert.match(await reasonFor(form, "device", "Door_1", "str"), /door-1/);
    assert.match(await reasonFor(form, "device", ""), /device/i);
    assert.equal(await reasonFor(form, "device", " door-1 "), "");
    assert.notEqual(await reasonFor(form, "device", "a..b", "msg"), "");
    for (const port of ["0", "224", "1.5", "", "x"])
      assert.match(await reasonFor(form, "fPort", port), /1 to 223/, port);
    assert.equal(await reasonFor(form, "fPort", "223"), "");
    assert.notEqual(await reasonFor(form, "fPort", "", "env"), "");
    assert.notEqual(await reasonFor(form, "fPort", "1 +", "jsonata"), "");
    await encoding.selectOption("hex");
    assert.match(await reasonFor(form, "payload", "BE E", "str"), /two digits/);
    assert.match(await reasonFor(form, "payload", "BE XX"), /hex/i);
    await encoding.selectOption("base64");
    assert.match(await reasonFor(form, "payload", "vu8"), /padding|=/);
    assert.match(await reasonFor(form, "payload", "v?"), /Base64/i);
    await encoding.selectOption("decoded");
    assert.match(await reasonFor(form, "payload", "{led: on}"), /JSON/);
    assert.notEqual(await reasonFor(form, "payload", "{}"), "");
    await encoding.selectOption("downlinks");
    assert.match(await reasonFor(form, "payload", '[{"f_port": 1, "payload": "vu8="}]'), /frm_payload/);
    await encoding.selectOption("bytes");
    assert.match(await reasonFor(form, "payload", "[256]"), /255/);
    await chooseValue(form, idOf("confirmed"), "true");
    assert.match(await reasonFor(form, "maxAttempts", "33"), /1 to 32/);
    await unfold(form, "Class B and C");
    assert.match(await reasonFor(form, "absoluteTime", "tomorrow", "str"), /RFC 3339/);
    assert.notEqual(await reasonFor(form, "absoluteTime", "2020-01-01T00:00:00Z"), "");
    assert.equal(await reasonFor(form, "absoluteTime", ""), "");
    await unfold(form, "More");
    for (const prefix of ["as:", "ns:", "gs:", "js:", "pba:", "rpc:"])
      assert.match(await reasonFor(form, "correlationIds", `${prefix}x`), /must not begin/, prefix);
    assert.equal(await reasonFor(form, "correlationIds", "x as:"), "");
    for (const timeout of ["", "-1", "soon", "86401"]) {
      await form.locator(`#${idOf("timeout")}`).fill(timeout);
      assert.match(await reason(form, "timeout"), /0 to 86400/, timeout);
    }
    await assertFits(form);
    await editor.screenshot("tts-downlink-invalid");
    const field = typedField(form, idOf("maxAttempts"));
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    assert.match((await field.getAttribute("aria-describedby")) ?? "", /maxAttempts-reason/);
    await editor.cancel();
  });

  it("keeps a list of gateways in the order of preference", async () => {
    const form = await editor.openNode("lists");
    await unfold(form, "Class B and C");
    const rows = form.locator("#tts-downlink-gateways > li");
    const fieldOf = (index: number, label: string): Locator => rows.nth(index).getByLabel(label);
    for (const [index, id] of ["gw-2", "GW_1", "gw-3"].entries()) {
      await form.locator(".tts-gateways .red-ui-editableList-addButton").click();
      await fieldOf(index, "Gateway ID").fill(id);
    }
    const listReason = form.locator("#tts-downlink-gateways-reason");
    assert.match(await listReason.innerText(), /gw-1/);
    await fieldOf(1, "Gateway ID").fill("gw-1");
    await fieldOf(0, "Antenna").fill("1");
    await fieldOf(0, "Group").fill("2");
    assert.equal(await listReason.innerText(), "");
    await fieldOf(0, "Antenna").fill("left");
    assert.notEqual(await listReason.innerText(), "");
    await fieldOf(0, "Antenna").fill("0");
    await rows.nth(2).locator(".red-ui-editableList-item-remove").click();
    await rows.nth(2).waitFor({ state: "detached" });
    const [handle, target] = [rows.nth(1).locator(".red-ui-editableList-item-handle"), rows.nth(0)];
    const [from, to] = await Promise.all([handle.boundingBox(), target.boundingBox()]);
    assert.ok(from && to);
    const { mouse } = editor.page;
    await mouse.move(from.x + 3, from.y + 3);
    await mouse.down();
    await mouse.move(from.x + 3, from.y - 10, { steps: 3 });
    await mouse.move(from.x + 3, to.y, { steps: 5 });
    await mouse.up();
    await editor.screenshot("tts-downlink-class-b-c");
    assert.deepEqual((await saved("lists")).gateways, [
      { id: "gw-1" },
      { id: "gw-2", antennaIndex: 0, groupIndex: 2 },
    ]);
  });

  it("opens what is folded away where it is not as usual", async () => {
    const form = await editor.openNode("class-c");
    assert.equal(await isOpen(form, "Class B and C"), true);
    assert.equal(await isOpen(form, "More"), false);
    assert.deepEqual((await saved("class-c")).gateways, [
      { id: "gw-1" },
      { id: "gw-2", antennaIndex: 1, groupIndex: 2 },
    ]);
    const other = await editor.openNode("more");
    assert.equal(await isOpen(other, "Class B and C"), false);
    assert.equal(await isOpen(other, "More"), true);
    await editor.cancel();
  });

  it("offers on a V2 connection only what V2 can say", async () => {
    const form = await editor.openNode("v2");
    const hint = form.getByText(/TTN V2 knows no priorities/);
    assert.equal(await hint.isVisible(), false);
    await form.locator(`#${idOf("connection")}`).selectOption("cv2");
    assert.equal(await hint.isVisible(), true);
    for (const label of ["Priority", "Class B and C"])
      assert.equal(await form.getByText(label, { exact: true }).isVisible(), false, label);
    assert.equal(await form.getByLabel("Clear").isDisabled(), true);
    assert.equal(await form.locator("option[value='downlinks']").isDisabled(), true);
    assert.equal(await reasonFor(form, "device", "a_1", "str"), "");
    assert.equal(await form.locator(".input-error").count(), 0);
    await editor.screenshot("tts-downlink-v2");
    await editor.cancel();

    const wrong = await editor.openNode("v2-wrong");
    assert.match(await reason(wrong, "priority"), /V2/);
    assert.match(await reason(wrong, "correlationIds"), /V2/);
    await editor.cancel();
  });

  it("says which sub topic a Pub/Sub connection lacks", async () => {
    const form = await editor.openNode("pubsub");
    await form.locator(`#${idOf("connection")}`).selectOption("cps");
    assert.match(await reason(form, "report"), /downlink_queued/);
    await form.locator(`#${idOf("report")}`).selectOption("published");
    assert.equal(await reason(form, "report"), "");
    assert.equal(await reason(form, "operation"), "");
    await form.getByText("Replace all").click();
    assert.match(await reason(form, "operation"), /downlink_replace/);
    await editor.cancel();
  });

  it("accepts values from the environment, and keeps them", async () => {
    const form = await editor.openNode("env");
    assert.equal(await form.locator(".input-error").count(), 0);
    assert.equal(await form.locator("#tts-downlink-preview").innerText(), "");
    const { operation, fPort, priority, payload } = await saved("env");
    assert.deepEqual(
      [operation, fPort, priority, payload],
      ["${OPERATION}", "${PORT}", "${PRIORITY}", "${PAYLOAD}"],
    );
  });

  it("fits into a narrow tray", async () => {
    for (const width of [400, 300]) {
      const style = await editor.page.addStyleTag({
        content: `.red-ui-tray, .red-ui-tray-body { width: ${width}px !important; min-width: 0 !important; }`,
      });
      const form = await editor.openNode("class-c");
      await form.locator(`#${idOf("encoding")}`).selectOption("downlinks");
      await assertFits(form);
      await form.locator(`#${idOf("encoding")}`).selectOption("hex");
      await chooseValue(form, idOf("confirmed"), "true");
      await assertFits(form);
      await editor.screenshot(`narrow-${width}-tts-downlink`);
      await editor.cancel();
      await style.evaluate((element: HTMLElement) => element.remove());
    }
  });
});
