import assert from "node:assert/strict";
import type { Simulator } from "../../simulator/simulator";
import {
  downlink,
  downlinkFlow,
  failure,
  FILTERS,
  give,
  nothingMore,
  onWire,
  published,
  queued,
  sending,
  until,
  viewOf,
  wire,
  withDevices,
  type Properties,
} from "./downlinks";
import { connection, running, subscribed, withNodeRed, type FlowNode, type Flows, uplink } from "./nodeRed";

const OPERATION: Properties = { operation: "how", operationType: "msg" };

/** A flow like the usual one with other settings of the connection. */
const flowWith = (simulator: Simulator, settings: object, properties: Properties = {}): FlowNode[] =>
  downlinkFlow(simulator, properties).map((each) =>
    each.id === "connection" ? connection(simulator, settings) : each,
  );

/** A flow whose server is not there yet. */
async function offline(simulator: Simulator, nodes: readonly FlowNode[]): Promise<Flows> {
  await simulator.stop();
  return running(nodes, { connection: { apiKey: simulator.apiKey } });
}

const bytes = (simulator: Simulator): (string | undefined)[] =>
  onWire(simulator).map(({ frm_payload }) => frm_payload);
const base64 = (...values: number[]): string[] =>
  values.map((value) => Buffer.from([value]).toString("base64"));

describe("downlinks while there is no connection", () => {
  withNodeRed();

  it("are held, and sent in order when there is one", async () => {
    const simulator = await withDevices();
    const flows = await offline(simulator, downlinkFlow(simulator));
    for (const payload of [[1], [2], [3]]) give(flows, { payload });
    await simulator.restart();
    for (const payload of [[1], [2], [3]]) {
      const message = await flows.next();
      assert.deepEqual(message.payload, payload);
      assert.deepEqual(
        viewOf(message).steps.map(({ state }) => state),
        ["held", "published", "queued"],
      );
    }
    assert.deepEqual(bytes(simulator), base64(1, 2, 3));
  });

  it("are an error where the form says so", async () => {
    const simulator = await withDevices();
    const flows = await offline(simulator, downlinkFlow(simulator, { offline: "error" }));
    give(flows, { what: "now" });
    const { code, message } = await failure(flows);
    assert.deepEqual([code, message.what], ["not_connected", "now"]);
    await simulator.restart();
    await subscribed(simulator, FILTERS);
    give(flows, { what: "later" });
    assert.equal((await flows.next()).what, "later");
    assert.equal(simulator.publishes.length, 1);
  });

  it("push the oldest out where too many are held, and expire where they are held too long", async () => {
    const simulator = await withDevices();
    const flows = await offline(simulator, flowWith(simulator, { holdMax: "2", holdFor: "1" }));
    for (const what of [1, 2, 3]) give(flows, { what });
    const ends: unknown[] = [];
    for (let number = 0; number < 3; number++) {
      const { code, text, message } = await failure(flows);
      assert.equal(code, "expired");
      ends.push([message.what, text.includes("was pushed out"), text.includes("was no connection for 1 s")]);
    }
    assert.deepEqual(ends, [
      [1, true, false],
      [2, false, true],
      [3, false, true],
    ]);
    nothingMore(flows);
  });

  it("are made obsolete by a later replace or clear for their device", async () => {
    const simulator = await withDevices();
    const flows = await offline(simulator, downlinkFlow(simulator, OPERATION));
    give(flows, { what: 1 });
    give(flows, { what: 2, deviceId: "lamp" });
    give(flows, { what: 3, how: "replace", payload: [3] });
    give(flows, { what: 4, how: "clear" });
    for (const what of [1, 3]) {
      const { code, message } = await failure(flows);
      assert.deepEqual([code, message.what], ["expired", what]);
    }
    await simulator.restart();
    for (const what of [2, 4]) assert.equal((await flows.next()).what, what);
    assert.equal(simulator.publishes.length, 2);
  });

  it("are dropped with one warning that counts them when their node is removed", async () => {
    const simulator = await withDevices();
    const flows = await offline(simulator, downlinkFlow(simulator));
    for (const what of [1, 2, 3]) give(flows, { what });
    const warned = flows.logged("WARN").length;
    await flows.deploy(
      "nodes",
      downlinkFlow(simulator).filter(({ id }) => id !== "downlink"),
    );
    const warnings = flows.logged("WARN").slice(warned);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /dropped.*: 3\./);
    nothingMore(flows);
  });
});

describe("a downlink whose connection ends", () => {
  withNodeRed();

  it("is unanswered when it was acknowledged but not answered, and is not sent again", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator);
    simulator.mute(true);
    give(flows);
    await published(simulator, 1);
    simulator.disconnectAll();
    simulator.mute(false);
    const { code, text } = await failure(flows);
    assert.equal(code, "unanswered");
    assert.match(text, /may or may not be in the queue.*not sent again/);
    await subscribed(simulator, 2 * FILTERS);
    give(flows, { payload: [2] });
    await flows.next();
    assert.deepEqual(bytes(simulator), base64(1, 2));
  });

  it("is unanswered when it was not even acknowledged, and is not sent again", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator);
    await flows.shows("downlink", "connected");
    simulator.freeze(true);
    give(flows);
    await flows.shows("downlink", "published · valve");
    simulator.resetAll();
    simulator.freeze(false);
    assert.equal((await failure(flows)).code, "unanswered");
    await subscribed(simulator, 2 * FILTERS);
    give(flows, { payload: [2] });
    await flows.next();
    assert.ok(simulator.publishes.length <= 2);
    assert.equal(bytes(simulator).at(-1), base64(2)[0]);
  });

  it("is followed further where it was queued, sent or on its way to an acknowledgement", async () => {
    const simulator = await withDevices();
    const all = { report: "ack", confirmed: "true", confirmedType: "bool" } as const;
    const flows = await sending(simulator, downlinkFlow(simulator, all));
    const cut = async (times: number): Promise<void> => {
      simulator.disconnectAll();
      await subscribed(simulator, times * FILTERS);
    };
    give(flows, { deviceId: "lamp" });
    await queued(simulator, "lamp");
    await cut(2);
    simulator.uplink("lamp");
    await until(() => simulator.transmissions.length === 1, "the transmission");
    await cut(3);
    simulator.uplink("lamp");
    assert.equal(viewOf(await flows.next()).state, "ack");
    await flows.next("completed");
    assert.equal(simulator.publishes.length, 1);
    nothingMore(flows);
  });
});

