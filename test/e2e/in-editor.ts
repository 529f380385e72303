import assert from "node:assert/strict";
import { EditorPage } from "./editor-page";
import type { NodeRed } from "./node-red";

/**
 * One Node-RED and one page of its editor for all tests of a suite, because loading them costs seconds: each test has nodes of its own.
 * After a test no form is open, and nothing has gone wrong in the page.
 * @param opened is given both before the first test
 * @param stop what else is stopped after the last one
 */
export function inEditor(
  start: () => Promise<NodeRed>,
  opened: (editor: EditorPage, nodeRed: NodeRed) => void,
  stop: () => Promise<unknown> = () => Promise.resolve(),
): void {
  let nodeRed: NodeRed;
  let editor: EditorPage;

  before(async function () {
    this.timeout(120_000);
    nodeRed = await start();
    editor = await EditorPage.open(nodeRed);
    opened(editor, nodeRed);
  });
  after(async () => {
    await editor.close();
    await nodeRed.stop();
    await stop();
  });
  afterEach(async () => {
    await editor.closeForms();
    assert.deepEqual(editor.errors.splice(0), []);
  });
}
