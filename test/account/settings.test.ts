import assert from "node:assert/strict";
import {
  CONNECTION_DEFAULTS,
  type ConnectionCredentials,
  type ConnectionProperties,
} from "../../src/stack/connectionProperties";
import { identityOf, readSettings, type StackSettings } from "../../src/account/settings";

const PUBSUB = { service: "pubsub", baseTopic: "base", topics: { uplink_message: "up" } } as const;
const KEY = `NNSXS.${"A".repeat(39)}.${"B".repeat(52)}`;

/** As a flow has them: anything of any type. */
function read(more: object = {}, credentials: ConnectionCredentials = { apiKey: KEY }, tls?: object) {
  const properties: ConnectionProperties = { ...CONNECTION_DEFAULTS, applicationId: "app1", ...more };
  return readSettings(properties, credentials, tls);
}

function settingsOf(more: object = {}, credentials?: ConnectionCredentials, tls?: object): StackSettings {
  const result = read(more, credentials, tls);
  assert.ok(result.ok, JSON.stringify(result));
  assert.equal(result.settings.service, "stack");
  return result.settings;
}

type Expected = { readonly [Name in keyof StackSettings]?: StackSettings[Name] | undefined };

function agree(settings: StackSettings, expected: Expected): void {
  for (const [name, value] of Object.entries(expected))
    assert.deepEqual(settings[name as keyof StackSettings], value, name);
}

