import assert from "node:assert/strict";
import type { StackError } from "../../src/stack/messages";
import { errorSentence } from "../../src/stack/stackError";
import { captured } from "./fixtures";

describe("an error of the stack", () => {
  const failed = (name: string): string => {
    const { error } = captured("downlink_failed", name).message.downlink_failed;
    assert.ok(error);
    return errorSentence(error);
  };

  it("is a sentence with the attributes filled in", () => {
    assert.equal(failed("transmission too late"), "downlink transmission failed with result `TOO_LATE`");
    assert.equal(
      failed("payload of 243 bytes"),
      "application downlink payload length `243` exceeds maximum '242'",
    );
    assert.equal(failed("confirmed, lost until given up"), "maximum number of retries (8) reached");
    assert.equal(failed("downlink to port 0"), "no FPort");
  });

  it("is one line without characters that cannot be seen, whatever an encoder says", () => {
    const attributes = { said: "level\n  is\r\nmissing\u001b[31m \u202eabc\u0000" };
    assert.equal(errorSentence({ message_format: "{said}", attributes }), "level is missing·[31m ·abc·");
  });

  it("names its cause", () => {
    assert.equal(failed("failed, unknown cause"), "failed to schedule: no downlink path to `roof-gateway`");
  });

  it("falls back to the name and the code", () => {
    assert.equal(errorSentence({ name: "no_device_session", code: 9 }), "no device session");
    assert.equal(errorSentence({ code: 5 }), "error code 5");
    assert.equal(errorSentence({}), "unknown error");
  });

  it("leaves a placeholder without an attribute as it is, inherited ones too", () => {
    const attributes: unknown = JSON.parse('{"a":0,"b":null,"c":{"d":[1]},"e":true,"__proto__":"own"}');
    const message_format = "{a} {b} {c} {e} {x} {constructor} {toString} {hasOwnProperty} {} {{a}} {";
    assert.equal(
      errorSentence({ message_format, attributes: attributes as Record<string, unknown> }),
      '0 null {"d":[1]} true {x} {constructor} {toString} {hasOwnProperty} {} {0} {',
    );
    assert.equal(errorSentence({ message_format: "{__proto__}", attributes: {} }), "{__proto__}");
    assert.equal(errorSentence({ message_format: "{a}" }), "{a}");
  });

  it("is plain text where the server has escaped it for HTML, once", () => {
    const message_format = "can&#39;t send to &#34;{device}&#34; &amp; {reason}: {at}";
    const attributes = {
      device: "door &lt;1&gt;",
      reason: "it&apos;s &quot;off&quot; &#x2014; &amp;lt;",
      at: { of: "a &amp; b" },
    };
    assert.equal(
      errorSentence({ message_format, attributes }),
      `can't send to "door <1>" & it's "off" — &lt;: {"of":"a & b"}`,
    );
    for (const text of ["&", "&;", "&lt", "&unknown;", "&#;", "&#x;", "&#9999999;", "AT&T; &#xzz;"])
      assert.equal(errorSentence({ message_format: "{a}", attributes: { a: text } }), text);
    assert.equal(errorSentence({ message_format: "{a}", attributes: { a: "x&#10;y&#8238;z" } }), "x y·z");
    assert.equal(
      errorSentence({ message_format: "&#123;a&#125;", attributes: { a: "filled in" } }),
      "filled in",
    );
  });

  it("never shows a key that an encoder put into it", () => {
    const a = `key NNSXS.${"A".repeat(39)}.${"B".repeat(52)} ttn-account-v2.secret-one`;
    assert.equal(errorSentence({ message_format: "{a}", attributes: { a } }), "key NNSXS.… ttn-account-v2.…");
  });

  it("does not treat dollar signs in an attribute as special", () => {
    assert.equal(errorSentence({ message_format: "[{a}]", attributes: { a: "$& $1 $$" } }), "[$& $1 $$]");
  });

  it("stays short, however long it is and however many causes it has", () => {
    let error: StackError = { message_format: "end" };
    for (let depth = 0; depth < 10_000; depth++) error = { message_format: `${depth}`, cause: error };
    assert.equal(errorSentence(error), "9999: 9998: 9997: 9996: 9995: 9994");
    for (const character of ["x", "{", "{}", "🌡"]) {
      const sentence = errorSentence({ message_format: character.repeat(1_000_000), cause: { name: "y" } });
      assert.ok(sentence.length <= 500, character);
      assert.equal(Buffer.from(sentence).toString(), sentence, "no half characters");
    }
    assert.ok(
      errorSentence({ message_format: "{a}".repeat(300), attributes: { a: "y".repeat(1e6) } }).length <= 500,
    );
  });

  it("does not overflow over a deeply nested attribute", () => {
    const a: unknown = JSON.parse("[".repeat(20_000) + "]".repeat(20_000));
    assert.match(errorSentence({ message_format: "{a}", attributes: { a } }), /^(\[+)?…$/);
  });
});
