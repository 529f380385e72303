import assert from "node:assert/strict";
import { isEventKind } from "../../src/stack/event";
import { STACK_KINDS } from "../../src/stack/kinds";
import { captured, capturesOf, exchanged } from "../stack/fixtures";
import { connection, listeners, node, receiving, simulated, sink, tab, withNodeRed } from "./nodeRed";

const event = (more: object = {}, id = "event") => node("tts-event", id, more);
const STACK_EVENTS = STACK_KINDS.filter(isEventKind);

describe("tts-join", () => {
  withNodeRed();

  it("gives each captured join", async () => {
    const simulator = await simulated();
    const nodes = [tab(), connection(simulator), node("tts-join", "join"), sink()];
    const flows = await receiving(simulator, nodes);
    for (const { name, topic, payload } of capturesOf("join_accept")) {
      simulator.replay({ topic, payload });
      const { tts, ...message } = await flows.next();
      assert.deepEqual(tts, payload, name);
      assert.equal(message.topic, topic, name);
      const joined = message.payload as Record<string, unknown>;
      assert.equal(joined.deviceId, message.deviceId);
      assert.equal(joined.receivedAt, message.receivedAt);
    }
  });

  it("tells the keys of the new session", async () => {
    const simulator = await simulated();
    const nodes = [tab(), connection(simulator), node("tts-join", "join", { devices: "plain" }), sink()];
    const flows = await receiving(simulator, nodes);
    const { topic, message } = captured("join_accept", "join");
    const other = captured("join_accept", "join with formatter");
    simulator.replay({ topic: other.topic, payload: other.message });
    simulator.replay({ topic, payload: message });
    const got = await flows.next();
    const { device_id, dev_eui, join_eui, dev_addr } = message.end_device_ids;
    assert.deepEqual(got.payload, {
      deviceId: device_id,
      devEui: dev_eui,
      joinEui: join_eui,
      devAddr: dev_addr,
      sessionKeyId: message.join_accept.session_key_id,
      receivedAt: message.received_at,
    });
    await flows.shows("join", "plain · __:__");
  });
});

describe("tts-event", () => {
  withNodeRed();

  it("gives each captured event, and only these", async () => {
    const simulator = await simulated();
    const nodes = [tab(), connection(simulator), event({ events: [...STACK_EVENTS] }), sink()];
    const flows = await receiving(simulator, nodes, STACK_EVENTS.length);
    const captures = STACK_KINDS.flatMap((kind) =>
      capturesOf(kind).map((capture) => ({ ...capture, kind, isEvent: isEventKind(kind) })),
    );
    for (const { topic, payload, kind, name, isEvent: wanted } of captures) {
      simulator.replay({ topic, payload });
      if (!wanted) continue;
      const message = await flows.next();
      assert.equal(message.event, kind, name);
      assert.deepEqual(message.payload, (payload as Record<string, unknown>)[kind], name);
      assert.deepEqual(message.tts, payload, name);
      assert.equal(message.topic, topic);
      assert.equal("reason" in message, kind === "downlink_failed", name);
    }
    assert.deepEqual(flows.untaken(), []);
  });

  it("gives all that followed the captured downlinks", async () => {
    const simulator = await simulated();
    const nodes = [
      tab(),
      connection(simulator),
      event({ events: [...STACK_EVENTS] }),
      sink(),
      ...listeners(),
    ];
    const flows = await receiving(simulator, nodes, STACK_EVENTS.length);
    const all = exchanged().filter(
      ({ payload }) => !("uplink_message" in payload || "join_accept" in payload),
    );
    assert.ok(all.length > 100);
    for (const { topic, payload } of all) simulator.replay({ topic, payload });
    for (const { payload, name } of all) assert.deepEqual((await flows.next()).tts, payload, name);
    assert.deepEqual(flows.untaken("caught"), []);
  });

  it("has all events but normalized uplinks where nothing else is chosen", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, [tab(), connection(simulator), event(), sink()], 8);
    const filters = simulator.subscribes.flatMap((each) => each.filters.map(({ filter }) => filter));
    assert.equal(filters.length, 8);
    assert.ok(!filters.includes("v3/app1/devices/+/up/normalized"));
    simulator.uplink("thermometer");
    simulator.publish("service_data", "door", { service: "s", data: { a: 1 } });
    assert.deepEqual((await flows.next()).payload, { service: "s", data: { a: 1 } });
  });

  it("says why a downlink failed, in a sentence", async () => {
    const simulator = await simulated();
    const nodes = [tab(), connection(simulator), event({ events: ["downlink_failed"] }), sink()];
    const flows = await receiving(simulator, nodes);
    const reasonOf = async (name: string) => {
      const { topic, message } = captured("downlink_failed", name);
      simulator.replay({ topic, payload: message });
      return (await flows.next()).reason;
    };
    assert.match(String(await reasonOf("not joined")), /no device session/);
    assert.match(String(await reasonOf("transmission too late")), /TOO_LATE/);
    assert.match(
      String(await reasonOf("payload too long for the data rate")),
      /length `100` exceeds maximum/,
    );
    simulator.publish("downlink_failed", "door", {});
    assert.ok(!("reason" in (await flows.next())), "a failure without an error has no reason");
  });

  it("takes its events as text from the environment", async () => {
    process.env.TTS_EVENTS = "downlink_ack, downlink_nack";
    try {
      const simulator = await simulated();
      const nodes = [tab(), connection(simulator), event({ events: "${TTS_EVENTS}" }), sink()];
      await receiving(simulator, nodes, 2);
      const filters = simulator.subscribes.map((each) => each.filters[0]?.filter);
      assert.deepEqual(filters, ["v3/app1/devices/+/down/ack", "v3/app1/devices/+/down/nack"]);
    } finally {
      delete process.env.TTS_EVENTS;
    }
  });

  it("says so where no event is chosen that there is", async () => {
    const simulator = await simulated();
    const nodes = [
      ...[tab(), connection(simulator), sink(), ...listeners(), event({ events: [] }, "none")],
      ...[
        event({ events: ["uplink_message"] }, "uplinks"),
        event({ events: "" }, "empty"),
        event({}, "right"),
      ],
    ];
    const flows = await receiving(simulator, nodes, 8);
    for (const id of ["none", "uplinks", "empty"]) {
      assert.equal((await flows.next("caught")).error?.code, "not_configured");
      assert.equal(flows.statuses(id).at(-1)?.text, "no event chosen");
    }
    assert.equal(simulator.sessions, 1);
  });
});
