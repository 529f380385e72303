import assert from "node:assert/strict";
import {
  CONNECTION_DEFAULTS,
  type ConnectionCredentials,
  type ConnectionProperties,
} from "../../src/stack/connectionProperties";
import { identityOf, readSettings, type PubsubSettings } from "../../src/account/settings";
import { v2 as dialect } from "../../src/account/settings/v2";

const TOPICS = { uplink_message: "uplink", downlink_queued: "downlink-queued" };

function propertiesOf(more: object): ConnectionProperties {
  const own = { service: "pubsub", host: "broker.example.com", baseTopic: "base", topics: TOPICS } as const;
  return { ...CONNECTION_DEFAULTS, ...own, ...more };
}

const read = (more: object = {}, credentials: ConnectionCredentials = {}) =>
  readSettings(propertiesOf(more), credentials, undefined);

function settingsOf(more: object = {}, credentials?: ConnectionCredentials): PubsubSettings {
  const result = read(more, credentials);
  assert.ok(result.ok, JSON.stringify(result));
  assert.equal(result.settings.service, "pubsub");
  return result.settings;
}

const topicsOf = (more: object): Record<string, string> => Object.fromEntries(settingsOf(more).topics);

describe("the settings of a Pub/Sub connection", () => {
  it("need no application, user or client ID", () => {
    assert.deepEqual(settingsOf(), {
      service: "pubsub",
      host: "broker.example.com",
      port: 8883,
      tls: {},
      topics: new Map([
        ["uplink_message", "base/uplink"],
        ["downlink_queued", "base/downlink-queued"],
      ]),
      qos: 1,
      proxy: "environment",
      keepalive: 30,
      holdMax: 100,
      holdFor: 300,
    });
  });

  it("take what the form has", () => {
    const given = { applicationId: "app1@ttn", clientId: "node-red-1", qos: "2", sharedGroup: "team" };
    const settings = settingsOf(given, { username: "me", password: " with spaces " });
    assert.equal(settings.applicationId, "app1");
    assert.equal(settings.clientId, "node-red-1");
    assert.equal(settings.qos, 2);
    assert.equal(settings.sharedGroup, "team");
    assert.equal(settings.username, "me");
    assert.equal(settings.password, " with spaces ", "a password is left as it is");
  });

  it("take numbers as text and the user out of a pasted URL", () => {
    assert.equal(settingsOf({ qos: 0 }).qos, 0);
    assert.equal(settingsOf({ host: "mqtt://me@broker.example.com" }).username, "me");
    assert.equal(settingsOf({ host: "mqtt://me@broker.example.com" }).port, 1883);
  });

  it("join topics as the stack does, without any cleaning", () => {
    const up = (baseTopic: unknown, sub: unknown): unknown =>
      topicsOf({ baseTopic, topics: { uplink_message: sub } }).uplink_message;
    assert.equal(up("", "nobase"), "/nobase");
    assert.equal(up("e/", "up"), "e//up");
    assert.equal(up("a/b c", "/x/y z"), "a/b c//x/y z");
    assert.equal(up("base", " up "), "base/ up ");
    assert.equal(up(7, 8), "7/8");
  });

  it("leave out types without a sub topic, and types that are not known", () => {
    const topics = { uplink_message: "up", join_accept: "", downlink_sent: "  ", future_kind: "x" };
    assert.deepEqual(topicsOf({ topics }), { uplink_message: "base/up" });
    const hostile: unknown = JSON.parse('{"uplink_message":"up","__proto__":{"join_accept":"stolen"}}');
    assert.deepEqual(topicsOf({ topics: hostile }), { uplink_message: "base/up" });
  });

  it("may have several kinds on one topic, also all", () => {
    assert.deepEqual(
      topicsOf({ topics: { uplink_message: "all", join_accept: "all", downlink_ack: "all" } }),
      {
        uplink_message: "base/all",
        join_accept: "base/all",
        downlink_ack: "base/all",
      },
    );
  });

  const all = { uplink_message: "all", downlink_queued: "all" };
  const WRONG: readonly (readonly [string, object, string])[] = [
    ["without topics", { topics: {} }, "topics-missing"],
    ["with empty topics only", { topics: { uplink_message: " " } }, "topics-missing"],
    ["with unknown topics only", { topics: { uplinks: "up" } }, "topics-missing"],
    ["with topics that are no object", { topics: "up" }, "topics-form"],
    ["with a list of topics", { topics: ["up"] }, "topics-form"],
    ["with null as topics", { topics: null }, "topics-form"],
    ["with a topic that is no text", { topics: { uplink_message: { a: 1 } } }, "topic-form"],
    ["with + in the base topic", { baseTopic: "a/+" }, "topic-wildcard"],
    ["with # in a sub topic", { topics: { uplink_message: "up/#" } }, "topic-wildcard"],
    ["with NUL in a sub topic", { topics: { uplink_message: "u\0p" } }, "topic-wildcard"],
    ["with a long base topic", { baseTopic: "x".repeat(101) }, "topic-too-long"],
    ["with a long sub topic", { topics: { uplink_message: "x".repeat(101) } }, "topic-too-long"],
    [
      "with downlinks among uplinks",
      { topics: { uplink_message: "a", downlink_push: "a" } },
      "topic-of-downlinks",
    ],
    [
      "with one topic for both",
      { topics: { downlink_push: "a", downlink_replace: "a" } },
      "topic-of-downlinks",
    ],
    ["with a group named like levels", { sharedGroup: "a/b" }, "shared-group"],
    ["with a group over uplinks and answers", { sharedGroup: "g", topics: all }, "shared-group-answers"],
    ["with QoS 3", { qos: 3 }, "qos"],
    ["without QoS", { qos: "" }, "qos"],
    ["without a host", { host: "" }, "host-server"],
    ["with a host that cannot be read", { host: "my broker" }, "host-form-server"],
    ["with a port in the host that cannot be one", { host: "broker.example.com:99999" }, "host-form-server"],
    ["with MQTT over WebSocket", { host: "wss://broker.example.com" }, "websocket"],
    ["with a bad application", { applicationId: "App_1" }, "application-id-form"],
    ["with an unset variable", { baseTopic: "${BASE}" }, "environment"],
    ["with an unset variable as sub topic", { topics: { uplink_message: "${UP}" } }, "environment"],
  ];
  for (const [how, given, key] of WRONG) {
    it(`are refused ${how}`, () => {
      const result = read(given);
      assert.ok(!result.ok);
      assert.equal(result.explanation.code, "not_configured");
      assert.equal(result.explanation.key, `error.not-configured.${key}`);
    });
  }

  it("are refused with a password and nobody whose it is", () => {
    const result = read({}, { password: "secret-word" });
    assert.ok(!result.ok);
    assert.equal(result.explanation.key, "error.not-configured.user-name");
    assert.ok(!JSON.stringify(result).includes("secret-word"));
  });

  it("may share out topics that only answers are on", () => {
    const topics = { uplink_message: "up", downlink_queued: "down", downlink_sent: "down" };
    assert.equal(settingsOf({ sharedGroup: "g", topics }).sharedGroup, "g");
  });

  it("tell sessions apart by account, client ID and topics", () => {
    const identity = (more: object, credentials?: ConnectionCredentials): string =>
      identityOf(settingsOf(more, credentials));
    assert.equal(identity({ name: "a", holdMax: 5 }), identity({ name: "b" }));
    const others = [{ clientId: "x" }, { qos: 0 }, { baseTopic: "other" }, { sharedGroup: "g" }, { port: 1 }];
    for (const other of others) assert.notEqual(identity(other), identity({}));
    const user = { username: "me", password: "a" };
    assert.notEqual(identity({}, user), identity({}));
    assert.notEqual(identity({}, user), identity({}, { ...user, password: "b" }));
  });
});

