import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { mock } from "node:test";
import type { Node, NodeAPI } from "node-red";
import { recall } from "../../nodes/shared/recall";

type Answer = (error: unknown, value?: unknown) => void;

/** A node whose store answers when the test says so. */
class StoringNode extends EventEmitter {
  readonly warned: string[] = [];
  readonly recalled: (readonly [value: unknown, isRead: boolean])[] = [];
  answer: Answer = () => undefined;

  constructor() {
    super();
    const RED = { _: () => "en-US" } as unknown as NodeAPI;
    recall(RED, this as unknown as Node, "known", (...recalled) => this.recalled.push(recalled));
  }

  context(): { get: (key: string, answer: Answer) => void } {
    return { get: (_key, answer) => (this.answer = answer) };
  }

  warn(text: string): void {
    this.warned.push(text);
  }
}

describe("what a node has stored", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  it("is handed over once, whenever the store answers within ten seconds", () => {
    const node = new StoringNode();
    mock.timers.tick(9_999);
    node.answer(undefined, { a: 1 });
    mock.timers.tick(1);
    assert.deepEqual([node.recalled, node.warned], [[[{ a: 1 }, true]], []]);
  });

  it("is nothing where the store fails, which is said with its reason", () => {
    const node = new StoringNode();
    node.answer(new Error("no such file"));
    assert.deepEqual(node.recalled, [[undefined, false]]);
    assert.match(
      node.warned.join("\n"),
      /^The context store cannot be read: “?no such file”?\. .*`contextStorage`/,
    );
  });

  it("is nothing where the store does not answer, which is said; a late answer changes nothing", () => {
    const node = new StoringNode();
    mock.timers.tick(10_000);
    node.answer(undefined, { a: 1 });
    assert.deepEqual(node.recalled, [[undefined, false]]);
    assert.match(
      node.warned.join("\n"),
      /^The context store has not answered for ten seconds\. .*`contextStorage`/,
    );
  });

  it("is no concern of a node that was closed meanwhile", () => {
    const node = new StoringNode();
    node.emit("close");
    mock.timers.tick(60_000);
    assert.deepEqual([node.recalled, node.warned], [[], []]);
  });
});
