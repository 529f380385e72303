import assert from "node:assert/strict";
import { createServer, Server } from "node:net";
import { once } from "node:events";
import { mock } from "node:test";
import {
  node,
  running,
  sink,
  tab,
  listeners,
  uplink,
  withNodeRed,
  type FlowNode,
  type Flows,
} from "./nodeRed";

const SIMULATOR = require.resolve("../../simulator/demo");

const demo = (id = "connection", more: object = {}): FlowNode => ({
  id,
  type: "tts-connection",
  service: "demo",
  ...more,
});

/** Ports of this process that something listens on. */
function listening(): number[] {
  const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles();
  return handles.flatMap((handle) => {
    const address = handle instanceof Server ? handle.address() : null;
    return typeof address === "object" && address !== null ? [address.port] : [];
  });
}

/** Those that were not there before. */
function newPorts(before: readonly number[]): number[] {
  return listening().filter((port) => !before.includes(port));
}

/** Port of the MQTT server, as the log has it. */
const portOf = (flows: Flows): number =>
  Number(/127\.0\.0\.1:(\d+)/.exec(flows.logged("INFO").join("\n"))?.[1]);

const lock = (more: object = {}): FlowNode =>
  node("tts-downlink", "lock", {
    device: "door-1",
    deviceType: "str",
    encoding: "decoded",
    confirmed: "true",
    report: "ack",
    wires: [["told"]],
    ...more,
  });

const send = (flows: Flows, payload: object, id = "lock"): void =>
  void flows.getNode(id).emit("input", { payload }, undefined, undefined);

