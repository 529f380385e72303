import assert from "node:assert/strict";
import { cpuTime } from "../cpuTime";
import { CLUSTERS, clusterOfHost, hostOfCluster } from "../../src/stack/clusters";
import { isKeyLike, mendKey, readPasted } from "../../src/stack/pasted";

const KEY = `NNSXS.${"A".repeat(39)}.${"B".repeat(52)}`;
const EU1 = "eu1.cloud.thethings.network";
const WHOLE = { host: EU1, tls: true, applicationId: "app1", tenantId: "ttn", apiKey: KEY };

describe("what is pasted into the form of a connection", () => {
  it("is the Console's whole block, in any order and with whatever is between", () => {
    const lines = [
      ["Public address", `${EU1}:1883`],
      ["Public TLS address", `${EU1}:8883`],
      ["Username", "app1@ttn"],
      ["Password", KEY],
    ];
    for (const order of [lines, [...lines].reverse()])
      for (const [between, end] of [
        ["\n", "\n"],
        ["\t", "\r\n"],
        [": ", "\n\n"],
        [" ", " "],
      ] as const)
        assert.deepEqual(readPasted(order.map((pair) => pair.join(between)).join(end)), WHOLE);
  });

  it("is a part of that block", () => {
    assert.deepEqual(readPasted(`Public TLS address\n${EU1}:8883`), { host: EU1, tls: true });
    assert.deepEqual(readPasted("Username\tapp1@ttn"), { applicationId: "app1", tenantId: "ttn" });
    assert.deepEqual(readPasted("User name: my-app"), { applicationId: "my-app" });
    assert.deepEqual(readPasted(`Username\nmy-app\nPassword\n${KEY}`), {
      applicationId: "my-app",
      apiKey: KEY,
    });
  });

  it("is a key, also with spaces, line breaks and quotes", () => {
    const wrapped = `${KEY.slice(0, 40)}\n  ${KEY.slice(40)}`;
    for (const text of [KEY, ` ${KEY}\n`, `"${KEY}"`, `\`${KEY}\`,`, wrapped, `\u200b${KEY}`]) {
      assert.deepEqual(readPasted(text), { apiKey: KEY }, text);
      assert.equal(mendKey(text), KEY, text);
    }
    assert.equal(mendKey(`Bearer ${KEY}`), KEY);
    assert.equal(mendKey(" what else one may have "), "what else one may have");
    for (const text of [
      `TTN_KEY=${KEY}`,
      `export TTN_KEY="${KEY}"`,
      `{ "apiKey": "${KEY}" }`,
      `app1@ttn:${KEY}`,
      `mosquitto_sub -u app1@ttn -P "${KEY}" -t '#'`,
      `« ${KEY} »`,
      `%22${KEY}%22`,
      `${KEY}.`,
      `${KEY.slice(0, 40)}\\n${KEY.slice(40)}`,
    ])
      assert.equal(mendKey(text), KEY, text);
    const two = `${KEY} ${KEY.replace("NNSXS.A", "NNSXS.B")}`;
    for (const text of [two, `${KEY}ABC`]) assert.equal(mendKey(text), text);
    assert.deepEqual(readPasted(`app1@ttn ${wrapped}`), {
      applicationId: "app1",
      tenantId: "ttn",
      apiKey: KEY,
    });
  });

  it("is a key that was not copied whole, and never a host", () => {
    for (const part of [KEY.slice(0, -1), KEY.slice(2), `NNSXS.${"A".repeat(39)}`, "NNSXS.a1"]) {
      assert.ok(isKeyLike(part), part);
      assert.deepEqual(readPasted(part), { apiKey: part }, part);
      assert.deepEqual(readPasted(`Username\tapp1@ttn\nPassword\t${part}`), {
        ...{ applicationId: "app1", tenantId: "ttn", apiKey: part },
      });
    }
    for (const other of ["", EU1, "my-app", "app1@ttn", "127.0.0.1", "x".repeat(3_000)])
      assert.ok(!isKeyLike(other), other);
  });

  it("is a URL with the key in it, or JSON without a space", () => {
    assert.deepEqual(readPasted(`mqtts://app1@ttn:${KEY}@${EU1}:8883`), WHOLE);
    assert.deepEqual(readPasted(`mqtts://app1%40ttn:${KEY}@${EU1}`), WHOLE);
    assert.deepEqual(readPasted(JSON.stringify({ host: EU1, username: "app1@ttn", password: KEY })), {
      ...{ host: EU1, applicationId: "app1", tenantId: "ttn", apiKey: KEY },
    });
  });

  it("is a tenant with the sign before it", () => {
    assert.deepEqual(readPasted("@ttn"), { tenantId: "ttn" });
    assert.deepEqual(readPasted("@"), {});
  });

  it("is one address, whose port tells of TLS", () => {
    assert.deepEqual(readPasted(`${EU1}:8883`), { host: EU1, tls: true });
    assert.deepEqual(readPasted(`${EU1}:1883`), { host: EU1, tls: true });
    assert.deepEqual(readPasted(`mqtt://${EU1}:1883`), { host: EU1, tls: false });
    assert.deepEqual(readPasted("tts.example.com:1883"), { host: "tts.example.com", tls: false });
    assert.deepEqual(readPasted("tts.example.com:1884"), { host: "tts.example.com", port: 1884 });
    assert.deepEqual(readPasted("mqtts://tts.example.com:1884"), {
      host: "tts.example.com",
      port: 1884,
      tls: true,
    });
    assert.deepEqual(readPasted("mqtts://tts.example.com:1883"), {
      host: "tts.example.com",
      port: 1883,
      tls: true,
    });
    assert.deepEqual(readPasted(EU1), { host: EU1 });
  });

  it("is a topic, a page of the Console or a user name", () => {
    assert.deepEqual(readPasted("v3/app1@ttn/devices/door-1/up"), { applicationId: "app1", tenantId: "ttn" });
    assert.deepEqual(readPasted(`https://${EU1}/console/applications/app1`), {
      host: EU1,
      applicationId: "app1",
    });
    assert.deepEqual(readPasted("app1@ttn"), { applicationId: "app1", tenantId: "ttn" });
  });

  it("may be a command", () => {
    assert.deepEqual(readPasted(`mosquitto_sub -h ${EU1} -t '#' -u 'app1@ttn' -P '${KEY}' -d`), {
      host: EU1,
      applicationId: "app1",
      tenantId: "ttn",
      apiKey: KEY,
    });
  });

  it("is nothing to be taken apart", () => {
    for (const text of ["", "   ", "a sentence about something", "Public address", "\n\t"])
      assert.deepEqual(readPasted(text), {}, text);
  });

  it("takes no time, whatever it is", () => {
    const texts = ["A".repeat(200_000), "NNSXS.".repeat(30_000), "a@b ".repeat(50_000), "[".repeat(100_000)];
    const took = cpuTime(() => texts.forEach((text) => readPasted(text)));
    assert.ok(took < 2_000, `${took} ms`);
  });

  it("is read up to 20,000 characters, and not looked at beyond", () => {
    const block = `Public TLS address ${EU1}:8883 Username app1@ttn Password ${KEY}`;
    assert.deepEqual(readPasted(block.padEnd(20_000)), WHOLE);
    assert.deepEqual(readPasted(block.padEnd(20_001)), {});
  });

  it("is read for addresses up to its thousandth word", () => {
    const behind = (words: number): string => `${"a ".repeat(words)}${EU1}:8883`;
    assert.deepEqual(readPasted(behind(999)), { host: EU1, tls: true });
    assert.deepEqual(readPasted(behind(1_000)), {});
  });

  it("is mended as a key up to 2,000 characters, and only trimmed beyond", () => {
    assert.equal(mendKey(`"${KEY}"`.padEnd(2_000)), KEY);
    assert.equal(mendKey(`"${KEY}"`.padEnd(2_001)), `"${KEY}"`);
  });
});

describe("a cluster", () => {
  it("is known by its host, on Cloud with and without tenant", () => {
    for (const cluster of CLUSTERS) {
      assert.deepEqual(clusterOfHost(hostOfCluster(cluster, "acme")), cluster);
      assert.deepEqual(clusterOfHost(hostOfCluster(cluster, "")), cluster);
    }
    assert.equal(
      hostOfCluster({ plan: "cloud", region: "eu1" }, "acme"),
      "acme.eu1.cloud.thethings.industries",
    );
    assert.equal(hostOfCluster({ plan: "sandbox", region: "au1" }, "acme"), "au1.cloud.thethings.network");
  });

  it("is none of ours elsewhere", () => {
    for (const host of [
      "",
      "tts.example.com",
      "a.eu1.cloud.thethings.network",
      "a.b.eu1.cloud.thethings.industries",
      "xeu1.cloud.thethings.industries",
      "eu1.cloud.thethings.industries.example.com",
    ])
      assert.equal(clusterOfHost(host), undefined, host);
  });
});
