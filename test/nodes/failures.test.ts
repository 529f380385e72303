import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { Simulator } from "../../simulator/simulator";
import { CERTIFICATE } from "../simulator/certificate";
import {
  connection,
  listeners,
  node,
  receiving,
  running,
  sessions,
  simulated,
  sink,
  subscribed,
  tab,
  uplink,
  uplinkFlow,
  withNodeRed,
  type Flows,
  type FlowNode,
} from "./nodeRed";
import { freePort } from "../freePort";

const KEY = `NNSXS.${"A".repeat(39)}.${"B".repeat(52)}`;
const SENT = { f_port: 1, frm_payload: "AQ==" };

/** A port where nothing listens. */
const flowOf = (config: FlowNode): FlowNode[] => [tab(), config, uplink(), sink(), ...listeners()];
const tlsConfig = (id: string, more: object = {}): FlowNode => ({
  ...{ id, type: "tls-config", cert: "", key: "", ca: "", certname: "", keyname: "", caname: "" },
  ...{ servername: "", verifyservercert: true, ...more },
});

interface TlsFiles {
  readonly cadata?: string;
  readonly certdata?: string;
  readonly keydata?: string;
}

interface Failure {
  readonly because: string;
  readonly config: (place: Places) => object;
  readonly apiKey?: (place: Places) => string;
  /** Of a `tls-config` node. */
  readonly tls?: { readonly verifyservercert?: boolean } & TlsFiles;
  readonly status: string;
  readonly refused?: true;
  readonly says: readonly RegExp[];
}

/** Where connections can be made to. */
interface Places {
  readonly freePort: number;
  readonly plain: Simulator;
  readonly secure: Simulator;
  readonly otherName: Simulator;
  readonly closing: Simulator;
  readonly refusing: Readonly<Record<1 | 3 | 5, Simulator>>;
  readonly otherApplication: string;
}

const at = ({ host, port }: Simulator, more: object = {}): object => ({ host, port: String(port), ...more });

const FAILURES: readonly Failure[] = [
  {
    because: "the host is not found, names it",
    config: () => ({ host: "no-such-host.invalid" }),
    status: "host not found",
    says: [/no-such-host\.invalid/],
  },
  {
    because: "nothing listens, names the port",
    config: ({ freePort }) => ({ port: freePort }),
    status: "no connection",
    says: [/^Nothing listens on 127\.0\.0\.1:\d+ \(usual: 1883, with TLS 8883\)\./],
  },
  {
    because: "TLS meets a plain port, says which way round",
    config: ({ plain }) => at(plain, { useTls: true }),
    status: "TLS mismatch?",
    says: [/switched on here/],
  },
  {
    because: "plain MQTT meets a TLS port, says which way round",
    config: ({ secure }) => at(secure),
    status: "TLS mismatch?",
    says: [/switched off here/],
  },
  {
    because: "the certificate is self-signed, shows it",
    config: ({ secure }) => at(secure, { useTls: true }),
    status: "certificate",
    says: [/localhost/, /2126-10-28/],
  },
  {
    because: "the certificate is for another name, names both",
    config: ({ otherName }) => at(otherName, { useTls: true }),
    tls: { cadata: CERTIFICATE.cert },
    status: "certificate",
    says: [/localhost/, /certificate of 127\.0\.0\.2 is for/],
  },
  {
    because: "a certificate of one's own cannot be read",
    config: ({ secure }) => at(secure, { useTls: true }),
    tls: { certdata: CERTIFICATE.cert, keydata: "no key" },
    status: "TLS failed",
    says: [/could not be prepared/],
  },
  {
    because: "the server closes before it answers",
    config: ({ closing }) => at(closing, { useTls: true }),
    tls: { verifyservercert: false },
    status: "closed",
    says: [/before the login/],
  },
  {
    because: "the server speaks another protocol",
    config: ({ refusing }) => at(refusing[1]),
    status: "protocol refused",
    refused: true,
    says: [/MQTT/],
  },
  {
    because: "there are too many connections",
    config: ({ refusing }) => at(refusing[3]),
    status: "limit reached",
    refused: true,
    says: [/many|limit/],
  },
  {
    because: "the login is refused",
    config: ({ refusing }) => at(refusing[5]),
    status: "login refused",
    refused: true,
    says: [/app1/],
  },
  {
    because: "the key has not the form of one",
    config: ({ plain }) => at(plain),
    apiKey: () => "ttn-account-v2.abcdefghijklmnopqrstuvwxyz0123456789ABCDEF",
    status: "key form",
    refused: true,
    says: [/V2|version 2/i],
  },
  {
    because: "the key belongs to another application, says to which",
    config: ({ plain }) => at(plain, { api: plain.apiUrl }),
    apiKey: ({ otherApplication }) => otherApplication,
    status: "key of other-app",
    refused: true,
    says: [/other-app/, /weather/],
  },
];

