/** Flows that no form has written: opening a form and pressing Done changes nothing that a user has not changed. */
import assert from "node:assert/strict";
import type { EditorPage } from "./editor-page";
import { inEditor } from "./in-editor";
import { startNodeRed, type FlowNode } from "./node-red";
import { CONNECTION_DEFAULTS } from "../../src/stack/connectionProperties";
import { DOWNLINK_DEFAULTS } from "../../nodes/tts-downlink/properties";
import { EVENT_DEFAULTS } from "../../nodes/tts-event/properties";
import { HOME_ASSISTANT_DEFAULTS } from "../../nodes/tts-home-assistant/properties";
import { UPLINK_DEFAULTS } from "../../nodes/tts-uplink/properties";
import { WATCH_DEFAULTS } from "../../nodes/tts-watch/properties";

declare const RED: {
  nodes: { node(id: string): Record<string, unknown> & { changed?: boolean; valid?: boolean } };
  editor: { validateNode(node: object): boolean };
  utils: { getNodeLabel(node: object, usual: string): string };
  history: { pop(): void };
};

const flow = (id: string, type: string, defaults: object, more: object = {}): FlowNode => ({
  ...defaults,
  ...{ id, type, z: "tab1", connection: "c1", x: 200, y: 60, wires: [[]] },
  ...more,
});
const connection = (id: string, more: object = {}): FlowNode => ({
  ...CONNECTION_DEFAULTS,
  ...{ id, type: "tts-connection", applicationId: "my-app", host: "127.0.0.1", port: "1" },
  ...more,
});

const VARIABLES = {
  ...{ output: "${OUTPUT}", missing: "${MISSING}", topic: "${TOPIC}", shape: "${SHAPE}" },
  emptyFrames: "${EMPTY}",
};

/** A command that was written by hand, and one of a later version. */
const COMMANDS = [
  { name: "Valve", key: "valve", component: "switch", fPort: 5, confirmed: false, payload: { a: "$value" } },
  { key: "mode", component: "select", fPort: "6", options: "a, b", confirmed: true, later: 1 },
];

const FLOWS: FlowNode[] = [
  { id: "tab1", type: "tab", label: "Flow 1" },
  connection("c1", { service: "demo" }),
  connection("plain"),
  flow("variables", "tts-uplink", UPLINK_DEFAULTS, VARIABLES),
  flow("texts", "tts-uplink", UPLINK_DEFAULTS, { emptyFrames: "false" }),
  flow("wrong-flag", "tts-uplink", UPLINK_DEFAULTS, { emptyFrames: "yes" }),
  flow("number-flag", "tts-home-assistant", HOME_ASSISTANT_DEFAULTS, {
    ...{ automatic: 0, diagnostics: null, connection: undefined, wires: [[], []] },
  }),
  flow("numbers", "tts-uplink", UPLINK_DEFAULTS, { ports: 1, devices: 123 }),
  flow("order", "tts-event", EVENT_DEFAULTS, { events: ["downlink_ack", "downlink_queued"] }),
  flow("event-variable", "tts-event", EVENT_DEFAULTS, { events: ["${EVENTS}"], topic: "${TOPIC}" }),
  flow("watch", "tts-watch", WATCH_DEFAULTS, {
    ...{ watch: "${WATCH}", atStart: "${AT_START}" },
    ...{ changes: ["back", "silent"], gateways: [{ id: "roof" }] },
  }),
  flow("gateways", "tts-downlink", DOWNLINK_DEFAULTS, {
    ...{ encoding: "${ENCODING}", report: "${REPORT}", offline: "${OFFLINE}" },
    gateways: [{ id: "${GATEWAY}" }],
  }),
  flow("ha", "tts-home-assistant", HOME_ASSISTANT_DEFAULTS, {
    ...{ commands: COMMANDS, entities: [{ unit: "K", field: "t", later: 2 }], diagnostics: "${DIAGNOSTICS}" },
    ...{ connection: undefined, wires: [[], []] },
  }),
  connection("c-variables", { service: "${SERVICE}", useTls: "${TLS}", backfill: "${BACKFILL}" }),
  connection("c-port", {
    service: "pubsub",
    port: "8883",
    topics: { join_accept: "join", uplink_message: "up" },
  }),
  flow("bad", "tts-downlink", DOWNLINK_DEFAULTS, { device: "door_1", deviceType: "str" }),
  flow("good", "tts-downlink", DOWNLINK_DEFAULTS),
  flow("bad-gateway", "tts-downlink", DOWNLINK_DEFAULTS, { gateways: [{ id: "x" }] }),
];

