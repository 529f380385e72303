import assert from "node:assert/strict";
import { inspect } from "node:util";
import { LINK_ONLY, READ_ONLY, WRITE_ONLY } from "./rights";
import {
  connection,
  node,
  receiving,
  running,
  simulated,
  tab,
  uplink,
  uplinkFlow,
  listeners,
  sink,
  withNodeRed,
  type FlowNode,
} from "./nodeRed";

const SENT = { f_port: 1, frm_payload: "AQ==" };
const MAY_NOT = "key may not read";
const flowOf = (config: FlowNode): FlowNode[] => [tab(), config, uplink(), sink(), ...listeners()];

describe("the rights of an API key", () => {
  withNodeRed();

  it("are asked for once, and a key without the read right gives one warning and a status", async () => {
    const simulator = await simulated({ keys: [{ name: "for-writing", rights: WRITE_ONLY }] });
    const nodes = flowOf(connection(simulator, { api: simulator.apiUrl }));
    const flows = await receiving(simulator, [...nodes, node("tts-join", "join")], 2);
    const shown = await flows.shows("uplink", MAY_NOT);
    assert.deepEqual([shown.fill, shown.shape], ["yellow", "dot"]);
    await flows.shows("join", MAY_NOT);
    await flows.shows("connection", MAY_NOT);
    const warnings = flows.logged("WARN");
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /for-writing.*lacks.*Read application traffic/);
    await flows.deploy("nodes", [...nodes, node("tts-event", "event", { events: ["downlink_ack"] })]);
    await flows.shows("event", MAY_NOT);
    assert.equal(flows.logged("WARN").length, 1, "not once more for another subscription");
    assert.deepEqual(
      simulator.requests.map(({ path }) => path),
      ["/api/v3/auth_info", "/api/v3/applications/app1/rights"],
    );
    assert.deepEqual(flows.untaken("caught"), []);
  });

  it("are looked at again with each new login while the right is missing: given, all is well", async () => {
    const [staying, given] = [
      await simulated({ keys: [{ rights: WRITE_ONLY, name: "staying" }] }),
      await simulated({ keys: [{ rights: WRITE_ONLY, name: "given" }] }),
    ];
    const both = { staying, given };
    const nodes = Object.entries(both).flatMap(([id, simulator]) => [
      connection(simulator, { id: `${id}-connection`, api: simulator.apiUrl }),
      uplink({ connection: `${id}-connection` }, id),
    ]);
    const flows = await running([tab(), ...nodes, sink()], {
      "staying-connection": { apiKey: staying.apiKey },
      "given-connection": { apiKey: given.apiKey },
    });
    for (const id of ["staying", "given"]) await flows.shows(id, MAY_NOT);
    given.setRights(given.apiKey, READ_ONLY);
    for (const simulator of [staying, given]) simulator.disconnectAll();
    for (const id of ["staying", "given"]) await flows.shows(id, "connection lost");
    await flows.shows("given", "waiting: all devices");
    await flows.shows("staying", MAY_NOT);
    given.publish("uplink_message", "door", SENT);
    await flows.next();
    assert.deepEqual([staying.requests.length, given.requests.length], [4, 4]);
    assert.equal(flows.logged("WARN").length, 2, "one for each, and no second one for what is known");
  });

  it("are not asked for again after a redeploy", async () => {
    const simulator = await simulated();
    const nodes = flowOf(connection(simulator, { api: simulator.apiUrl }));
    const flows = await receiving(simulator, nodes);
    while (simulator.requests.length < 2) await simulator.next("request");
    await flows.deploy("full", nodes);
    simulator.publish("uplink_message", "door", SENT);
    await flows.next();
    assert.equal(simulator.requests.length, 2);
    assert.deepEqual(flows.logged("WARN"), []);
  });

  it("that a redeploy came in between of are still told", async () => {
    const simulator = await simulated({ keys: [{ rights: WRITE_ONLY }] });
    const nodes = flowOf(connection(simulator, { api: simulator.apiUrl }));
    const flows = await running(nodes, { connection: { apiKey: simulator.apiKey } });
    await simulator.next("request");
    await flows.deploy("full", nodes);
    await flows.shows("uplink", MAY_NOT);
    assert.equal(flows.logged("WARN").length, 1);
  });

  it("are enough with the old right that stands for all", async () => {
    const simulator = await simulated({ keys: [{ rights: LINK_ONLY }] });
    const flows = await receiving(simulator, flowOf(connection(simulator, { api: simulator.apiUrl })));
    while (simulator.requests.length < 2) await simulator.next("request");
    await flows.shows("uplink", "waiting: all devices");
    assert.deepEqual(flows.logged("WARN"), []);
  });

  it("are asked for where the first config node that says so says, of several for one session", async () => {
    const simulator = await simulated();
    const nodes = [
      ...flowOf(connection(simulator, { api: "" })),
      connection(simulator, { id: "second", api: simulator.apiUrl }),
      connection(simulator, { id: "third", api: "off" }),
      uplink({ connection: "second" }, "uplink2"),
      uplink({ connection: "third" }, "uplink3"),
    ];
    const apiKey = simulator.apiKey;
    await receiving(simulator, nodes, 1, { connection: { apiKey }, second: { apiKey }, third: { apiKey } });
    while (simulator.requests.length < 2) await simulator.next("request");
    assert.equal(simulator.sessions, 1);
  });

  it("are asked for where those say that are left, of several config nodes for one session", async () => {
    const [simulator, other] = [await simulated(), await simulated()];
    const { apiKey } = simulator;
    const nodesWith = (more: object): FlowNode[] => [
      ...flowOf(connection(simulator, { api: "" })),
      connection(simulator, { id: "second", api: simulator.apiUrl, ...more }),
      uplink({ connection: "second" }, "uplink2"),
    ];
    const credentials = { connection: { apiKey }, second: { apiKey } };
    const flows = await receiving(simulator, nodesWith({}), 1, credentials);
    while (simulator.requests.length < 2) await simulator.next("request");
    await flows.deploy("nodes", nodesWith({ name: "new" }));
    await flows.deploy("nodes", nodesWith({ api: other.apiUrl }));
    while (other.requests.length === 0) await other.next("request");
    assert.deepEqual([simulator.requests.length, simulator.sessions], [2, 1]);
  });

  for (const mode of ["hang", "error", "redirect", "closed"] as const) {
    it(`are no matter for traffic while the API is in mode "${mode}"`, async () => {
      const simulator = await simulated({ keys: [{ rights: READ_ONLY }] });
      simulator.api(mode);
      const flows = await receiving(simulator, flowOf(connection(simulator, { api: simulator.apiUrl })));
      while (simulator.requests.length < 2) await simulator.next("request");
      simulator.publish("uplink_message", "door", SENT);
      await flows.next();
      assert.deepEqual([...flows.logged("WARN"), ...flows.logged("ERROR")], []);
    });
  }

  for (const mode of ["closed", "error"] as const)
    it(`are asked for again at the next deploy where the API was in mode "${mode}" at the first`, async () => {
      const simulator = await simulated({ keys: [{ rights: WRITE_ONLY }] });
      simulator.api(mode);
      const nodes = flowOf(connection(simulator, { api: simulator.apiUrl }));
      const flows = await receiving(simulator, nodes);
      while (simulator.requests.length < 2) await simulator.next("request");
      await flows.shows("uplink", "waiting: all devices");
      simulator.api("on");
      await flows.deploy("full", nodes);
      await flows.shows("uplink", MAY_NOT);
      simulator.disconnectAll();
      await flows.shows("uplink", MAY_NOT);
      assert.equal(flows.logged("WARN").length, 1);
    });

  it("are asked for at once where the address of the API was corrected", async () => {
    const simulator = await simulated({ keys: [{ rights: WRITE_ONLY }] });
    const flowAt = (api: string): FlowNode[] => flowOf(connection(simulator, { api }));
    const flows = await receiving(simulator, flowAt("http://127.0.0.1:1"));
    await flows.shows("uplink", "waiting: all devices");
    await flows.deploy("full", flowAt(simulator.apiUrl));
    await flows.shows("uplink", MAY_NOT);
    assert.equal(flows.logged("WARN").length, 1);
  });

  it("that an API has told of count no longer where it is switched off since", async () => {
    const simulator = await simulated({ keys: [{ rights: READ_ONLY }] });
    const nodesWith = (api: string): FlowNode[] => [
      ...flowOf(connection(simulator, { api })),
      node("tts-downlink", "downlink"),
    ];
    const flows = await receiving(simulator, nodesWith(simulator.apiUrl), 2);
    await flows.shows("downlink", "key may not send");
    simulator.setRights(simulator.apiKey, [...READ_ONLY, ...WRITE_ONLY]);
    await flows.deploy("full", nodesWith("off"));
    await flows.shows("downlink", "connected");
    assert.equal(flows.logged("WARN").length, 1);
  });

  it("are not asked for with the API off", async () => {
    const simulator = await simulated({ keys: [{ rights: WRITE_ONLY }] });
    const flows = await receiving(simulator, flowOf(connection(simulator, { api: " Off " })));
    await flows.shows("uplink", "waiting: all devices");
    assert.equal(simulator.requests.length, 0);
  });
});

describe("no secret", () => {
  withNodeRed();

  it("is in any message, status or log, whatever happens", async () => {
    const simulator = await simulated({ keys: [{ rights: READ_ONLY, name: "mqtt" }] });
    const config = connection(simulator, { api: simulator.apiUrl });
    const flows = await receiving(
      simulator,
      uplinkFlow(simulator).map((each) => (each.id === "connection" ? config : each)),
    );
    simulator.send("v3/app1/devices/door/up", "no json");
    simulator.publish("uplink_message", "door", SENT);
    await flows.next();
    await flows.next("caught");
    simulator.expireKey(simulator.apiKey);
    simulator.disconnectAll();
    await flows.shows("uplink", "key expired");
    const statuses = ["uplink", "connection"].map((id) => flows.statuses(id));
    const everything = [inspect(flows.everything, { depth: 20 }), JSON.stringify(statuses), flows.log];
    const [, , secret = ""] = simulator.apiKey.split(".");
    assert.equal(secret.length, 52);
    for (const text of everything) assert.ok(!text.includes(secret));
  });
});
