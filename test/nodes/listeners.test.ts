/** Which Catch and Status nodes hear of a connection, however they are limited: each of them once. */
import assert from "node:assert/strict";
import type { Node } from "node-red";
import { Listeners } from "../../nodes/tts-connection/listeners";
import {
  connection,
  node,
  receiving,
  running,
  simulated,
  sink,
  tab,
  uplink,
  withNodeRed,
  type FlowNode,
  type Flows,
  type Message,
} from "./nodeRed";

type Scope = readonly string[] | "group" | null;

const on = (z: string): { z: string; x: number; y: number } => ({ z, x: 0, y: 0 });
const group = (id: string, nodes: readonly string[], more: object = {}): FlowNode => ({
  ...{ id, type: "group", z: "tab", name: id, nodes },
  ...more,
});
const subflow = (id: string): FlowNode => ({ id, type: "subflow", name: id, in: [], out: [], env: [] });
const instance = (id: string, of: string, z = "tab", more: object = {}): FlowNode => ({
  ...{ id, type: `subflow:${of}`, ...on(z), wires: [] },
  ...more,
});

/** A Catch node and a Status node with sinks of their own, `caught-<name>` and `stated-<name>`. */
function ears(
  name: string,
  scope: Scope,
  { z = "tab", ...more }: { z?: string; g?: string; uncaught?: boolean } = {},
): FlowNode[] {
  const ear = (type: string, into: string): FlowNode => ({
    ...{ id: `${type}-${name}`, type, ...on(z), scope, uncaught: false, wires: [[into]] },
    ...more,
  });
  const [caught, stated] = [`caught-${name}`, `stated-${name}`];
  return [ear("catch", caught), ear("status", stated), sink(caught, z), sink(stated, z)];
}

const KEY = { connection: { apiKey: "NNSXS.KEY.SECRET" } };

/** Each Catch node of these has the error, and each Status node the status, once; the others have nothing. */
async function hears(
  flows: Flows,
  names: readonly string[],
  { silent = [], times = 1 }: { readonly silent?: readonly string[]; readonly times?: number } = {},
): Promise<void> {
  const ids = names.flatMap((name) => Array.from({ length: times }, () => name));
  await Promise.all(
    ids.map(async (name) => {
      const { error } = await flows.next(`caught-${name}`);
      assert.equal(error?.code, "connection_refused", name);
      assert.equal(error.cause?.code, "connection_refused", name);
      assert.equal(error.source.id, "connection", name);
      assert.equal(error.source.type, "tts-connection", name);
    }),
  );
  await flows.shows("connection", "key incomplete");
  for (const name of [...names, ...silent])
    assert.deepEqual(flows.untaken(`caught-${name}`), [], `${name} once`);
  assert.deepEqual(flows.logged("ERROR"), [], "what is caught is not logged");
}

/** When the sink has been told this status of the connection; once. */
async function isTold(flows: Flows, name: string, text: string): Promise<void> {
  const isIt = ({ status }: Message): boolean => status?.source.id === "connection" && status.text === text;
  while (!isIt(await flows.next(`stated-${name}`)));
  assert.ok(!flows.untaken(`stated-${name}`).some(isIt), `${name} once`);
}

