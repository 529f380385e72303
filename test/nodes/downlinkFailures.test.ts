import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { Simulator } from "../../simulator/simulator";
import {
  device,
  downlink,
  downlinkFlow,
  failure,
  FILTERS,
  give,
  queued,
  published,
  sending,
  until,
} from "./downlinks";
import { stepsOf, viewOf, wire, withDevices, type Properties } from "./downlinks";
import {
  connection,
  running,
  subscribed,
  uplink,
  withNodeRed,
  type Credentials,
  type FlowNode,
  type Flows,
} from "./nodeRed";
import { READ_ONLY, WRITE_ONLY } from "./rights";

const confirmed: Properties = { confirmed: "true", confirmedType: "bool" };
const SHORT = { timeout: "1" };

/** A connection of its own with a downlink node. */
const branch = (
  simulator: Simulator,
  id: string,
  more: object = {},
  properties: Properties = {},
): FlowNode[] => [
  connection(simulator, { id: `${id}-connection`, clientId: id, api: simulator.apiUrl, ...more }),
  downlink({ connection: `${id}-connection`, ...SHORT, ...properties }, id),
];

describe("a downlink without an answer", () => {
  withNodeRed();

  it("fails with what the stack's API knows", async () => {
    const simulator = await withDevices({ devices: [device("valve"), device("lamp")] });
    const keys = { writer: simulator.addKey({ name: "writer", rights: WRITE_ONLY }) };
    const reader = simulator.addKey({ name: "reader", rights: READ_ONLY });
    const late = simulator.addKey({ name: "late", rights: WRITE_ONLY });
    const gone = simulator.addKey({ name: "gone" });
    const nodes = [
      ...downlinkFlow(simulator).filter(({ id }) => id !== "connection" && id !== "downlink"),
      ...branch(simulator, "typo"),
      ...branch(simulator, "writer"),
      ...branch(simulator, "reader"),
      ...branch(simulator, "late"),
      ...branch(simulator, "gone"),
      ...branch(simulator, "silent", {}, { encoding: "decoded" }),
      ...branch(simulator, "lost"),
    ];
    const apiKey = simulator.apiKey;
    const flows = await sendingAll(simulator, nodes, {
      typo: apiKey,
      ...keys,
      reader,
      late,
      gone,
      silent: apiKey,
      lost: apiKey,
    });
    simulator.uplink("valve");
    simulator.setRights(late, [...READ_ONLY, ...WRITE_ONLY]);
    await flows.shows("reader", "key may not send");
    give(flows, { what: "reader" }, "reader");
    give(flows, { what: "typo", deviceId: "valv" }, "typo");
    give(flows, { what: "writer" }, "writer");
    give(flows, { what: "late", deviceId: "lamp" }, "late");
    await published(simulator, 3);
    simulator.mute(true);
    give(flows, { what: "silent", payload: { level: 1 } }, "silent");
    give(flows, { what: "gone" }, "gone");
    give(flows, { what: "lost" }, "lost");
    await published(simulator, 6);
    simulator.removeKey(gone);
    simulator.mute(false);
    const found = new Map<unknown, string>();
    for (let number = 0; number < 6; number++) {
      const { code, text, message } = await failure(flows);
      assert.equal(code, "not_accepted");
      found.set(message.what, text);
    }
    assert.match(found.get("typo") ?? "", /^No device valv in app1: did you mean valve\?/);
    assert.match(found.get("writer") ?? "", /key “writer” may not read.* lacks .*Read application traffic/);
    assert.match(found.get("reader") ?? "", /key “reader” may not send .*Write downlink/);
    assert.match(found.get("silent") ?? "", /formatter of \w+ failed on these fields/);
    assert.match(found.get("gone") ?? "", /key .*no longer valid/);
    assert.match(found.get("lost") ?? "", /not in its queue/);
    const view = await flows.next();
    assert.deepEqual([view.what, viewOf(view).state], ["late", "queued"], "found in the queue");
    const texts = [inspect(flows.everything, { depth: 20 }), flows.log];
    for (const key of [apiKey, keys.writer, reader, late, gone])
      for (const text of texts) assert.ok(!text.includes(key.split(".")[2] ?? key));
  });

  it("fails for a clear that the key may not do, also where the device is well known", async () => {
    const simulator = await withDevices();
    const reader = simulator.addKey({ name: "reader", rights: READ_ONLY });
    const nodes = [
      ...downlinkFlow(simulator).filter(({ id }) => id !== "connection" && id !== "downlink"),
      ...branch(simulator, "reader", {}, { operation: "clear" }),
      uplink({ connection: "reader-connection" }),
    ];
    const flows = await running(nodes, { "reader-connection": { apiKey: reader } });
    await subscribed(simulator, FILTERS + 1);
    simulator.uplink("valve");
    await flows.next();
    await flows.shows("reader", "key may not send");
    give(flows, {}, "reader");
    const { code, text } = await failure(flows);
    assert.equal(code, "not_accepted");
    assert.match(text, /key “reader” may not send .*Write downlink/);
    assert.equal(simulator.publishes.length, 0);
  });

  it("fails with what is likely where the API is off", async () => {
    const simulator = await withDevices();
    const reader = simulator.addKey({ rights: READ_ONLY });
    const writer = simulator.addKey({ rights: WRITE_ONLY });
    const off = { api: "off" };
    const nodes = [
      ...downlinkFlow(simulator).filter(({ id }) => id !== "connection" && id !== "downlink"),
      ...branch(simulator, "typo", off),
      ...branch(simulator, "writer", off),
      ...branch(simulator, "reader", off),
      ...branch(simulator, "encoder", off, { encoding: "decoded" }),
    ];
    const apiKey = simulator.apiKey;
    const flows = await sendingAll(simulator, nodes, { typo: apiKey, writer, reader, encoder: apiKey });
    simulator.uplink("valve");
    give(flows, { what: "good" }, "typo");
    await flows.next();
    give(flows, { what: "typo", deviceId: "valv" }, "typo");
    give(flows, { what: "writer" }, "writer");
    give(flows, { what: "reader" }, "reader");
    give(flows, { what: "encoder", payload: { wrong: 1 } }, "encoder");
    const found = new Map<unknown, string>();
    for (let number = 0; number < 4; number++) {
      const { code, text, message } = await failure(flows);
      assert.equal(code, "not_accepted");
      found.set(message.what, text);
    }
    assert.match(found.get("typo") ?? "", /^No device valv in app1, most likely: did you mean valve\?/);
    const ofWriter = found.get("writer") ?? "";
    assert.match(ofWriter, /lacks .*Write downlink.* lacks .*Read application/);
    assert.doesNotMatch(ofWriter, /[Mm]ost likely/);
    assert.match(found.get("reader") ?? "", /lacks the right “Write downlink/);
    assert.match(
      found.get("encoder") ?? "",
      /^The downlink formatter of \w+ failed, or the API key may not send/,
    );
    assert.equal(simulator.requests.length, 0);
    assert.equal((await flows.shows("typo", "no device valv?")).fill, "red");
  });
});

