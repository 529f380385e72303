import assert from "node:assert/strict";
import { cpuTime } from "../../cpuTime";
import { convertFlow, together, type Conversion } from "../../../plugins/tts-migration/conversion/convert";
import { convertMqtt } from "../../../plugins/tts-migration/conversion/mqtt/convert";
import { DASHBOARD } from "./flows";
import { broker, FLOWS, func, json, mqttIn, mqttOut, type Node } from "./mqttFlows";

const UP = "v3/farm@ttn/devices/+/up";

interface Converted extends Conversion {
  readonly node: (id: string) => Node;
  /** The connection of a node. */
  readonly connectionOf: (id: string) => Node;
}

function convert(flow: readonly unknown[], users?: ReadonlyMap<string, string>): Converted {
  let count = 0;
  const given = JSON.stringify(flow);
  const conversion = convertMqtt(flow, () => `new-${++count}`, users);
  assert.equal(JSON.stringify(flow), given, "what is given stays as it is");
  const node = (id: string): Node => {
    const found = (conversion.flow as Node[]).find((one) => one.id === id);
    assert.ok(found, id);
    return found;
  };
  return { ...conversion, node, connectionOf: (id) => node(String(node(id).connection)) };
}

const keysOn = ({ notes }: Conversion, id: unknown): string[] =>
  notes.filter(({ node }) => node === id).map(({ key }) => key.replace("migration.mqtt-", ""));

