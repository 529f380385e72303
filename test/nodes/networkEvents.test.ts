import assert from "node:assert/strict";
import { javaScriptFormatter, javaScriptUplinkFormatter, type Simulator } from "../../simulator/simulator";
import { NETWORK_KINDS } from "../../src/stack/kinds";
import { device, until } from "./downlinks";
import {
  connection,
  events,
  listeners,
  node,
  running,
  simulated,
  sink,
  subscribed,
  tab,
  uplink,
  withNodeRed,
  type FlowNode,
  type Flows,
} from "./nodeRed";

const MIC_MISMATCH = { namespace: "pkg/joinserver", name: "mic_mismatch", message_format: "MIC mismatch" };

const event = (more: object = {}, id = "event"): FlowNode =>
  node("tts-event", id, { events: [...NETWORK_KINDS], ...more });

const withApi = (simulator: Simulator, more: object = {}): FlowNode =>
  connection(simulator, { api: simulator.apiUrl, ...more });

const credentials = (simulator: Simulator, apiKey = simulator.apiKey) => ({ connection: { apiKey } });

describe("errors of the network", () => {
  withNodeRed();

  const started = async (nodes: (simulator: Simulator) => FlowNode[], streams = 1) => {
    const simulator = await simulated({ devices: [device("valve", { joined: false }), device("lamp")] });
    const flows = await running(nodes(simulator), credentials(simulator));
    await until(() => simulator.eventStreams === streams, "the stream");
    return { simulator, flows };
  };

  const usual = (simulator: Simulator): FlowNode[] => [
    ...[tab(), withApi(simulator), event(), sink(), ...listeners()],
  ];

  it("say why a join was refused, and what to do", async () => {
    const { simulator, flows } = await started(usual);
    const sent = simulator.refuseJoin("valve", "mic_mismatch");
    const message = await flows.next();
    assert.equal(message.event, "join_error");
    assert.equal(message.topic, "events/ns.up.join.cluster.fail");
    assert.equal(message.deviceId, "valve");
    assert.match(
      String(message.reason),
      /^Join of valve refused: its AppKey differs from the one in the Console\./,
    );
    const { error, name, event: stacks, data } = message.payload as Record<string, unknown>;
    assert.deepEqual([error, name, stacks], ["MIC mismatch", "mic_mismatch", "ns.up.join.cluster.fail"]);
    assert.deepEqual(data, sent.data);
    assert.ok(message.tts);
    const { end_device_ids: ids, join_error: body } = message.tts;
    assert.equal((ids as Record<string, unknown>).device_id, "valve");
    assert.deepEqual(body, message.payload);
    await flows.shows("event", "join error · valve · __:__");
  });

  it("are told once of one join, whatever number of servers report it", async () => {
    const { simulator, flows } = await started(usual);
    const data = {
      namespace: "pkg/joinserver",
      name: "reuse_dev_nonce",
      message_format: "DevNonce has already been used",
    };
    const one = { correlation_ids: ["gs:uplink:01A"] };
    for (const name of ["js.join.reject", "ns.up.join.cluster.fail", "ns.up.join.drop"])
      simulator.publishEvent(name, "valve", data, one);
    simulator.publishEvent("ns.up.join.cluster.fail", "valve", data, { correlation_ids: ["gs:uplink:01B"] });
    assert.equal((await flows.next()).topic, "events/js.join.reject");
    assert.deepEqual((await flows.next()).correlationIds, ["gs:uplink:01B"]);
    assert.deepEqual(flows.untaken(), []);
  });

  it("reach each node that wants them, as a message of its own, and no other", async () => {
    const { simulator, flows } = await started((server) => [
      ...[tab(), withApi(server)],
      event({ wires: [["one"]] }, "e1"),
      event({ wires: [["two"]], events: ["join_error"], devices: "valve" }, "e2"),
      event({ wires: [["three"]], events: ["join_error"], devices: "lamp" }, "e3"),
      ...["one", "two", "three"].map((id) => sink(id)),
    ]);
    simulator.refuseJoin("valve", "mic_mismatch");
    const [one, two] = [await flows.next("one"), await flows.next("two")];
    assert.deepEqual(one.payload, two.payload);
    assert.notEqual(one.payload, two.payload);
    assert.deepEqual(flows.untaken("three"), []);
  });

  it("come over a stream that is open only while a node wants it", async () => {
    const { simulator, flows } = await started(usual);
    await flows.deploy("full", [tab(), withApi(simulator), uplink(), sink()]);
    await until(() => simulator.eventStreams === 0, "the end of the stream");
    await flows.deploy("full", usual(simulator));
    await until(() => simulator.eventStreams === 1, "a stream again");
  });

  for (const type of ["full", "nodes"] as const)
    it(`are not lost at a deploy (${type}), and the stream stays`, async () => {
      const { simulator, flows } = await started(usual);
      const moments = ["flows:stopping", "flows:stopped", "flows:starting", "flows:started"];
      for (const moment of moments)
        events.once(moment, () =>
          simulator.publishEvent("ns.up.join.cluster.fail", moment.slice(6), MIC_MISMATCH),
        );
      await flows.deploy(type, [tab(), withApi(simulator), event({ name: "other" }), sink(), ...listeners()]);
      for (const moment of moments) assert.equal((await flows.next()).deviceId, moment.slice(6));
      assert.deepEqual(flows.untaken(), []);
      const asked = simulator.requests.filter(({ path }) => path.endsWith("/events"));
      assert.equal(asked.length, 1);
    });

  it("come again after the stream was cut", async () => {
    const { simulator, flows } = await started(usual);
    const open = simulator.next("eventStreams");
    simulator.endEventStreams();
    await open;
    await until(() => simulator.eventStreams === 1, "another stream");
    simulator.refuseJoin("valve", "reuse_dev_nonce");
    assert.match(String((await flows.next()).reason), /its DevNonce was used before/);
    assert.deepEqual(flows.logged("WARN"), []);
  });

  it("that cannot be had are said once, as a warning and in the status, and the rest goes on", async () => {
    const simulator = await simulated();
    simulator.eventRoute(404);
    const nodes = [tab(), withApi(simulator), event({ events: ["downlink_queued", "join_error"] }), sink()];
    const flows = await running(nodes, credentials(simulator));
    await flows.shows("event", "no event stream");
    assert.match(flows.logged("WARN").join(), /^The server has no event stream \(404\)\./);
    simulator.publish("downlink_queued", "door", { f_port: 1 });
    assert.equal((await flows.next()).event, "downlink_queued");
  });

  const NEVER: readonly (readonly [string, object])[] = [
    ["where the API is off", { api: "off" }],
    ["on a connection to a broker", { service: "pubsub", topics: { uplink_message: "up" }, baseTopic: "x" }],
  ];
  for (const [where, more] of NEVER) {
    it(`never come ${where}: said at once`, async () => {
      const simulator = await simulated();
      const nodes = [tab(), connection(simulator, more), event(), sink(), ...listeners()];
      const flows: Flows = await running(nodes, credentials(simulator));
      const { error } = await flows.next("caught");
      assert.match(error?.message ?? "", /^These events never come on this connection: join_error/);
      await flows.shows("event", "no event stream");
    });
  }
});

