import assert from "node:assert/strict";
import { takeApart, tenantOfHost, usualPort, type AddressParts } from "../../src/stack/address";

const EU1 = "eu1.cloud.thethings.network";

const cases: [string, AddressParts][] = [
  [
    "mqtts://user@host:8883",
    { host: "host", port: 8883, tls: true, userName: "user", applicationId: "user" },
  ],
  ["MQTT://Broker.Example.COM", { host: "broker.example.com", tls: false }],
  ["ssl://host", { host: "host", tls: true }],
  ["tcp://10.0.0.1:1883/", { host: "10.0.0.1", port: 1883, tls: false }],
  [
    `mqtts://app1@ttn@${EU1}:8883`,
    { host: EU1, port: 8883, tls: true, applicationId: "app1", tenantId: "ttn", userName: "app1@ttn" },
  ],
  [
    `mqtts://app1%40ttn:secret@${EU1}`,
    { host: EU1, tls: true, applicationId: "app1", tenantId: "ttn", userName: "app1@ttn" },
  ],
  ["mqtt://User_1:p@ss:word@host", { host: "host", tls: false, userName: "User_1" }],
  [`https://${EU1}/console/applications/my-app/integrations/mqtt`, { host: EU1, applicationId: "my-app" }],
  ["http://localhost:1885/console/applications/my-app?x=1", { host: "localhost", applicationId: "my-app" }],
  [`https://${EU1}/`, { host: EU1 }],
  [`${EU1}/console/applications/my-app`, { host: EU1, applicationId: "my-app" }],
  [`https://${EU1}/console/applications/..%2f`, { host: EU1 }],
  ["wss://host:443/mqtt", {}],
  ["ws://host:28184", {}],
  ["host:8883", { host: "host", port: 8883 }],
  ["host:8883/", { host: "host", port: 8883 }],
  ["host:0", {}],
  ["host:65536", {}],
  ["host:port", {}],
  ["mqtt://host:99999", {}],
  ["host:", { host: "host" }],
  ["[::1]:1883", { host: "::1", port: 1883 }],
  ["[::1]", { host: "::1" }],
  ["fe80::1%eth0", { host: "fe80::1%eth0" }],
  ["[host]:1883", { host: "host", port: 1883 }],
  ["2001:db8::1", { host: "2001:db8::1" }],
  ["mqtt://[2001:DB8::1]:1883", { host: "2001:db8::1", port: 1883, tls: false }],
  ["app1@ttn", { applicationId: "app1", tenantId: "ttn" }],
  ["user@broker.example.com", { host: "broker.example.com", userName: "user", applicationId: "user" }],
  ["v3/app1@ttn/devices/dev1/up", { applicationId: "app1", tenantId: "ttn" }],
  ["v3/app1/devices/+/up", { applicationId: "app1" }],
  ["v3/+/devices/+/up", {}],
  ["v3/{application id}@{tenant id}/devices/{device id}/up", {}],
  [`  ${EU1}.\n`, { host: EU1 }],
  [`<${EU1}>`, { host: EU1 }],
  [`"${EU1}"`, { host: EU1 }],
  ["", {}],
  ["two words", {}],
  ["mqtts://", {}],
  ["@", {}],
  [":", {}],
  ["mqtt://%E0%A4%A@host", { host: "host", tls: false, userName: "%E0%A4%A" }],
];

describe("a pasted address", () => {
  for (const [text, parts] of cases) {
    it(`takes ${JSON.stringify(text)} apart`, () => assert.deepEqual(takeApart(text), parts));
  }

  it("never gives back a password", () => {
    for (const text of [
      "mqtts://u:NNSXS.SECRET@host",
      "u:NNSXS.SECRET@host:1883",
      "https://u:NNSXS.SECRET@host/x",
      "u:NNSXS.SECRET@host/x",
    ]) {
      assert.ok(!JSON.stringify(takeApart(text)).toLowerCase().includes("secret"), text);
    }
  });

  it("answers at once for very long text", () => {
    for (const unit of ["a", "@", ":", "/", "[", "a.", "://", "%", '"']) takeApart(unit.repeat(200_000));
  });
});

describe("a host", () => {
  it("tells the tenant of Sandbox and Cloud", () => {
    assert.equal(tenantOfHost(EU1), "ttn");
    assert.equal(tenantOfHost("AU1.cloud.thethings.network."), "ttn");
    assert.equal(tenantOfHost("my-company.eu1.cloud.thethings.industries"), "my-company");
    for (const host of [
      "eu1.cloud.thethings.industries",
      "a.b.cloud.thethings.network",
      "cloud.thethings.network",
      "eu1.cloud.thethings.network.example.com",
      "thethings.example.com",
      "localhost",
      "",
    ]) {
      assert.equal(tenantOfHost(host), undefined, host);
    }
  });

  it("has MQTT on 8883 with TLS and 1883 without", () => {
    assert.deepEqual([usualPort(true), usualPort(false)], [8883, 1883]);
  });
});