describe("flows that were written by hand", () => {
  let editor: EditorPage;

  inEditor(
    () => startNodeRed(FLOWS),
    (page) => {
      editor = page;
    },
  );

  const nodeNow = (id: string, names: readonly string[]): Promise<Record<string, unknown>> =>
    editor.page.evaluate(
      ([of, wanted]) => {
        const node = RED.nodes.node(of);
        return {
          ...Object.fromEntries(wanted.map((name) => [name, node[name]])),
          isChanged: node.changed === true,
        };
      },
      [id, names] as const,
    );

  for (const given of FLOWS) {
    const { id, type, z } = given;
    if (typeof id !== "string" || typeof type !== "string" || type === "tab" || id.startsWith("bad"))
      continue;
    it(`keep all that they have: ${type} ${id}`, async () => {
      const names = Object.keys(given).filter((name) => !["wires", "x", "y"].includes(name));
      const before = await nodeNow(id, names);
      assert.equal(before.isChanged, false);
      if (z === undefined) {
        await editor.openConfig(type, id);
        await editor.doneConfig();
      } else {
        await editor.openNode(id);
        await editor.done();
      }
      assert.deepEqual(await nodeNow(id, names), before);
    });
  }

  it("show what comes from a variable, until something else is chosen", async () => {
    const form = await editor.openNode("variables");
    assert.equal(await form.locator(".input-error").count(), 0);
    assert.equal(await form.locator("#node-input-output").inputValue(), "${OUTPUT}");
    const check = form.locator("#node-input-emptyFrames");
    const label = form.locator("label:has(#node-input-emptyFrames)");
    assert.match(await label.innerText(), /\$\{EMPTY\}$/);
    await check.click();
    assert.doesNotMatch(await label.innerText(), /EMPTY/);
    await editor.done();
    assert.equal((await nodeNow("variables", ["emptyFrames"])).emptyFrames, true);
  });

  it("show a flag that is a text as it is read at run time", async () => {
    const form = await editor.openNode("texts");
    assert.equal(await form.locator("#node-input-emptyFrames").isChecked(), false);
    await editor.cancel();
  });

  it("say of a flag that is neither true nor false what it may be, until one is chosen", async () => {
    const isValid = (): Promise<boolean> =>
      editor.page.evaluate(() => RED.editor.validateNode(RED.nodes.node("wrong-flag")));
    assert.equal(await isValid(), false);
    const form = await editor.openNode("wrong-flag");
    const reason = form.locator("#node-input-emptyFrames-reason");
    assert.equal(await reason.innerText(), "true or false.");
    assert.match(await form.locator("label:has(#node-input-emptyFrames)").innerText(), /yes$/);
    await form.locator("#node-input-emptyFrames").click();
    assert.equal(await reason.innerText(), "");
    await editor.done();
    assert.equal((await nodeNow("wrong-flag", ["emptyFrames"])).emptyFrames, true);
    assert.equal(await isValid(), true);
  });

  it("are labelled also with numbers", async () => {
    const label = await editor.page.evaluate(() => RED.utils.getNodeLabel(RED.nodes.node("numbers"), "none"));
    assert.equal(label, "uplink 123 · 1");
  });

  it("choose a service in place of a variable", async () => {
    const form = await editor.openConfig("tts-connection", "c-variables");
    await form.getByLabel("TTN V2").check();
    await editor.doneConfig();
    assert.equal((await nodeNow("c-variables", ["service"])).service, "v2");
  });

  it("change one command, and keep the others as they are", async () => {
    const form = await editor.openNode("ha");
    const rows = form.locator("#tts-home-assistant-commands .tts-row");
    assert.equal(await rows.first().locator("[data-field='confirmed']").inputValue(), "");
    assert.equal(await rows.first().locator("[data-field='payload']").inputValue(), '{"a":"$value"}');
    await rows.nth(1).locator("[data-field='fPort']").fill("7");
    await editor.done();
    const [valve, mode] = COMMANDS;
    assert.deepEqual((await nodeNow("ha", ["commands"])).commands, [
      valve,
      { ...mode, name: "", fPort: "7", encoding: "fields" },
    ]);
  });

  it("name a gateway that is none", async () => {
    const form = await editor.openNode("bad-gateway");
    const reason = await form.locator("#tts-downlink-gateways-reason").innerText();
    assert.match(reason, /^"x" is no gateway ID/);
    await editor.cancel();
  });

  it("are judged by what they have after a node was deleted in its form, and brought back", async () => {
    await editor.openNode("bad");
    await editor.page.locator("#node-dialog-delete").click();
    await editor.page.locator("#dialog-form").waitFor({ state: "detached" });
    await editor.page.evaluate(() => RED.history.pop());
    await editor.openNode("good");
    const isValid = await editor.page.evaluate(() => RED.editor.validateNode(RED.nodes.node("bad")));
    assert.equal(isValid, false);
    await editor.cancel();
  });
});
