import assert from "node:assert/strict";
import {
  connection,
  listeners,
  node,
  receiving,
  running,
  simulated,
  sink,
  subscribed,
  tab,
  timeless,
  uplink,
  uplinkFlow,
  withNodeRed,
  type FlowNode,
  type Flows,
  type Message,
} from "./nodeRed";

const WAITING = "waiting: all devices";
const textsOf = (flows: Flows, id: string): string[] => flows.statuses(id).map(timeless);
const statusTexts = (messages: readonly Message[]): (string | undefined)[] =>
  messages.map(({ status }) => status?.text);

describe("statuses", () => {
  withNodeRed();

  it("go from connecting over waiting to the last device and FPort", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, uplinkFlow(simulator));
    await flows.shows("uplink", WAITING);
    simulator.publish("uplink_message", "door", { f_port: 12, frm_payload: "AQ==", decoded_payload: {} });
    const shown = await flows.shows("uplink", "door · FPort 12 · __:__");
    assert.deepEqual([shown.fill, shown.shape], ["green", "dot"]);
    simulator.publish("uplink_message", "valve", { frm_payload: "AQ==", decoded_payload: {} });
    await flows.shows("uplink", "valve · __:__");
    assert.deepEqual(textsOf(flows, "uplink"), [
      "connecting",
      WAITING,
      "door · FPort 12 · __:__",
      "valve · __:__",
    ]);
    assert.deepEqual(
      flows
        .statuses("uplink")
        .slice(0, 1)
        .map(({ fill, shape }) => [fill, shape]),
      [["yellow", "ring"]],
    );
  });

  it("say what a node waits for, and leave out what there is no room for before they shorten an ID", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, [
      ...uplinkFlow(simulator, { devices: "valve-*", ports: "1-3" }),
      uplink({ devices: "a-device-with-a-very-long-name" }, "long"),
    ]);
    await flows.shows("uplink", "waiting: valve-* · FPort 1-3");
    simulator.publish("uplink_message", "a-device-with-a-very-long-name", {
      f_port: 1,
      frm_payload: "AQ==",
      decoded_payload: {},
    });
    await flows.shows("long", "a-device-with-a-very-long-name");
    for (const id of ["uplink", "long", "connection"]) {
      for (const text of textsOf(flows, id)) assert.ok(Array.from(text).length <= 32, text);
    }
  });

  it("are written at most twice a second, the last one wins", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, uplinkFlow(simulator));
    for (let port = 1; port <= 200; port++)
      simulator.publish("uplink_message", "door", { f_port: port, frm_payload: "AQ==", decoded_payload: {} });
    await flows.shows("uplink", "door · FPort 200 · __:__");
    const shown = flows.statuses("uplink");
    assert.ok(shown.length <= 4, String(shown.length));
    for (const [index, { at }] of shown.entries())
      assert.ok(index === 0 || at - (shown[index - 1]?.at ?? 0) >= 490, "half a second between");
  });

  it("of the connection reach the Status nodes of every tab with a user once, also of one that comes later", async () => {
    const simulator = await simulated();
    const nodes = [
      ...[...uplinkFlow(simulator), uplink({}, "uplink2"), tab("empty"), ...listeners("empty", "Empty")],
      ...[tab("late"), ...listeners("late", "Late")],
    ];
    const flows = await receiving(simulator, nodes);
    const ofConnection = async (name: string): Promise<string | undefined> => {
      for (;;) {
        const { status } = await flows.next(name);
        if (status?.source.id === "connection") return status.text;
      }
    };
    assert.equal(await ofConnection("stated"), "connecting");
    assert.equal(await ofConnection("stated"), "connected");
    await flows.deploy("nodes", [...nodes, uplink({ z: "late", wires: [[]] }, "lateUplink")]);
    assert.equal(await ofConnection("statedLate"), "connected");
    assert.deepEqual(statusTexts(flows.untaken("statedEmpty")), []);
    const again = flows.untaken("stated").filter(({ status }) => status?.source.id === "connection");
    assert.deepEqual(again, []);
  });

  it("of the connection are told again to a tab whose nodes were deployed anew", async () => {
    const simulator = await simulated();
    simulator.refuse(5);
    const nodes = uplinkFlow(simulator);
    const flows = await running(nodes, { connection: { apiKey: simulator.apiKey } });
    await flows.shows("connection", "login refused");
    const refused = flows.statuses("connection").length;
    const turned = nodes.map((each) => (each.id === "uplink" ? { ...each, name: "new" } : each));
    await flows.deploy("nodes", turned);
    await flows.shows("connection", "connecting");
    await flows.shows("connection", "login refused");
    assert.deepEqual(textsOf(flows, "connection").slice(refused), ["connecting", "login refused"]);
  });

  const NOT_SET = "TTS_NOT_SET not set";
  const WRONG: readonly (readonly [string, object, string | undefined, RegExp, string])[] = [
    ["without a host", { host: "" }, "key", /host/i, "not configured: no host"],
    ["with a bad host", { host: "not a host" }, "key", /“not a host”/, "not configured: wrong host"],
    [
      "without an application ID",
      { applicationId: "" },
      "key",
      /application ID/,
      "not configured: no application",
    ],
    ["with a bad application ID", { applicationId: "App_1" }, "key", /App_1/, "application ID App_1"],
    ["with a bad tenant", { tenantId: "T!" }, "key", /T!/, "tenant T!"],
    ["without a key", {}, undefined, /API key/, "not configured: no API key"],
    ["with a bad port", { port: "70000" }, "key", /70000/, "port 70000"],
    ["with a port that is none", { port: "mqtt" }, "key", /mqtt/, "port mqtt"],
    ["with a keepalive too long", { keepalive: "301" }, "key", /301/, "keep alive 301"],
    ["with a keepalive of 0", { keepalive: 0 }, "key", /\b0\b/, "keep alive 0"],
    [
      "with a TLS configuration that is gone",
      { useTls: true, tls: "gone" },
      "key",
      /TLS/,
      "no TLS configuration",
    ],
    ["with a service that there is not", { service: "v1" }, "key", /v1/, "service v1"],
    [
      "with an environment variable that is not set",
      { host: "${TTS_NOT_SET}" },
      "key",
      /TTS_NOT_SET/,
      NOT_SET,
    ],
    ["with a key from a variable that is not set", {}, "${TTS_NOT_SET}", /TTS_NOT_SET/, NOT_SET],
  ];
  for (const [how, more, apiKey, text, status] of WRONG) {
    it(`name the cause of a connection ${how}, and an error says it once`, async () => {
      const nodes = [tab(), connection(undefined, more), uplink(), uplink({}, "uplink2"), ...listeners()];
      const flows = await running(nodes, apiKey === undefined ? {} : { connection: { apiKey } });
      const { error } = await flows.next("caught");
      assert.equal(error?.code, "not_configured");
      assert.equal(error.source.id, "connection");
      assert.match(error.message, text);
      for (const id of ["connection", "uplink", "uplink2"])
        assert.deepEqual(textsOf(flows, id), [status], id);
      assert.deepEqual(flows.untaken("caught"), []);
    });
  }

  it("say of a node whether no connection is chosen, or one that is disabled, deleted or none, and tell it", async () => {
    const simulator = await simulated();
    const nodes = [
      ...uplinkFlow(simulator, { connection: "" }),
      { ...connection(simulator, { id: "resting" }), d: true },
      uplink({ connection: "resting" }, "disabled"),
      uplink({ connection: "gone" }, "deleted"),
      node("tts-join", "foreign", { connection: "out" }),
      node("tts-event", "right"),
    ];
    const flows = await receiving(simulator, nodes, 8);
    const expected = {
      uplink: ["not configured: no connection", /^No connection is chosen/],
      disabled: ["connection disabled", /^The connection “.*” is disabled\./],
      deleted: ["connection deleted", /does not exist \(gone\)/],
      foreign: ["not configured: no connection", /another kind of node/],
    } as const;
    for (const [id, [status, text]] of Object.entries(expected)) {
      const { error } = await flows.next("caught");
      assert.equal(error?.code, "not_configured");
      assert.equal(error.source.id, id);
      assert.match(error.message, text);
      assert.deepEqual(textsOf(flows, id), [status]);
    }
  });
});

