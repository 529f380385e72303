/** What is wrong with a node or its connection before anything is sent: said as the fact that it is. */
import assert from "node:assert/strict";
import { DOWNLINK_DEFAULTS } from "../../nodes/tts-downlink/properties";
import { EVENT_DEFAULTS } from "../../nodes/tts-event/properties";
import { JOIN_DEFAULTS } from "../../nodes/tts-join/properties";
import { UPLINK_DEFAULTS } from "../../nodes/tts-uplink/properties";
import {
  connection,
  listeners,
  node,
  receiving,
  running,
  simulated,
  sink,
  tab,
  uplink,
  uplinkFlow,
  withNodeRed,
  type FlowNode,
  type Flows,
} from "./nodeRed";

const DEFAULTS: Readonly<Record<string, object>> = {
  "tts-uplink": UPLINK_DEFAULTS,
  "tts-join": JOIN_DEFAULTS,
  "tts-event": EVENT_DEFAULTS,
  "tts-downlink": DOWNLINK_DEFAULTS,
};
const TYPES = Object.keys(DEFAULTS);

/** Texts of what Catch got, by the node that it is about. */
async function told(flows: Flows, count: number): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  while (texts.size < count) {
    const { error } = await flows.next("caught");
    assert.equal(error?.code, "not_configured");
    texts.set(error.source.id, error.message);
  }
  assert.deepEqual(flows.untaken("caught"), []);
  return texts;
}

const firstSentence = (text: string): string => /^.*?[.!?](?= |$)/.exec(text)?.[0] ?? text;

describe("a node whose connection cannot be found", () => {
  withNodeRed();

  const saying = async (nodes: readonly FlowNode[], more: object, expected: RegExp): Promise<void> => {
    const users = TYPES.map((type) => node(type, type, more));
    const flows = await running([tab(), ...nodes, ...users, sink(), ...listeners()]);
    for (const [id, text] of await told(flows, TYPES.length)) assert.match(firstSentence(text), expected, id);
  };

  it("says that none is chosen", async () => {
    await saying([], { connection: "" }, /^No connection is chosen/);
  });
  it("says that the chosen one does not exist", async () => {
    await saying([], { connection: "5ae87b37cb3456c8" }, /does not exist/);
  });
  it("says so of one that is something else", async () => {
    await saying([], { connection: "out" }, /another kind of node/);
  });
  it("says that the chosen one is disabled, and what it is called", async () => {
    const off = connection(undefined, { name: "Barn", d: true });
    await saying([off], {}, /^The connection “Barn” is disabled\.$/);
  });
  it("says so of one that belongs to a disabled tab", async () => {
    const nodes = [
      { id: "off", type: "tab", label: "off", disabled: true },
      connection(undefined, { z: "off" }),
    ];
    await saying(nodes, {}, /^The connection “app1” is disabled\.$/);
  });
  it("names the environment variable that was to say which", async () => {
    await saying([], { connection: "${TTS_NOPE}" }, /^The environment variable TTS_NOPE is not set\.$/);
  });
});

describe("an environment variable that is not set", () => {
  withNodeRed();

  for (const type of TYPES) {
    it(`is named, with the property that it was for: each of ${type}`, async () => {
      const properties = Object.entries(DEFAULTS[type] ?? {}).filter(
        ([name, value]) =>
          name !== "name" && name !== "gateways" && !name.endsWith("Type") && value !== undefined,
      );
      const users = properties.map(([name]) =>
        node(type, name, {
          [name]: name === "connection" ? "${TTS_NOPE}" : "$(TTS_NOPE)",
          payloadType: "str",
        }),
      );
      const flows = await running([tab(), connection(undefined), ...users, sink(), ...listeners()], {
        connection: { apiKey: "NNSXS.KEY.SECRET" },
      });
      const missing = new Map(properties.map(([name]) => [name, true]));
      while (missing.size > 0) {
        const { error } = await flows.next("caught");
        assert.equal(error?.code, "not_configured", error?.message);
        assert.match(error.message, /^The environment variable TTS_NOPE is not set\. /, error.source.id);
        assert.ok(error.message.includes(` ${error.source.id} `), error.message);
        missing.delete(error.source.id);
      }
    });
  }

  const withKey = (value: string): FlowNode => ({
    ...tab(),
    env: [{ name: "TABKEY", value, type: "str" }],
  });

  it("for a connection, where a tab, group or subflow has it, is called one that it cannot see", async () => {
    const owners: readonly (readonly FlowNode[])[] = [
      [withKey("x")],
      [
        tab(),
        {
          id: "g",
          type: "group",
          z: "tab",
          nodes: ["uplink"],
          env: [{ name: "TABKEY", value: "x", type: "str" }],
        },
      ],
      [
        tab(),
        {
          id: "s",
          type: "subflow",
          name: "s",
          in: [],
          out: [],
          env: [{ name: "TABKEY", value: "x", type: "str" }],
        },
      ],
    ];
    const flows = await running([tab()]);
    for (const owner of owners) {
      const nodes = [...owner, connection(undefined, { applicationId: "${TABKEY}" }), uplink(), sink()];
      await flows.deploy("full", [...nodes, ...listeners()]);
      const { error } = await flows.next("caught");
      assert.equal(error?.code, "not_configured");
      assert.match(
        firstSentence(error.message),
        /^TABKEY is set for a tab, group or subflow.*can’t see it\.$/,
      );
    }
  });

  it("is seen by a connection that is limited to the tab that has it", async () => {
    const simulator = await simulated();
    const nodes = [
      ...[withKey(simulator.userName), connection(simulator, { z: "tab", applicationId: "${TABKEY}" })],
      ...[uplink(), sink(), ...listeners()],
    ];
    await receiving(simulator, nodes);
  });
});

