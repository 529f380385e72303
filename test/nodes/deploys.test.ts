import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { Simulator } from "../../simulator/simulator";
import {
  connection,
  events,
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

const UP = "v3/app1/devices/+/up";
const filtersOf = (simulator: Simulator): (string | undefined)[] =>
  simulator.subscribes.map(({ filters }) => filters[0]?.filter);

/** Sends two uplinks and checks that each of these sinks gets each of them once. */
async function deliversOnce(simulator: Simulator, flows: Flows, sinks: readonly string[], times = 1) {
  for (const device of ["first", "second"])
    simulator.publish("uplink_message", device, { f_port: 1, frm_payload: "AQ==" });
  for (const name of sinks) {
    for (const device of ["first", "second"]) {
      for (let count = 0; count < times; count++) assert.equal((await flows.next(name)).deviceId, device);
    }
    assert.deepEqual(flows.untaken(name), []);
  }
}

describe("sessions", () => {
  withNodeRed();

  it("are one for many nodes, and for several config nodes of one identity", async () => {
    const simulator = await simulated();
    const nodes = [
      ...uplinkFlow(simulator),
      uplink({}, "uplink2"),
      connection(simulator, { id: "twin", name: "same", host: `mqtt://${simulator.host}`, api: "" }),
      uplink({ connection: "twin" }, "uplink3"),
      node("tts-join", "join", { connection: "twin" }),
    ];
    const credentials = {
      connection: { apiKey: simulator.apiKey },
      twin: { apiKey: ` ${simulator.apiKey}\n` },
    };
    const flows = await receiving(simulator, nodes, 2, credentials);
    assert.equal(simulator.connects.length, 1);
    assert.deepEqual(filtersOf(simulator).sort(), ["v3/app1/devices/+/join", UP]);
    await deliversOnce(simulator, flows, ["out"], 3);
  });

  it("are two for two keys of one application", async () => {
    const simulator = await simulated();
    const nodes = [
      ...uplinkFlow(simulator),
      connection(simulator, { id: "other" }),
      uplink({ connection: "other", wires: [["out2"]] }, "uplink2"),
      sink("out2"),
    ];
    const credentials = { connection: { apiKey: simulator.apiKey }, other: { apiKey: simulator.addKey() } };
    const flows = await receiving(simulator, nodes, 2, credentials);
    assert.equal(simulator.sessions, 2);
    assert.equal(new Set(simulator.connects.map(({ clientId }) => clientId)).size, 2);
    await deliversOnce(simulator, flows, ["out", "out2"]);
  });

  it("are two for two client IDs or keepalives", async () => {
    const simulator = await simulated();
    const apiKey = simulator.apiKey;
    const nodes = [
      ...uplinkFlow(simulator),
      connection(simulator, { id: "b", clientId: "mine" }),
      connection(simulator, { id: "c", keepalive: "60" }),
      uplink({ connection: "b" }, "uplink2"),
      uplink({ connection: "c" }, "uplink3"),
    ];
    await receiving(simulator, nodes, 3, { connection: { apiKey }, b: { apiKey }, c: { apiKey } });
    assert.equal(simulator.sessions, 3);
    assert.equal(simulator.connects[1]?.clientId, "mine");
    assert.equal(simulator.connects[2]?.keepalive, 60);
  });

  it("are opened only when a node needs one, and ended after the last", async () => {
    const simulator = await simulated();
    const idle = [tab(), connection(simulator), sink()];
    const credentials = { connection: { apiKey: simulator.apiKey } };
    const flows = await running(idle, credentials);
    const connected = simulator.next("connect");
    await flows.deploy("nodes", [...idle, uplink()]);
    assert.equal((await connected).session, 1, "the first connection at all");
    await subscribed(simulator, 1);
    const ended = simulator.next("disconnect");
    await flows.deploy("nodes", idle);
    assert.equal((await ended).said, true);
    assert.equal(simulator.sessions, 0);
  });

  it("are not opened for disabled nodes or tabs", async () => {
    const simulator = await simulated();
    const nodes = [
      ...[tab(), connection(simulator), uplink({ d: true }), sink()],
      ...[{ ...tab("off"), disabled: true }, uplink({ z: "off" }, "elsewhere")],
    ];
    const flows = await running(nodes, { connection: { apiKey: simulator.apiKey } });
    await flows.deploy("full", [...nodes, uplink({}, "third")]);
    await subscribed(simulator, 1);
    assert.equal(simulator.connects.length, 1);
    assert.equal(flows.statuses("uplink").length, 0);
  });
});

describe("a partial deploy", () => {
  withNodeRed();

  it("subscribes a node that is added while connected, and delivers to it", async () => {
    const simulator = await simulated();
    const nodes = uplinkFlow(simulator);
    const flows = await receiving(simulator, nodes);
    const more = [node("tts-join", "join", { wires: [["joins"]] }), sink("joins")];
    await flows.deploy("nodes", [...nodes, ...more]);
    await subscribed(simulator, 2);
    assert.equal(simulator.connects.length, 1, "on the same session");
    simulator.join("door");
    assert.equal((await flows.next("joins")).deviceId, "door");
    await deliversOnce(simulator, flows, ["out"]);
  });

  it("delivers to a node that is added for a kind that is subscribed to already", async () => {
    const simulator = await simulated();
    const nodes = uplinkFlow(simulator);
    const flows = await receiving(simulator, nodes);
    await flows.shows("uplink", "waiting: all devices");
    await flows.deploy("nodes", [...nodes, uplink({ wires: [["out2"]] }, "uplink2"), sink("out2")]);
    await flows.shows("uplink2", "waiting: all devices");
    await deliversOnce(simulator, flows, ["out", "out2"]);
    assert.deepEqual(filtersOf(simulator), [UP]);
  });

  it("unsubscribes when the last node of a kind goes", async () => {
    const simulator = await simulated();
    const nodes = uplinkFlow(simulator);
    const joins = [node("tts-join", "join"), node("tts-join", "join2")];
    const flows = await receiving(simulator, [...nodes, ...joins], 2);
    await flows.deploy("nodes", [...nodes, node("tts-join", "join")]);
    assert.equal(simulator.unsubscribes.length, 0);
    const unsubscribed = simulator.next("unsubscribe");
    await flows.deploy("nodes", nodes);
    assert.deepEqual((await unsubscribed).filters, ["v3/app1/devices/+/join"]);
    assert.equal(simulator.sessions, 1);
    await deliversOnce(simulator, flows, ["out"]);
  });

  it("of the only node of a kind loses nothing of what comes meanwhile", async () => {
    const simulator = await simulated();
    const nodes = [...uplinkFlow(simulator), node("tts-join", "join")];
    const flows = await receiving(simulator, nodes, 2);
    await flows.shows("uplink", "waiting: all devices");
    for (const [name, moment] of ["flows:stopping", "flows:starting", "flows:started"].entries()) {
      events.once(moment, () =>
        simulator.publish("uplink_message", moment.slice(6), { f_port: 1, frm_payload: "AQ==" }),
      );
      const renamed = nodes.map((each) => (each.id === "uplink" ? { ...each, name: `turn ${name}` } : each));
      await flows.deploy("nodes", renamed);
      assert.equal((await flows.next()).deviceId, moment.slice(6));
    }
    assert.deepEqual(simulator.unsubscribes, [], "not for a moment");
    assert.equal(simulator.subscribes.length, 2);
    assert.deepEqual(flows.untaken(), []);
  });

  it("of another tab disturbs nobody", async () => {
    const simulator = await simulated();
    const nodes = [...uplinkFlow(simulator), tab("second"), sink("out2", "second")];
    const flows = await receiving(simulator, nodes);
    const more = uplink({ z: "second", wires: [["out2"]] }, "uplink2");
    await flows.deploy("flows", [...nodes, more]);
    await deliversOnce(simulator, flows, ["out", "out2"]);
    await flows.deploy("flows", nodes);
    await deliversOnce(simulator, flows, ["out"]);
    assert.equal(simulator.connects.length, 1);
    assert.deepEqual(flows.untaken("out2"), []);
  });

  it("of the connection with another key takes its nodes along", async () => {
    const simulator = await simulated();
    const nodes = uplinkFlow(simulator);
    const flows = await receiving(simulator, nodes);
    const other = simulator.addKey();
    const changed = nodes.map((each) => (each.type === "tts-connection" ? { ...each, name: "new" } : each));
    await flows.deploy("nodes", changed, { connection: { apiKey: other } });
    await subscribed(simulator, 2);
    await sessions(simulator, 1);
    await deliversOnce(simulator, flows, ["out"]);
  });

  it("of the connection warns of nodes within subflows that Node-RED does not take along", async () => {
    const simulator = await simulated();
    const nodes = [
      tab(),
      connection(simulator),
      { id: "sub", type: "subflow", in: [], out: [{ wires: [{ id: "within", port: 0 }] }], env: [] },
      { ...uplink({ connection: "${WHERE}", wires: [] }, "within"), z: "sub" },
      node("subflow:sub", "instance", {
        connection: undefined,
        env: [{ name: "WHERE", type: "conf-type", value: "connection" }],
      }),
      sink(),
    ];
    const flows = await receiving(simulator, nodes);
    const changed = nodes.map((each) =>
      each.type === "tts-connection" ? { ...each, keepalive: "60" } : each,
    );
    await flows.deploy("nodes", changed);
    assert.match(
      flows.logged("WARN").join(),
      /^Nodes that still use the connection as it was before .*: 1\./,
    );
    await flows.deploy("full", changed);
    await subscribed(simulator, 2);
    await sessions(simulator, 1);
    assert.equal(flows.logged("WARN").length, 1);
    await deliversOnce(simulator, flows, ["out"]);
  });
});

describe("redeploys", () => {
  withNodeRed();

  const listenerCounts = (): Record<string, number> => ({
    ...Object.fromEntries(events.eventNames().map((name) => [String(name), events.listenerCount(name)])),
    ...Object.fromEntries(
      process.eventNames().map((name) => [`process ${String(name)}`, process.listenerCount(name)]),
    ),
  });
  /** What keeps a process running. */
  const handles = (): number =>
    process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout/.test(kind)).length;

  const manyNodes = (simulator: Simulator): FlowNode[] => [
    ...uplinkFlow(simulator),
    node("tts-join", "join"),
    node("tts-event", "event", { events: ["downlink_ack"] }),
  ];

  it("ten full ones leave the same session, listeners and subscriptions, and each message once", async () => {
    const simulator = await simulated();
    const nodes = manyNodes(simulator);
    const flows = await receiving(simulator, nodes, 3);
    await flows.shows("event", "waiting: all devices");
    const before = listenerCounts();
    const closes = flows.getNode("uplink").listenerCount("close");
    for (let count = 1; count <= 10; count++) {
      await flows.deploy("full", nodes);
      await deliversOnce(simulator, flows, ["out"]);
    }
    assert.deepEqual(listenerCounts(), before);
    assert.equal(flows.getNode("uplink").listenerCount("close"), closes);
    assert.deepEqual([simulator.connects.length, simulator.sessions, simulator.subscribes.length], [1, 1, 3]);
  });

  it("a full one loses nothing of what comes meanwhile", async () => {
    const simulator = await simulated();
    const nodes = manyNodes(simulator);
    const flows = await receiving(simulator, nodes, 3);
    await flows.shows("uplink", "waiting: all devices");
    const moments = ["flows:stopping", "flows:stopped", "flows:starting", "flows:started"];
    for (const moment of moments)
      events.once(moment, () =>
        simulator.publish("uplink_message", moment.slice(6), { f_port: 1, frm_payload: "AQ==" }),
      );
    await flows.deploy("full", nodes);
    for (const moment of moments) assert.equal((await flows.next()).deviceId, moment.slice(6));
    assert.deepEqual(flows.untaken(), []);
    assert.equal(simulator.connects.length, 1);
  });

  it("one without the nodes that used a connection ends it", async () => {
    const simulator = await simulated();
    const nodes = manyNodes(simulator);
    const flows = await receiving(simulator, nodes, 3);
    await flows.shows("uplink", "waiting: all devices");
    await flows.deploy(
      "full",
      nodes.filter(({ type }) => type === "tab" || type === "sink"),
    );
    await sessions(simulator, 0);
  });

  it("ten partial ones leave the same session, listeners and handles, and each message once", async () => {
    const simulator = await simulated();
    const nodes = manyNodes(simulator);
    const flows = await receiving(simulator, nodes, 3);
    await flows.shows("event", "waiting: all devices");
    const before = listenerCounts();
    const busy = handles();
    for (let count = 1; count <= 10; count++) {
      const changed = nodes.map((each) => (each.id === "uplink" ? { ...each, name: `turn ${count}` } : each));
      // One of the whole tab takes all three nodes along.
      await flows.deploy(count % 2 === 0 ? "flows" : "nodes", changed);
      await deliversOnce(simulator, flows, ["out"]);
    }
    assert.deepEqual(listenerCounts(), before);
    // Status timers of the nodes that were deployed last.
    assert.ok(handles() <= busy + 4, `${handles()} after ${busy}`);
    assert.deepEqual([simulator.connects.length, simulator.sessions, simulator.subscribes.length], [1, 1, 3]);
  });

  it("ten of the only node leave the same session", async () => {
    const simulator = await simulated();
    const nodes = uplinkFlow(simulator);
    const flows = await receiving(simulator, nodes);
    await flows.shows("uplink", "waiting: all devices");
    for (let count = 1; count <= 10; count++) {
      const changed = nodes.map((each) => (each.id === "uplink" ? { ...each, name: `turn ${count}` } : each));
      await flows.deploy("nodes", changed);
      await deliversOnce(simulator, flows, ["out"]);
    }
    assert.deepEqual([simulator.connects.length, simulator.sessions], [1, 1]);
  });

  it("while connecting leave nothing behind", async () => {
    const open = new Set<object>();
    let taken = 0;
    const wake = new Set<() => void>();
    const server = createServer((socket) => {
      taken += 1;
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        open.delete(socket);
        for (const each of wake) each();
      });
      for (const each of wake) each();
    });
    const until = async (condition: () => boolean): Promise<void> => {
      while (!condition()) {
        await new Promise<void>((resolve) => {
          wake.add(() => resolve());
        });
      }
    };
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve());
    });
    const { port } = server.address() as AddressInfo;
    const nodes = [tab(), connection(undefined, { port: String(port) }), uplink(), sink(), ...listeners()];
    const flows = await running(nodes, { connection: { apiKey: "secret" } });
    for (let count = 1; count <= 5; count++) {
      await until(() => taken === count);
      await flows.deploy("full", nodes);
    }
    await until(() => taken === 6 && open.size === 1);
    await flows.deploy("full", []);
    await until(() => open.size === 0);
    server.close();
    assert.equal(taken, 6);
    assert.deepEqual(flows.untaken("caught"), [], "an end of our own is no error");
  });

  it("right after each other end up with one session", async () => {
    const simulator = await simulated();
    const nodes = uplinkFlow(simulator);
    const flows = await receiving(simulator, nodes);
    for (let count = 0; count < 5; count++) await flows.deploy("full", nodes);
    await flows.shows("uplink", "waiting: all devices");
    await sessions(simulator, 1);
    await deliversOnce(simulator, flows, ["out"]);
    assert.deepEqual(flows.untaken("caught"), []);
  });
});
