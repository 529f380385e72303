import assert from "node:assert/strict";
import * as failures from "../../src/delivery/failures";
import { rendered } from "../diagnosis/catalogue";

describe("what is said of a downlink that failed", () => {
  const all = [
    failures.notConnected("valve"),
    failures.heldTooLong("valve", { seconds: 300 }),
    failures.pushedOut("valve", { number: 100 }),
    failures.obsolete.replace("valve"),
    failures.obsolete.clear("valve"),
    failures.connectionEnded("valve"),
    failures.brokerEnded("valve"),
    failures.neverEnded("valve", { hours: 24 }),
    failures.noExplanation("valve"),
    failures.notEncoded("valve"),
    failures.invalidated("valve"),
    failures.taken.replace("valve"),
    failures.taken.clear("valve"),
    failures.goesOn.replace("valve"),
    failures.goesOn.clear("valve"),
    failures.reportedFailure("valve", { name: "max_retries_reached" }, 8),
    failures.reportedFailure("valve", { message_format: "no FPort" }, 0),
  ];

  it("names the device and leaves no gap", () => {
    for (const failure of all) assert.match(rendered(failure), /\bvalve\b/, failure.key);
  });

  it("has the stack's own sentence, and its error for flows", () => {
    const error = { message_format: "result `{result}`", attributes: { result: "TOO_LATE" } };
    const failure = failures.reportedFailure("valve", error, 0);
    assert.match(rendered(failure), /result `TOO_LATE`/);
    assert.equal(failure.stack, error);
  });

  it("counts where several went together", () => {
    assert.match(rendered(failures.severalFailed("valve", 2, 3)), /3 .* 2 /);
  });

  it("says from when on it goes slower, and how many were dropped", () => {
    assert.match(
      rendered({ key: "warning.slowed-down.rate-limit", values: { perMinute: 6 } }),
      /at most 6 downlinks a minute/,
    );
    for (const key of ["warning.dropped-held", "warning.dropped-followed"])
      assert.match(rendered({ key, values: { number: 3 } }), /: 3\./);
    const both = rendered({ key: "warning.dropped-both", values: { number: 3, followed: 2 } });
    assert.match(both, /: 3; .*: 2\./);
  });
});
