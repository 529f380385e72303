import assert from "node:assert/strict";
import { EditorPage } from "./editor-page";
import { startNodeRed, type FlowNode, type NodeRed } from "./node-red";

const FLOWS: FlowNode[] = [
  { id: "tab1", type: "tab", label: "Flow 1" },
  {
    ...{ id: "f1", type: "function", z: "tab1", x: 200, y: 100, wires: [[]], outputs: 1, name: "" },
    ...{ func: "", initialize: "", finalize: "", libs: [], noerr: 0 },
  },
];

/** What the tests use of Monaco. */
interface Editor {
  getModel(): { uri: unknown; setValue(text: string): void } | null;
}
interface Worker {
  getCompletionsAtPosition(
    file: string,
    offset: number,
  ): Promise<{ entries: { name: string }[] } | undefined>;
  getSemanticDiagnostics(file: string): Promise<{ code: number; messageText: unknown }[]>;
}
declare const monaco: {
  editor: { getEditors(): Editor[] };
  languages: {
    typescript: { getJavaScriptWorker(): Promise<(uri: unknown) => Promise<Worker>> };
  };
};

describe("the editor of a function node", () => {
  let nodeRed: NodeRed;
  let editor: EditorPage;

  before(async function () {
    this.timeout(120_000);
    nodeRed = await startNodeRed(FLOWS, {
      settings: { editorTheme: { tours: false, codeEditor: { lib: "monaco" } } },
    });
    editor = await EditorPage.open(nodeRed);
  });
  after(async () => {
    assert.deepEqual(editor.errors, []);
    await editor.close();
    await nodeRed.stop();
  });

  /** Asks the language service of the open editor, with this text in it. */
  const ask = (text: string): Promise<{ names: string[]; faults: string[] }> =>
    editor.page.evaluate(async (code) => {
      const model = monaco.editor.getEditors()[0]?.getModel();
      if (!model) throw new Error("no editor");
      model.setValue(code);
      const worker = await (await monaco.languages.typescript.getJavaScriptWorker())(model.uri);
      const file = String(model.uri);
      const found = await worker.getCompletionsAtPosition(file, code.length);
      const faults = await worker.getSemanticDiagnostics(file);
      return {
        names: found?.entries.map(({ name }) => name) ?? [],
        faults: faults.map(
          ({ code: number, messageText }) => `${String(number)} ${JSON.stringify(messageText)}`,
        ),
      };
    }, text);

  it("completes the fields of our messages", async () => {
    await editor.openNode("f1");
    await editor.page.locator(".monaco-editor:visible").first().waitFor();
    const completes = async (code: string, names: readonly string[]): Promise<void> => {
      const found = await ask(code);
      assert.deepEqual(
        names.filter((name) => !found.names.includes(name)),
        [],
        `${code}: ${found.names.slice(0, 20).join(" ")}`,
      );
    };
    await completes("msg.", ["payload", "deviceId", "radio", "tts", "fPort", "downlink"]);
    await completes("msg.radio.", ["gatewayId", "rssi", "snr", "dataRate"]);
    await completes("msg.tts.uplink_message.rx_metadata[0].", ["gateway_ids", "antenna_index"]);
    await completes("msg.downlink.steps[0].", ["state", "at"]);
  });

  it("takes nothing that a flow does with messages of other nodes for a mistake", async () => {
    const { faults } = await ask(
      [
        "msg.device = 'x'; msg.port = '8080'; msg.value = { a: 1 }; msg.metadata.any.thing = 2;",
        "msg.radio = { station: 'jazz' }; msg.radio.station = 5; msg.time = new Date(); msg.event = [1];",
        "node.send({ payload: 1 }); node.send([{ topic: 'a', downlink: { mine: true } }]);",
        "return { payload: msg.device.other, radio: {} };",
      ].join("\n"),
    );
    // 1108: a return outside of a function, which Node-RED leaves out.
    assert.deepEqual(
      faults.filter((fault) => !fault.startsWith("1108 ")),
      [],
    );
  });
});
