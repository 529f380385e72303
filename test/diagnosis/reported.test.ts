import assert from "node:assert/strict";
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
