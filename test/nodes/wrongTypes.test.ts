/** Properties that are of another type than in any form: what could not be read counted for empty, which is all devices, or none at all. */
import assert from "node:assert/strict";
import { readSettings } from "../../src/account/settings";
import { CONNECTION_DEFAULTS } from "../../src/stack/connectionProperties";
import { connection, listeners, node, running, simulated, tab, uplink, withNodeRed } from "./nodeRed";

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

describe("a property from an environment variable of the type JSON", () => {
  withNodeRed();

  const env = (values: Readonly<Record<string, unknown>>): object[] =>
    Object.entries(values).map(([name, value]) => ({ name, type: "json", value: text(value) }));

  it("may be a list where a form has a text with commas", async () => {
    const simulator = await simulated();
    const variables = { DOORS: ["door-1", "door-2"], PORTS: [1, "10-20"], GATEWAY: 123 };
    const flows = await running(
      [
        { ...tab(), env: env(variables) },
        connection(simulator),
        uplink({ devices: "${DOORS}", ports: "${PORTS}" }),
        node("tts-join", "join", { devices: "${DOORS}" }),
        node("tts-watch", "watch", { devices: "${DOORS}" }),
        node("tts-watch", "gateways", { watch: "gateways", gateways: "${GATEWAY}" }),
      ],
      { connection: { apiKey: simulator.apiKey } },
    );
    await flows.shows("uplink", "waiting: 2 devices");
    await flows.shows("join", "waiting: 2 devices");
    await flows.shows("watch", "waiting: 2 devices");
    await flows.shows("gateways", "waiting: 123");
  });

  it("is refused where it is neither, and the node says which", async () => {
    const simulator = await simulated();
    const cases = [
      ["tts-uplink", { devices: "${OBJECT}" }, "devices: type object"],
      ["tts-uplink", { ports: "${FLAG}" }, "ports: type boolean"],
      ["tts-join", { devices: "${MIXED}" }, "devices: type array"],
      ["tts-event", { devices: "${FLAG}" }, "devices: type boolean"],
      ["tts-event", { events: "${OBJECT}" }, "events: type object"],
      ["tts-watch", { silentAfter: "${FLAG}" }, "silentAfter: type boolean"],
      ["tts-watch", { changes: "${OBJECT}" }, "changes: type object"],
      ["tts-watch", { changes: "${NUMBERS}" }, "not configured"],
      ["tts-watch", { watch: "gateways", gateways: "${FLAG}" }, "gateways: type boolean"],
      ["tts-downlink", { maxAttempts: "${OBJECT}" }, "maxAttempts: type object"],
      ["tts-downlink", { correlationIds: "${MIXED}" }, "correlationIds: type array"],
      ["tts-home-assistant", { expireAfter: "${OBJECT}" }, "expireAfter: type object"],
      ["tts-home-assistant", { commands: "${TEXT}" }, "commands: type string"],
      ["tts-home-assistant", { entities: "${OBJECT}" }, "entities: type object"],
      ["tts-uplink", { emptyFrames: "${NUMBER}" }, "emptyFrames is 1"],
      ["tts-watch", { atStart: "${WORD}" }, "atStart is yes"],
      ["tts-home-assistant", { automatic: "${WORD}" }, "automatic is yes"],
      ["tts-home-assistant", { diagnostics: "${OBJECT}" }, "diagnostics is object"],
    ] as const;
    const variables = {
      OBJECT: { a: 1 },
      FLAG: true,
      MIXED: ["door-1", {}],
      NUMBERS: [1, 2],
      TEXT: '"[]"',
      NUMBER: 1,
      WORD: '"yes"',
    };
    const flows = await running(
      [
        { ...tab(), env: env(variables) },
        connection(simulator),
        ...cases.map(([type, more], index) => node(type, `case${index}`, more)),
        ...listeners(),
      ],
      { connection: { apiKey: simulator.apiKey } },
    );
    for (const [index, [type, more, status]] of cases.entries()) {
      const { fill } = await flows.shows(`case${index}`, status).catch((error: unknown) => {
        throw new Error(`${type} ${JSON.stringify(more)}: ${String(error)}`);
      });
      assert.equal(fill, "red");
      const { error } = await flows.next("caught");
      assert.equal(error?.code, "not_configured");
      assert.doesNotMatch(error.message, /__|\[object/);
    }
  });
});

describe("a property of a connection that is neither a text nor a number", () => {
  const STACK = { service: "stack", applicationId: "app1" };
  const PUBSUB = { service: "pubsub", topics: { uplink_message: "up" } };

  for (const [service, names] of [
    [STACK, ["host", "port", "applicationId", "tenantId", "api", "proxy", "clientId", "downlinksPerMinute"]],
    [PUBSUB, ["baseTopic", "qos", "sharedGroup", "applicationId"]],
  ] as const)
    it(`is refused by its name, with the service ${service.service}`, () => {
      for (const name of names)
        for (const value of [true, {}, ["a"]]) {
          const properties = { ...CONNECTION_DEFAULTS, ...service, [name]: value };
          const read = readSettings(properties as typeof CONNECTION_DEFAULTS, { apiKey: "key" }, undefined);
          assert.ok(!read.ok, `${name} ${JSON.stringify(value)}`);
          const { code, key, values } = read.explanation;
          assert.deepEqual([code, key], ["not_configured", "error.not-configured.no-text"]);
          assert.equal(values.property, name);
        }
    });

  it("is refused where it is to be true or false, and is neither", () => {
    for (const value of [1, "yes", "", null, {}]) {
      const properties = { ...CONNECTION_DEFAULTS, ...STACK, backfill: value };
      const read = readSettings(
        properties as unknown as typeof CONNECTION_DEFAULTS,
        { apiKey: "key" },
        undefined,
      );
      assert.ok(!read.ok, JSON.stringify(value));
      const { key, values } = read.explanation;
      assert.deepEqual([key, values.property], ["error.not-configured.flag", "backfill"]);
    }
  });

  it("is no matter where the service does not have it", () => {
    const properties = { ...CONNECTION_DEFAULTS, ...STACK, baseTopic: {}, sharedGroup: true };
    assert.ok(
      readSettings(properties as unknown as typeof CONNECTION_DEFAULTS, { apiKey: "key" }, undefined).ok,
    );
  });

  it("is refused among the credentials as well", () => {
    const credentials = { username: ["a"], password: "b" } as unknown as { username: string };
    const properties = { ...CONNECTION_DEFAULTS, ...PUBSUB };
    const read = readSettings(properties as typeof CONNECTION_DEFAULTS, credentials, undefined);
    assert.equal(!read.ok && read.explanation.values.property, "username");
  });
});
