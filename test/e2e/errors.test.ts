import assert from "node:assert/strict";
import { EditorPage } from "./editor-page";
import { startNodeRed, type NodeRed } from "./node-red";

const at = (id: string, type: string, more: object): Readonly<Record<string, unknown>> => ({
  ...{ id, type, name: "", x: 200, y: 100, wires: [] },
  ...more,
});
/** Writes what its property is to the log. */
const logs = (id: string, property: string): Readonly<Record<string, unknown>> =>
  at(id, "debug", {
    ...{ z: "caught", active: true, tosidebar: false, console: true, complete: property, targetType: "msg" },
  });

/** An error that Node-RED is given, on each Node-RED that we support. */
describe("an error of ours", () => {
  let nodeRed: NodeRed;
  let editor: EditorPage;

  before(async function () {
    this.timeout(120_000);
    nodeRed = await startNodeRed([
      { id: "bare", type: "tab", label: "No Catch node" },
      { id: "caught", type: "tab", label: "A Catch node" },
      at("connection", "tts-connection", { host: "127.0.0.1", port: "1", useTls: false, api: "off" }),
      at("go", "inject", {
        z: "bare",
        props: [{ p: "payload" }],
        payload: "x",
        payloadType: "str",
        wires: [["down"]],
      }),
      at("down", "tts-downlink", { z: "bare", connection: "", wires: [[]] }),
      at("go2", "inject", {
        z: "caught",
        props: [{ p: "payload" }],
        payload: "x",
        payloadType: "str",
        wires: [["down2"]],
      }),
      at("down2", "tts-downlink", { z: "caught", connection: "", wires: [[]] }),
      at("catch", "catch", {
        z: "caught",
        scope: ["down2"],
        uncaught: false,
        wires: [["message", "code", "cause", "source"]],
      }),
      at("complete", "complete", { z: "caught", scope: ["down2"], uncaught: false, wires: [["done"]] }),
      ...[logs("message", "error.message"), logs("code", "error.code"), logs("cause", "error.cause.code")],
      ...[logs("source", "error.source.id"), logs("done", "_msgid")],
    ]);
    editor = await EditorPage.open(nodeRed);
  });
  after(async () => {
    await editor.close();
    await nodeRed.stop();
  });
  const inject = async (id: string): Promise<void> => {
    const answer = await fetch(`${nodeRed.url}/inject/${id}`, { method: "POST" });
    assert.equal(answer.status, 200);
  };

  it("is a text of eighty characters in the debug sidebar, and its text in the log", async () => {
    const messages = await editor.workspace.debug();
    await inject("go");
    await nodeRed.logged(/\[error\] \[tts-downlink:down\] .*\n/);
    const message = messages.filter({ hasText: /node: down/ }).last();
    await message.waitFor();
    const text = await message.locator(".red-ui-debug-msg-payload").innerText();
    const logged = /\[error\] \[tts-downlink:down\] (.*)\n/.exec(nodeRed.log())?.[1] ?? "";
    assert.ok(!/object|cause|name:/i.test(text), text);
    const shown = text.replace(/^"|\.{3}"?$|"$/g, "");
    assert.ok(shown.length >= 70, text);
    assert.ok(logged.startsWith(shown), `${text} / ${logged}`);
  });

  it("reaches a Catch node with text, code and cause, and no Complete node", async () => {
    await inject("go2");
    for (const id of ["message", "cause", "source"])
      await nodeRed.logged(new RegExp(`\\[debug:${id}\\] .+\\n`));
    const logged = (id: string): string =>
      new RegExp(`\\[debug:${id}\\] (.*)\\n`).exec(nodeRed.log())?.[1] ?? "";
    assert.match(logged("message"), /connection/);
    assert.equal(logged("cause"), "not_configured");
    assert.equal(logged("source"), "down2");
    // Node-RED before 4.1 drops it.
    const isOld = await editor.isBefore("4.1");
    assert.equal(logged("code"), isOld ? "undefined" : "not_configured");
    assert.ok(!nodeRed.log().includes("[debug:done]"));
  });
});
