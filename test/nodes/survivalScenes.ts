/** What becomes of downlinks that a node waits for when it is deployed anew: the same on every service. */
import assert from "node:assert/strict";
import { complete, downlink, give, nothingMore, stepsOf, until, viewOf, type Properties } from "./downlinks";
import { listeners, running, sink, tab, withNodeRed, type FlowNode, type Flows } from "./nodeRed";
import { waiting, type Stage } from "./stages";

export const changed = (nodes: readonly FlowNode[], id: string, change: object): FlowNode[] =>
  nodes.map((each) => (each.id === id ? { ...each, ...change } : each));

export const without = (nodes: readonly FlowNode[], id: string): FlowNode[] =>
  nodes.filter((each) => each.id !== id);

type Change = (nodes: readonly FlowNode[]) => FlowNode[];
type DeployType = Parameters<Flows["deploy"]>[0];

/** Deploys that leave the node where it was, and where its downlinks go to. */
const DEPLOYS: Readonly<Record<string, readonly [DeployType, Change]>> = {
  "a full deploy": ["full", (nodes) => changed(nodes, "downlink", { name: "after" })],
  "a deploy of its tab": ["flows", (nodes) => changed(nodes, "downlink", { name: "after" })],
  "a deploy of the node": ["nodes", (nodes) => changed(nodes, "downlink", { name: "after" })],
  "a deploy of its connection": ["nodes", (nodes) => changed(nodes, "connection", { name: "after" })],
};

/** Deploys after which there is no such node, or one that sends elsewhere. */
const GONE: Readonly<Record<string, Change>> = {
  "the node is removed": (nodes) => without(nodes, "downlink"),
  "the node is disabled": (nodes) => changed(nodes, "downlink", { d: true }),
  "the tab is disabled": (nodes) => changed(nodes, "tab", { disabled: true }),
  "the node gets no connection": (nodes) => changed(nodes, "downlink", { connection: "" }),
  "the connection goes to another application": (nodes) =>
    changed(nodes, "connection", { applicationId: "app2" }),
  "the connection gets another client ID": (nodes) => changed(nodes, "connection", { clientId: "mine" }),
};

export function survivesDeploys(service: string, start: () => Promise<Stage>): void {
  let stage: Stage;

  const flow = (more: Properties = {}): FlowNode[] => [
    ...[tab(), stage.connection, downlink(more), sink()],
    ...[...listeners(), ...complete("downlink")],
  ];
  const begin = (nodes: readonly FlowNode[]): Promise<Flows> =>
    running(nodes, { connection: stage.credentials });
  const withStage = (): void => {
    withNodeRed();
    beforeEach(async () => {
      stage = await start();
    });
    afterEach(() => stage.stop());
  };
  /** The warning that counts them, after so many others. */
  const warning = async (flows: Flows, text: RegExp, others: number): Promise<void> => {
    await until(() => flows.logged("WARN").length > others, "the warning");
    const [first, ...more] = flows.logged("WARN").slice(others);
    assert.match(first ?? "", text);
    assert.deepEqual(more, []);
  };

  describe(`a downlink on ${service} that is followed`, () => {
    withStage();

    for (const [what, [type, change]] of Object.entries(DEPLOYS))
      it(`is followed to its end and told once by the new node after ${what}`, async () => {
        const nodes = flow({ report: "sent" });
        const flows = await begin(nodes);
        give(flows, { deviceId: "lamp", what: 1 });
        await waiting(stage, "lamp");
        await flows.deploy(type, change(nodes));
        stage.uplink("lamp");
        const message = await flows.next();
        assert.equal(message.what, 1);
        assert.deepEqual(stepsOf(message), ["published", "queued", "sent"]);
        assert.equal((await flows.next("completed")).what, 1);
        assert.equal(stage.published.length, 1);
        assert.deepEqual(flows.logged("WARN"), []);
        nothingMore(flows);
      });

    for (const [why, change] of Object.entries(GONE))
      it(`is counted when ${why}, and after an undo neither sent nor told again`, async () => {
        const nodes = flow({ report: "sent" });
        const flows = await begin(nodes);
        give(flows, { deviceId: "lamp", what: 1 });
        await waiting(stage, "lamp");
        await flows.deploy("full", change(nodes));
        await warning(flows, /no longer followed: 1\./, 0);
        await flows.deploy("full", nodes);
        give(flows, { deviceId: "lamp-2", what: 2 });
        await waiting(stage, "lamp-2");
        for (const device of ["lamp", "lamp-2"]) stage.uplink(device);
        assert.equal((await flows.next()).what, 2);
        await flows.next("completed");
        assert.equal(stage.published.length, 2);
        nothingMore(flows);
      });
  });

  describe(`downlinks on ${service} that are held`, () => {
    withStage();
    beforeEach(() => stage.away());

    for (const [what, [type, change]] of Object.entries(DEPLOYS))
      it(`stay held, and are sent in order after ${what}`, async () => {
        const nodes = flow();
        const flows = await begin(nodes);
        for (const payload of [[1], [2], [3]]) give(flows, { deviceId: "lamp", payload });
        const after = change(nodes);
        await flows.deploy(type, after);
        give(flows, { deviceId: "lamp", payload: [4] });
        await stage.back();
        // It does not wait for the next attempt to connect.
        await flows.deploy("full", after);
        for (const payload of [[1], [2], [3], [4]]) {
          const message = await flows.next();
          assert.deepEqual(message.payload, payload);
          assert.deepEqual(
            viewOf(message).steps.map(({ state }) => state),
            ["held", "published", "queued"],
          );
          await flows.next("completed");
        }
        assert.deepEqual(stage.published, ["AQ==", "Ag==", "Aw==", "BA=="]);
        nothingMore(flows);
      });

    for (const [why, change] of Object.entries(GONE))
      it(`are dropped with one warning that counts them when ${why}, and do not come back`, async () => {
        const nodes = flow();
        const flows = await begin(nodes);
        for (const what of [1, 2, 3]) give(flows, { deviceId: "lamp", what });
        const warned = flows.logged("WARN").length;
        await flows.deploy("full", change(nodes));
        await warning(flows, /dropped.*: 3\./, warned);
        await stage.back();
        // As after an undo.
        await flows.deploy("full", nodes);
        give(flows, { deviceId: "lamp", what: 4 });
        assert.equal((await flows.next()).what, 4);
        assert.equal(stage.published.length, 1);
      });

    it("stay where they are when something else is deployed", async () => {
      const nodes = flow();
      const flows = await begin(nodes);
      give(flows, { deviceId: "lamp", what: 1 });
      await flows.deploy("nodes", [...nodes, sink("another")]);
      await flows.deploy("nodes", nodes);
      await stage.back();
      await flows.deploy("full", nodes);
      assert.equal((await flows.next()).what, 1);
      assert.equal(stage.published.length, 1);
    });
  });
}
