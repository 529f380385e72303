/** A context store that does not answer, as one whose server is gone. */
import assert from "node:assert/strict";
import { mock } from "node:test";
import type { Node, NodeAPI, NodeMessage } from "node-red";
import { PATIENCE_MS, valueOf } from "../../nodes/tts-downlink/typedInput";

type Evaluate = (value: string, type: string, node: Node, msg: NodeMessage, then: Answer) => void;
type Answer = (error: unknown, result?: unknown) => void;

const redWith = (evaluateNodeProperty: Evaluate): NodeAPI =>
  ({ util: { evaluateNodeProperty } }) as unknown as NodeAPI;

describe("a value from a context store", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  const NODE = undefined as unknown as Node;
  const ask = (evaluate: Evaluate): Promise<unknown> =>
    valueOf(redWith(evaluate), NODE, { value: "a", type: "flow" }, {});

  it("is awaited for ten seconds", async () => {
    const value = ask((_value, _type, _node, _msg, then) => {
      setTimeout(() => then(undefined, "valve"), PATIENCE_MS - 1);
    });
    mock.timers.tick(PATIENCE_MS);
    assert.equal(await value, "valve");
  });

  it("is an error where the store does not answer: the messages behind it wait as well", async () => {
    const value = ask(() => undefined);
    mock.timers.tick(PATIENCE_MS);
    await assert.rejects(value, /timeout/);
  });
});
