import assert from "node:assert/strict";
import {
  listeners,
  running,
  sink,
  tab,
  uplink,
  withNodeRed,
  type FlowNode,
  type Flows,
} from "../nodes/nodeRed";
import { publishedToBroker } from "../stack/fixtures";
import { authority } from "./authority";
import { passwordLine, plugin, startMosquitto, type Mosquitto } from "./mosquitto";
import { pubsub } from "./pubsub";

const WAITING = "waiting: all devices";
const CAPTURED = { baseTopic: "base-topic", topics: { uplink_message: "uplink", join_accept: "join" } };

describe("a broker that does not let everybody in", () => {
  const brokers: Mosquitto[] = [];

  withNodeRed();
  afterEach(() => Promise.all(brokers.splice(0).map((broker) => broker.stop())));

  async function broker(config: string, files: Record<string, string>): Promise<Mosquitto> {
    const started = await startMosquitto(config, files);
    brokers.push(started);
    return started;
  }

  const flow = (connection: FlowNode, ...more: FlowNode[]): FlowNode[] => [
    tab(),
    connection,
    uplink({ output: "message" }),
    sink(),
    ...listeners(),
    ...more,
  ];

  async function error(flows: Flows): Promise<{ readonly code: string; readonly text: string }> {
    const { error: caught } = await flows.next("caught");
    assert.ok(caught);
    assert.doesNotMatch(caught.message, /API key|__/);
    return { code: caught.code ?? "", text: caught.message };
  }

  async function brings(flows: Flows, publish: (topic: string, payload: string) => Promise<unknown>) {
    await flows.shows("uplink", WAITING);
    const [first] = publishedToBroker();
    assert.ok(first);
    await publish(first.topic, first.payload);
    assert.equal((await flows.next()).deviceId, "dev-a");
  }

  const USERS = {
    users: passwordLine("node-red", "right") + passwordLine("stack", "stack's own"),
  };
  const WITH_USERS = "allow_anonymous false\npassword_file FOLDER/users";

  it("takes user and password", async () => {
    const locked = await broker(WITH_USERS, USERS);
    const flows = await running(flow(pubsub(locked, CAPTURED)), {
      connection: { username: "node-red", password: "right" },
    });
    const publisher = await locked.client({ username: "stack", password: "stack's own" });
    await brings(flows, (topic, payload) => publisher.publishAsync(topic, payload, { qos: 1 }));
  });

  it("refuses a wrong password, and the user learns what that means here", async () => {
    const locked = await broker(WITH_USERS, USERS);
    const flows = await running(flow(pubsub(locked, CAPTURED)), {
      connection: { username: "node-red", password: "wrong-word" },
    });
    const { code, text } = await error(flows);
    assert.equal(code, "connection_refused");
    assert.match(text, /node-red.*user name or password/s);
    await flows.shows("uplink", "login refused");
    assert.ok(![flows.log, flows.exported, JSON.stringify(flows.everything)].join("").includes("wrong-word"));
  });

  it("refuses who gives no name", async () => {
    const locked = await broker(WITH_USERS, USERS);
    const { code, text } = await error(await running(flow(pubsub(locked, CAPTURED))));
    assert.equal(code, "connection_refused");
    assert.match(text, /wants a user name and a password/);
  });

  it("names each filter that it refuses, and brings the rest", async () => {
    const locked = await broker(
      `allow_anonymous true\nplugin ${plugin("mosquitto_dynamic_security.so")}\nplugin_opt_config_file FOLDER/roles.json`,
      { "roles.json": ROLES },
    );
    const flows = await running(
      [
        ...flow(
          pubsub(locked, { ...CAPTURED, topics: { uplink_message: "uplink", join_accept: "secret/join" } }),
        ),
        { id: "join", type: "tts-join", z: "tab", connection: "connection", devices: "", wires: [[]] },
      ],
      { connection: { username: "node-red", password: "right" } },
    );
    const { code, text } = await error(flows);
    assert.equal(code, "subscription_refused");
    assert.match(text, /base-topic\/secret\/join.*may not read/s);
    await flows.shows("join", "topic refused");
    const publisher = await locked.client({ username: "stack", password: "right" });
    await brings(flows, (topic, payload) => publisher.publishAsync(topic, payload, { qos: 1 }));
  });

  describe("and encrypts", () => {
    let made: ReturnType<typeof authority>;
    before(() => {
      made = authority();
    });
    const tls = (): Record<string, string> => ({
      "ca.crt": made.ca,
      "server.crt": made.server.cert,
      "server.key": made.server.key,
    });
    const TLS = "cafile FOLDER/ca.crt\ncertfile FOLDER/server.crt\nkeyfile FOLDER/server.key";
    const secure = { ...CAPTURED, useTls: true, tls: "tls" };
    const tlsConfig = (more: object = {}): FlowNode => ({
      ...{ id: "tls", type: "tls-config", cert: "", key: "", ca: "", certname: "", keyname: "", caname: "" },
      ...{ servername: "localhost", verifyservercert: true, alpnprotocol: "" },
      ...more,
    });
    const named = { certname: "client.crt", keyname: "client.key", caname: "ca.crt" };

    it("takes a certificate authority of one's own", async () => {
      const locked = await broker(`allow_anonymous true\n${TLS}`, tls());
      const flows = await running(flow(pubsub(locked, secure), tlsConfig({ caname: "ca.crt" })), {
        tls: { cadata: made.ca },
      });
      const publisher = await locked.client({ protocol: "mqtts", ca: made.ca });
      await brings(flows, (topic, payload) => publisher.publishAsync(topic, payload, { qos: 1 }));
    });

    it("is not trusted without it", async () => {
      const locked = await broker(`allow_anonymous true\n${TLS}`, tls());
      const { code, text } = await error(await running(flow(pubsub(locked, { ...CAPTURED, useTls: true }))));
      assert.equal(code, "connection_failed");
      assert.match(text, /Own CA.*TLS configuration/s);
    });

    const CLIENTS = `${TLS}\nrequire_certificate true\nuse_identity_as_username true`;

    it("knows clients by their certificates", async () => {
      const locked = await broker(CLIENTS, tls());
      const flows = await running(flow(pubsub(locked, secure), tlsConfig(named)), {
        tls: { cadata: made.ca, certdata: made.client.cert, keydata: made.client.key },
      });
      const publisher = await locked.client({ protocol: "mqtts", ca: made.ca, ...made.client });
      await brings(flows, (topic, payload) => publisher.publishAsync(topic, payload, { qos: 1 }));
    });

    it("refuses a client without certificate, and the user learns that it wants one", async () => {
      const locked = await broker(CLIENTS, tls());
      const flows = await running(flow(pubsub(locked, secure), tlsConfig({ caname: "ca.crt" })), {
        tls: { cadata: made.ca },
      });
      const { code, text } = await error(flows);
      assert.equal(code, "connection_failed");
      assert.match(text, /client certificate/);
    });
  });
});

/** Of Mosquitto's dynamic security: everything but what is secret. */
const ROLES = JSON.stringify({
  defaultACLAccess: {
    publishClientSend: true,
    publishClientReceive: true,
    subscribe: true,
    unsubscribe: true,
  },
  clients: ["node-red", "stack"].map((username) => {
    const [, salt = "", password = ""] = /\$101\$(.+)\$(.+)\n/.exec(passwordLine(username, "right")) ?? [];
    return { username, password, salt, iterations: 101, roles: [{ rolename: "reader" }] };
  }),
  roles: [
    {
      rolename: "reader",
      acls: [{ acltype: "subscribePattern", topic: "base-topic/secret/#", priority: 1, allow: false }],
    },
  ],
});
