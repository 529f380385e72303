import assert from "node:assert/strict";
import { mock } from "node:test";
import util from "@node-red/util";
import type { Node, NodeAPI } from "node-red";
import { NoAnswer, valueOf } from "../../nodes/tts-downlink/typedInput";

type Answer = (error: unknown, value?: unknown) => void;

/** A node whose context store answers when the test says so. */
class StoringNode {
  readonly asked: Answer[] = [];

  context(): object {
    const store = { get: (_key: string, _store: unknown, answer: Answer) => void this.asked.push(answer) };
    return { flow: store, global: store };
  }

  value(type: string): Promise<unknown> {
    const RED = { util: util.util } as unknown as NodeAPI;
    return valueOf(RED, this as unknown as Node, { value: "port", type }, { _msgid: "1" });
  }
}

describe("what a context store answers to a typed input", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  for (const type of ["flow", "global"])
    it(`is awaited for ten seconds, and then is no answer (${type})`, async () => {
      const node = new StoringNode();
      const [answered, unanswered] = [node.value(type), node.value(type)];
      mock.timers.tick(9_999);
      node.asked[0]?.(undefined, 15);
      mock.timers.tick(1);
      assert.equal(await answered, 15);
      await assert.rejects(unanswered, NoAnswer);
    });
});