describe("the settings of a connection", () => {
  it("are those of the Sandbox by default, with verified TLS", () => {
    agree(settingsOf({ tenantId: "ttn" }), {
      service: "stack",
      host: "eu1.cloud.thethings.network",
      port: 8883,
      tls: {},
      applicationId: "app1",
      tenantId: "ttn",
      apiKey: KEY,
      keyForm: "api_key",
      api: "",
      backfill: false,
      clientId: undefined,
      keepalive: 30,
    });
  });

  const READ: readonly (readonly [string, object, Expected])[] = [
    ["no TLS", { useTls: false }, { port: 1883, tls: undefined }],
    ["no TLS as text", { useTls: "false" }, { port: 1883, tls: undefined }],
    ["TLS as text", { useTls: "true" }, { port: 8883, tls: {} }],
    ["TLS as some variables have it", { useTls: " True" }, { port: 8883, tls: {} }],
    ["no TLS as some variables have it", { useTls: "FALSE" }, { port: 1883, tls: undefined }],
    ["a URL with TLS, whatever the property is", { useTls: "", host: "mqtts://b.example" }, { tls: {} }],
    ["fetching what was missed", { backfill: true }, { backfill: true }],
    ["the same as text", { backfill: "true" }, { backfill: true }],
    ["a port as number", { port: 8884 }, { port: 8884 }],
    ["a port as text with spaces", { port: " 8884 " }, { port: 8884 }],
    ["a host with a port", { host: "Broker.Example.com:8885" }, { host: "broker.example.com", port: 8885 }],
    [
      "a URL without TLS",
      { host: "mqtt://broker.example.com" },
      { host: "broker.example.com", port: 1883, tls: undefined },
    ],
    [
      "a URL with TLS and a port",
      { host: "mqtts://b.example:1", useTls: false },
      { host: "b.example", port: 1, tls: {} },
    ],
    ["the port of a URL before its own", { host: "mqtt://b.example:7", port: "8" }, { port: 7 }],
    ["its own port where a URL has none", { host: "mqtt://b.example", port: "8" }, { port: 8 }],
    [
      "the address of a Console",
      { host: "https://my.eu1.cloud.thethings.industries/console/applications/app1" },
      { host: "my.eu1.cloud.thethings.industries", port: 8883 },
    ],
    ["an IPv6 address", { host: "[::1]:1884" }, { host: "::1", port: 1884 }],
    [
      "an application with a tenant",
      { applicationId: "app1@ttn" },
      { applicationId: "app1", tenantId: "ttn" },
    ],
    [
      "an application's tenant before the tenant",
      { applicationId: "app1@ttn", tenantId: "other" },
      { tenantId: "ttn" },
    ],
    [
      "an application with an empty tenant",
      { applicationId: "app1@" },
      { applicationId: "app1", tenantId: undefined },
    ],
    [
      "a user in the host",
      { host: "mqtts://app7@ttn@b.example", applicationId: "" },
      { applicationId: "app7", tenantId: "ttn" },
    ],
    ["a keepalive as number", { keepalive: 60 }, { keepalive: 60 }],
    ["the least keepalive", { keepalive: "5" }, { keepalive: 5 }],
    ["the most keepalive", { keepalive: "300" }, { keepalive: 300 }],
    ["a client ID", { clientId: " mine " }, { clientId: "mine" }],
    ["the API off", { api: "off" }, { api: "off" }],
    ["a null port, as none", { port: null }, { port: 8883 }],
  ];
  for (const [what, given, expected] of READ) {
    it(`take ${what}`, () => {
      agree(settingsOf(given), expected);
    });
  }

  it("trim a pasted key, and say what form it has", () => {
    assert.equal(settingsOf({}, { apiKey: `\n ${KEY} ` }).apiKey, KEY);
    assert.equal(settingsOf({}, { apiKey: KEY.slice(0, 60) }).keyForm, "cut_off");
    assert.equal(settingsOf({}, { apiKey: "A".repeat(39) }).keyForm, "key_id");
  });

  it("take the options of a TLS configuration", () => {
    const tls = { rejectUnauthorized: false };
    assert.equal(settingsOf({ tls: "id" }, undefined, tls).tls, tls);
    assert.equal(settingsOf({ tls: "id", useTls: false }, undefined, tls).tls, undefined);
  });

  const WRONG: readonly (readonly [string, object, string])[] = [
    ["without a host", { host: " " }, "host"],
    ["with a host of two words", { host: "my broker" }, "host-form"],
    ["with a host that is none", { host: "mqtt://" }, "host-form"],
    ["with two ports", { host: "localhost:1883:1883" }, "host-form"],
    ["with a user name for a host", { host: "fieldapp@localhost" }, "host-form"],
    ["with a host for MQTT over WebSocket", { host: "ws://host:28184" }, "websocket"],
    ["with one that is encrypted", { host: " WSS://tts.example.com/mqtt" }, "websocket"],
    ["without an application", { applicationId: "" }, "application-id"],
    ["with an application too short", { applicationId: "ab" }, "application-id-form"],
    ["with an application in capitals", { applicationId: "App1" }, "application-id-form"],
    ["with a wild card as application", { applicationId: "+" }, "application-id-form"],
    ["with a slash in the application", { applicationId: "app1/devices" }, "application-id-form"],
    ["with a bad tenant", { tenantId: "a b" }, "tenant-id-form"],
    ["with two tenants", { applicationId: "app1@ttn@x" }, "tenant-id-form"],
    ["with port 0", { port: "0" }, "port"],
    ["with port 65536", { port: 65_536 }, "port"],
    ["with a port like 1e3", { port: "1e3" }, "port"],
    ["with a negative port", { port: -1 }, "port"],
    ["with no keepalive", { keepalive: "" }, "keepalive"],
    ["with a keepalive of 4", { keepalive: 4 }, "keepalive"],
    ["with a keepalive of 5.5", { keepalive: "5.5" }, "keepalive"],
    ["with a TLS configuration that is not there", { tls: "gone" }, "tls-config"],
    [
      "with one that is not there, for a URL with TLS",
      { tls: "gone", useTls: false, host: "mqtts://b.example" },
      "tls-config",
    ],
    ["with an unknown service", { service: "" }, "service"],
    ["with TLS that is 1, and not without it", { useTls: "1" }, "flag"],
    ["with TLS that is yes, and not without it", { useTls: "yes" }, "flag"],
    ["with TLS that is empty", { useTls: "" }, "flag"],
    ["with TLS that is null", { useTls: null }, "flag"],
    ["with an unset variable", { applicationId: "${APP}" }, "environment"],
  ];
  for (const [how, given, key] of WRONG) {
    it(`are refused ${how}`, () => {
      const result = read(given);
      assert.ok(!result.ok);
      assert.equal(result.explanation.code, "not_configured");
      assert.equal(result.explanation.key, `error.not-configured.${key}`);
    });
  }

  it("name a host that cannot be read, without what is secret in it", () => {
    const said = (host: string): unknown => {
      const result = read({ host });
      assert.ok(!result.ok);
      return result.explanation.values.host;
    };
    assert.equal(said(" local host "), "local host");
    assert.equal(said("localhost:1883:1883"), "localhost:1883:1883");
    assert.equal(said("fieldapp@localhost"), "fieldapp@localhost");
    assert.equal(said("mqtt://me:secret@two words"), "mqtt://me:…@two words");
    assert.equal(said("mqtt://me:a:secret@word@two words"), "mqtt://me:…@two words");
    assert.ok(!String(said(`${KEY} x`)).includes(KEY.slice(10)));
  });

  it("name an HTTP API, a tenant and an application without the password that was pasted with them", () => {
    const cases: readonly (readonly [string, string, string])[] = [
      ["api", "https://me:secret@host.example/api/v3", "https://me:…@host.example/api/v3"],
      ["api", "me:secret@host.example", "me:…@host.example"],
      ["tenantId", "mqtts://me:secret@host.example", "mqtts://me:…@host.example"],
      ["applicationId", "mqtts://me:se@cret@host.example", "mqtts://me:…"],
    ];
    for (const [property, given, shown] of cases) {
      const result = read({ [property]: given });
      assert.ok(!result.ok);
      assert.equal(result.explanation.values[property], shown);
    }
  });

  it("are refused where they are longer than MQTT or SOCKS can carry, of which the clients throw", () => {
    const long = "k".repeat(65_001);
    const tls = { useTls: true, proxy: "socks5://proxy:1080" };
    const cases: readonly (readonly [string, object, object])[] = [
      ["clientId", { clientId: long }, { apiKey: KEY }],
      ["apiKey", {}, { apiKey: long }],
      ["apiKey", { service: "v2" }, { apiKey: "é".repeat(40_000) }],
      ["username", PUBSUB, { username: long }],
      ["password", PUBSUB, { username: "me", password: long }],
      ["sharedGroup", { ...PUBSUB, sharedGroup: long }, {}],
      ["proxyUsername", tls, { apiKey: KEY, proxyUsername: "é".repeat(128) }],
      ["proxyPassword", tls, { apiKey: KEY, proxyUsername: "me", proxyPassword: "p".repeat(256) }],
    ];
    for (const [property, given, credentials] of cases) {
      const properties = { ...CONNECTION_DEFAULTS, applicationId: "app1", ...given };
      const result = readSettings(properties, credentials, undefined);
      assert.ok(!result.ok, property);
      assert.equal(result.explanation.key, "error.not-configured.too-long");
      assert.equal(result.explanation.values.property, property);
    }
    const http = { ...CONNECTION_DEFAULTS, applicationId: "app1", ...tls, proxy: "http://proxy:1080" };
    const token = { apiKey: KEY, proxyUsername: "me", proxyPassword: "p".repeat(3_000) };
    assert.ok(readSettings(http, token, undefined).ok);
  });

  it("say that a TLS configuration could not be used, where TLS is on", () => {
    for (const [tls, key] of [
      ["unusable", "tls-unusable"],
      ["no_certificate", "tls-no-certificate"],
    ] as const) {
      const result = readSettings(
        { ...CONNECTION_DEFAULTS, applicationId: "app1", tls: "id" },
        { apiKey: KEY },
        tls,
      );
      assert.equal(result.ok ? "" : result.explanation.key, `error.not-configured.${key}`);
      const plain = { ...CONNECTION_DEFAULTS, applicationId: "app1", tls: "id", useTls: false };
      assert.ok(readSettings(plain, { apiKey: KEY }, tls).ok);
    }
  });

  it("take a key without what stands around it, as the form does", () => {
    const wrapped = `${KEY.slice(0, 30)}\n${KEY.slice(30)}`;
    for (const apiKey of [`"${KEY}"`, `'${KEY}'`, `Bearer ${KEY}`, `Authorization: Bearer ${KEY}`, wrapped])
      agree(settingsOf({}, { apiKey }), { apiKey: KEY, keyForm: "api_key" });
    for (const apiKey of ["something else", `${KEY} ${KEY}`])
      agree(settingsOf({}, { apiKey }), { apiKey, keyForm: "other" });
  });

  it("are refused without a key", () => {
    for (const credentials of [{}, { apiKey: "" }, { apiKey: " \n" }])
      assert.equal(read({}, credentials).ok, false);
  });

  it("never say the key", () => {
    const result = read({ port: "0" });
    assert.ok(!result.ok);
    assert.ok(!JSON.stringify(result).includes(KEY));
  });
});

