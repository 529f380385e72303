import assert from "node:assert/strict";
import { networkReason } from "../../src/diagnosis/networkReasons";
import { hintFor } from "../../src/diagnosis/reported";
import { capturesOf, received } from "../stack/fixtures";
import { rendered } from "./catalogue";

/** Failures that the stack's own sentence says enough of. */
const ENOUGH = new Set(["schedule"]);

describe("what is said before the stack's own sentence", () => {
  for (const { name, payload } of capturesOf("downlink_failed")) {
    const { downlink, error = {} } = received(payload, "downlink_failed").message.downlink_failed;
    it(`helps with "${name}"`, () => {
      const hint = hintFor(error, downlink, "door-1");
      assert.equal(hint === undefined, ENOUGH.has(error.name ?? ""));
      if (hint) assert.doesNotMatch(rendered(hint), /__|\?/);
    });
  }

  it("names how many bytes fit", () => {
    const hint = hintFor(
      { name: "application_downlink_too_long", attributes: { length: 100, max: "51" } },
      undefined,
      "door-1",
    );
    assert.ok(hint);
    assert.match(rendered(hint), /51 bytes fit/);
  });

  it("names the FPort that a formatter set: 224 comes as a rule that is violated, 256 as 0", () => {
    const validation = (field: string, reason: string, cause?: object): object => ({
      namespace: "pkg/errors",
      name: "validation",
      message_format: "invalid `{field}`: {reason}",
      attributes: { field, reason },
      code: 3,
      ...(cause && { cause }),
    });
    // As a server 3.32.1 has sent it.
    const reserved = validation(
      "downlinks[0]",
      "embedded message failed validation",
      validation("f_port", "value must not be in list [224]"),
    );
    const hint = hintFor(reserved, {}, "door-1");
    assert.ok(hint);
    assert.match(rendered(hint), /^The downlink formatter of door-1 set FPort 224: use 1 to 223\./);
    assert.deepEqual(networkReason("downlink_error", reserved, "door-1"), hint);
    const zero = hintFor({ name: "no_f_port", namespace: "pkg/applicationserver" }, {}, "door-1");
    assert.ok(zero);
    assert.match(rendered(zero), /set FPort 0: /);
    const other = validation("downlinks[0]", "x", validation("frm_payload", "value length"));
    assert.equal(hintFor(other, {}, "door-1"), undefined);
    const endless: { name: string; cause?: object } = { name: "validation" };
    endless.cause = endless;
    assert.equal(hintFor(endless, {}, "door-1"), undefined);
  });

  it("has what is escaped for HTML in plain text, and a question mark for what is no text or number", () => {
    const hint = (result: unknown) =>
      hintFor({ name: "transmission", attributes: { result } }, undefined, "door-1")?.values.result;
    assert.equal(hint("it&#39;s &lt;off&gt;"), "it's <off>");
    assert.equal(hint(7), "7");
    for (const other of [undefined, null, ["x"], {}, true]) assert.equal(hint(other), "?");
    assert.equal(hintFor({ name: "transmission" }, undefined, "door-1")?.values.result, "?");
  });

  it("tells a downlink that is tried again from one that is not", () => {
    const error = { name: "transmission", attributes: { result: "TOO_LATE" } };
    const [once, again] = [hintFor(error, {}, "door-1"), hintFor(error, { confirmed: true }, "door-1")];
    assert.ok(once && again);
    assert.match(rendered(once), /not sent again/);
    assert.match(rendered(again), /The Things Stack tries again/);
  });

  it("says nothing of errors it does not know, whatever their names", () => {
    for (const name of ["", "constructor", "__proto__", "something_new"])
      assert.equal(hintFor({ name }, undefined, "door-1"), undefined);
    assert.equal(
      hintFor({ name: "device_not_found", namespace: "pkg/applicationserver" }, undefined, "door-1"),
      undefined,
    );
  });
});
