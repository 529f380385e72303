import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { mock } from "node:test";
import type { Node, NodeAPI } from "node-red";
import { keep, recall } from "../../nodes/shared/recall";

type Answer = (error: unknown, value?: unknown) => void;

const RED = { _: () => "en-US" } as unknown as NodeAPI;

/** A node whose store answers when the test says so. */
class StoringNode extends EventEmitter {
  readonly warned: string[] = [];
  readonly recalled: (readonly [value: unknown, isRead: boolean])[] = [];
  answer: Answer = () => undefined;

  constructor(readonly throwing?: Error) {
    super();
    recall(RED, this as unknown as Node, "known", (...recalled) => this.recalled.push(recalled));
  }

  context(): Readonly<Record<"get" | "set", (...given: readonly unknown[]) => void>> {
    const take = (...given: readonly unknown[]): void => {
      if (this.throwing) throw this.throwing;
      this.answer = given.at(-1) as Answer;
    };
    return { get: take, set: take };
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

  it("is nothing where the store throws, which would end Node-RED", () => {
    const node = new StoringNode(new Error("no client"));
    assert.deepEqual(node.recalled, [[undefined, false]]);
    assert.match(node.warned.join("\n"), /^The context store cannot be read: “?no client”?\. /);
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

describe("what a node stores", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  const kept: boolean[] = [];
  const store = (node: StoringNode): void =>
    keep(RED, node as unknown as Node, "known", { a: 1 }, (isKept) => kept.push(isKept));
  beforeEach(() => kept.splice(0));

  it("is stored, once", () => {
    const node = new StoringNode();
    store(node);
    node.answer(undefined);
    node.answer(undefined);
    mock.timers.tick(60_000);
    assert.deepEqual([kept, node.warned.slice(1)], [[true], []]);
  });

  it("is lost where the store throws, which would end Node-RED; said once, until it works again", () => {
    const node = new StoringNode(new Error("no client"));
    for (let times = 0; times < 3; times++) store(node);
    assert.deepEqual(kept, [false, false, false]);
    assert.equal(node.warned.length, 2);
    assert.match(
      node.warned[1] ?? "",
      /^The context store cannot be written: no client\. .*`contextStorage`/,
    );
    Object.assign(node, { throwing: undefined });
    store(node);
    node.answer(undefined);
    store(node);
    node.answer(new Error("full"));
    assert.deepEqual(kept, [false, false, false, true, false]);
    assert.match(node.warned[2] ?? "", /^The context store cannot be written: full\. /);
  });

  it("does not hold up a deploy where the store does not answer", () => {
    const node = new StoringNode();
    store(node);
    mock.timers.tick(10_000);
    node.answer(undefined);
    assert.deepEqual(kept, [false]);
    assert.match(node.warned.join("\n"), /cannot be written: timeout/);
  });
});