async function sendingAll(
  simulator: Simulator,
  nodes: readonly FlowNode[],
  keys: Readonly<Record<string, string>>,
): Promise<Flows> {
  const credentials: Credentials = {};
  for (const [id, apiKey] of Object.entries(keys)) credentials[`${id}-connection`] = { apiKey };
  const flows = await running(nodes, credentials);
  await subscribed(simulator, 6 * Object.keys(keys).length);
  return flows;
}

describe("what the stack reports", () => {
  withNodeRed();

  it("is an error with its own sentence, ours before it, and its error object", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator);
    give(flows, { deviceId: "new-lamp" });
    const { code, text, message } = await failure(flows);
    assert.equal(code, "downlink_failed");
    assert.match(
      text,
      /^new-lamp has not joined yet\. .*The network says: no device session; check device activation\.$/,
    );
    const { cause } = message.error as { cause?: { stack?: { name?: string } } };
    assert.equal(cause?.stack?.name, "no_device_session");
    assert.equal(message.downlink, undefined);
    assert.equal((await flows.shows("downlink", "new-lamp not joined")).fill, "red");
    assert.deepEqual([flows.untaken(), flows.untaken("completed"), flows.untaken("caught")], [[], [], []]);
  });

  it("is one error for several, naming how many; of a single one it names none", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator, downlinkFlow(simulator, { encoding: "downlinks" }));
    const object = { f_port: 1, frm_payload: "AQ==" };
    give(flows, { deviceId: "new-lamp", payload: [object, object, object] });
    assert.match(
      (await failure(flows)).text,
      /^new-lamp has not joined yet\. .*no device session.* 3 downlinks to new-lamp, 3 failed/,
    );
    give(flows, { deviceId: "new-lamp", payload: [object] });
    assert.match((await failure(flows)).text, /^new-lamp has not joined yet\. .*activation\.$/);
    assert.deepEqual([flows.untaken(), flows.untaken("caught")], [[], []]);
  });

  it("is not_encoded for fields that the device has no encoder for, or that it made nothing of", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator, downlinkFlow(simulator, { encoding: "decoded" }));
    give(flows, { deviceId: "lamp", payload: { level: 1 } });
    assert.equal((await failure(flows)).code, "not_encoded");
    give(flows, { payload: { level: -1 } });
    assert.equal((await failure(flows)).code, "not_encoded");
    await flows.shows("downlink", "no formatter");
    give(flows, { payload: { level: 1 } });
    assert.equal(viewOf(await flows.next()).state, "queued");
    assert.deepEqual(flows.untaken("caught"), []);
  });

  it("is undelivered for a confirmed one that it gave up", async () => {
    const simulator = await withDevices();
    const one = { ...confirmed, report: "ack", maxAttempts: "1", maxAttemptsType: "num" } as const;
    const flows = await sending(simulator, downlinkFlow(simulator, one));
    give(flows, { deviceId: "lamp" });
    await queued(simulator, "lamp");
    simulator.uplink("lamp");
    await until(() => simulator.transmissions.length === 1, "the transmission");
    simulator.uplink("lamp", {}, { ack: false });
    const { code, text, message } = await failure(flows);
    assert.equal(code, "undelivered");
    assert.match(text, /never acknowledged the downlink \(transmissions: 1\)/);
    assert.doesNotMatch(text, /acknowledged.*acknowledged:/);
    const { cause } = message.error as { cause?: { stack?: { name?: string } } };
    assert.equal(cause?.stack?.name, "max_retries_reached");
    assert.deepEqual([flows.untaken(), flows.untaken("completed"), flows.untaken("caught")], [[], [], []]);
  });

  it("is undelivered for one that is replaced or cleared before it was sent", async () => {
    const simulator = await withDevices();
    const nodes = [
      ...downlinkFlow(simulator, { report: "sent" }),
      downlink({ operation: "how", operationType: "msg" }, "queue"),
    ];
    const flows = await sending(simulator, nodes);
    for (const how of ["replace", "clear"]) {
      give(flows, { deviceId: "lamp", how });
      await queued(simulator, "lamp", how === "clear" ? 2 : 1);
      give(flows, { deviceId: "lamp", how, payload: [2] }, "queue");
      const { code, text } = await failure(flows);
      assert.equal(code, "undelivered");
      assert.match(text, how === "clear" ? /was cleared/ : /^A later downlink replaced the one to lamp/);
      await flows.next();
    }
    assert.deepEqual([flows.untaken(), flows.untaken("caught")], [[], []]);
  });

  it("is nothing of what other clients send, even with the same correlation ID", async () => {
    const simulator = await withDevices();
    const ids = { correlationIds: "order-66", correlationIdsType: "str", report: "sent" } as const;
    const nodes = [
      ...downlinkFlow(simulator, ids),
      connection(simulator, { id: "other-connection", clientId: "other" }),
      downlink({ ...ids, connection: "other-connection", wires: [["out2"]] } as Properties, "other"),
      { id: "out2", type: "sink", z: "tab", x: 0, y: 0, wires: [] },
    ];
    const apiKey = simulator.apiKey;
    const flows = await sending(simulator, nodes, { connection: { apiKey }, "other-connection": { apiKey } });
    await subscribed(simulator, 12);
    give(flows, { deviceId: "lamp", mine: 1 });
    await queued(simulator, "lamp");
    give(flows, { deviceId: "lamp", mine: 2 }, "other");
    await queued(simulator, "lamp", 2);
    simulator.uplink("lamp");
    const first = await flows.next();
    assert.equal(first.mine, 1);
    assert.deepEqual([flows.untaken("out2"), flows.untaken()], [[], []]);
    simulator.uplink("lamp");
    const second = await flows.next("out2");
    assert.deepEqual([second.mine, stepsOf(second)], [2, ["published", "queued", "sent"]]);
    assert.deepEqual([flows.untaken(), flows.untaken("caught")], [[], []]);
    assert.equal(
      new Set(
        wire(simulator)
          .flat()
          .flatMap(({ correlation_ids }) => correlation_ids),
      ).size,
      3,
    );
  });
});