describe("a connection without a name", () => {
  withNodeRed();

  it("has one in errors and logs, as in the editor, and still none in the flow", async () => {
    const simulator = await simulated();
    const flows = await running(uplinkFlow(simulator), { connection: { apiKey: "NNSXS.KEY.SECRET" } });
    const { error } = await flows.next("caught");
    assert.equal(error?.source.name, `${simulator.userName} on 127.0.0.1`);
    assert.ok(!flows.exported.includes(" on 127.0.0.1"));
  });

  it("never has what is no name in it, such as a key in the wrong field", async () => {
    const key = "NNSXS.KEYKEYKEYKEY.SECRETSECRET";
    const nodes = [tab(), connection(undefined, { applicationId: key }), uplink(), sink(), ...listeners()];
    const flows = await running(nodes);
    assert.equal((await flows.next("caught")).error?.source.name, "connection to 127.0.0.1");
  });

  it("keeps the name that it is given", async () => {
    const nodes = [tab(), connection(undefined, { name: "Barn" }), uplink(), sink(), ...listeners()];
    const flows = await running(nodes);
    assert.equal((await flows.next("caught")).error?.source.name, "Barn");
  });
});

describe("a TLS configuration that cannot be used", () => {
  withNodeRed();

  const NONE = { cert: "", key: "", ca: "", certname: "", keyname: "", caname: "", servername: "" };
  const saidOf = async (more: object, credentials: Record<string, string> = {}): Promise<string> => {
    const flows = await running(
      [
        ...[tab(), connection(undefined, { useTls: true, tls: "tls" }), uplink(), sink(), ...listeners()],
        { id: "tls", type: "tls-config", ...NONE, verifyservercert: true, ...more },
      ],
      { connection: { apiKey: "NNSXS.KEY.SECRET" }, tls: credentials },
    );
    const { error } = await flows.next("caught");
    assert.equal(error?.code, "not_configured");
    assert.equal(error.source.id, "connection");
    return firstSentence(error.message);
  };
  const UNUSABLE = "The TLS configuration of this connection could not be used.";

  it("is named where its CA file cannot be read", async () => {
    assert.equal(await saidOf({ ca: "/nowhere/ca.pem" }), UNUSABLE);
  });
  it("is named where it has a client certificate without a key", async () => {
    assert.equal(await saidOf({ cert: "/nowhere/client.pem" }), UNUSABLE);
  });
  it("is named where it has a key without a certificate", async () => {
    assert.equal(await saidOf({}, { keydata: "-----BEGIN PRIVATE KEY-----" }), UNUSABLE);
  });
  it("is named where what it has as a certificate is none", async () => {
    const text = /^The TLS configuration of this connection has a file that is not a certificate\.$/;
    assert.match(await saidOf({ ca: __filename }), text);
  });
  it("is named where an uploaded certificate is cut off", async () => {
    const text = /^The TLS configuration of this connection has a file that is not a certificate\.$/;
    assert.match(await saidOf({}, { cadata: "-----BEGIN CERTIFICATE-----\nMIIB" }), text);
  });
});
