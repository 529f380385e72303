import assert from "node:assert/strict";
import type { Simulator, SimulatorOptions } from "../../simulator/simulator";
import { asMessage } from "../../nodes/shared/red";
import { device, until } from "./downlinks";
import {
  connection,
  listeners,
  node,
  running,
  sessions,
  simulated,
  sink,
  subscribed,
  tab,
  uplink,
  withNodeRed,
  type FlowNode,
  type Flows,
  type Message,
} from "./nodeRed";

const DEVICES = [device("lamp"), device("valve")];

const withBackfill = (simulator: Simulator, more: object = {}): FlowNode =>
  connection(simulator, { api: simulator.apiUrl, backfill: true, ...more });

const usual = (simulator: Simulator, more: object = {}): FlowNode[] => [
  ...[tab(), withBackfill(simulator, more), uplink(), sink(), ...listeners()],
];

const counters = (messages: readonly Message[]): unknown[] =>
  messages.map(({ deviceId, fCnt, backfilled }) => [deviceId, fCnt, backfilled]);

describe("uplinks that came while there was no connection", function () {
  withNodeRed();
  // A client comes back after a second.
  this.slow(3_000);

  const credentials = (simulator: Simulator) => ({ connection: { apiKey: simulator.apiKey } });

  const started = async (
    options: SimulatorOptions = {},
    nodes: (simulator: Simulator) => FlowNode[] = usual,
  ): Promise<{ simulator: Simulator; flows: Flows }> => {
    const simulator = await simulated({ devices: DEVICES, storage: {}, ...options });
    const flows = await running(nodes(simulator), credentials(simulator));
    await subscribed(simulator, 1);
    return { simulator, flows };
  };

  const asked = (simulator: Simulator): number =>
    simulator.requests.filter(({ path }) => path.includes("/packages/storage/")).length;

  /** Ends the connection, lets uplinks come while there is none, and waits for the next. */
  const interrupt = async (simulator: Simulator, meanwhile: () => void): Promise<void> => {
    const before = simulator.subscribes.length;
    const ended = simulator.next("disconnect");
    simulator.disconnectAll();
    await ended;
    await sessions(simulator, 0);
    meanwhile();
    await subscribed(simulator, before + 1);
  };

  const take = async (flows: Flows, number: number, from = "out"): Promise<Message[]> => {
    const messages: Message[] = [];
    while (messages.length < number) messages.push(await flows.next(from));
    return messages;
  };

  it("come after it, in order, marked, and without those that came already", async () => {
    const { simulator, flows } = await started();
    const live = simulator.uplink("lamp");
    await flows.next();
    let missed: Record<string, unknown> = {};
    await interrupt(simulator, () => {
      missed = simulator.uplink("lamp");
      simulator.uplink("valve");
      simulator.uplink("lamp");
    });
    const messages = await take(flows, 3);
    const first = (live.uplink_message as { f_cnt?: number }).f_cnt ?? 0;
    assert.deepEqual(counters(messages), [
      ["lamp", first + 1, true],
      ["valve", (messages[1]?.fCnt as number) || 0, true],
      ["lamp", first + 2, true],
    ]);
    const [message] = messages;
    assert.ok(message);
    assert.equal(message.receivedAt, missed.received_at);
    assert.equal(message.time, Date.parse(String(missed.received_at)));
    assert.equal(message.topic, "v3/app1/devices/lamp/up");
    assert.deepEqual(message.tts?.uplink_message, missed.uplink_message);
    simulator.uplink("lamp");
    assert.equal((await flows.next()).backfilled, undefined);
    await until(
      () => flows.logged("INFO").some((line) => line.startsWith("Missed uplinks fetched: 3 (")),
      "the log",
    );
    assert.deepEqual(flows.logged("WARN"), []);
  });

  it("come to each node that wants them, as a message of its own, and to no other", async () => {
    const { simulator, flows } = await started({}, (server) => [
      ...[tab(), withBackfill(server)],
      uplink({ wires: [["one"]] }, "u1"),
      uplink({ wires: [["two"]], devices: "lamp", output: "message" }, "u2"),
      uplink({ wires: [["three"]], ports: "77" }, "u3"),
      uplink({ wires: [["four"]], devices: "valve" }, "u4"),
      ...["one", "two", "three", "four"].map((id) => sink(id)),
    ]);
    simulator.uplink("lamp");
    await Promise.all([flows.next("one"), flows.next("two")]);
    await interrupt(simulator, () => {
      simulator.uplink("lamp", { f_port: 3 });
      simulator.uplink("lamp", { f_port: 77 });
    });
    const [one] = await take(flows, 2, "one");
    const [two] = await take(flows, 2, "two");
    assert.deepEqual(one?.tts, two?.tts);
    assert.notEqual(one?.tts, two?.tts);
    assert.deepEqual(counters(await take(flows, 1, "three")).length, 1);
    assert.deepEqual([...flows.untaken("three"), ...flows.untaken("four")], []);
  });

  it("are no loss to a node that watches, whether or not others receive them; what the server does not have is", async () => {
    const { simulator, flows } = await started({}, (server) => [
      ...[tab(), withBackfill(server), ...listeners()],
      node("tts-watch", "watch", { changes: [], wires: [["out"]] }),
      sink(),
    ]);
    const send = (f_cnt: number): unknown =>
      simulator.publish("uplink_message", "lamp", { session_key_id: "AA==", f_port: 1, f_cnt });
    const state = async (): Promise<object> => {
      flows.getNode("watch").receive(asMessage({ deviceId: "lamp" }));
      const [first] = (await flows.next()).payload as Record<string, unknown>[];
      const { received, lost, lossRate, fCnt } = first ?? {};
      return { received, lost, lossRate, fCnt };
    };
    const knows = async (fCnt: number): Promise<object> => {
      for (;;) {
        const found = await state();
        if ("fCnt" in found && found.fCnt === fCnt) return found;
      }
    };
    send(1);
    await knows(1);
    await interrupt(simulator, () => [2, 3, 5, 6].map(send));
    send(7);
    await until(
      () => flows.logged("INFO").some((line) => line.startsWith("Missed uplinks fetched: 4 (")),
      "the log",
    );
    assert.deepEqual(await knows(7), { received: 6, lost: 1, lossRate: 1 / 7, fCnt: 7 });
  });

  it("come although the clocks of server and machine are years apart", async () => {
    const ahead = 5 * 365 * 86_400_000;
    const { simulator, flows } = await started({ storage: { ahead } });
    const send = (f_cnt: number): unknown =>
      simulator.publish(
        "uplink_message",
        "lamp",
        { session_key_id: "AA==", f_port: 1, f_cnt, frm_payload: "AQ==" },
        { received_at: new Date(Date.now() + ahead + f_cnt).toISOString() },
      );
    send(1);
    await flows.next();
    await interrupt(simulator, () => [2, 3].map(send));
    assert.deepEqual(counters(await take(flows, 2)), [
      ["lamp", 2, true],
      ["lamp", 3, true],
    ]);
  });

  it("come once, each of them and in order, whatever is deployed meanwhile", async () => {
    // Another node wants them, too, and stays where it is at some of the deploys.
    const nodes = (server: Simulator): FlowNode[] => [
      ...[...usual(server), tab("second"), sink("others", "second")],
      { ...uplink({ wires: [["others"]] }, "other"), z: "second" },
    ];
    const { simulator, flows } = await started({}, nodes);
    simulator.uplink("lamp");
    await flows.next();
    const deploys = [
      ...[["nodes", "uplink"] as const, ["flows", "uplink"] as const, ["full", "uplink"] as const],
      ...[["nodes", "connection"] as const, ["nodes", "catch"] as const],
    ];
    const number = 50 * (deploys.length + 2);
    await interrupt(simulator, () => {
      for (let count = 0; count < number; count++) simulator.uplink("lamp");
    });
    // What is underway between two nodes when they are closed is lost to Node-RED: so whole batches.
    const messages = await take(flows, 50);
    let deployed = nodes(simulator);
    for (const [type, id] of deploys) {
      // Some nodes take their time to close: files, databases.
      flows.getNode(id).on("close", (_removed: boolean, done: () => void) => void setTimeout(done, 100));
      deployed = deployed.map((each) => (each.id === id ? { ...each, name: `${type} ${id}` } : each));
      await flows.deploy(type, deployed);
      messages.push(...(await take(flows, 50)));
    }
    messages.push(...(await take(flows, 50)));
    const first = Number(messages[0]?.fCnt);
    assert.deepEqual(
      messages.map(({ fCnt }) => fCnt),
      Array.from({ length: number }, (_, index) => first + index),
    );
    assert.deepEqual(flows.untaken(), []);
  });

  it("come after a deploy and after a connection that no node used for a while", async () => {
    const { simulator, flows } = await started();
    simulator.uplink("lamp");
    await flows.next();
    await flows.deploy("full", [tab(), withBackfill(simulator), sink()]);
    await sessions(simulator, 0);
    simulator.uplink("lamp");
    await flows.deploy("full", usual(simulator));
    assert.equal((await flows.next()).backfilled, true);
    assert.deepEqual(flows.untaken(), []);
  });

  it("do not come unless the connection says so, and nothing is asked", async () => {
    const { simulator, flows } = await started({}, (server) => usual(server, { backfill: false }));
    simulator.uplink("lamp");
    await flows.next();
    await interrupt(simulator, () => simulator.uplink("lamp"));
    simulator.uplink("valve");
    assert.equal((await flows.next()).deviceId, "valve");
    assert.equal(asked(simulator), 0);
  });

  it("come for all nodes of an account when one of its connections says so", async () => {
    const simulator = await simulated({ devices: DEVICES, storage: {} });
    const nodes = [
      ...usual(simulator, { backfill: false }),
      { ...withBackfill(simulator), id: "second" },
      uplink({ connection: "second", wires: [["other"]] }, "u2"),
      sink("other"),
    ];
    const { apiKey } = simulator;
    const flows = await running(nodes, { connection: { apiKey }, second: { apiKey } });
    await subscribed(simulator, 1);
    simulator.uplink("lamp");
    await flows.next();
    await interrupt(simulator, () => simulator.uplink("lamp"));
    assert.equal((await flows.next()).backfilled, true);
  });

  const CAUSES: readonly (readonly [string, number | undefined, RegExp])[] = [
    ["an open source server", undefined, /^The server has no Storage integration \(404\)/],
    ["one that refuses the key", 401, /^The Storage integration refuses the API key \(401\)/],
    ["one that refuses to let it read", 403, /^The API key may not read the Storage integration \(403\)/],
  ];
  for (const [what, mode, warning] of CAUSES)
    it(`cannot come from ${what}: said once, at the start, and the rest works`, async () => {
      const simulator = await simulated({ devices: DEVICES, ...(mode === undefined ? {} : { storage: {} }) });
      if (simulator.storage) simulator.storage.mode = mode ?? "on";
      const flows = await running(usual(simulator), credentials(simulator));
      await until(() => flows.logged("WARN").length > 0, "the warning");
      simulator.uplink("lamp");
      assert.equal((await flows.next()).deviceId, "lamp");
      const before = asked(simulator);
      await interrupt(simulator, () => simulator.uplink("lamp"));
      await until(() => asked(simulator) > before, "another question");
      simulator.uplink("valve");
      assert.equal((await flows.next()).deviceId, "valve");
      assert.equal(flows.logged("WARN").length, 1);
      assert.match(flows.logged("WARN").join(), warning);
    });

  it("cannot come where the HTTP API is off, which is said", async () => {
    const { flows } = await started({}, (server) => usual(server, { api: "off" }));
    await until(() => flows.logged("WARN").length > 0, "the warning");
    assert.match(flows.logged("WARN").join(), /^Missed uplinks cannot be fetched: the HTTP API is off/);
  });

  it("are no matter for another service, whose form does not have it", async () => {
    const simulator = await simulated({ storage: {} });
    const nodes = usual(simulator, { service: "v2", applicationId: "app1" });
    const flows = await running(nodes, credentials(simulator));
    await flows.shows("uplink", "topic refused");
    assert.deepEqual([flows.logged("WARN"), asked(simulator)], [[], 0]);
  });
});
