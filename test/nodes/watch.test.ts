import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { setTimeout } from "node:timers/promises";
import type { Simulator } from "../../simulator/simulator";
import * as nodeRed from "./nodeRed";
import type { Node, NodeAPI } from "node-red";
import { reasonOf } from "../../nodes/tts-watch/words";
import { restore } from "../../nodes/tts-watch/store";
import { asMessage } from "../../nodes/shared/red";
import type { Flows, FlowNode } from "./nodeRed";

interface NodeClass {
  readonly prototype: { context: (this: { readonly type: string }) => unknown };
}

const ofRuntime = createRequire(require.resolve("node-red")) as (name: string) => NodeClass;
const RuntimeNode = ofRuntime("@node-red/runtime/lib/nodes/Node");

const watch = (more: object = {}): FlowNode => nodeRed.node("tts-watch", "watch", more);

const flow = (simulator: Simulator, more: object = {}, connection: object = {}): FlowNode[] => [
  nodeRed.tab(),
  nodeRed.connection(simulator, connection),
  watch(more),
  nodeRed.sink(),
  ...nodeRed.listeners(),
];

const start = (simulator: Simulator, more: object = {}, connection: object = {}): Promise<Flows> =>
  nodeRed.receiving(simulator, flow(simulator, more, connection), 2);

const stateOf = (message: nodeRed.Message): Record<string, unknown> =>
  message.payload as Record<string, unknown>;

/** Hundredths of a second, in minutes. */
const SOON = String(30 / 6000);