describe("an error of a connection", () => {
  withNodeRed();

  /** A connection whose key is refused, used as told. */
  const refused = async (nodes: readonly FlowNode[], more: object = {}): Promise<Flows> =>
    running([tab(), connection(await simulated(), more), sink(), ...nodes], KEY);

  it("reaches Catch nodes for selected nodes, each of them", async () => {
    const nodes = [uplink({}, "u1"), uplink({}, "u2"), ...ears("one", ["u1"]), ...ears("two", ["u2"])];
    await hears(await refused(nodes), ["one", "two"]);
  });

  it("reaches one for selected nodes and one for all once, whichever nodes are selected", async () => {
    const users = ["u1", "u2", "u3"].map((id) => uplink({}, id));
    const nodes = [
      ...users,
      ...ears("all", null),
      ...ears("first", ["u1"]),
      ...ears("middle", ["u2", "out"]),
      ...ears("ends", ["u1", "u3"]),
      ...ears("pair", ["u2", "u3"]),
      ...ears("others", ["out"]),
    ];
    await hears(await refused(nodes), ["all", "first", "middle", "ends", "pair"], { silent: ["others"] });
  });

  it("reaches the Catch node of each group", async () => {
    const nodes = [
      ...[group("g1", ["u1"]), group("g2", ["u2"]), group("g3", [])],
      ...[uplink({ g: "g1" }, "u1"), uplink({ g: "g2" }, "u2")],
      ...[...ears("g1", "group", { g: "g1" }), ...ears("g2", "group", { g: "g2" })],
      ...ears("g3", "group", { g: "g3" }),
    ];
    await hears(await refused(nodes), ["g1", "g2"], { silent: ["g3"] });
  });

  it("reaches those of groups around a group, and not those of groups within it", async () => {
    const nodes = [
      ...[group("outer", ["middle"]), group("middle", ["inner", "u1"], { g: "outer" })],
      ...[group("inner", [], { g: "middle" }), uplink({ g: "middle" }, "u1")],
      ...[...ears("outer", "group", { g: "outer" }), ...ears("middle", "group", { g: "middle" })],
      ...ears("inner", "group", { g: "inner" }),
    ];
    await hears(await refused(nodes), ["outer", "middle"], { silent: ["inner"] });
  });

  it("reaches the Catch node within each instance of a subflow", async () => {
    const nodes = [
      ...[subflow("sub"), uplink({ z: "sub", wires: [] }, "inside"), ...ears("in", null, { z: "sub" })],
      ...[instance("i1", "sub"), instance("i2", "sub"), ...ears("tab", null)],
    ];
    // Sinks within subflows have IDs of their own.
    const flows = await refused(nodes);
    await Promise.all(["i1-caught-in", "i2-caught-in"].map((id) => flows.next(id)));
    await flows.shows("connection", "key incomplete");
    for (const id of ["i1-caught-in", "i2-caught-in", "caught-tab"])
      assert.deepEqual(flows.untaken(id), [], id);
    assert.deepEqual(flows.logged("ERROR"), []);
  });

  it("reaches the one within a subflow and the one on the tab, where a node of each uses it", async () => {
    const nodes = [
      ...[subflow("sub"), uplink({ z: "sub", wires: [] }, "inside"), ...ears("in", ["inside"], { z: "sub" })],
      ...[instance("i1", "sub"), uplink({}, "plain"), ...ears("tab", null)],
    ];
    const flows = await refused(nodes);
    await flows.next("i1-caught-in");
    await hears(flows, ["tab"]);
    assert.deepEqual(flows.untaken("i1-caught-in"), []);
  });

  it("reaches the one within a subflow where the tab has none", async () => {
    const nodes = [
      ...[subflow("sub"), uplink({ z: "sub", wires: [] }, "inside"), ...ears("in", null, { z: "sub" })],
      ...[uplink({}, "plain"), instance("i1", "sub")],
    ];
    const flows = await refused(nodes);
    await flows.next("i1-caught-in");
    await flows.shows("plain", "key incomplete");
    assert.deepEqual(flows.untaken("i1-caught-in"), []);
    assert.deepEqual(flows.logged("ERROR"), []);
  });

  it("reaches one on the tab that is for a subflow's instance, or for the group it is in", async () => {
    const nodes = [
      ...[subflow("inner"), uplink({ z: "inner", wires: [] }, "deep")],
      ...[subflow("outer"), instance("nested", "inner", "outer")],
      ...[group("g1", ["i1"]), instance("i1", "outer", "tab", { g: "g1" }), instance("i2", "outer")],
      ...[...ears("one", ["i1"]), ...ears("two", ["i2"]), ...ears("group", "group", { g: "g1" })],
      ...[...ears("all", null), ...ears("none", ["nested"])],
    ];
    await hears(await refused(nodes), ["one", "two", "group", "all"], { silent: ["none"] });
  });

  it("reaches the nearest level of nested subflows only, and groups within them", async () => {
    const nodes = [
      ...[
        subflow("inner"),
        uplink({ z: "inner", wires: [] }, "deep"),
        ...ears("none", ["x"], { z: "inner" }),
      ],
      ...[subflow("outer"), group("g", ["nested"], { z: "outer" })],
      ...[instance("nested", "inner", "outer", { g: "g" }), ...ears("mid", "group", { z: "outer", g: "g" })],
      ...[instance("i1", "outer"), ...ears("tab", null)],
    ];
    const flows = await refused(nodes);
    await flows.next("i1-caught-mid");
    await flows.shows("connection", "key incomplete");
    assert.deepEqual([...flows.untaken("i1-caught-mid"), ...flows.untaken("caught-tab")], []);
  });

  it('reaches one for "uncaught errors only" where no other hears the node, and else not', async () => {
    const beside = [uplink({}, "u1"), ...ears("all", null), ...ears("rest", null, { uncaught: true })];
    await hears(await refused(beside), ["all"], { silent: ["rest"] });
  });

  it('reaches one for "uncaught errors only" for the nodes that others leave out', async () => {
    const nodes = [
      ...[uplink({}, "u1"), uplink({}, "u2"), ...ears("one", ["u1"])],
      ...ears("rest", null, { uncaught: true }),
    ];
    await hears(await refused(nodes), ["one", "rest"]);
  });

  it("reaches every tab, and each Catch node there once", async () => {
    const nodes = [
      ...[uplink({}, "u1"), uplink({}, "u2"), ...ears("here", ["u2"]), ...ears("all", null)],
      ...[tab("second"), uplink({ z: "second" }, "u3"), ...ears("there", null, { z: "second" })],
      ...[tab("third"), ...ears("nowhere", null, { z: "third" })],
    ];
    await hears(await refused(nodes), ["here", "all", "there"], { silent: ["nowhere"] });
  });

  it("reaches each once where two config nodes of one identity are used under it", async () => {
    const simulator = await simulated();
    const nodes = [
      ...[tab(), connection(simulator), connection(simulator, { id: "twin" }), sink()],
      ...[uplink({}, "u1"), uplink({ connection: "twin" }, "u2")],
      ...[...ears("all", null), ...ears("one", ["u1"]), ...ears("two", ["u2"])],
    ];
    const flows = await running(nodes, { ...KEY, twin: KEY.connection });
    for (const name of ["all", "one", "two"])
      assert.equal((await flows.next(`caught-${name}`)).error?.code, "connection_refused");
    await Promise.all(["connection", "twin"].map((id) => flows.shows(id, "key incomplete")));
    for (const name of ["all", "one", "two"]) assert.deepEqual(flows.untaken(`caught-${name}`), [], name);
    assert.deepEqual(flows.logged("ERROR"), []);
  });

  it("reaches all of them also where the connection belongs to the tab", async () => {
    const nodes = [
      ...[group("g1", ["u2"]), uplink({}, "u1"), uplink({ g: "g1" }, "u2")],
      ...[...ears("all", null), ...ears("one", ["u1"]), ...ears("g1", "group", { g: "g1" })],
    ];
    const flows = await refused(nodes, { z: "tab" });
    await hears(flows, ["all", "one", "g1"]);
    for (const name of ["all", "one", "g1"]) await isTold(flows, name, "key incomplete");
  });

  it("goes to the log, once, where the only Catch node covers no user", async () => {
    const nodes = [uplink({}, "u1"), uplink({}, "u2"), ...ears("others", ["out"])];
    const flows = await refused(nodes);
    await flows.shows("u2", "key incomplete");
    assert.equal(flows.logged("ERROR").length, 1);
    assert.deepEqual(flows.untaken("caught-others"), []);
  });

  it("that is a wrong setting reaches all of them, too", async () => {
    const nodes = [uplink({}, "u1"), uplink({}, "u2"), ...ears("one", ["u1"]), ...ears("two", ["u2"])];
    const flows = await refused([...nodes, ...ears("all", null)], { host: "" });
    for (const name of ["one", "two", "all"])
      assert.equal((await flows.next(`caught-${name}`)).error?.code, "not_configured", name);
    assert.deepEqual(flows.logged("ERROR"), []);
  });

  it("is told to Catch nodes that come later, and to others not again", async () => {
    const simulator = await simulated();
    const early = [tab(), connection(simulator), sink(), uplink({}, "u1"), ...ears("one", ["u1"])];
    const flows = await running(early, KEY);
    await hears(flows, ["one"]);
    await flows.deploy("nodes", [...early, uplink({}, "u2"), ...ears("two", ["u2"])]);
    await hears(flows, ["two"], { silent: ["one"] });
  });
});

