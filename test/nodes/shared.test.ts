import assert from "node:assert/strict";
import { mock } from "node:test";
import type { Node } from "node-red";
import { shorten, StatusWriter } from "../../nodes/shared/status";
import { asSentence, FlowError } from "../../nodes/shared/text";
import { Audience } from "../../nodes/tts-connection/audience";

describe("the audience of a connection", () => {
  const user = (id: string, path: string): Node =>
    ({ id, z: path.split("/").at(-2), _path: path }) as unknown as Node;
  const ids = (users: Record<string, Node>): string[] => Object.keys(users).sort();

  it("is one user of each tab", () => {
    const audience = new Audience();
    for (const one of [user("a", "t1/a"), user("b", "t1/b"), user("c", "t2/c")]) audience.add(one);
    const [first, second, ...others] = ids(audience.oneUserPerTab());
    assert.ok(first === "a" || first === "b");
    assert.deepEqual([second, others], ["c", []]);
  });

  it("is a user on the tab itself before one within a subflow of it", () => {
    const audience = new Audience();
    for (const one of [user("a", "t1/s1/a"), user("b", "t1/s1/s2/b"), user("c", "t1/c")]) audience.add(one);
    assert.deepEqual(ids(audience.oneUserPerTab()), ["c"]);
  });

  it("leaves out tabs that are served, and remembers those that now are", () => {
    const audience = new Audience();
    const served = new Set(["t1"]);
    audience.add(user("a", "t1/a"));
    audience.add(user("b", "t2/b"));
    assert.deepEqual(ids(audience.oneUserPerTab(served)), ["b"]);
    assert.deepEqual([...served], ["t1", "t2"]);
    assert.deepEqual(ids(audience.oneUserPerTab(served)), []);
  });

  it("says which tab has no user any more", () => {
    const audience = new Audience();
    const [a, b] = [user("a", "t1/a"), user("b", "t1/b")];
    audience.add(a);
    audience.add(b);
    assert.equal(audience.remove(a), undefined);
    assert.equal(audience.remove(b), "t1");
  });
});

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

  it("has at most twenty characters, cut in the middle, never within one", () => {
    assert.equal(shorten("exactly twenty chars"), "exactly twenty chars");
    assert.equal(shorten("one character too many"), "one charac… too many");
    assert.equal(Array.from(shorten("😀".repeat(30))).length, 20);
  });
});

describe("an error for flows", () => {
  it("has its code twice, no stack trace, and no more in a log than its text", () => {
    const error = new FlowError("what to do", { code: "invalid_message" });
    assert.equal(error.code, "invalid_message");
    assert.deepEqual(error.cause, { code: "invalid_message" });
    assert.ok(!Object.hasOwn(error, "stack"));
    assert.equal(String(error), "what to do");
  });
});