describe("the identity of a connection", () => {
  const same = (a: object, b: object): boolean => identityOf(settingsOf(a)) === identityOf(settingsOf(b));

  it("is one whatever the name, the API and how it is written", () => {
    assert.ok(same({ name: "a", api: "off" }, { name: "b", api: "" }));
    assert.ok(same({ host: "mqtts://b.example" }, { host: "B.example", port: 8883 }));
    assert.ok(same({ applicationId: "app1@ttn" }, { tenantId: "ttn" }));
    assert.ok(same({ keepalive: 30 }, { keepalive: " 30" }));
  });

  it("is another for another endpoint, account, client ID, keepalive or key", () => {
    for (const other of [
      { host: "other.example" },
      { port: 1 },
      { useTls: false },
      { applicationId: "app2" },
      { tenantId: "ttn" },
      { clientId: "x" },
      { keepalive: 31 },
    ])
      assert.ok(!same({}, other), JSON.stringify(other));
    const tls = settingsOf({ tls: "id" }, undefined, { rejectUnauthorized: false });
    assert.notEqual(identityOf(tls), identityOf(settingsOf()));
    const otherKey = settingsOf({}, { apiKey: `${KEY}X` });
    assert.notEqual(identityOf(otherKey), identityOf(settingsOf()));
  });
});
