/** What becomes of downlinks that a node waits for when it is deployed anew. */
import assert from "node:assert/strict";
import type { Simulator } from "../../simulator/simulator";
import {
  downlink,
  downlinkFlow,
  failure,
  give,
  nothingMore,
  published,
  queued,
  sending,
  until,
  viewOf,
  withDevices,
} from "./downlinks";
import { connection, node, running, sink, tab, withNodeRed, type FlowNode, type Flows } from "./nodeRed";
import { stackStage, v2Stage } from "./stages";
import { changed, survivesDeploys, without } from "./survivalScenes";

/** A flow whose server is not there. */
async function offline(simulator: Simulator, nodes: readonly FlowNode[]): Promise<Flows> {
  await simulator.stop();
  return running(nodes, { connection: { apiKey: simulator.apiKey } });
}

survivesDeploys("the stack", stackStage);
survivesDeploys("V2", v2Stage);

describe("a downlink that is followed when its node is deployed anew", () => {
  withNodeRed();

  it("tells every step once, those during the deploy too, along the wires of the new node", async () => {
    const simulator = await withDevices();
    const nodes = [
      ...downlinkFlow(simulator, { report: "every", confirmed: "true", confirmedType: "bool" }),
      sink("out2"),
    ];
    const flows = await sending(simulator, nodes);
    await flows.shows("downlink", "connected");
    give(flows, { deviceId: "lamp" });
    await queued(simulator, "lamp");
    for (const state of ["published", "queued"]) assert.equal(viewOf(await flows.next()).state, state);
    const deployed = flows.deploy(
      "full",
      changed(nodes, "downlink", { report: "queued", wires: [["out2"]] }),
    );
    simulator.uplink("lamp");
    await deployed;
    assert.equal(viewOf(await flows.next("out2")).state, "sent");
    simulator.uplink("lamp");
    assert.equal(viewOf(await flows.next("out2")).state, "ack");
    await flows.next("completed");
    nothingMore(flows);
  });

  it("survives deploys right after each other", async () => {
    const simulator = await withDevices();
    const nodes = downlinkFlow(simulator, { report: "sent" });
    const flows = await sending(simulator, nodes);
    give(flows, { deviceId: "lamp", what: 1 });
    await queued(simulator, "lamp");
    for (let turn = 0; turn < 3; turn++) await flows.deploy("full", nodes);
    simulator.uplink("lamp");
    assert.equal((await flows.next()).what, 1);
    await flows.next("completed");
    await flows.shows("downlink", "sent · lamp");
    assert.equal(simulator.connects.length, 1, "no answer is missed on the way");
    assert.equal(simulator.publishes.length, 1);
    nothingMore(flows);
  });

  it("is followed where its node moves to another tab", async () => {
    const simulator = await withDevices();
    const nodes = [...downlinkFlow(simulator, { report: "sent" }), tab("second"), sink("out2", "second")];
    const flows = await sending(simulator, nodes);
    give(flows, { deviceId: "lamp", what: 1 });
    await queued(simulator, "lamp");
    await flows.deploy("nodes", changed(nodes, "downlink", { z: "second", wires: [["out2"]] }));
    simulator.uplink("lamp");
    assert.equal((await flows.next("out2")).what, 1);
  });

  it("goes to its own one of two copies of a flow", async () => {
    const simulator = await withDevices();
    const nodes = [...downlinkFlow(simulator), downlink({ report: "sent" }, "copy")].map((each) =>
      each.id === "downlink" ? { ...each, report: "sent" } : each,
    );
    const flows = await sending(simulator, [...changed(nodes, "copy", { wires: [["out2"]] }), sink("out2")]);
    give(flows, { deviceId: "lamp", what: 1 });
    give(flows, { deviceId: "lamp-2", what: 2 }, "copy");
    await queued(simulator, "lamp");
    await queued(simulator, "lamp-2");
    await flows.deploy("full", [...changed(nodes, "copy", { wires: [["out2"]] }), sink("out2")]);
    for (const device of ["lamp-2", "lamp"]) simulator.uplink(device);
    assert.equal((await flows.next()).what, 1);
    assert.equal((await flows.next("out2")).what, 2);
  });

  it("is followed within an instance of a subflow", async () => {
    const simulator = await withDevices();
    const nodes: FlowNode[] = [
      tab(),
      connection(simulator),
      {
        ...{ id: "sub", type: "subflow", name: "sub", env: [] },
        in: [{ x: 0, y: 0, wires: [{ id: "inside" }] }],
        out: [{ x: 0, y: 0, wires: [{ id: "inside", port: 0 }] }],
      },
      { ...downlink({ report: "sent" }, "inside"), z: "sub", wires: [[]] },
      node("subflow:sub", "one", { wires: [["out"]] }),
      node("subflow:sub", "two", { wires: [["out2"]] }),
      ...[sink(), sink("out2")],
    ];
    const flows = await sending(simulator, nodes);
    give(flows, { deviceId: "lamp", what: 1 }, "one");
    give(flows, { deviceId: "lamp-2", what: 2 }, "two");
    await queued(simulator, "lamp");
    await queued(simulator, "lamp-2");
    await flows.deploy("full", nodes);
    for (const device of ["lamp-2", "lamp"]) simulator.uplink(device);
    assert.equal((await flows.next()).what, 1);
    assert.equal((await flows.next("out2")).what, 2);
  });
});