describe("a downlink whose encoder fails", () => {
  withNodeRed();

  it("fails at once with what the script threw, and where", async () => {
    const simulator = await simulated({
      devices: [
        device("valve", {
          downlinkFormatter: javaScriptFormatter({
            encodeDownlink() {
              throw new Error("level is missing");
            },
          }),
        }),
      ],
    });
    const nodes = [
      ...[tab(), withApi(simulator), sink(), ...listeners()],
      node("tts-downlink", "downlink", { encoding: "decoded", timeout: "30" }),
    ];
    const flows = await running(nodes, credentials(simulator));
    await until(() => simulator.eventStreams === 1, "the stream");
    await flows.shows("downlink", "connected");
    flows.getNode("downlink").receive({ ...{ deviceId: "valve" }, payload: { level: 5 } });
    const { error } = await flows.next("caught");
    assert.equal(error?.code, "not_accepted");
    assert.match(error.message, /downlink formatter of valve: “Error: level is missing”/);
    await flows.shows("downlink", "formatter failed · valve");
  });

  it("needs no stream where only bytes are sent", async () => {
    const simulator = await simulated();
    const nodes = [tab(), withApi(simulator), sink(), ...listeners(), node("tts-downlink", "downlink")];
    const flows = await running(nodes, credentials(simulator));
    await flows.shows("downlink", "connected");
    flows.getNode("downlink").receive({ ...{ deviceId: "door" }, payload: Buffer.from([1]) });
    assert.equal((await flows.next()).deviceId, "door");
    assert.equal(simulator.eventStreams, 0);
  });
});