describe("a burst of a thousand messages", () => {
  withNodeRed();
  const THOUSAND = Array.from({ length: 1000 }, (_, number) => number);

  it("arrives in order, each with an end of its own", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator);
    for (const number of THOUSAND) give(flows, { number, payload: [number >> 8, number & 255] });
    const ends: unknown[] = [];
    while (ends.length < THOUSAND.length) ends.push((await flows.next()).number);
    assert.deepEqual(ends, THOUSAND);
    assert.deepEqual(
      simulator.queue("valve").map(({ payload }) => payload.readUInt16BE()),
      THOUSAND,
    );
    assert.equal(wire(simulator).length, 1000);
  }).timeout(30_000);

  it("is as slow after a redeploy as the server's limit has made it", async () => {
    const simulator = await withDevices({ downlinkLimit: { perMinute: 6, burst: 4 } });
    const nodes = downlinkFlow(simulator);
    const flows = await sending(simulator, nodes);
    for (const number of [1, 2, 3, 4, 5]) give(flows, { number });
    await until(() => flows.logged("WARN").length === 1, "the warning");
    assert.match(flows.logged("WARN")[0] ?? "", /at most 4 downlinks a minute/);
    await flows.deploy("full", nodes);
    await subscribed(simulator, 2 * FILTERS);
    give(flows, { number: 6 });
    await flows.shows("downlink", "held · valve");
    assert.equal(simulator.publishes.length, 5);
  });

  it("goes at the lowest pace of the connections that share a session, also of one that only receives", async () => {
    const simulator = await withDevices();
    const nodes = downlinkFlow(simulator);
    const slow = [
      connection(simulator, { id: "slow", downlinksPerMinute: "1" }),
      uplink({ connection: "slow" }),
    ];
    const { apiKey } = simulator;
    const flows = await sending(simulator, [...nodes, ...slow], {
      connection: { apiKey },
      slow: { apiKey },
    });
    give(flows, { number: 1 });
    assert.equal((await flows.next()).number, 1);
    give(flows, { number: 2 });
    await flows.shows("downlink", "held · valve");
    assert.deepEqual([simulator.sessions, simulator.publishes.length], [1, 1]);
    await flows.deploy("full", nodes);
    assert.equal((await flows.next()).number, 2);
  });

  it("makes all connections of the application as slow as the server's limit, whatever their keys", async () => {
    const simulator = await withDevices({ downlinkLimit: { perMinute: 6, burst: 4 } });
    const nodes = [
      ...downlinkFlow(simulator),
      connection(simulator, { id: "other" }),
      downlink({ connection: "other" }, "second"),
    ];
    const flows = await sending(simulator, nodes, {
      connection: { apiKey: simulator.apiKey },
      other: { apiKey: simulator.addKey() },
    });
    await subscribed(simulator, 2 * FILTERS);
    for (const number of [1, 2, 3, 4, 5]) give(flows, { number });
    await until(() => flows.logged("WARN").length === 1, "the warning");
    await flows.shows("second", "connected");
    flows.getNode("second").receive({ deviceId: "valve", payload: [1] });
    await flows.shows("second", "held · valve");
    assert.equal(simulator.publishes.length, 5);
  });

  it("loses none silently where the server limits the rate: sent, failed, or counted when dropped", async () => {
    const simulator = await withDevices({ downlinkLimit: { perMinute: 600, burst: 50 } });
    const flows = await sending(simulator);
    for (const number of THOUSAND.slice(0, 200)) give(flows, { number });
    await until(() => flows.logged("WARN").length === 1, "the warning");
    assert.match(flows.logged("WARN")[0] ?? "", /downlinks a minute are sent/);
    await subscribed(simulator, 2 * FILTERS);
    const before = simulator.publishes.length;
    await published(simulator, before + 2);
    await flows.deploy(
      "nodes",
      downlinkFlow(simulator).filter(({ id }) => id !== "downlink"),
    );
    const warning = flows.logged("WARN").at(-1) ?? "";
    const counted = (words: RegExp): number => Number(words.exec(warning)?.[1] ?? 0);
    const held = counted(/(?:dropped|before they were sent): (\d+)/);
    const inDoubt = counted(/no longer followed: (\d+)/);
    const failed = flows.untaken("caught").filter(({ error }) => error?.source.id === "downlink");
    assert.ok(failed.every(({ error }) => error?.code === "unanswered"));
    assert.ok(failed.length <= 1);
    const sent = flows.untaken().length;
    // One at most is on its way without its answer when the node goes.
    assert.equal(simulator.publishes.length - sent - failed.length, inDoubt);
    assert.ok(inDoubt <= 1);
    assert.equal(sent + failed.length + held + inDoubt, 200);
    const ids = wire(simulator)
      .flat()
      .flatMap(({ correlation_ids = [] }) => correlation_ids);
    assert.equal(new Set(ids).size, simulator.publishes.length, "none twice");
  });
});