describe("an invalid message", () => {
  withNodeRed();

  it("reaches every Catch node that covers a user, with its bytes, once for each message", async () => {
    const simulator = await simulated();
    const nodes = [
      ...[tab(), connection(simulator), sink(), group("g1", ["u2"])],
      ...[uplink({}, "u1"), uplink({ g: "g1" }, "u2"), ...ears("all", null)],
      ...[...ears("one", ["u1"]), ...ears("g1", "group", { g: "g1" })],
    ];
    const flows = await receiving(simulator, nodes);
    const topic = `v3/${simulator.userName}/devices/door/up`;
    for (const text of ["{", "no JSON"]) simulator.send(topic, text);
    for (const name of ["all", "one", "g1"]) {
      for (const text of ["{", "no JSON"]) {
        const { error, payload, topic: from } = await flows.next(`caught-${name}`);
        assert.equal(error?.code, "invalid_message", name);
        assert.equal(String(payload), text);
        assert.equal(from, topic);
      }
      assert.deepEqual(flows.untaken(`caught-${name}`), []);
    }
    assert.deepEqual(flows.logged("ERROR"), []);
  });
});

describe("the status of a connection", () => {
  withNodeRed();

  it("reaches each Status node that covers a user, once", async () => {
    const simulator = await simulated();
    const nodes = [
      ...[tab(), connection(simulator), sink(), group("g1", ["u1"]), group("g2", ["u2"]), group("g3", [])],
      ...[uplink({ g: "g1" }, "u1"), uplink({ g: "g2" }, "u2"), node("tts-join", "join")],
      ...[...ears("g1", "group", { g: "g1" }), ...ears("g2", "group", { g: "g2" })],
      ...[...ears("all", null), ...ears("join", ["join"]), ...ears("g3", "group", { g: "g3" })],
    ];
    const flows = await receiving(simulator, nodes, 2);
    await flows.shows("connection", "connected");
    for (const name of ["g1", "g2", "all", "join"]) await isTold(flows, name, "connected");
    assert.deepEqual(flows.untaken("stated-g3"), []);
  });

  it("is told to a Status node that comes later, and to others not again", async () => {
    const simulator = await simulated();
    const early = [tab(), connection(simulator), sink(), uplink({}, "u1"), ...ears("one", ["u1"])];
    const flows = await receiving(simulator, early);
    await isTold(flows, "one", "connected");
    await flows.deploy("nodes", [...early, uplink({}, "u2"), ...ears("two", ["u2"])]);
    await isTold(flows, "two", "connected");
    assert.ok(!flows.untaken("stated-one").some(({ status }) => status?.source.id === "connection"));
  });

  it("reaches the tab of a subflow, unless the subflow makes a status of its own", async () => {
    const simulator = await simulated();
    const inside = (id: string): FlowNode[] => [subflow(id), uplink({ z: id, wires: [] }, `in-${id}`)];
    const [silent, ...ofSilent] = inside("silent");
    const nodes = [
      ...[tab(), connection(simulator), ...inside("open"), instance("i1", "open"), ...ofSilent],
      { ...silent, status: { x: 0, y: 0, wires: [] } } as FlowNode,
      ...[instance("i2", "silent"), ...ears("i1", ["i1"]), ...ears("i2", ["i2"])],
    ];
    const flows = await receiving(simulator, nodes);
    await flows.shows("connection", "connected");
    await isTold(flows, "i1", "connected");
    assert.deepEqual(flows.untaken("stated-i2"), []);
  });
});

describe("the users of a connection", () => {
  it("are given to Node-RED where it does not show who hears them", () => {
    const listeners = new Listeners();
    const user = { id: "a", z: "tab" } as unknown as Node;
    listeners.add(user);
    assert.deepEqual(listeners.unplaced, { a: user });
    assert.deepEqual([...listeners.catchNodes], []);
    listeners.remove(user);
    assert.deepEqual(listeners.unplaced, {});
  });
});