describe("errors of a connection", () => {
  withNodeRed();

  const everywhere = (simulatorConnection: FlowNode): FlowNode[] => [
    ...[tab(), tab("second"), simulatorConnection, sink()],
    ...[uplink(), uplink({}, "uplink2"), node("tts-join", "join"), ...listeners()],
    ...[uplink({ z: "second" }, "uplink3"), ...listeners("second", "2")],
  ];
  const key = { connection: { apiKey: "NNSXS.KEY.SECRET" } };

  it("reach Catch once per tab, however many nodes use it, and say what to do", async () => {
    const simulator = await simulated();
    const flows = await running(everywhere(connection(simulator)), key);
    for (const name of ["caught", "caught2"]) {
      const { error } = await flows.next(name);
      assert.equal(error?.code, "connection_refused", name);
      assert.equal(error.cause?.code, "connection_refused");
      assert.equal(error.source.id, "connection");
      assert.ok(!("stack" in error));
    }
    await flows.shows("uplink3", "key incomplete");
    assert.deepEqual([...flows.untaken("caught"), ...flows.untaken("caught2")], []);
    assert.deepEqual(flows.logged("ERROR"), [], "what is caught is not logged");
  });

  it("are logged once where no Catch node is", async () => {
    const simulator = await simulated();
    const nodes = everywhere(connection(simulator)).filter(({ type }) => type !== "catch");
    const flows = await running(nodes, key);
    await flows.shows("uplink", "key incomplete");
    assert.equal(flows.logged("ERROR").length, 1);
  });

  it("reach a Catch node within a subflow, or on the tab of the subflow, once", async () => {
    const simulator = await simulated();
    const subflow = (id: string, more: FlowNode[]): FlowNode[] => [
      { id, type: "subflow", name: id, in: [], out: [], env: [] },
      ...[uplink({ z: id, wires: [[]] }, `${id}-a`), uplink({ z: id, wires: [[]] }, `${id}-b`), ...more],
    ];
    const nodes = [
      ...subflow("inner", [sink("innerOut", "inner")]),
      ...subflow("outer", [{ id: "inInner", type: "subflow:inner", z: "outer", x: 0, y: 0, wires: [] }]),
      ...[tab(), connection(simulator), ...listeners()],
      ...["one", "two"].map((id) => ({ id, type: "subflow:outer", z: "tab", x: 0, y: 0, wires: [] })),
      ...[tab("second"), ...listeners("second", "2")],
      { id: "three", type: "subflow:inner", z: "second", x: 0, y: 0, wires: [] },
    ];
    simulator.refuse(1);
    const flows = await running(nodes, key);
    await flows.next("caught");
    await flows.next("caught2");
    await flows.shows("connection", "protocol refused");
    assert.equal(simulator.connects.length, 1, "all within subflows share the session as well");
    assert.deepEqual([...flows.untaken("caught"), ...flows.untaken("caught2")], []);
  });

  it("come to a tab once where two config nodes of one identity are used on it", async () => {
    const simulator = await simulated();
    simulator.refuse(3);
    const nodes = [
      ...everywhere(connection(simulator)),
      connection(simulator, { id: "twin" }),
      uplink({ connection: "twin" }, "uplink4"),
    ];
    const flows = await running(nodes, { ...key, twin: key.connection });
    await Promise.all([flows.next("caught"), flows.next("caught2")]);
    await flows.shows("uplink4", "limit reached");
    await flows.shows("twin", "limit reached");
    assert.deepEqual([...flows.untaken("caught"), ...flows.untaken("caught2")], []);
  });

  it("are told to a tab that comes later", async () => {
    const simulator = await simulated();
    const nodes = everywhere(connection(simulator));
    const early = nodes.filter(({ id }) => id !== "uplink3");
    const flows = await running(early, key);
    await flows.next("caught");
    await flows.deploy("nodes", nodes);
    assert.equal((await flows.next("caught2")).error?.code, "connection_refused");
    assert.deepEqual(flows.untaken("caught"), []);
  });

  it("come again after they were gone, and traffic with the connection", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, uplinkFlow(simulator));
    for (let round = 1; round <= 2; round++) {
      await flows.shows("connection", "connected");
      if (round === 1) simulator.disconnectAll();
      else simulator.resetAll();
      const { error } = await flows.next("caught");
      assert.equal(error?.code, "connection_failed");
      assert.equal((await flows.shows("uplink", "connection lost")).fill, "yellow");
      await subscribed(simulator, 1 + round);
      simulator.publish("uplink_message", "door", { f_port: round, frm_payload: "AQ==" });
      assert.equal((await flows.next()).fPort, round);
    }
    assert.deepEqual(flows.untaken("caught"), []);
  });
});
