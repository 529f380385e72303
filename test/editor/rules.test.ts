import assert from "node:assert/strict";
import * as rules from "../../nodes/shared/editor/rules";

/** The key of the reason for each value, `undefined` for valid ones. */
const check = (rule: rules.Rule, cases: Readonly<Record<string, string | undefined>>): void => {
  for (const [value, key] of Object.entries(cases))
    assert.equal(
      rule(value)?.key,
      key === undefined ? undefined : `validation.${key}`,
      JSON.stringify(value),
    );
};

describe("what may stand in the fields of a form", () => {
  it("takes a whole environment variable for whatever it will be", () => {
    for (const value of ["${A}", "${TTN_KEY_2}", "$(A)", "${MY-HOST}", "$(my.host)", "${1A}"])
      assert.ok(rules.isEnvironmentVariable(value), value);
    for (const value of ["${A}x", "x${A}", "${A B}", "${}", "$(A}", "$A", ""])
      assert.ok(!rules.isEnvironmentVariable(value), value);
  });

  it("wants a host, however it is written", () => {
    check(rules.host, {
      "": "host-required",
      "  ": "host-required",
      "not a host": "host",
      "eu1.cloud.thethings.network": undefined,
      "mqtts://eu1.cloud.thethings.network:8883": undefined,
      "192.168.1.2": undefined,
      "[fe80::1]:1883": undefined,
    });
  });

  it("wants a port from 1 to 65535, or none", () => {
    check(rules.port, { "": undefined, "1": undefined, "65535": undefined, " 8883 ": undefined });
    check(rules.port, {
      "0": "between-or-empty",
      "65536": "between-or-empty",
      "88.3": "between-or-empty",
      "-1": "between-or-empty",
      tls: "between-or-empty",
      "1e3": "between-or-empty",
    });
    assert.deepEqual(rules.port("0")?.values, { least: 1, most: 65_535 });
  });

  it("wants an application ID of The Things Stack, and says which one was meant", () => {
    check(rules.applicationId, {
      "": "application-id-required",
      app: undefined,
      "my-app": undefined,
      "my-app@ttn": undefined,
      ["a".repeat(36)]: undefined,
      ["a".repeat(37)]: "identifier",
      ap: "identifier",
      "My App": "identifier-near",
      my_app: "identifier-near",
      "my--app": "identifier-near",
      "my-app@T": "identifier",
    });
    assert.deepEqual(rules.applicationId("-My_App ")?.values, { near: "my-app" });
    check(rules.optionalApplicationId, { "": undefined, "My App": "identifier-near" });
  });

  it("wants an application ID of V2 by the rules of V2", () => {
    check(rules.v2ApplicationId, {
      "": "application-id-required",
      ab: undefined,
      my_app: undefined,
      "My-App": "v2-identifier",
      a: "v2-identifier",
      a__b: "v2-identifier",
    });
  });

  it("wants a tenant, or none", () => {
    check(rules.tenantId, { "": undefined, ttn: undefined, TTN: "identifier-near", t: "identifier" });
  });

  it("wants a key", () => {
    check(rules.apiKey, { "": "api-key-required", " ": "api-key-required", anything: undefined });
    check(rules.accessKey, { "": "access-key-required", anything: undefined });
  });

  it("wants the HTTP API to be off, a URL or nothing", () => {
    check(rules.api, {
      "": undefined,
      off: undefined,
      OFF: undefined,
      "https://eu1.cloud.thethings.network/api/v3": undefined,
      "http://localhost:1885": undefined,
      eu1: "api",
      "mqtts://eu1": "api",
      "https://": "api",
    });
  });

  it("wants a keep alive that the server bears", () => {
    check(rules.keepalive, {
      "5": undefined,
      "300": undefined,
      "": "between",
      "0": "between",
      "4": "between",
      "301": "between",
    });
  });

  it("wants whole numbers for downlinks", () => {
    check(rules.downlinksPerMinute, {
      "": undefined,
      "1": undefined,
      "60000": undefined,
      "0": "between-or-empty",
      "0.5": "between-or-empty",
      "60001": "between-or-empty",
    });
    check(rules.holdMax, {
      "0": undefined,
      "10000": undefined,
      "": "between",
      "-1": "between",
      "10001": "between",
    });
    check(rules.timeout, {
      "10": undefined,
      "0": undefined,
      "": "between",
      "86401": "between",
      soon: "between",
    });
    check(rules.holdFor, {
      "1": undefined,
      "86400": undefined,
      "0": "between",
      "86401": "between",
      soon: "between",
    });
  });

  it("wants topics without wildcards", () => {
    check(rules.topicPart, {
      "": undefined,
      "a/b": undefined,
      "a/+": "topic",
      "#": "topic",
      ["a".repeat(101)]: "topic",
    });
    check(rules.sharedGroup, {
      "": undefined,
      group: undefined,
      "a/b": "shared-group",
      "a+": "shared-group",
    });
    assert.equal(rules.topics({})?.key, "validation.topics-required");
    assert.equal(rules.topics({ uplink_message: "up", join_accept: "j#" })?.key, "validation.topic");
    assert.equal(rules.topics({ uplink_message: "up" }), undefined);
  });

  it("wants topics for downlinks, and with a group for their answers, apart from others", () => {
    const keyOf = (topics: Record<string, string>, group?: string): string | undefined =>
      rules.topics(topics, group)?.key;
    assert.equal(keyOf({ uplink_message: "a", downlink_push: "a" }), "validation.topic-of-downlinks");
    assert.equal(keyOf({ downlink_replace: "a", downlink_push: "a" }), "validation.topic-of-downlinks");
    const one = { uplink_message: "a", downlink_queued: "a" };
    assert.equal(keyOf(one), undefined);
    assert.equal(keyOf(one, "team"), "validation.topic-splits-answers");
    assert.equal(keyOf(one, "${GROUP}"), undefined, "what it will be is not known here");
    assert.equal(keyOf({ uplink_message: "a", downlink_queued: "b" }, "team"), undefined);
  });

  it("wants device IDs", () => {
    check(rules.devicesOf("v3"), {
      "": undefined,
      "door-1, valve-*": undefined,
      "eui-70b3d57ed0000001": undefined,
      "70b3d57ed0000001": undefined,
      "door-1 door-2": "devices-space",
      "door.1": "devices-near",
      "d.*": "devices-near",
      ",": "devices-character",
      "70B3D57ED0000001": "devices-eui",
      "eui-70B3D57ED0000001": "devices-near",
      "Door-*": "devices-near",
      dev_1: "devices-near",
      "*_*": "devices-near",
      "-x": "devices-never",
      d: "devices-never",
      "door-1, d": "devices-never",
    });
    assert.deepEqual(rules.devicesOf("v3")("abc, B/ccc")?.values, { part: "B/ccc", near: "ccc" });
  });

  it("wants those of V2 on a connection to V2", () => {
    check(rules.devicesOf("v2"), {
      "dev_1, d1, my_*": undefined,
      d: "devices-never-v2",
      Dev_1: "devices-near",
    });
  });

  it("wants FPorts", () => {
    check(rules.ports, {
      "": undefined,
      "1, 2, 10-20": undefined,
      "0-255": undefined,
      "300": "ports",
      all: "ports",
      "20-10": "ports-reversed",
      "0": "ports-never",
      "1, 224": "ports-never",
      "224-255": "ports-never",
    });
  });

  it("wants at least one event", () => {
    assert.equal(rules.events([])?.key, "validation.events-required");
    assert.equal(rules.events(["downlink_sent"]), undefined);
    assert.equal(rules.events(undefined), undefined);
    assert.equal(rules.events(["something"])?.key, "validation.events-required");
    assert.equal(rules.events("downlink_sent, downlink_ack"), undefined, "as an environment variable has it");
    assert.equal(rules.events(["${EVENTS}"]), undefined);
  });
});