describe("a downlink node whose key may not send", () => {
  withNodeRed();

  it("says so at once", async () => {
    const simulator = await withDevices({ keys: [{ name: "reader", rights: READ_ONLY }] });
    const nodes = downlinkFlow(simulator).map((each) =>
      each.id === "connection" ? connection(simulator, { api: simulator.apiUrl }) : each,
    );
    const flows = await sending(simulator, nodes);
    assert.equal((await flows.shows("downlink", "key may not send")).fill, "yellow");
    assert.equal(flows.logged("WARN").length, 1);
    assert.match(
      flows.logged("WARN")[0] ?? "",
      /“reader” may not send, so downlinks are dropped.* lacks .*Write downlink/,
    );
  });

  const withApi = (simulator: Simulator, properties: Properties = {}): FlowNode[] =>
    downlinkFlow(simulator, properties).map((each) =>
      each.id === "connection" ? connection(simulator, { api: simulator.apiUrl }) : each,
    );

  for (const [whose, key, where] of [
    ["an application", {}, /Applications → app1 → API keys → reader/],
    ["a user", { userId: "jo" }, /of user jo .* API keys → reader/],
  ] as const) {
    it(`refuses each downlink at once, and names the right and where to grant it for the key of ${whose}`, async () => {
      const simulator = await withDevices({ keys: [{ name: "reader", rights: READ_ONLY, ...key }] });
      const flows = await sending(simulator, withApi(simulator, { timeout: "0", offline: "error" }));
      await flows.shows("downlink", "key may not send");
      for (const operation of ["push", "replace"]) {
        give(flows, { operation, mine: operation });
        const { code, text, message } = await failure(flows);
        assert.equal(code, "not_accepted");
        assert.match(
          text,
          /^The API key “reader” .{0,12}may not send downlinks\. .*Write downlink application/,
        );
        assert.match(text, where);
        assert.equal(message.mine, operation);
      }
      assert.equal(simulator.publishes.length, 0);
      assert.ok(simulator.requests.length <= 4, "each downlink is no question");
    });
  }

  it("sends without a restart once the right is granted, by logging in anew", async () => {
    const simulator = await withDevices({ keys: [{ name: "reader", rights: READ_ONLY }] });
    const flows = await sending(simulator, withApi(simulator, { offline: "error" }));
    await flows.shows("downlink", "key may not send");
    simulator.setRights(simulator.apiKey, [...READ_ONLY, ...WRITE_ONLY]);
    const end = performance.now() + 15_000;
    // It looks again when it has not for some seconds.
    for (let taken = false; !taken;) {
      give(flows, { deviceId: "lamp" });
      await until(() => flows.untaken().length + flows.untaken("caught").length > 0, "an end");
      taken = flows.untaken().length > 0;
      if (!taken) assert.match((await failure(flows)).text, /may not send/);
      assert.ok(performance.now() < end, "it is still not looked at again");
      if (!taken) await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert.equal(viewOf(await flows.next()).state, "queued");
    assert.equal(simulator.publishes.length, 1);
    await flows.shows("downlink", "queued · lamp");
    assert.equal(simulator.sessions, 1);
  }).timeout(20_000);
});

describe("a downlink to a device that does not exist", () => {
  withNodeRed();

  const nodesFor = (simulator: Simulator, more: object): FlowNode[] =>
    downlinkFlow(simulator, { timeout: "0", report: "sent" }).map((each) =>
      each.id === "connection" ? connection(simulator, { api: simulator.apiUrl, ...more }) : each,
    );

  it("fails a second after the acknowledgement, whatever its time limit, and others go on", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator, nodesFor(simulator, {}));
    give(flows, { deviceId: "lamp", what: "good" });
    give(flows, { deviceId: "valv", what: "typo" });
    give(flows, { deviceId: "heater", what: "none" });
    const found = new Map<unknown, string>();
    for (let number = 0; number < 2; number++) {
      const { code, text, message } = await failure(flows);
      assert.equal(code, "not_accepted");
      found.set(message.what, text);
    }
    assert.match(found.get("typo") ?? "", /^No device valv in app1/);
    assert.match(found.get("none") ?? "", /^No device heater in app1/);
    simulator.uplink("lamp");
    assert.equal((await flows.next()).what, "good");
  });

  it("waits where the API cannot be asked, and asks of ten devices at most at a time", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator, nodesFor(simulator, {}));
    while (simulator.requests.length < 2) await simulator.next("request");
    simulator.api("hang");
    const devices = Array.from({ length: 12 }, (_, index) => `nobody-${index}`);
    for (const deviceId of devices) give(flows, { deviceId });
    await published(simulator, 12);
    const asked = (): Set<string | undefined> =>
      new Set(
        simulator.requests.flatMap(({ path }) => (path.includes("/devices/") ? [path.split("/")[7]] : [])),
      );
    await until(() => asked().size === 10, "ten questions");
    // The API is given up after three seconds; until then there are no more.
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(asked().size, 10);
    assert.deepEqual([flows.untaken(), flows.untaken("caught")], [[], []]);
  });
});