describe("the settings of a V2 connection", () => {
  const v2 = (more: object = {}, credentials: ConnectionCredentials = { apiKey: "ttn-account-v2.x" }) =>
    dialect.read(
      propertiesOf({ service: "v2", useTls: false, applicationId: "my_app", ...more }),
      credentials,
      undefined,
    );

  it("follow V2's rule for names", () => {
    const result = v2();
    assert.ok(result.ok);
    assert.equal(result.settings.applicationId, "my_app");
    assert.equal(result.settings.accessKey, "ttn-account-v2.x");
    assert.equal(result.settings.port, 1883);
  });

  const WRONG: readonly (readonly [string, object, ConnectionCredentials, string])[] = [
    ["without an application", { applicationId: "" }, { apiKey: "x" }, "application-id"],
    [
      "with one that V2 would not have",
      { applicationId: "My App" },
      { apiKey: "x" },
      "application-id-form-v2",
    ],
    ["without a key", {}, {}, "access-key"],
    ["without a host", { host: "" }, { apiKey: "x" }, "host-server"],
    ["with one that cannot be read", { host: "my v2" }, { apiKey: "x" }, "host-form-server"],
  ];
  for (const [how, given, credentials, key] of WRONG) {
    it(`are refused ${how}`, () => {
      const result = v2(given, credentials);
      assert.ok(!result.ok);
      assert.equal(result.explanation.key, `error.not-configured.${key}`);
    });
  }
});
