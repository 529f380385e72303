import assert from "node:assert/strict";
import { javaScriptFormatter, type SimulatedDevice, type Simulator } from "../../simulator/simulator";
import { documented } from "../stack/fixtures";
import { device, downlink, failure, give, until } from "./downlinks";
import {
  connection,
  listeners,
  node,
  receiving,
  running,
  simulated,
  sink,
  tab,
  uplink,
  withNodeRed,
  type FlowNode,
} from "./nodeRed";

/** Says what HTML could stumble over, as real scripts do. */
const SAYS = `level isn't in <1, 9> & "low"`;

const METER: SimulatedDevice = device("meter", {
  battery: 64.5,
  attributes: { site: "north" },
  versionIds: { brand_id: "acme", model_id: "flow-2", hardware_version: "1.0", firmware_version: "1.2" },
  location: { latitude: 52.37, longitude: 4.89, altitude: 3, source: "SOURCE_REGISTRY" },
  downlinkFormatter: javaScriptFormatter({
    encodeDownlink() {
      throw new Error(SAYS);
    },
  }),
});

/** Class C, and answers never. */
const SIREN: SimulatedDevice = device("siren", { class: "C" });

const KNOWN = {
  brand: "acme",
  model: "flow-2",
  firmware: "1.2",
  attributes: { site: "north" },
  location: { latitude: 52.37, longitude: 4.89, altitude: 3 },
};

describe("a newer server", () => {
  withNodeRed();

  const server = (version: "3.32" | "3.36" = "3.36"): Promise<Simulator> =>
    simulated({ version, devices: [METER, SIREN], timing: { acceptedAfter: 1, classCTimeout: 15 } });

  it("tells an uplink node the battery, and what the stack knows of the device", async () => {
    const simulator = await server();
    const flows = await receiving(simulator, [tab(), connection(simulator), uplink(), sink()]);
    simulator.uplink("meter");
    const message = await flows.next();
    assert.equal(message.battery, 64.5);
    const { addr, ...known } = message.device as Record<string, unknown>;
    assert.match(String(addr), /^[0-9A-F]{8}$/);
    assert.deepEqual(known, { id: "meter", applicationId: "app1", ...KNOWN });
  });

  it("tells it only if it is new enough", async () => {
    const simulator = await server("3.32");
    const flows = await receiving(simulator, [tab(), connection(simulator), uplink(), sink()]);
    simulator.uplink("meter");
    const message = await flows.next();
    assert.ok(!("battery" in message));
    assert.ok(!("attributes" in Object(message.device)));
  });

  it("tells join and event nodes what the stack knows of the device", async () => {
    const simulator = await server();
    const event = node("tts-event", "event", { events: ["downlink_sent"], wires: [["events"]] });
    const flows = await receiving(
      simulator,
      [tab(), connection(simulator), node("tts-join", "join"), sink(), event, sink("events")],
      2,
    );
    for (const topic of ["join", "down/sent"]) {
      const found = documented().find((each) => each.topic.endsWith(`/${topic}`));
      assert.ok(found);
      simulator.replay(found);
    }
    for (const message of [await flows.next(), await flows.next("events")]) {
      const { brand, attributes } = message.device as Record<string, unknown>;
      assert.deepEqual([brand, attributes], ["acme", { site: "north", floor: "2" }]);
    }
  });

  const withApi = (simulator: Simulator, ...more: FlowNode[]): FlowNode[] => [
    ...[tab(), connection(simulator, { api: simulator.apiUrl }), sink(), ...listeners(), ...more],
  ];

  it("says what a script said in plain text, not as HTML", async () => {
    const simulator = await server();
    const nodes = withApi(
      simulator,
      node("tts-event", "event", { events: ["encoder_error"] }),
      downlink({ encoding: "decoded" }),
    );
    const flows = await running(nodes, { connection: { apiKey: simulator.apiKey } });
    await until(() => simulator.eventStreams === 1, "the stream");
    await flows.shows("downlink", "connected");
    give(flows, { deviceId: "meter", payload: { level: 10 } });
    const { reason, payload } = await flows.next();
    assert.ok(String(reason).includes(SAYS), String(reason));
    const { error, data } = payload as { error: string; data: { attributes: { message: string } } };
    assert.ok(error.includes(SAYS), error);
    assert.ok(data.attributes.message.includes("isn&#39;t in &lt;1"), "the data is as sent");
    const { code, text } = await failure(flows);
    assert.equal(code, "not_accepted");
    assert.ok(text.includes(SAYS), text);
  });

  it("says in plain text why a downlink failed", async () => {
    const simulator = await server();
    const event = node("tts-event", "event", { events: ["downlink_failed"] });
    const flows = await receiving(simulator, [tab(), connection(simulator), event, sink()]);
    const found = documented().find(({ topic }) => topic.endsWith("/down/failed"));
    assert.ok(found);
    simulator.replay(found);
    assert.equal((await flows.next()).reason, `failed to schedule: can't reach "roof" & <others>`);
  });

  it("gives up a confirmed downlink for a class C device that never answers, which the node follows to its end", async () => {
    const simulator = await server();
    const nodes = [
      tab(),
      connection(simulator),
      downlink({ confirmed: true, report: "ack" }),
      sink(),
      ...listeners(),
    ];
    const flows = await running(nodes, { connection: { apiKey: simulator.apiKey } });
    await flows.shows("downlink", "connected");
    give(flows, { deviceId: "siren" });
    const { code, text } = await failure(flows);
    assert.equal(code, "undelivered");
    assert.match(text, /8/);
    assert.equal(simulator.transmissions.length, 8);
  });
});