describe("a connection that fails because", () => {
  withNodeRed(after);
  let flows: Flows;
  let places: Places;
  const keys: string[] = [];

  // All at once: each takes half a second until its status may be written.
  before(async () => {
    const refusing = async (returnCode: 1 | 3 | 5): Promise<Simulator> => {
      const simulator = await simulated();
      simulator.refuse(returnCode);
      return simulator;
    };
    const plain = await simulated();
    places = {
      freePort: await freePort(),
      plain,
      secure: await simulated({ tls: CERTIFICATE }),
      otherName: await simulated({ tls: CERTIFICATE, host: "127.0.0.2" }),
      closing: await simulated({ tls: CERTIFICATE }),
      refusing: { 1: await refusing(1), 3: await refusing(3), 5: await refusing(5) },
      otherApplication: plain.addKey({ applicationId: "other-app", name: "weather" }),
    };
    places.closing.closeBeforeConnack(true);
    const credentials: Record<string, Record<string, string>> = {};
    const nodes = FAILURES.flatMap(({ config, tls, apiKey = () => KEY }, index) => {
      const [z, id] = [`tab${index}`, `connection${index}`];
      const key = apiKey(places);
      keys.push(key);
      credentials[id] = { apiKey: key };
      const { verifyservercert = true, ...files } = tls ?? {};
      credentials[`tls${index}`] = files;
      const more = { id, ...config(places), ...(tls === undefined ? {} : { tls: `tls${index}` }) };
      return [
        ...[tab(z), connection(undefined, more), uplink({ z, connection: id, wires: [] }, `uplink${index}`)],
        ...[
          ...listeners(z, String(index)),
          ...(tls === undefined ? [] : [tlsConfig(`tls${index}`, { verifyservercert })]),
        ],
      ];
    });
    flows = await running(nodes, credentials);
  });

  for (const [index, { because, status, refused, says }] of FAILURES.entries()) {
    it(because, async () => {
      const { error } = await flows.next(`caught${index}`);
      assert.equal(error?.code, refused ? "connection_refused" : "connection_failed");
      assert.equal(error.cause?.code, error.code);
      for (const text of says) assert.match(error.message, text);
      const shown = await flows.shows(`uplink${index}`, status);
      assert.deepEqual([shown.fill, shown.shape], [refused ? "red" : "yellow", "ring"]);
      await flows.shows(`connection${index}`, status);
      assert.deepEqual(flows.untaken(`caught${index}`), []);
    });
  }

  it("of a server that is not trusted gives it no key", () => {
    assert.deepEqual([...places.secure.connects, ...places.otherName.connects], []);
  });

  it("of whatever shows no secret anywhere", () => {
    const shown = FAILURES.map((_failure, index) => flows.statuses(`uplink${index}`));
    const everything = [inspect(flows.everything, { depth: 10 }), flows.log, JSON.stringify(shown)].join();
    for (const key of keys) {
      assert.ok(!everything.includes(key));
      assert.ok(!everything.includes(key.split(".").at(-1) ?? key));
    }
  });
});