describe("the service demo", () => {
  withNodeRed();
  let before: number[];
  beforeEach(() => (before = listening()));

  it("is not loaded before a node uses it", async () => {
    // Other tests of this process may have loaded it.
    Reflect.deleteProperty(require.cache, SIMULATOR);
    const flows = await running([tab(), demo(), uplink({ d: true }), sink()]);
    assert.equal(require.cache[SIMULATOR], undefined);
    assert.deepEqual(newPorts(before), []);
    await flows.deploy("nodes", [tab(), demo(), uplink(), sink()]);
    await flows.next();
    assert.ok(require.cache[SIMULATOR]);
  });

  it("has an uplink of each device that can send within five seconds", async () => {
    const start = Date.now();
    const flows = await running([tab(), demo(), uplink(), sink()]);
    const devices = new Map<string, unknown>();
    while (devices.size < 4) {
      const { deviceId = "", ...message } = await flows.next();
      devices.set(deviceId, message);
    }
    assert.ok(Date.now() - start < 5_000);
    assert.deepEqual([...devices.keys()].sort(), ["door-1", "not-decoded-1", "thermometer-1", "tracker-1"]);
    assert.match(JSON.stringify(devices.get("thermometer-1")), /"temperature":\d/);
    assert.match(JSON.stringify(devices.get("thermometer-1")), /"battery":87\.4/);
    assert.match(JSON.stringify(devices.get("tracker-1")), /"latitude":52\.\d/);
    assert.match(JSON.stringify(devices.get("door-1")), /"lock":"locked"/);
  });

  it("listens on the loopback interface only", async () => {
    const hosts: unknown[] = [];
    const listen = mock.method(Server.prototype, "listen");
    const flows = await running([tab(), demo(), uplink(), sink()]);
    await flows.next();
    for (const { arguments: given } of listen.mock.calls) hosts.push(given[1]);
    listen.mock.restore();
    assert.deepEqual(hosts, ["127.0.0.1", "127.0.0.1"]);
  });

  it("has a lock that acknowledges a downlink and answers with its state", async () => {
    const flows = await running([tab(), demo(), lock(), sink("told"), uplink({ devices: "door-1" }), sink()]);
    send(flows, { lock: false });
    const told = await flows.next("told");
    assert.match(JSON.stringify(told), /"state":"ack"/);
    let answer = await flows.next();
    while (!JSON.stringify(answer.payload).includes("unlocked")) answer = await flows.next();
  });

  it("takes what is sent while it starts, in order", async () => {
    const every = lock({ report: "queued", confirmed: "false" });
    const flows = await running([tab(), demo(), every, sink("told")]);
    for (const state of [true, false, true]) send(flows, { lock: state });
    const told = [await flows.next("told"), await flows.next("told"), await flows.next("told")];
    assert.deepEqual(
      told.map(({ payload }) => payload),
      [{ lock: true }, { lock: false }, { lock: true }],
    );
  });

  it("explains what the lock's encoder refuses", async () => {
    const flows = await running([tab(), demo(), lock(), sink("told"), ...listeners()]);
    send(flows, { lock: "ajar" });
    const { error } = await flows.next("caught");
    assert.equal(error?.code, "not_accepted");
    assert.match(error.message, /lock must be locked or unlocked/);
  });

  it("tells why a device does not join, and why one is not decoded", async () => {
    const events = node("tts-event", "event", { events: ["join_error", "decoder_error"] });
    const flows = await running([tab(), demo(), events, sink()]);
    const [one, other] = [await flows.next(), await flows.next()];
    assert.deepEqual(
      [one, other].map(({ deviceId, event }) => [deviceId, event]),
      [
        ["not-decoded-1", "decoder_error"],
        ["not-joining-1", "join_error"],
      ],
    );
    assert.match(String(other.reason), /AppKey/);
    assert.match(String(one.reason), /^Line 3 of the uplink formatter of not-decoded-1.*Cannot read/);
  });

  it("has joins of the others", async () => {
    const flows = await running([tab(), demo(), node("tts-join", "join"), sink()]);
    const devices = [await flows.next(), await flows.next(), await flows.next()];
    assert.deepEqual(
      devices.map(({ deviceId }) => deviceId),
      ["thermometer-1", "tracker-1", "door-1"],
    );
  });

  it("lists a queue, by its HTTP API", async () => {
    const list = node("tts-downlink", "list", {
      device: "thermometer-1",
      deviceType: "str",
      operation: "list",
    });
    const flows = await running([tab(), demo(), list, sink()]);
    send(flows, {}, "list");
    assert.deepEqual((await flows.next()).payload, []);
  });

  it("is one for all connections and their nodes", async () => {
    const flows = await running([
      tab(),
      demo(),
      demo("second", { name: "Second", applicationId: "left-over", port: "nonsense" }),
      uplink({ devices: "thermometer-1" }),
      uplink({ devices: "thermometer-1", connection: "second", wires: [["other"]] }, "another"),
      sink(),
      sink("other"),
    ]);
    const [one, other] = await Promise.all([flows.next(), flows.next("other")]);
    assert.deepEqual(one.tts, other.tts);
    assert.equal(newPorts(before).length, 2);
  });

  it("is gone when its last user is", async () => {
    const both = [tab(), demo(), uplink(), uplink({}, "another"), sink()];
    const flows = await running(both);
    await flows.next();
    assert.equal(newPorts(before).length, 2);
    await flows.deploy("nodes", [tab(), demo(), uplink(), sink()]);
    assert.equal(newPorts(before).length, 2);
    await flows.deploy("nodes", [tab(), demo(), sink()]);
    assert.deepEqual(newPorts(before), []);
  });

  for (const type of ["full", "flows", "nodes"] as const)
    it(`goes on after a deploy (${type}), at the same ports, and leaves nothing behind`, async () => {
      const nodes = [tab(), demo(), uplink({ devices: "thermometer-1" }), sink()];
      const flows = await running(nodes);
      await flows.next();
      const port = portOf(flows);
      for (const name of ["one", "two", "three", "four", "five"]) {
        const next = nodes.map((each) => (each.id === "uplink" ? { ...each, name } : each));
        await flows.deploy(type, next);
        await flows.next();
      }
      assert.equal(newPorts(before).length, 2);
      assert.ok(newPorts(before).includes(port));
      await flows.deploy("full", []);
      assert.deepEqual(newPorts(before), []);
    });

  it("finds other ports where another program has taken its own meanwhile", async () => {
    const nodes = [tab(), demo(), uplink({ devices: "thermometer-1" }), sink()];
    const flows = await running(nodes);
    await flows.next();
    const port = portOf(flows);
    await flows.deploy("full", [tab()]);
    const other = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    try {
      await flows.deploy("full", nodes);
      await flows.next();
      assert.equal(newPorts([...before, port]).length, 2);
    } finally {
      other.close();
    }
  });

  it("says so where it may not listen, and tries again at the next deploy", async () => {
    // Nothing of an earlier test is to be started again.
    const refused = mock.method(Server.prototype, "listen", function (this: Server) {
      queueMicrotask(() => this.emit("error", Object.assign(new Error("listen EPERM"), { code: "EPERM" })));
      return this;
    });
    const nodes = [tab(), demo(), uplink(), lock(), sink("told"), sink(), ...listeners()];
    const flows = await running(nodes);
    const { error } = await flows.next("caught");
    assert.equal(error?.code, "connection_failed");
    assert.match(error.message, /^The demo could not be started \(EPERM\)\./);
    await flows.shows("uplink", "demo not started");
    send(flows, { lock: true });
    assert.equal((await flows.next("caught")).error?.code, "connection_failed");
    assert.deepEqual(newPorts(before), []);
    refused.mock.restore();
    await flows.deploy("full", nodes);
    await flows.next();
  });

  it("is what Test tries, whatever stands in the hidden fields, and only for as long", async () => {
    const flows = await running([tab()]);
    const { status, body } = await test(flows, { service: "demo", host: "eu1.cloud.thethings.network" });
    assert.equal(status, 200);
    assert.doesNotMatch(body, /eu1/);
    for (const step of ["tcp", "login", "read", "write", "topics"])
      assert.match(body, new RegExp(`"step":"${step}","outcome":"passed"`));
    assert.match(body, /"end":true/);
    assert.deepEqual(newPorts(before), []);
  });

  it("suggests its devices and their fields", async () => {
    const flows = await running([tab(), demo(), uplink({ devices: "thermometer-1" }), sink()]);
    await flows.next();
    const { body } = await flows.get("/tts-connection/connection/suggestions", { list: "fields" });
    assert.match(JSON.stringify(body), /"value":"temperature"/);
  });

  it("shows the bytes of fields also where no node uses the connection", async () => {
    const flows = await running([tab(), demo()]);
    const request = { device: "door-1", fPort: 1, payload: { lock: true } };
    const { body } = await flows.post("/tts-downlink/connection/encode", request);
    assert.match(JSON.stringify(body), /"fPort":15,"length":1,"hex":"01"/);
    assert.deepEqual(newPorts(before), []);
  });

  it("has its key in no log, error, status or flow", async () => {
    const flows = await running([tab(), demo(), uplink(), sink(), ...listeners()]);
    await flows.next();
    assert.doesNotMatch(flows.log + flows.exported + JSON.stringify(flows.everything), /NNSXS/);
  });
});

async function test(flows: Flows, properties: object): Promise<{ status: number; body: string }> {
  const answer = await flows.post("/tts-connection/test", {
    id: "new",
    properties,
    credentials: { apiKey: "__PWRD__" },
  });
  return { status: answer.status, body: String(Reflect.get(answer, "text")) };
}
