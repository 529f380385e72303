import assert from "node:assert/strict";
import { Audience, type SessionListener } from "../../src/account/audience";
import { notReached } from "../../src/account/notices";

/** What each is told, in order. */
function listener(name: string, told: string[], isKeeper = false): SessionListener {
  const note = (what: string) => (): void => void told.push(`${name} ${what}`);
  return {
    ...{ isKeeper, onState: note("state"), onNotice: note("notice") },
    ...{ onLogEntry: note("log"), onUnreached: note("unreached") },
  };
}

describe("those whom a session tells", () => {
  const error = () => ({
    notice: "error" as const,
    explanation: { code: "connection_failed" as const, key: "", values: {} },
    reached: notReached(),
  });

  it("are all told of an error, and the log once", () => {
    const told: string[] = [];
    const audience = new Audience();
    for (const name of ["one", "two"]) audience.listen(listener(name, told));
    audience.tell(error());
    audience.warn({ key: "", values: {} });
    audience.write({ level: "info", text: { key: "", values: {} } });
    assert.deepEqual(told, ["one notice", "two notice", "one unreached", "one notice", "one log"]);
  });

  it("have an error in the log also while one that is gone keeps the session for the next", () => {
    const told: string[] = [];
    const audience = new Audience();
    audience.listen(listener("gone", told, true));
    audience.listen(listener("next", told));
    audience.tell(error());
    audience.write({ level: "info", text: { key: "", values: {} } });
    assert.deepEqual(told, ["next notice", "gone notice", "next unreached", "next log"]);
  });
});