describe("core's MQTT nodes for The Things Stack", () => {
  for (const { name, nodes } of FLOWS)
    it(`keep their IDs and places, leave the broker, and are not found again: ${name}`, () => {
      const conversion = convert(nodes);
      const ids = (conversion.flow as Node[]).map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      for (const old of nodes) {
        const node = conversion.node(old.id);
        for (const property of ["z", "x", "y"]) assert.equal(node[property], old[property]);
      }
      assert.deepEqual(convert(conversion.flow).notes, []);
    });

  it("become a node each on one connection, with what the broker had", () => {
    const conversion = convert([
      broker({ port: "8883", usetls: true, tls: "tls", clientid: "farm-1" }),
      mqttIn(UP, "json", ["a", "b"], { g: "group", d: true, l: false, info: "why" }),
      mqttOut("v3/farm@ttn/devices/valve/down/replace", { name: "valve" }),
    ]);
    assert.deepEqual(conversion.node("in"), {
      ...{
        id: "in",
        type: "tts-uplink",
        z: "tab",
        g: "group",
        d: true,
        l: false,
        info: "why",
        x: 140,
        y: 80,
      },
      ...{ name: "", connection: "new-1", devices: "", output: "message", emptyFrames: true },
      wires: [["a", "b"]],
    });
    assert.deepEqual(conversion.node("new-1"), {
      ...{ id: "new-1", type: "tts-connection", service: "stack", host: "eu1.cloud.thethings.network" },
      ...{ port: "", useTls: true, tls: "tls", applicationId: "farm", tenantId: "ttn", clientId: "farm-1" },
    });
    const { connection, device, deviceType, operation, operationType, payload, payloadType, encoding } =
      conversion.node("send");
    assert.deepEqual(
      { connection, device, deviceType, operation, operationType, payload, payloadType, encoding },
      {
        ...{ connection: "new-1", device: "valve", deviceType: "str" },
        ...{ operation: "replace", operationType: "str" },
        ...{ payload: "payload.downlinks", payloadType: "msg", encoding: "downlinks" },
      },
    );
    assert.deepEqual(keysOn(conversion, "new-1"), ["key", "tls", "broker-free"]);
    assert.equal(conversion.converted, 2);
  });

  it("tell what the broker had and a connection cannot have", () => {
    const conversion = convert([
      broker({ cleansession: false, clientid: "farm", willTopic: "state", autoConnect: false }),
      mqttIn(UP, "json", []),
      mqttIn("home/+/state", "json", [], { id: "home" }),
    ]);
    const { id, clientId, useTls, port } = conversion.connectionOf("in");
    assert.deepEqual([clientId, useTls, port], ["", false, ""]);
    assert.deepEqual(keysOn(conversion, id), ["key", "unencrypted", "migration.left"]);
    const { values } = conversion.notes.find(({ key }) => key === "migration.left") ?? {};
    assert.equal(values?.properties, "autoConnect, cleansession, willTopic, clientid");
  });

  it("keep a port that comes from an environment variable", () => {
    const conversion = convert([broker({ port: "${MQTT_PORT}", usetls: true }), mqttIn(UP, "json", ["out"])]);
    const { port, useTls } = conversion.connectionOf("in");
    assert.deepEqual([port, useTls], ["${MQTT_PORT}", true]);
  });

  it("have the application of the user name, or of the other topics at their broker", () => {
    const any = mqttIn("v3/+/devices/+/up", "json", []);
    const applicationOf = (flow: readonly Node[], users?: ReadonlyMap<string, string>): unknown[] => {
      const conversion = convert(flow, users);
      const { id, applicationId, tenantId } = conversion.connectionOf("in");
      return [applicationId, tenantId, keysOn(conversion, id).includes("application")];
    };
    assert.deepEqual(applicationOf([broker(), any]), ["", "ttn", true]);
    assert.deepEqual(applicationOf([broker(), any], new Map([["broker", "barn@ttn"]])), [
      "barn",
      "ttn",
      false,
    ]);
    for (const user of ["Not an application", "x", "", "__proto__"])
      assert.deepEqual(applicationOf([broker(), any], new Map([["broker", user]])), ["", "ttn", true]);
    const typed = broker({ credentials: { user: "typed@ttn", password: "do-not-keep-me" } });
    assert.deepEqual(applicationOf([typed, any]), ["typed", "ttn", false]);
    assert.doesNotMatch(JSON.stringify(convert([typed, any]).added), /do-not-keep-me/);
    const other = mqttOut("v3/barn@ttn/devices/valve/down/push");
    assert.deepEqual(applicationOf([broker(), any, other]), ["barn", "ttn", false]);
    const third = mqttIn("v3/mill@ttn/devices/+/up", "json", [], { id: "in-3" });
    assert.deepEqual(applicationOf([broker(), any, other, third]), ["", "ttn", true]);
  });

  it("have a connection for each broker and application", () => {
    const { added } = convert([
      ...[broker(), broker({ id: "b2", broker: "mqtts://farm.eu1.cloud.thethings.industries:8883" })],
      ...["v3/farm@ttn/devices/+/up", "v3/barn@ttn/devices/+/up", "v3/farm@ttn/devices/+/join"].map(
        (topic, index) => mqttIn(topic, "json", [], { id: `in-${index}` }),
      ),
      mqttIn("v3/farm@farm/devices/+/up", "json", [], { id: "in-4", broker: "b2" }),
    ]);
    assert.deepEqual(
      added.map(({ host, useTls, applicationId, tenantId }) => [host, useTls, applicationId, tenantId]),
      [
        ["eu1.cloud.thethings.network", false, "farm", "ttn"],
        ["eu1.cloud.thethings.network", false, "barn", "ttn"],
        ["farm.eu1.cloud.thethings.industries", true, "farm", "farm"],
      ],
    );
  });

  it("at a public cluster may subscribe to anything that its messages come on", () => {
    const typesOf = (topic: string): unknown[] => {
      const { added, replacements } = convert([broker(), mqttIn(topic, "json", [])]);
      assert.deepEqual(
        added.map(({ applicationId }) => applicationId),
        [topic.includes("farm") ? "farm" : ""],
      );
      return replacements.flatMap(({ nodes }) => nodes.map(({ type }) => type));
    };
    const all = ["tts-uplink", "tts-join", "tts-event", "change"];
    for (const topic of ["#", "v3/#", "v3/farm@ttn/#", "v3/+/devices/#", "+/+/+/+/#"])
      assert.deepEqual(typesOf(topic), all, topic);
    assert.deepEqual(typesOf("v3/farm@ttn/devices/+/+"), ["tts-uplink", "tts-join", "change"]);
    assert.deepEqual(typesOf("v3/+/devices/+/up/#"), ["tts-uplink", "tts-event", "change"]);
    assert.deepEqual(typesOf("v3/+/devices/+/join"), ["tts-join", "change"]);
  });

  it("at another host are converted by their topics alone, and it is said what that rests on", () => {
    const own = broker({ broker: "lora.example.com", port: 1885 });
    const conversion = convert([
      ...[own, mqttIn("v3/farm/devices/+/up", "json", []), mqttIn("#", "json", [], { id: "all" })],
      mqttOut("", { id: "any" }),
    ]);
    const { id, host, port, tenantId } = conversion.connectionOf("in");
    assert.deepEqual([host, port, tenantId], ["lora.example.com", "1885", ""]);
    assert.deepEqual(keysOn(conversion, id), ["key", "own-host"]);
    assert.deepEqual([conversion.node("all").type, conversion.node("any").type], ["mqtt in", "mqtt out"]);
  });

  it("at another host that may be for The Things Stack are left, and that is said only where others there are", () => {
    const own = broker({ broker: "lora.example.com" });
    const unclear = ["#", "v3/farm/#", "+/farm/devices/+/up", "${TOPIC}"];
    const nodes = [
      ...unclear.map((topic, index) => mqttIn(topic, "json", [], { id: `in-${index}` })),
      mqttIn("", "json", [], { id: "dynamic", inputs: 1 }),
      mqttOut(""),
    ];
    const other = mqttIn("zigbee/door", "json", [], { id: "zigbee" });
    const alone = convert([own, ...nodes, other]);
    assert.deepEqual([alone.converted, alone.notes], [0, []]);
    const conversion = convert([
      own,
      ...nodes,
      other,
      mqttIn("v3/farm/devices/+/up", "json", [], { id: "up" }),
    ]);
    for (const { id } of nodes) assert.deepEqual(keysOn(conversion, id), ["left-unclear"], id);
    assert.deepEqual(keysOn(conversion, "zigbee"), []);
    assert.deepEqual(keysOn(convert([broker(), mqttIn("${TOPIC}", "json", [])]), "in"), ["left-unclear"]);
  });

  it("at a host from an environment variable keep it", () => {
    const named = broker({ broker: "${MQTT_HOST}", port: "8883", usetls: true });
    const conversion = convert([named, mqttIn("v3/farm@ttn/devices/+/up", "json", [])]);
    const { host, port, useTls, applicationId, tenantId } = conversion.connectionOf("in");
    assert.deepEqual(
      [host, port, useTls, applicationId, tenantId],
      ["${MQTT_HOST}", "", true, "farm", "ttn"],
    );
  });

  it("are left as they are where something would change behind them, and it is said why", () => {
    const leftOf = (node: Node, ...others: readonly Node[]): string[] => {
      const conversion = convert([...others, node]);
      assert.deepEqual(conversion.flow, [...others, node]);
      assert.deepEqual([conversion.converted, conversion.added], [0, []]);
      return keysOn(conversion, node.id);
    };
    assert.deepEqual(leftOf(mqttIn(UP, "buffer", []), broker()), ["left-bytes"]);
    assert.deepEqual(leftOf(mqttIn(UP, "base64", []), broker()), ["left-bytes"]);
    assert.deepEqual(leftOf(mqttIn("", "json", [], { inputs: 1 }), broker()), ["left-dynamic"]);
    assert.deepEqual(leftOf(mqttIn("home/state", "json", []), broker()), ["left-topic"]);
    assert.deepEqual(leftOf(mqttIn("v3/farm@ttn/devices/+/down/push", "json", []), broker()), ["left-topic"]);
    assert.deepEqual(leftOf(mqttIn("v3/farm@ttn/devices/EUI_1/up", "json", []), broker()), ["left-topic"]);
    assert.deepEqual(leftOf(mqttOut("v3/farm@ttn/devices/+/down/push"), broker()), ["left-topic"]);
    assert.deepEqual(leftOf(mqttOut("v3/farm@ttn/devices/door/up"), broker()), ["left-topic"]);
    assert.deepEqual(leftOf(mqttIn("farm/devices/+/up", "json", []), broker()), ["left-v2"]);
    // Left in a flow by V2: not all of an application called "devices".
    for (const topic of ["+/devices/#", "+/devices/+/#", "farm/devices/#"])
      assert.deepEqual(leftOf(mqttIn(topic, "json", []), broker()), ["left-v2"]);
    const v2 = broker({ broker: "eu.thethings.network" });
    assert.deepEqual(leftOf(mqttIn("+/devices/+/up", "json", []), v2), ["left-v2"]);
    assert.deepEqual(leftOf(mqttOut("farm/devices/door/down"), v2), ["left-v2"]);
    assert.deepEqual(leftOf(mqttIn(UP, "json", [])), ["left-broker"]);
    assert.deepEqual(leftOf(mqttIn(UP, "json", []), broker({ broker: "wss://lora.example.com" })), [
      "left-broker",
    ]);
    assert.deepEqual(leftOf(mqttIn("zigbee/door", "json", []), broker({ broker: "localhost" })), []);
  });

  it("with text change a json node only where nothing but text came to it", () => {
    const parse = json("parse", "", ["out"]);
    const flow = [broker(), mqttIn(UP, "auto", ["parse"]), parse];
    const conversion = convert(flow);
    assert.deepEqual(conversion.node("parse"), { ...parse, action: "obj" });
    assert.deepEqual(keysOn(conversion, "parse"), ["json"]);
    const objects = mqttIn("home/state", "json", ["parse"], { id: "home", broker: "b2" });
    for (const other of [func("make", "return msg;", ["parse"]), objects]) {
      const kept = convert([...flow, other]);
      assert.equal(kept.node("parse"), parse);
      assert.deepEqual(keysOn(kept, "in"), ["becomes", "text"]);
    }
    const strings = mqttIn("home/state", "utf8", ["parse"], { id: "home", broker: "b2" });
    assert.equal(convert([...flow, strings]).node("parse").action, "obj");
    const inputs = { id: "sub", type: "subflow", in: [{ wires: [{ id: "parse" }] }] };
    assert.equal(convert([...flow, inputs]).node("parse"), parse);
  });

  it("that were said to make JSON text of a downlink have a json node in front of them", () => {
    const { node, replacements } = convert([
      ...[broker(), func("text", "msg.payload = JSON.stringify({ downlinks: [] });", ["send"])],
      mqttOut("v3/farm@ttn/devices/valve/down/push"),
    ]);
    const [{ input } = {}] = replacements;
    assert.deepEqual(node("text").wires, [[input]]);
    assert.deepEqual([node(String(input)).type, node(String(input)).wires], ["json", [["send"]]]);
    assert.equal(node("send").type, "tts-downlink");
  });

  it("are converted together with nodes of the old package", () => {
    const flow = [
      ...DASHBOARD,
      broker(),
      mqttIn(UP, "json", ["e1.5"]),
      mqttIn(UP, "buffer", [], { id: "bytes" }),
    ];
    let count = 0;
    const newId = (): string => `new-${++count}`;
    const old = convertFlow(flow, newId);
    const both = together(old, convertMqtt(old.flow, newId));
    assert.deepEqual([both.origin, both.converted, both.replacements.length], ["mqtt", 5, 5]);
    const types = (both.flow as Node[]).map(({ type }) => type).filter((type) => /^ttn|^mqtt/.test(type));
    assert.deepEqual(types, ["mqtt-broker", "mqtt in"]);
  });

  it("of unknown make do no harm", () => {
    const odd: unknown[] = [null, 5, "x", [], {}, { id: 1, type: "mqtt in" }];
    for (const topic of [
      undefined,
      null,
      5,
      {},
      "__proto__",
      "v3/__proto__/devices/constructor/up",
      "v3//devices//",
    ])
      odd.push({ ...mqttIn("", "json", []), topic, wires: "none", datatype: {} });
    for (const more of [
      { broker: {} },
      { port: "x", usetls: "true" },
      { credentials: [] },
      { broker: "broker" },
    ])
      for (const topic of [UP, "#", "v3/#"])
        for (const type of ["mqtt in", "mqtt out", "constructor"])
          assert.doesNotThrow(() =>
            convert([...odd, broker(more), { ...mqttIn(topic, "auto", ["in"]), type }]),
          );
  });

  it("cost as much as the flow is long, no more", () => {
    const ids = Array.from({ length: 3_000 }, (_, index) => `in-${index}`);
    const flow = [
      broker(),
      json("parse", "", ["out"]),
      ...ids.map((id) => mqttIn("v3/+/devices/+/up", "auto", ["parse"], { id })),
      ...ids.map((id) => func(`make-${id}`, "return msg;", ["send"])),
      mqttOut("v3/farm@ttn/devices/valve/down/push"),
    ];
    const took = cpuTime(() => assert.equal(convert(flow).converted, ids.length + 1));
    assert.ok(took < 5_000, `${took} ms`);
  });
});
