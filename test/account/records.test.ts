import assert from "node:assert/strict";
import { paceOf } from "../../src/account/paces";
import { CONNECTION_DEFAULTS, type ConnectionProperties } from "../../src/stack/connectionProperties";
import { readSettings, type ConnectionSettings } from "../../src/account/settings";
import { ledgerOf } from "../../src/account/ledgers";
import type { Ledger } from "../../src/devices/ledger";

const settingsWith = (more: Partial<ConnectionProperties>, apiKey: string): ConnectionSettings => {
  const properties = { ...CONNECTION_DEFAULTS, host: "stack.example", applicationId: "app1", ...more };
  const read = readSettings(properties, { apiKey }, undefined);
  assert.ok(read.ok);
  return read.settings;
};

describe("what the traffic of connections has taught", () => {
  it("is remembered of the last eight", () => {
    const of = (apiKey: string): Ledger => ledgerOf(settingsWith({}, apiKey));
    const first = of("first");
    const others = Array.from({ length: 7 }, (_, number) => of(`other ${number}`));
    assert.equal(of("first"), first, "used again, and so the newest");
    of("ninth");
    assert.equal(of("first"), first);
    assert.equal(of("other 6"), others[6]);
  });

  it("is not forgotten while it is in use, whatever number of connections there are", () => {
    const names = Array.from({ length: 20 }, (_, number) => `in use ${number}`);
    const of = (apiKey: string): Ledger => ledgerOf(settingsWith({}, apiKey));
    const used = names.map(of);
    assert.deepEqual(
      names.map((name, number) => of(name) === used[number]),
      names.map(() => true),
    );
  });
});

describe("the pace of downlinks", () => {
  const pace = paceOf(settingsWith({}, "one key"));

  for (const [what, properties] of [
    ["another key", {}],
    ["no encryption, at its usual port", { useTls: false, port: "1883" }],
    ["the host in capitals", { host: "Stack.Example" }],
  ] as const) {
    it(`is one for all connections of an application: with ${what}`, () => {
      assert.equal(paceOf(settingsWith(properties, "another key")), pace);
    });
  }

  for (const [what, properties] of [
    ["application", { applicationId: "app2" }],
    ["server", { host: "other.example" }],
    ["server at the same host", { port: "18831" }],
    ["tenant", { applicationId: "app1@tenant" }],
  ] as const) {
    it(`is one of its own for another ${what}`, () => {
      assert.notEqual(paceOf(settingsWith(properties, "one key")), pace);
    });
  }
});