describe("a payload that is missing because its decoder failed", () => {
  withNodeRed();

  const THROWS = javaScriptUplinkFormatter({
    decodeUplink() {
      throw new Error("unknown frame");
    },
  });

  const started = async (properties: object) => {
    const simulator = await simulated({
      devices: [device("meter", { uplinkFormatter: THROWS }), device("plain")],
    });
    const nodes = [
      ...[tab(), withApi(simulator), sink(), ...listeners()],
      uplink({ missing: "error", ...properties }),
    ];
    const flows = await running(nodes, credentials(simulator));
    await subscribed(simulator, 1);
    return { simulator, flows };
  };

  for (const properties of [
    { output: "decoded" },
    { output: "field", field: "level" },
    { output: "normalized" },
  ])
    it(`is told with the decoder's own error: output ${properties.output}`, async () => {
      const { simulator, flows } = await started(properties);
      await until(() => simulator.eventStreams === 1, "the stream");
      simulator.uplink("meter");
      const caught = await flows.next("caught");
      assert.equal(caught.error?.code, "missing_payload");
      assert.match(caught.error.message, /uplink formatter of meter: “Error: unknown frame”/);
      assert.equal(caught.deviceId, "meter");
      await flows.shows("uplink", "meter · formatter failed");
    });

  it("is told as usual where the decoder says nothing", async () => {
    const { simulator, flows } = await started({ output: "decoded" });
    await until(() => simulator.eventStreams === 1, "the stream");
    simulator.uplink("plain");
    const caught = await flows.next("caught");
    assert.equal(caught.error?.code, "missing_payload");
    assert.match(caught.error.message, /^plain has no payload formatter, or it failed/);
  });

  it("is not explained by the error of an earlier uplink", async () => {
    const { simulator, flows } = await started({ output: "decoded" });
    await until(() => simulator.eventStreams === 1, "the stream");
    simulator.uplink("meter");
    assert.match((await flows.next("caught")).error?.message ?? "", /unknown frame/);
    simulator.publish("uplink_message", "meter", { f_port: 1, frm_payload: "AQ==" });
    assert.match((await flows.next("caught")).error?.message ?? "", /^meter has no payload formatter/);
  });

  it("is told as usual while the event stream cannot be had", async () => {
    const { simulator, flows } = await started({ output: "decoded" });
    simulator.eventRoute(404);
    simulator.endEventStreams();
    await until(() => simulator.eventStreams === 0, "the end of the stream");
    simulator.uplink("meter");
    assert.match((await flows.next("caught")).error?.message ?? "", /^meter has no payload formatter/);
  });

  for (const properties of [{ missing: "bytes" }, { output: "message" }, { output: "bytes" }])
    it(`needs no stream with ${JSON.stringify(properties)}`, async () => {
      const { simulator, flows } = await started({ output: "decoded", ...properties });
      simulator.uplink("meter");
      assert.equal((await flows.next()).deviceId, "meter");
      assert.equal(simulator.eventStreams, 0);
    });
});