describe("tts-watch", () => {
  nodeRed.withNodeRed();

  it("tells of a new device, with its state", async () => {
    const simulator = await nodeRed.simulated();
    const flows = await start(simulator);
    simulator.uplink("thermometer");
    const message = await flows.next();
    assert.deepEqual(
      [message.event, message.topic, message.deviceId, message.gatewayId],
      ["new", "thermometer", "thermometer", undefined],
    );
    assert.equal(Reflect.get(message.device as object, "id"), "thermometer");
    assert.match(String(message.reason), /^thermometer was heard for the first time\.$/);
    const { id, state, received, lost, lossRate, fCnt, lastSeen, since } = stateOf(message);
    assert.deepEqual([id, state, received, lost, lossRate], ["thermometer", "online", 1, 0, 0]);
    assert.equal(typeof fCnt, "number");
    assert.ok(
      Math.abs(Number(lastSeen) - Date.now()) < 10_000 && lastSeen === since && message.time === since,
    );
    for (const name of ["rssi", "snr", "margin", "gateways"])
      assert.equal(typeof stateOf(message)[name], "number");
    assert.match(String(stateOf(message).dataRate), /^SF\d+BW125$/);
    assert.equal(stateOf(message).gatewayId, "roof-gateway");
    assert.equal(typeof stateOf(message).payload, "object");
    await flows.shows("watch", "1 online");
  });

  it("says of which application a device is, also before anything of it is kept", async () => {
    const simulator = await nodeRed.simulated();
    const flows = await start(simulator, { devices: "never-heard", atStart: true });
    const message = await flows.next();
    assert.deepEqual(
      [message.event, message.device],
      ["unknown", { id: "never-heard", applicationId: simulator.applicationId }],
    );
  });

  it("tells when a device is silent, and when it is back", async () => {
    const simulator = await nodeRed.simulated();
    const flows = await start(simulator, { silentAfter: SOON, devices: "thermometer" });
    simulator.uplink("thermometer");
    assert.equal((await flows.next()).event, "new");
    const silent = await flows.next();
    assert.equal(silent.event, "silent");
    assert.equal(stateOf(silent).state, "silent");
    await flows.shows("watch", "0 online · 1 silent");
    simulator.uplink("thermometer");
    assert.equal((await flows.next()).event, "back");
  });

  it("tells of losses and a reset", async () => {
    const simulator = await nodeRed.simulated();
    const flows = await start(simulator, { changes: ["lost", "reset", "new"] });
    for (const f_cnt of [0, 2, 4, 6, 8, 10, 12, 14, 0]) simulator.uplink("thermometer", { f_cnt });
    assert.equal((await flows.next()).event, "new");
    const lost = await flows.next();
    assert.deepEqual([lost.event, stateOf(lost).lost, stateOf(lost).lossRate], ["lost", 5, 5 / 11]);
    assert.equal((await flows.next()).event, "reset");
    simulator.join("thermometer");
    simulator.uplink("thermometer", { f_cnt: 0 });
    simulator.uplink("thermometer", { f_cnt: 0 });
    simulator.uplink("door");
    assert.equal((await flows.next()).event, "new");
    flows.getNode("watch").receive(asMessage({ deviceId: "thermometer" }));
    const table = await flows.next();
    const [state] = table.payload as Record<string, unknown>[];
    assert.deepEqual([table.event, state?.received, state?.lost], ["table", 1, 0]);
  });

  it("answers with the table, and keeps the other fields of the message", async () => {
    const simulator = await nodeRed.simulated();
    const flows = await start(simulator, { devices: "thermometer, door-*, never", changes: [] });
    simulator.uplink("thermometer");
    await flows.shows("watch", "1 online");
    const ask = async (message: object): Promise<nodeRed.Message> => {
      flows.getNode("watch").receive(asMessage(message));
      return flows.next();
    };
    const all = await ask({ topic: "mine", other: 7, payload: "x" });
    assert.deepEqual([all.topic, all.other, all.event], ["mine", 7, "table"]);
    assert.deepEqual(
      (all.payload as Record<string, unknown>[]).map(({ id, state }) => [id, state]),
      [
        ["thermometer", "online"],
        ["never", "unknown"],
      ],
    );
    assert.deepEqual((await ask({ deviceId: "nobody" })).payload, []);
    const one = await ask({ deviceId: "never" });
    assert.deepEqual(one.payload, [
      {
        ...(one.payload as object[])[0],
        id: "never",
        state: "unknown",
        lastSeen: null,
        received: 0,
        lost: 0,
      },
    ]);
  });

  it("answers with an empty table for an unknown ID, and refuses what is no ID in words", async () => {
    const simulator = await nodeRed.simulated();
    for (const [more, property] of [
      [{}, "deviceId"],
      [{ watch: "gateways" }, "gatewayId"],
    ] as const) {
      const flows = await start(simulator, { changes: [], ...more });
      const ask = (id: unknown): void => {
        flows.getNode("watch").receive(asMessage({ [property]: id, mine: 1 }));
      };
      for (const unknown of ["nobody", "__proto__", "constructor", "x".repeat(10_000)]) {
        ask(unknown);
        const { event, payload, mine } = await flows.next();
        assert.deepEqual([event, payload, mine], ["table", [], 1]);
      }
      for (const [wrong, type] of [
        [7, "number"],
        [{ id: "door" }, "object"],
        [["door"], "array"],
        [false, "boolean"],
      ] as const) {
        ask(wrong);
        const { error } = await flows.next("caught");
        assert.equal(error?.cause?.code, "invalid_request");
        assert.match(error.message, new RegExp(`^msg\\.${property} must be the ID .* of type ${type}\\.`));
      }
      assert.deepEqual(flows.untaken(), []);
      await flows.unload();
    }
  });

  it("forgets one that is gone for good when it is told to, also over a deploy and in a store", async () => {
    const simulator = await nodeRed.simulated();
    const flows = await start(simulator, { changes: ["new"] });
    for (const device of ["thermometer", "door"]) {
      simulator.uplink(device);
      await flows.next();
    }
    const ask = async (remove: unknown): Promise<unknown> => {
      flows.getNode("watch").receive(asMessage({ remove }));
      return ((await flows.next()).payload as { id: string }[]).map(({ id }) => id);
    };
    assert.deepEqual(await ask(""), ["thermometer", "door"]);
    assert.deepEqual(await ask("door"), ["thermometer"]);
    await flows.shows("watch", "1 online");
    await flows.deploy("full", flow(simulator, { changes: ["new"] }));
    assert.deepEqual(await ask(false), ["thermometer"]);
    simulator.uplink("door");
    assert.deepEqual((({ event, topic }) => [event, topic])(await flows.next()), ["new", "door"]);
    for (const [wrong, text] of [
      ["siren", /^msg\.remove is siren, which is not known here\./],
      ["constructor", /^msg\.remove is constructor, which is not known here\./],
      [7, /^msg\.remove must be the ID .* of type number\./],
    ] as const) {
      flows.getNode("watch").receive(asMessage({ remove: wrong }));
      const { error } = await flows.next("caught");
      assert.equal(error?.cause?.code, "invalid_request");
      assert.match(error.message, text);
    }
    assert.deepEqual(flows.untaken(), []);
  });

  it("needs no second subscription", async () => {
    const simulator = await nodeRed.simulated();
    await nodeRed.receiving(simulator, [...flow(simulator), nodeRed.uplink({ wires: [[]] })], 2);
    const filters = simulator.subscribes.map(({ filters: [first] }) => first?.filter);
    assert.equal(new Set(filters).size, filters.length);
    assert.equal(filters.length, 2);
  });

  it("says once that there are more than it can watch", async () => {
    const simulator = await nodeRed.simulated();
    const flows = await start(simulator, { changes: [] });
    for (let index = 0; index < 12_600; index++) {
      simulator.publish("uplink_message", `device-${index}`, { f_port: 1 });
      // Each has its turn to be read.
      if (index % 500 === 0) await new Promise(setImmediate);
    }
    await flows.shows("watch", "7600 online");
    assert.deepEqual(
      flows.logged("WARN").map((line) => line.slice(0, 72)),
      ["More than 10000 to watch: those not heard for longest are left out. Use "],
    );
  });

  it("knows after a deploy what it knew, and tells the states when that is wanted", async () => {
    const simulator = await nodeRed.simulated();
    const flows = await start(simulator);
    simulator.uplink("thermometer");
    assert.equal((await flows.next()).event, "new");
    await flows.deploy("full", flow(simulator, { atStart: true }));
    const told = await flows.next();
    assert.deepEqual([told.event, told.topic], ["online", "thermometer"]);
    simulator.uplink("thermometer");
    await flows.shows("watch", "1 online");
    assert.deepEqual(flows.untaken(), []);
  });

  type Change = (nodes: readonly FlowNode[]) => FlowNode[];
  const set =
    (id: string, change: object): Change =>
    (nodes) =>
      nodes.map((each) => (each.id === id ? { ...each, ...change } : each));
  const DEPLOYS: Readonly<Record<string, readonly [Parameters<Flows["deploy"]>[0], Change]>> = {
    "a full deploy": ["full", set("watch", { name: "new" })],
    "a deploy of its tab": ["flows", set("watch", { name: "new" })],
    "a deploy of the node": ["nodes", set("watch", { name: "new" })],
    "a deploy of its connection": ["nodes", set("connection", { name: "new" })],
    "its connection has another keepalive": ["nodes", set("connection", { keepalive: "61" })],
    "it was disabled": ["nodes", set("watch", { d: true })],
    "its tab was disabled": ["full", set("tab", { disabled: true })],
    "its removal was undone": ["full", (nodes) => nodes.filter(({ id }) => id !== "watch")],
  };
  for (const [what, [type, change]] of Object.entries(DEPLOYS))
    it(`knows after ${what} what it knew, and calls nothing new, back or lost`, async () => {
      const simulator = await nodeRed.simulated();
      const nodes = flow(simulator);
      const flows = await start(simulator);
      for (const f_cnt of [0, 1, 3]) simulator.uplink("thermometer", { f_cnt });
      assert.equal((await flows.next()).event, "new");
      const state = async (): Promise<Record<string, unknown>> => {
        flows.getNode("watch").receive(asMessage({}));
        return ((await flows.next()).payload as Record<string, unknown>[])[0] ?? {};
      };
      while ((await state()).fCnt !== 3);
      await flows.deploy(type, change(nodes));
      // Nobody may be there for this one, which is no loss of the device then.
      simulator.uplink("thermometer", { f_cnt: 4 });
      if (/disabled|undone/.test(what)) await flows.deploy("full", nodes);
      let known = await state();
      while (known.fCnt !== 5) {
        simulator.uplink("thermometer", { f_cnt: 5 });
        known = await state();
      }
      assert.deepEqual([known.state, known.lost], ["online", 1]);
      assert.ok(Number(known.received) >= 4, String(known.received));
      assert.deepEqual(flows.untaken(), []);
    });

  it("knows after its connection was disabled what it knew, also as one of nine", async () => {
    const simulator = await nodeRed.simulated();
    const others = Array.from({ length: 8 }, (_, number) => number);
    const more = others.flatMap((number) => [
      nodeRed.connection(simulator, { id: `other-${number}`, keepalive: String(40 + number) }),
      nodeRed.uplink({ id: `uplink-${number}`, connection: `other-${number}`, wires: [[]] }),
    ]);
    const ids = ["connection", ...others.map((number) => `other-${number}`)];
    const credentials = Object.fromEntries(ids.map((id) => [id, { apiKey: simulator.apiKey }]));
    const nodes = [...flow(simulator), ...more];
    const flows = await nodeRed.receiving(simulator, nodes, 10, credentials);
    simulator.uplink("thermometer");
    assert.equal((await flows.next()).event, "new");
    const isOne = ({ id }: FlowNode): boolean => id === "connection" || id === "watch";
    await flows.deploy(
      "full",
      nodes.map((each) => (isOne(each) ? { ...each, d: true } : each)),
    );
    await nodeRed.sessions(simulator, 8);
    await flows.deploy("full", nodes);
    await nodeRed.subscribed(simulator, 12);
    flows.getNode("watch").receive(asMessage({}));
    const [known] = (await flows.next()).payload as Record<string, unknown>[];
    assert.deepEqual([known?.id, known?.received], ["thermometer", 1]);
  });

  it("knows nothing of the devices of another application that it watched before, wherever that is kept", async () => {
    const [simulator, another] = [
      await nodeRed.simulated(),
      await nodeRed.simulated({ applicationId: "app2" }),
    ];
    const kept = new Map<string, unknown>();
    const store = {
      get: (key: string, got: (error: unknown, value: unknown) => void) => got(undefined, kept.get(key)),
      set: (key: string, value: unknown, done: () => void) => {
        kept.set(key, value);
        done();
      },
    };
    const usual = RuntimeNode.prototype.context;
    RuntimeNode.prototype.context = function () {
      return this.type === "tts-watch" ? store : usual.call(this);
    };
    try {
      const flows = await start(simulator);
      simulator.uplink("thermometer");
      assert.equal((await flows.next()).event, "new");
      await flows.deploy("full", flow(another), { connection: { apiKey: another.apiKey } });
      await nodeRed.subscribed(another, 2);
      await flows.shows("watch", "waiting: all devices");
      another.uplink("door");
      const { event, deviceId } = await flows.next();
      assert.deepEqual([event, deviceId], ["new", "door"]);
      flows.getNode("watch").receive(asMessage({}));
      assert.deepEqual(
        ((await flows.next()).payload as { id: string }[]).map(({ id }) => id),
        ["door"],
      );
    } finally {
      RuntimeNode.prototype.context = usual;
    }
  });

  it("knows after a deploy who is silent, and tells it no second time", async () => {
    const simulator = await nodeRed.simulated();
    const properties = { silentAfter: SOON, devices: "thermometer" };
    const flows = await start(simulator, properties);
    simulator.uplink("thermometer");
    assert.equal((await flows.next()).event, "new");
    assert.equal((await flows.next()).event, "silent");
    await flows.deploy("full", flow(simulator, properties));
    await flows.shows("watch", "0 online · 1 silent");
    simulator.uplink("thermometer");
    assert.equal((await flows.next()).event, "back");
  });

  it("keeps for a restart for how long nothing was heard, also where nothing else happens", async () => {
    const simulator = await nodeRed.simulated();
    const sooner = { silentAfter: "0.02", devices: "never", wires: [["sooner"]] };
    const nodes = [
      ...flow(simulator, { silentAfter: "0.1", devices: "never" }),
      nodeRed.node("tts-watch", "sooner-watch", sooner),
      nodeRed.sink("sooner"),
    ];
    const flows = await nodeRed.receiving(simulator, nodes, 2);
    let quiet = 0;
    const set = (_key: string, { devices }: { devices: { quiet: number }[] }, done: () => void): void => {
      quiet = devices[0]?.quiet ?? 0;
      done();
    };
    Object.assign(flows.getNode("watch"), { context: () => ({ set }) });
    // The one looks several times until the other calls the device silent.
    assert.equal((await flows.next("sooner")).event, "silent");
    assert.deepEqual(flows.untaken(), []);
    await flows.deploy("full", []);
    assert.ok(quiet > 0 && quiet < 6_000, String(quiet));
  });

  it("watches gateways by uplinks and by what the stack says", async () => {
    const simulator = await nodeRed.simulated();
    simulator.setGateway("roof-gateway", {
      statistics: {
        connected_at: "2026-11-21T14:03:20.5Z",
        protocol: "udp",
        round_trip_times: { min: "0.020s", max: "0.050s", median: "0.0315s", count: 20 },
      },
    });
    simulator.setGateway("yard-gateway", {});
    const gateways = ["roof-gateway", "yard-gateway", "closed-gateway"];
    const flows = await start(simulator, { watch: "gateways", gateways }, { api: simulator.apiUrl });
    const asked = (id: string): boolean => simulator.requests.some(({ path }) => path.includes(`/${id}/`));
    while (!gateways.every(asked)) await simulator.next("request");
    simulator.uplink("thermometer");
    const told = await flows.next();
    assert.deepEqual([told.event, told.gatewayId, told.deviceId], ["new", "roof-gateway", undefined]);
    const { state, connectedAt, roundTrip, uplinks } = stateOf(told);
    assert.deepEqual(
      [state, connectedAt, roundTrip, uplinks],
      ["online", Date.parse("2026-11-21T14:03:20.5Z"), 31.5, 1],
    );
  });

  it("knows at once when a gateway has connected", async () => {
    const simulator = await nodeRed.simulated();
    const connected = { statistics: { connected_at: new Date().toISOString(), protocol: "udp" } };
    simulator.setGateway("roof-gateway", {});
    const gateways = ["roof-gateway"];
    const flows = await start(simulator, { watch: "gateways", gateways }, { api: simulator.apiUrl });
    while (simulator.eventStreams === 0) await simulator.next("eventStreams");
    simulator.setGateway("roof-gateway", connected);
    // The table is asked until the answer has come in.
    for (let state = ""; state !== "online";) {
      const { body } = await flows.get("/tts-watch/watch/table");
      state = (body as { rows: { state: string }[] }).rows[0]?.state ?? "";
    }
  });

  it("shows a gateway that is connected later, and of which only the stack tells", async () => {
    const simulator = await nodeRed.simulated();
    const connected = { statistics: { connected_at: new Date().toISOString(), protocol: "udp" } };
    simulator.setGateway("roof-gateway", {});
    const gateways = ["roof-gateway"];
    const flows = await start(simulator, { watch: "gateways", gateways }, { api: simulator.apiUrl });
    while (simulator.eventStreams === 0) await simulator.next("eventStreams");
    await flows.shows("watch", "waiting: roof-gateway");
    // No status of the connection is about to be written any more.
    await setTimeout(600);
    simulator.setGateway("roof-gateway", connected);
    await flows.shows("watch", "1 online");
    assert.deepEqual(flows.untaken(), []);
  });

  it("says when a gateway was seen last, and why it is gone where the stack tells", () => {
    const RED = { _: () => "en-US" } as unknown as NodeAPI;
    const at = Date.now();
    const gone = { id: "roof", state: "offline", lastSeen: at, since: at, uplinks: 1 } as const;
    const sentence = (more: object): string =>
      reasonOf(RED, "silent", { ...gone, ...more }, at).replace(/[\d-]+ [\d:]+/, "TIME");
    assert.equal(sentence({}), "Gateway roof is offline: last seen TIME.");
    assert.equal(
      sentence({ disconnectReason: "connection expired" }),
      "Gateway roof is offline: last seen TIME. The Things Stack says: connection expired",
    );
  });

  it("says how full a battery is with a tenth, whatever the network tells", () => {
    const RED = { _: () => "en-US" } as unknown as NodeAPI;
    const low = {
      id: "door",
      state: "online",
      lastSeen: 1,
      since: 1,
      received: 1,
      lost: 0,
      lossRate: 0,
    } as const;
    assert.equal(
      reasonOf(RED, "battery", { ...low, battery: 19.367588 }, 1),
      "The battery of door is at 19.4 %.",
    );
  });

  it("answers a question that comes before the store does when that has answered", async () => {
    const simulator = await nodeRed.simulated();
    const answers: (() => void)[] = [];
    const slow = {
      get: (_key: string, got: () => void) => answers.push(got),
      set: (_key: string, _value: unknown, done: () => void) => done(),
    };
    const usual = RuntimeNode.prototype.context;
    RuntimeNode.prototype.context = function () {
      return this.type === "tts-watch" ? slow : usual.call(this);
    };
    try {
      const flows = await nodeRed.running(flow(simulator, { devices: "never" }), {
        connection: { apiKey: simulator.apiKey },
      });
      for (const mine of [1, 2]) flows.getNode("watch").receive(asMessage({ mine }));
      const { status, body } = await flows.get("/tts-watch/watch/table");
      assert.deepEqual([status, Reflect.get(Object(body), "state")], [200, "connecting"]);
      assert.deepEqual(flows.untaken(), []);
      for (const answer of answers) answer();
      for (const expected of [1, 2]) {
        const { mine, payload } = await flows.next();
        assert.deepEqual([mine, (payload as { id: string }[]).map(({ id }) => id)], [expected, ["never"]]);
      }
    } finally {
      RuntimeNode.prototype.context = usual;
    }
  });

  it("leaves what is stored where it could not be read, as that of a store that starts later than Node-RED", async () => {
    const simulator = await nodeRed.simulated();
    const usual = RuntimeNode.prototype.context;
    const written: string[] = [];
    const failing = {
      get: (_key: string, got: (error: Error) => void) => got(new Error("not there yet")),
      set: (key: string, _value: unknown, done: () => void) => {
        written.push(key);
        done();
      },
    };
    RuntimeNode.prototype.context = function () {
      return this.type === "tts-watch" ? failing : usual.call(this);
    };
    try {
      const flows = await nodeRed.running(flow(simulator, { devices: "" }), {
        connection: { apiKey: simulator.apiKey },
      });
      await flows.shows("watch", "waiting: all devices");
      simulator.uplink("thermometer");
      await flows.shows("watch", "1 online");
      await flows.unload();
      assert.deepEqual(written, []);
    } finally {
      RuntimeNode.prototype.context = usual;
    }
  });

  it("begins anew where the store gives back what it cannot read, with a warning", () => {
    for (const [value, warnings] of [
      [undefined, 0],
      [{ form: 1, devices: [], gateways: [] }, 0],
      ["{}", 1],
      [{ form: 99 }, 1],
    ] as const) {
      const warned: string[] = [];
      const context = {
        get: (_key: string, got: (error: unknown, value: unknown) => void) => got(undefined, value),
      };
      const node = {
        id: "other",
        context: () => context,
        warn: (text: string) => warned.push(text),
        on: () => node,
      };
      let begun: object | undefined;
      restore(
        { _: () => "en-US" } as unknown as NodeAPI,
        node as unknown as Node,
        (stored) => (begun = stored),
      );
      assert.deepEqual(begun, { devices: [], gateways: [] });
      assert.equal(warned.filter((text) => text.startsWith("What was stored of devices")).length, warnings);
    }
  });

  it("refuses what cannot be right in its form", async () => {
    const simulator = await nodeRed.simulated();
    for (const [more, text] of [
      [{ silentAfter: "soon" }, "silentAfter soon"],
      [{ watch: "weather" }, "watch weather"],
      [{ watch: "gateways", gateways: ["Roof"] }, "gateway Roof"],
      [{ devices: "a b" }, "devices: a b"],
    ] as const) {
      const flows = await nodeRed.running(flow(simulator, more));
      await flows.shows("watch", text);
      await flows.unload();
    }
  });

  it("looks at nothing that does not count for what is watched", async () => {
    const simulator = await nodeRed.simulated();
    for (const [more, status] of [
      [{ gateways: ["Roof"] }, "waiting: all devices"],
      [
        { watch: "gateways", devices: "a b", batteryBelow: "soon", lostAbove: "soon", marginBelow: "" },
        "waiting: all gateways",
      ],
      [{ watch: "gateways", gateways: ["roof-1", "roof-2"] }, "waiting: 2 gateways"],
    ] as const) {
      const flows = await start(simulator, more);
      await flows.shows("watch", status);
      await flows.unload();
    }
  });

  it("shows its table to the form, and nothing that is not deployed", async () => {
    const simulator = await nodeRed.simulated();
    const flows = await start(simulator);
    simulator.uplink("thermometer");
    await flows.next();
    const { status, body } = await flows.get("/tts-watch/watch/table");
    assert.equal(status, 200);
    const { rows, watch, state } = body as { rows: { id: string }[]; watch: string; state: string };
    assert.deepEqual([rows.map(({ id }) => id), watch, state], [["thermometer"], "devices", "connected"]);
    assert.equal((await flows.get("/tts-watch/nothing/table")).status, 404);
  });
});
