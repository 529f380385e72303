import assert from "node:assert/strict";
import { mock } from "node:test";
import { keyRecordOf } from "../../src/account/keyRecord";
import { readSettings } from "../../src/account/settings";
import { Silence } from "../../src/account/silence";
import { CONNECTION_DEFAULTS } from "../../src/stack/connectionProperties";

const HOUR = 3_600_000;

describe("the hour after which a connection on which nothing comes is worth a word", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  it("begins anew with the login of a key that could not read before", () => {
    const properties = { ...CONNECTION_DEFAULTS, host: "stack.example", applicationId: "app1" };
    const read = readSettings(properties, { apiKey: "key" }, undefined);
    assert.ok(read.ok);
    let [said, mayNotRead] = [0, true];
    const silence = new Silence({
      settings: read.settings,
      session: { openedAt: 1, lastMessageAt: undefined },
      key: keyRecordOf("silence"),
      mayNotRead: () => mayNotRead,
      warn: () => (said += 1),
    });
    silence.connected();
    mock.timers.tick(HOUR);
    assert.equal(said, 0, "that it may not read is said already");
    mayNotRead = false;
    silence.connected();
    mock.timers.tick(HOUR);
    assert.equal(said, 1);
    silence.connected();
    mock.timers.tick(HOUR);
    assert.equal(said, 1);
    silence.end();
  });
});
