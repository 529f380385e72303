/** Bugs that other packages for The Things Stack have, as far as receiving is concerned. One test for each. */
import assert from "node:assert/strict";
import type { UplinkMessage } from "../../src/stack/messages";
import { CERTIFICATE } from "../simulator/certificate";
import {
  connection,
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
} from "./nodeRed";

const SENT = { f_port: 1, frm_payload: "AQ==" };
const UP = "v3/app1/devices/door/up";

describe("a bug that others have and we have not:", () => {
  withNodeRed();

  it("1. a node added by a partial deploy while connected never subscribes", async () => {
    const simulator = await simulated();
    const nodes = uplinkFlow(simulator);
    const flows = await receiving(simulator, nodes);
    const joins = [node("tts-join", "join", { wires: [["joins"]] }), sink("joins")];
    await flows.deploy("nodes", [...nodes, ...joins]);
    await subscribed(simulator, 2);
    simulator.publish("join_accept", "door", {});
    assert.equal((await flows.next("joins")).deviceId, "door");
  });

  it("2. after redeploys old instances go on sending", async () => {
    const simulator = await simulated();
    const nodes = uplinkFlow(simulator);
    const flows = await receiving(simulator, nodes);
    for (let count = 1; count <= 3; count++) await flows.deploy("full", nodes);
    await sessions(simulator, 1);
    for (const device of ["first", "second"]) simulator.publish("uplink_message", device, SENT);
    assert.equal((await flows.next()).deviceId, "first");
    assert.equal((await flows.next()).deviceId, "second");
  });

  it("3. two nodes share one message object and one changes it for the other", async () => {
    const simulator = await simulated();
    const change = {
      ...{ id: "change", type: "change", z: "tab", x: 0, y: 0, wires: [["out"]] },
      rules: [{ t: "set", p: "payload.a.b", pt: "msg", to: "changed", tot: "str" }],
    };
    const nodes = [
      ...[...uplinkFlow(simulator, { wires: [["change"]] }), change],
      ...[uplink({ wires: [["other"]] }, "uplink2"), sink("other")],
    ];
    const flows = await receiving(simulator, nodes);
    simulator.publish("uplink_message", "door", { ...SENT, decoded_payload: { a: { b: 1 } } });
    assert.deepEqual((await flows.next()).payload, { a: { b: "changed" } });
    assert.deepEqual((await flows.next("other")).payload, { a: { b: 1 } });
  });

  it('6. a refused login, a refused subscription and a TLS failure look like "connecting" for ever', async () => {
    const refusing = await simulated();
    const refusingTopics = await simulated();
    const secure = await simulated({ tls: CERTIFICATE });
    refusing.refuse(5);
    refusingTopics.refuseTopics(true);
    const places = { login: refusing, topic: refusingTopics, tls: secure };
    const nodes = Object.entries(places).flatMap(([id, simulator]) => [
      connection(simulator, { id: `${id}-connection`, useTls: id === "tls" }),
      uplink({ connection: `${id}-connection` }, id),
    ]);
    const credentials = Object.fromEntries(
      Object.entries(places).map(([id, { apiKey }]) => [`${id}-connection`, { apiKey }]),
    );
    const flows = await running([tab(), ...nodes, sink(), ...listeners()], credentials);
    await flows.shows("login", "login refused");
    await flows.shows("topic", "topic refused");
    await flows.shows("tls", "certificate");
    const caught = [await flows.next("caught"), await flows.next("caught"), await flows.next("caught")];
    assert.deepEqual(caught.map(({ error }) => error?.code).sort(), [
      "connection_failed",
      "connection_refused",
      "subscription_refused",
    ]);
  });

  it("7. overlapping filters deliver twice", async () => {
    const simulator = await simulated();
    const nodes = [
      ...uplinkFlow(simulator),
      uplink({ devices: "door" }, "named"),
      uplink({ devices: "d*", ports: "1" }, "pattern"),
      node("tts-event", "event", { events: ["uplink_normalized", "downlink_ack"] }),
    ];
    const flows = await receiving(simulator, nodes, 3);
    for (const device of ["door", "valve"]) simulator.publish("uplink_message", device, SENT);
    const got = [];
    for (let count = 0; count < 4; count++) got.push((await flows.next()).deviceId);
    assert.deepEqual(got, ["door", "door", "door", "valve"]);
    const filters = simulator.subscribes.flatMap((each) => each.filters.map(({ filter }) => filter));
    assert.equal(new Set(filters).size, filters.length);
    assert.ok(filters.every((filter) => !filter.includes("#")));
  });

  it("8. the API key in an exported flow, in a log or in the debug sidebar", async () => {
    const simulator = await simulated();
    const other = simulator.addKey();
    const nodes = uplinkFlow(simulator);
    const flows = await receiving(simulator, nodes);
    // As the editor sends it: among the properties of the node.
    const edited = nodes.map((each) =>
      each.id === "connection" ? { ...each, name: "new", credentials: { apiKey: other } } : each,
    );
    await flows.deploy("full", edited);
    await subscribed(simulator, 2);
    await sessions(simulator, 1);
    simulator.publish("uplink_message", "door", SENT);
    const message = await flows.next();
    for (const key of [simulator.apiKey, other]) {
      const secret = key.slice(-52);
      for (const text of [flows.exported, flows.log, JSON.stringify(message)])
        assert.ok(!text.includes(secret));
    }
  });

  it("9. TLS is not verified by default", async () => {
    const simulator = await simulated({ tls: CERTIFICATE });
    const byDefault = connection(simulator);
    Reflect.deleteProperty(byDefault, "useTls");
    const flows = await running([tab(), byDefault, uplink(), sink(), ...listeners()], {
      connection: { apiKey: simulator.apiKey },
    });
    assert.match((await flows.next("caught")).error?.message ?? "", /certificate/);
    assert.equal(simulator.connects.length, 0);
  });

  it("10. a throw on a missing dev_eui, frm_payload or decoded_payload, empty rx_metadata, other data rates, no RSSI", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, uplinkFlow(simulator, { shape: "v2", emptyFrames: true }));
    const bodies: Partial<UplinkMessage>[] = [
      {},
      { f_port: 1 },
      { ...SENT, rx_metadata: [] },
      { ...SENT, rx_metadata: [{}], settings: {} },
      { ...SENT, rx_metadata: [{ gateway_ids: { gateway_id: "gw" } }], settings: { data_rate: {} } },
      { ...SENT, settings: { data_rate: { fsk: { bit_rate: 50_000 } }, frequency: "868800000" } },
      {
        ...SENT,
        settings: { data_rate: { lrfhss: { operating_channel_width: 137_000, coding_rate: "1/3" } } },
      },
    ];
    for (const body of bodies) {
      simulator.send(UP, JSON.stringify({ end_device_ids: { device_id: "door" }, uplink_message: body }));
      const message = await flows.next();
      assert.deepEqual(message.device, { id: "door", applicationId: "app1" });
      assert.equal(typeof (message.radio as { gateways: number }).gateways, "number");
    }
    assert.deepEqual(flows.untaken("caught"), []);
    assert.deepEqual(flows.logged("ERROR"), []);
  });

  it('11. "ack" matches "nack", and an application called up-app loses its name', async () => {
    const simulator = await simulated({ applicationId: "up-app" });
    const nodes = [
      ...uplinkFlow(simulator),
      node("tts-event", "ack", { events: ["downlink_ack"], wires: [["acks"]] }),
      node("tts-event", "nack", { events: ["downlink_nack"], wires: [["nacks"]] }),
      ...[sink("acks"), sink("nacks")],
    ];
    const flows = await receiving(simulator, nodes, 3);
    simulator.publish("downlink_nack", "door", {});
    simulator.publish("downlink_ack", "door", {});
    assert.equal((await flows.next("nacks")).event, "downlink_nack");
    assert.equal((await flows.next("acks")).event, "downlink_ack");
    assert.deepEqual([...flows.untaken("acks"), ...flows.untaken("nacks")], []);
    simulator.publish("uplink_message", "up", SENT);
    const { deviceId, device, topic } = await flows.next();
    assert.deepEqual([deviceId, topic], ["up", "v3/up-app/devices/up/up"]);
    assert.equal((device as { applicationId: string }).applicationId, "up-app");
  });

  it("12. a deployment without tenant gets v3/app@undefined/…", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, uplinkFlow(simulator));
    assert.equal(simulator.connects[0]?.userName, "app1");
    assert.equal(simulator.subscribes[0]?.filters[0]?.filter, "v3/app1/devices/+/up");
    simulator.publish("uplink_message", "door", SENT);
    assert.ok(!("tenantId" in ((await flows.next()).device as object)));
  });

  it("13. bad JSON on the wire ends the connection or the process", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, uplinkFlow(simulator));
    for (const bytes of ["{bad", "", "null", Buffer.alloc(1_000, 0xff)]) simulator.send(UP, bytes);
    simulator.publish("uplink_message", "door", SENT);
    assert.equal((await flows.next()).deviceId, "door");
    assert.equal(simulator.connects.length, 1);
    assert.equal((await flows.next("caught")).error?.code, "invalid_message");
  });

  it("16. closing while connecting leaves a client behind, or a stale close handler disconnects the new one", async () => {
    const simulator = await simulated();
    const nodes = uplinkFlow(simulator);
    simulator.freeze(true);
    const flows = await running(nodes, { connection: { apiKey: simulator.apiKey } });
    await flows.deploy("full", nodes);
    await flows.deploy("full", nodes);
    simulator.freeze(false);
    await subscribed(simulator, 1);
    await flows.shows("uplink", "waiting: all devices");
    assert.equal(simulator.sessions, 1);
    simulator.publish("uplink_message", "door", SENT);
    await flows.next();
    assert.equal(simulator.connects.filter(({ returnCode }) => returnCode === 0).length, 1);
    assert.deepEqual(flows.untaken("caught"), []);
  });
});
