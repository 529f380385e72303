import assert from "node:assert/strict";
import { mock } from "node:test";
import { util } from "@node-red/util";
import { shorten, StatusWriter } from "../../nodes/shared/status";
import { accident, asSentence, errorOf } from "../../nodes/shared/text";

describe("a text that another sentence follows", () => {
  it("ends with a full stop, one of its own or ours", () => {
    for (const text of ["queued.", "why?", "The first one:", "失敗しました。", "誤りではありませんか？"])
      assert.equal(asSentence(text), text);
    assert.equal(asSentence("no session"), "no session.");
  });
});

describe("a status", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  const written = () => {
    const texts: (string | undefined)[] = [];
    const writer = new StatusWriter((status) =>
      texts.push(typeof status === "object" ? status.text : status),
    );
    return { texts, writer, show: (text: string) => writer.show(() => ({ text })) };
  };

  it("is written at once, then at most twice a second, the last one wins", () => {
    const { texts, show } = written();
    for (const text of ["a", "b", "c"]) show(text);
    assert.deepEqual(texts, ["a"]);
    mock.timers.tick(500);
    assert.deepEqual(texts, ["a", "c"]);
    show("d");
    mock.timers.tick(499);
    assert.deepEqual(texts, ["a", "c"]);
    mock.timers.tick(1);
    assert.deepEqual(texts, ["a", "c", "d"]);
  });

  it("that is shown already is not written again", () => {
    const { texts, show } = written();
    show("a");
    show("b");
    show("a");
    mock.timers.tick(500);
    show("a");
    mock.timers.tick(500);
    assert.deepEqual(texts, ["a"]);
  });

  it("is not written after the end, but anew when something is shown again", () => {
    const { texts, writer, show } = written();
    show("a");
    show("b");
    writer.end();
    mock.timers.tick(1_000);
    assert.deepEqual(texts, ["a"]);
    show("a");
    assert.deepEqual(texts, ["a", "a"]);
  });

  it("has at most 32 characters, cut in the middle, never within one", () => {
    assert.equal(shorten("these are thirty-two characters!"), "these are thirty-two characters!");
    assert.equal(shorten("this text has one character more."), "this text has on…character more.");
    assert.equal(Array.from(shorten("😀".repeat(50))).length, 32);
  });
});

describe("an error for flows", () => {
  const stack = { namespace: "pkg/x", name: "y" };

  it("is a text in the debug sidebar, a log and JSON, and has its code twice", () => {
    const error = errorOf("what to do", { code: "invalid_message" });
    assert.equal(error.code, "invalid_message");
    assert.deepEqual(error.cause, { code: "invalid_message" });
    assert.ok(!("stack" in error));
    assert.equal(String(error), "what to do");
    assert.equal(JSON.stringify(error), '"what to do"');
    assert.deepEqual(util.encodeObject({ msg: error }, { maxLength: 1000 }), {
      msg: "what to do",
      format: "String",
    });
  });

  it("has the stack's own error where there is one", () => {
    const { cause } = errorOf("no", { code: "downlink_failed", stack });
    assert.deepEqual(cause, { code: "downlink_failed", stack });
  });

  it("of an accident says what was thrown, and where", () => {
    const thrown = new TypeError("no such thing");
    const error = accident(thrown);
    assert.equal(String(error), "TypeError: no such thing");
    assert.equal(error.stack, thrown.stack);
    assert.ok(!("code" in error));
    assert.equal(String(accident("what")), "what");
  });
});