describe("downlinks that are held when their node is deployed anew", () => {
  withNodeRed();

  it("stay held where their values were still being worked out", async () => {
    const simulator = await withDevices();
    const nodes = downlinkFlow(simulator, { fPort: "$number('15')", fPortType: "jsonata" });
    const flows = await offline(simulator, nodes);
    for (const what of [1, 2, 3]) give(flows, { what });
    await flows.deploy("full", nodes);
    await simulator.restart();
    await flows.deploy("full", nodes);
    for (const what of [1, 2, 3]) assert.equal((await flows.next()).what, what);
    assert.equal(simulator.publishes.length, 3);
  });

  it("are an error of the new node where they are held too long", async () => {
    const simulator = await withDevices();
    await simulator.stop();
    const nodes = changed(downlinkFlow(simulator), "connection", { holdFor: "1" });
    const flows = await running(nodes, { connection: { apiKey: simulator.apiKey } });
    give(flows, { what: 1 });
    await flows.deploy("full", changed(nodes, "downlink", { name: "new name" }));
    const { code, message } = await failure(flows);
    assert.deepEqual([code, message.what], ["expired", 1]);
    assert.equal(message.error?.source.name, "new name");
  });

  it("are counted, each of them, that come while their node is being closed", async () => {
    const simulator = await withDevices();
    const nodes = downlinkFlow(simulator);
    const flows = await sending(simulator, nodes);
    const closing = flows.getNode("downlink");
    // Once it is closed, Node-RED gives it nothing any more.
    const isOpen = (): boolean => Reflect.get(closing, "_inputCallback") != null;
    let taken = 0;
    closing.on("close", () => {
      for (let turn = 0, next = Promise.resolve(); turn < 200; turn++)
        next = next.then(() => {
          if (isOpen()) taken += 1;
          closing.receive({ deviceId: "valve", payload: Buffer.from([1]) });
        });
    });
    await flows.deploy("full", without(nodes, "downlink"));
    const counted = (): number =>
      flows.logged("WARN").reduce((sum, text) => sum + Number(/dropped.*: (\d+)\./.exec(text)?.[1] ?? 0), 0);
    await until(() => counted() === taken, "warnings that count them");
    assert.ok(taken > 1, `${taken}`);
    assert.ok(flows.logged("WARN").length < 5);
    assert.deepEqual(simulator.publishes, []);
  });

  it("are dropped where flows are stopped for good", async () => {
    const simulator = await withDevices();
    const flows = await offline(simulator, downlinkFlow(simulator));
    give(flows);
    const warned = flows.logged("WARN").length;
    await flows.stop();
    assert.match(flows.logged("WARN").slice(warned).join(), /dropped.*: 1\./);
  });

  it("do not keep the connection open once their node is gone", async () => {
    const simulator = await withDevices();
    const nodes = downlinkFlow(simulator, { report: "sent" });
    const flows = await sending(simulator, nodes);
    give(flows, { deviceId: "lamp" });
    await queued(simulator, "lamp");
    const ended = simulator.next("disconnect");
    await flows.deploy("full", without(nodes, "downlink"));
    await ended;
    assert.equal(simulator.sessions, 0);
    await published(simulator, 1);
    assert.match(flows.logged("WARN").join(), /no longer followed: 1\./);
  });
});