describe("a connection", () => {
  withNodeRed();

  it("with a certificate authority of one's own works", async () => {
    const simulator = await simulated({ tls: CERTIFICATE });
    const nodes = [...flowOf(connection(simulator, { useTls: "true", tls: "tls" })), tlsConfig("tls")];
    const flows = await receiving(simulator, nodes, 1, {
      connection: { apiKey: simulator.apiKey },
      tls: { cadata: CERTIFICATE.cert },
    });
    simulator.publish("uplink_message", "door", SENT);
    assert.equal((await flows.next()).deviceId, "door");
  });

  it("that is refused while the API is in errors, redirects or closes is explained by what is likely", async () => {
    const simulator = await simulated();
    for (const mode of ["error", "redirect", "closed"] as const) {
      simulator.api(mode);
      const apiKey = simulator.addKey({ applicationId: "other-app" });
      const nodes = flowOf(connection(simulator, { api: simulator.apiUrl, clientId: mode }));
      const flows = await running(nodes, { connection: { apiKey } });
      const { error } = await flows.next("caught");
      assert.equal(error?.code, "connection_refused");
      assert.match(error.message, /app1/);
      assert.ok(!error.message.includes("other-app"));
      await flows.unload();
    }
    assert.deepEqual(
      simulator.requests.filter(({ path }) => path.includes("elsewhere")),
      [],
      "no redirect is followed",
    );
  });

  it("that was refused reconnects when it is accepted", async () => {
    const simulator = await simulated();
    const key = { key: KEY };
    const flows = await running(flowOf(connection(simulator)), { connection: { apiKey: KEY } });
    await flows.shows("uplink", "login refused");
    simulator.addKey(key);
    await subscribed(simulator, 1);
    simulator.publish("uplink_message", "door", SENT);
    assert.equal((await flows.next()).deviceId, "door");
    await flows.shows("uplink", "door · bytes, not decoded");
  });

  it("that is lost is made again with all its subscriptions, and says what was wrong meanwhile", async () => {
    const simulator = await simulated();
    const nodes = [...uplinkFlow(simulator), node("tts-join", "join", { wires: [["joins"]] }), sink("joins")];
    const flows = await receiving(simulator, nodes, 2);
    await simulator.stop();
    await flows.shows("uplink", "no connection");
    await flows.shows("join", "no connection");
    await simulator.restart();
    await subscribed(simulator, 4);
    simulator.publish("uplink_message", "door", SENT);
    simulator.publish("join_accept", "door", { session_key_id: "AQ==" });
    assert.equal((await flows.next()).deviceId, "door");
    assert.equal((await flows.next("joins")).deviceId, "door");
    const codes = [(await flows.next("caught")).error?.code, (await flows.next("caught")).error?.code];
    assert.deepEqual(codes, ["connection_failed", "connection_failed"], "lost, then refused by the port");
  });
});

describe("a refused topic", () => {
  withNodeRed();

  async function refusedJoin(): Promise<{
    flows: Flows;
    nodes: FlowNode[];
    simulator: Awaited<ReturnType<typeof simulated>>;
  }> {
    const simulator = await simulated();
    const nodes = uplinkFlow(simulator);
    const flows = await receiving(simulator, nodes);
    await flows.shows("connection", "connected");
    simulator.refuseTopics(true);
    await flows.deploy("nodes", [...nodes, node("tts-join", "join")]);
    return { flows, nodes, simulator };
  }

  it("is shown and reported, and the others on the connection go on", async () => {
    const { flows, simulator } = await refusedJoin();
    const { error } = await flows.next("caught");
    assert.equal(error?.code, "subscription_refused");
    assert.match(error.message, /v3\/app1\/devices\/\+\/join/);
    assert.equal((await flows.shows("join", "topic refused")).fill, "red");
    simulator.publish("uplink_message", "door", SENT);
    assert.equal((await flows.next()).deviceId, "door");
    await flows.shows("uplink", "door · bytes, not decoded");
    assert.equal(simulator.sessions, 1);
  });

  it("that nobody wants any more is no problem any more, and its next refusal is reported", async () => {
    const { flows, nodes } = await refusedJoin();
    await flows.next("caught");
    await flows.shows("connection", "topic refused");
    await flows.deploy("nodes", nodes);
    await flows.shows("connection", "connected");
    await flows.deploy("nodes", [...nodes, node("tts-join", "join2")]);
    assert.equal((await flows.next("caught")).error?.code, "subscription_refused");
  });
});

describe("a stale end", () => {
  withNodeRed();

  it("of a session that was replaced does not disturb the new one", async () => {
    const simulator = await simulated();
    const nodes = uplinkFlow(simulator);
    const flows = await receiving(simulator, nodes);
    // The old session cannot even say DISCONNECT in time: the new one is opened while it still ends.
    simulator.freeze(true);
    const others = nodes.map((each) => (each.id === "connection" ? { ...each, keepalive: "61" } : each));
    await flows.deploy("full", others);
    simulator.freeze(false);
    await subscribed(simulator, 2);
    await sessions(simulator, 1);
    simulator.publish("uplink_message", "door", SENT);
    assert.equal((await flows.next()).deviceId, "door");
    await flows.shows("uplink", "door · bytes, not decoded");
    assert.deepEqual(flows.untaken("caught"), []);
  });
});
