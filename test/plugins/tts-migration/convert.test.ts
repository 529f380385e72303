import assert from "node:assert/strict";
import {
  convertFlow,
  hasOldNodes,
  OLD_TYPES,
  type Conversion,
} from "../../../plugins/tts-migration/conversion/convert";
import { CAMEL, DASHBOARD, FIRST, PRIVATE, SWITCHES } from "./flows";

type Node = Record<string, unknown>;

function convert(flow: readonly unknown[]): Conversion & { readonly node: (id: string) => Node } {
  let count = 0;
  const given = JSON.stringify(flow);
  const conversion = convertFlow(flow, () => `new-${++count}`);
  assert.equal(JSON.stringify(flow), given, "what is given stays as it is");
  return {
    ...conversion,
    node(id) {
      const found = conversion.flow.find((node) => Reflect.get(Object(node), "id") === id);
      assert.ok(found, id);
      return found as Node;
    },
  };
}

const keysOn = ({ notes }: Conversion, id: string): string[] =>
  notes.filter(({ node }) => node === id).map(({ key }) => key.replace("migration.", ""));

describe("old flows of node-red-contrib-ttn", () => {
  for (const [name, flow] of Object.entries({ DASHBOARD, SWITCHES, CAMEL, FIRST, PRIVATE })) {
    it(`keep every node, place and wire, and no access key: ${name.toLowerCase()}`, () => {
      const { flow: converted, made } = convert(flow);
      assert.ok(hasOldNodes(flow));
      assert.ok(!hasOldNodes(converted));
      const text = JSON.stringify(converted);
      assert.doesNotMatch(text, /do-not-keep-me|"accessKey"/);
      for (const old of flow as Node[]) {
        const node = converted.find((one) => Reflect.get(Object(one), "id") === old.id) as Node | undefined;
        assert.ok(node, String(old.id));
        if (!OLD_TYPES.includes(String(old.type))) {
          assert.equal(node, old, "another node is the very same");
          continue;
        }
        assert.ok(made.includes(String(old.id)));
        for (const property of ["z", "x", "y"])
          if (old[property] !== "" || node[property] !== undefined)
            assert.equal(node[property], old[property]);
      }
    });
  }

  it("become a connection, and the nodes on it: the latest versions", () => {
    const { node } = convert(DASHBOARD);
    assert.deepEqual(node("c1.9"), {
      id: "c1.9",
      type: "tts-connection",
      z: "",
      service: "stack",
      host: "eu1.cloud.thethings.network",
      applicationId: "weather-app",
      tenantId: "ttn",
      useTls: true,
    });
    assert.deepEqual(node("a1.2"), {
      id: "a1.2",
      type: "tts-uplink",
      z: "f1.1",
      x: 140,
      y: 80,
      wires: [["b1.3", "b2.3"]],
      name: "station",
      connection: "c1.9",
      devices: "weather-1",
      output: "decoded",
      shape: "v2",
    });
    assert.deepEqual(node("d1.4"), {
      id: "d1.4",
      type: "tts-downlink",
      z: "f1.1",
      x: 490,
      y: 120,
      wires: [[]],
      name: "",
      connection: "c1.9",
      device: "dev_id",
      deviceType: "msg",
      operation: "replace",
      operationType: "str",
      fPort: "port ? port : 1",
      fPortType: "jsonata",
      payload: "payload",
      payloadType: "msg",
      encoding: "decoded",
      confirmed: "confirmed",
      confirmedType: "msg",
    });
  });

  it("of all events become events and joins, wired alike", () => {
    const conversion = convert(DASHBOARD);
    const event = conversion.node("a2.2");
    const join = conversion.node("new-1");
    assert.equal(event.type, "tts-event");
    assert.deepEqual(event.events, [
      ...["downlink_queued", "downlink_sent", "downlink_ack", "downlink_failed"],
      ...["uplink_error", "decoder_error", "join_error"],
    ]);
    assert.deepEqual([join.type, join.wires, join.z, join.y], ["tts-join", [["e1.5"]], "f1.1", 240]);
    assert.ok(conversion.made.includes("new-1"));
    assert.deepEqual(keysOn(conversion, "a2.2"), ["event-message", "joins-apart"]);
  });

  it("say what is to be done and what was renamed", () => {
    const conversion = convert(DASHBOARD);
    assert.equal(conversion.converted, 4);
    assert.deepEqual(keysOn(conversion, "c1.9"), ["cluster-guessed", "application-renamed", "api-key"]);
    assert.deepEqual(keysOn(conversion, "a1.2"), ["device-renamed"]);
    assert.deepEqual(keysOn(conversion, "d1.4"), ["encoding"]);
    assert.deepEqual(conversion.notes.find(({ key }) => key === "migration.device-renamed")?.values, {
      node: "station",
      given: "weather_1",
      device: "weather-1",
    });
  });

  it("with a field, a region and activations: the names before", () => {
    const conversion = convert(SWITCHES);
    const { node } = conversion;
    assert.equal(node("app").host, "au1.cloud.thethings.network");
    assert.deepEqual(keysOn(conversion, "app"), ["cluster", "api-key"]);
    const { type, output, field, missing, shape, devices } = node("m");
    assert.deepEqual(
      { type, output, field, missing, shape, devices },
      {
        type: "tts-uplink",
        output: "field",
        field: "soil.moisture",
        missing: "skip",
        shape: "v2",
        devices: "",
      },
    );
    assert.deepEqual([node("d").type, node("d").devices, node("d").wires], ["tts-join", "", [["db"]]]);
    assert.deepEqual(keysOn(conversion, "d"), ["join-message"]);
  });

  it("keep what a message may say before what stands in the node, and read the payload as the flow makes it", () => {
    const { device, deviceType, fPort, fPortType, operation, operationType, encoding } =
      convert(SWITCHES).node("s");
    assert.deepEqual(
      { device, deviceType, fPort, fPortType, operation, operationType, encoding },
      {
        device: "relay-1",
        deviceType: "str",
        fPort: "2",
        fPortType: "num",
        operation: 'schedule in ["first", "last"] ? "push" : "replace"',
        operationType: "jsonata",
        encoding: "hex",
      },
    );
  });

  it("in camel case are told of dev_id", () => {
    const conversion = convert(CAMEL);
    assert.equal(conversion.node("m").devices, "node1");
    assert.deepEqual(keysOn(conversion, "m"), ["dev-id"]);
    const { device, deviceType, encoding } = conversion.node("s");
    assert.deepEqual([device, deviceType, encoding], ["devId", "msg", "bytes"]);
    assert.equal(conversion.node("app").host, "nam1.cloud.thethings.network");
  });

  it("with the account in the node share one connection, and joins leave by a node of their own", () => {
    const conversion = convert(FIRST);
    const { node } = conversion;
    const { connection } = node("n");
    assert.equal(node("n2").connection, connection);
    const account = node(String(connection));
    assert.deepEqual([account.type, account.applicationId, account.z], ["tts-connection", "", undefined]);
    assert.deepEqual(keysOn(conversion, String(connection)), [
      "cluster-guessed",
      "application-missing",
      "api-key",
    ]);
    assert.deepEqual(node("n").wires, [["a"]]);
    const joins = (conversion.flow as Node[]).filter(({ type }) => type === "tts-join");
    assert.deepEqual(
      joins.map(({ wires }) => wires),
      [[["b"]], [[]]],
    );
    assert.deepEqual(keysOn(conversion, "s"), ["connection-missing", "first-version", "encoding"]);
  });

  it("without an application are told so, and none is quoted", () => {
    const conversion = convert([{ id: "app", type: "ttn app", z: "" }]);
    assert.deepEqual(keysOn(conversion, "app"), ["cluster-guessed", "application-none", "api-key"]);
  });

  it("of a private network stay on V2, with its names", () => {
    const conversion = convert(PRIVATE);
    const { service, host, applicationId, useTls, tenantId } = conversion.node("app");
    assert.deepEqual(
      { service, host, applicationId, useTls, tenantId },
      {
        service: "v2",
        host: "discovery.lora.example.com",
        applicationId: "my_app",
        useTls: false,
        tenantId: undefined,
      },
    );
    assert.equal(conversion.node("u").devices, "door_1");
    assert.deepEqual(conversion.node("e").events, ["uplink_error"]);
    assert.deepEqual(keysOn(conversion, "app"), ["private-network", "access-key"]);
  });
});

describe("an old event node", () => {
  const eventsOf = (event: unknown, app: object = {}): [unknown, unknown, string[]] => {
    const flow = [
      { id: "e", type: "ttn event", app: "a", event, x: 1, y: 1, wires: [[]] },
      { id: "a", type: "ttn app", appId: "app", ...app },
    ];
    const conversion = convert(flow);
    return [conversion.node("e").type, conversion.node("e").events, keysOn(conversion, "e")];
  };

  it("waits for what it waited for, as far as The Things Stack has it", () => {
    assert.deepEqual(eventsOf("down/scheduled"), ["tts-event", ["downlink_queued"], ["event-message"]]);
    assert.deepEqual(eventsOf("downlink/sent"), ["tts-event", ["downlink_sent"], ["event-message"]]);
    assert.deepEqual(eventsOf("down/acks")[1], ["downlink_ack"]);
    assert.deepEqual(eventsOf("ack")[1], ["downlink_ack"]);
    assert.deepEqual(eventsOf("down/errors")[1], ["downlink_failed"]);
    assert.deepEqual(eventsOf("down/#")[1], [
      "downlink_queued",
      "downlink_sent",
      "downlink_ack",
      "downlink_failed",
    ]);
    assert.deepEqual(eventsOf("down/+")[1], eventsOf("down/#")[1]);
    assert.deepEqual(eventsOf("activations"), ["tts-join", undefined, ["join-message"]]);
  });

  it("says what is gone or never was", () => {
    assert.deepEqual(eventsOf("create"), ["tts-event", [], ["events-gone", "event-message"]]);
    assert.deepEqual(eventsOf("no/such"), ["tts-event", [], ["event-unknown", "event-message"]]);
    for (const odd of ["", undefined, null, {}, 5, "constructor", "__proto__"])
      assert.deepEqual(eventsOf(odd)[2], ["event-unknown", "event-message"], JSON.stringify(odd));
  });

  it("has the errors of joins, uplinks and decoders, which The Things Stack tells in its event stream", () => {
    assert.deepEqual(eventsOf("up/errors"), [
      "tts-event",
      ["uplink_error", "decoder_error"],
      ["event-message"],
    ]);
    assert.deepEqual(eventsOf("activations/errors"), ["tts-event", ["join_error"], ["event-message"]]);
    assert.deepEqual(eventsOf("activations/#")[1], ["join_error"]);
  });

  it("has the errors of uplinks and joins on a private network", () => {
    const app = { discovery: "10.0.0.5:1900" };
    assert.deepEqual(eventsOf("up/errors", app), ["tts-event", ["uplink_error"], ["event-message"]]);
    assert.deepEqual(eventsOf("activations/errors", app)[1], ["join_error"]);
    assert.deepEqual(eventsOf("activations/#", app)[1], ["join_error"]);
  });
});

describe("an old downlink node", () => {
  const downlinkOf = (node: object, before: readonly object[] = []): Node => {
    const flow = [
      {
        id: "d",
        type: "ttn downlink",
        app: "a",
        dev_id: "",
        port: "",
        confirmed: false,
        schedule: "replace",
        ...node,
      },
      ...before,
      { id: "a", type: "ttn app", appId: "app", discovery: "discovery.thethingsnetwork.org:1900" },
    ];
    return convert(flow).node("d");
  };
  const typed = (node: Node, name: string): unknown[] => [node[name], node[`${name}Type`]];
  const uplink = { id: "u", type: "ttn uplink", app: "a", wires: [["d"]] };
  const code = (func: string): object => ({ id: "f", type: "function", func, wires: [["d"]] });
  const change = (rule: object): object => ({ id: "f", type: "change", rules: [rule], wires: [["d"]] });

  it("has fixed values where nothing before it can say otherwise", () => {
    const node = downlinkOf({ dev_id: "valve", port: "5", confirmed: true, schedule: "last" }, [
      { id: "i", type: "inject", payloadType: "bin", payload: "[1]", wires: [["d"]] },
    ]);
    assert.deepEqual(typed(node, "device"), ["valve", "str"]);
    assert.deepEqual(typed(node, "fPort"), ["5", "num"]);
    assert.deepEqual(typed(node, "confirmed"), ["true", "bool"]);
    assert.deepEqual(typed(node, "operation"), ["push", "str"]);
  });

  it("takes FPort 1 where it had none, as V2 did", () => {
    assert.deepEqual(typed(downlinkOf({}), "fPort"), ["1", "num"]);
    assert.deepEqual(typed(downlinkOf({ port: "x" }), "fPort"), ["1", "num"]);
  });

  it("lets an uplink say device and FPort, also by way of links", () => {
    for (const before of [
      [uplink],
      [
        { ...uplink, wires: [["o"]] },
        { id: "o", type: "link out", links: ["l"], wires: [] },
        { id: "l", type: "link in", links: ["o"], wires: [["d"]] },
      ],
    ]) {
      const node = downlinkOf({ dev_id: "valve", port: 5, confirmed: true }, before);
      assert.deepEqual(typed(node, "device"), ['dev_id ? dev_id : "valve"', "jsonata"]);
      assert.deepEqual(typed(node, "fPort"), ["port ? port : 5", "jsonata"]);
      assert.deepEqual(typed(node, "confirmed"), ["true", "bool"]);
    }
  });

  it("asks for the name that events have now", () => {
    const event = { id: "e", type: "ttn event", app: "a", event: "activations", wires: [["d"]] };
    assert.deepEqual(typed(downlinkOf({}, [event]), "device"), ["(dev_id ? dev_id : deviceId)", "jsonata"]);
  });

  it("reads the payload as the nodes before it make it", () => {
    const encodings: [string, object][] = [
      ["decoded", code("return { payload: { led: true } };")],
      ["decoded", code("msg.payload = {a: 1}; return msg;")],
      ["bytes", code("msg.payload = Buffer.from([1]); return msg;")],
      ["bytes", code("msg.payload = [1, 2]; return msg;")],
      ["bytes", code('msg.payload = Buffer.from("01", "hex"); return msg;')],
      ["hex", code('msg.payload = buffer.toString("hex"); return msg;')],
      ["bytes", code("return msg;")],
      ["decoded", { id: "f", type: "json", wires: [["d"]] }],
      ["hex", { id: "f", type: "inject", payloadType: "str", payload: "01FF", wires: [["d"]] }],
      ["decoded", { id: "f", type: "inject", payloadType: "json", payload: '{"a":1}', wires: [["d"]] }],
      ["bytes", { id: "f", type: "inject", payloadType: "date", payload: "", wires: [["d"]] }],
      ["hex", code('return {dev_id: msg.dev_id, port: msg.port, payload: "00"}')],
      ["hex", code("msg.payload = '0A0B'; return msg;")],
      ["hex", code('msg["payload"] = msg.payload === "on" ? "01" : "00";\nreturn msg;')],
      ["hex", code('if (msg.payload == "open") msg.payload = `ff`; else msg.payload = "00"; return msg;')],
      ["hex", code('var command = "0102";\nmsg.payload = command;\nreturn msg;')],
      ["bytes", code('msg.payload = "on"; return msg;')],
      ["bytes", code('msg.payload = "0A0"; return msg;')],
      ["bytes", code('if (msg.payload === "00") return msg;')],
      ["hex", change({ t: "set", p: "payload", pt: "msg", to: "0A0B", tot: "str" })],
      ["hex", change({ t: "set", p: "payload", pt: "msg", to: 'on ? "01" : "00"', tot: "jsonata" })],
      ["decoded", change({ t: "set", p: "payload", pt: "msg", to: '{"led":1}', tot: "json" })],
      ["bytes", change({ t: "set", p: "payload", pt: "msg", to: "[1,2]", tot: "bin" })],
      ["bytes", change({ t: "set", p: "note", pt: "msg", to: "0A0B", tot: "str" })],
      ["hex", { id: "f", type: "change", action: "replace", property: "payload", to: "FF", wires: [["d"]] }],
      [
        "hex",
        { id: "f", type: "template", field: "payload", template: "0A0B\n", output: "str", wires: [["d"]] },
      ],
      [
        "bytes",
        { id: "f", type: "template", field: "topic", template: "0A0B", output: "str", wires: [["d"]] },
      ],
      ["hex", { id: "f", type: "ui_button", payloadType: "str", payload: "01", wires: [["d"]] }],
    ];
    for (const [encoding, before] of encodings)
      assert.equal(downlinkOf({}, [before]).encoding, encoding, JSON.stringify(before));
  });

  it("takes what the nearest node before makes of the payload", () => {
    const near = { id: "near", type: "json", wires: [["d"]] };
    const far = { id: "far", type: "function", func: 'msg.payload = "00"; return msg;', wires: [["near"]] };
    assert.equal(downlinkOf({}, [far, near]).encoding, "decoded");
  });

  it("comes to an end in a loop", () => {
    const loop = [code("return msg;"), { id: "g", type: "function", func: "", wires: [["f"]] }];
    assert.equal(downlinkOf({ wires: [["g"]] }, loop).type, "tts-downlink");
  });
});

describe("an old node", () => {
  const app = { id: "a", type: "ttn app", appId: "app", discovery: "discovery.thethingsnetwork.org:1900" };

  it("keeps what every node has: labels, icon, description, group, whether it is disabled and shows its label", () => {
    const common = {
      ...{ z: "t", g: "g", d: true, l: false, info: "about it", icon: "font-awesome/fa-bolt" },
      ...{ outputLabels: ["uplinks"], x: 1, y: 2, wires: [["x"]] },
    };
    for (const type of ["ttn uplink", "ttn event", "ttn downlink"]) {
      const kept = type === "ttn downlink" ? { ...common, inputLabels: ["in"], wires: [[]] } : common;
      const { node } = convert([{ id: "n", type, app: "a", event: "down/sent", ...kept }, app]);
      const new_ = node("n");
      assert.deepEqual(Object.fromEntries(Object.keys(kept).map((name) => [name, new_[name]])), kept, type);
    }
  });

  it("says which of its properties are left behind", () => {
    const conversion = convert([
      {
        id: "n",
        type: "ttn uplink",
        app: "a",
        dev_id: "",
        field: "",
        mine: 1,
        yours: {},
        empty: "",
        wires: [[]],
      },
      { id: "i", type: "ttn uplink", app: "a", icon: "node-red-contrib-ttn/ttn.png", wires: [[]] },
      app,
    ]);
    const left = conversion.notes.filter(({ key }) => key === "migration.left");
    assert.deepEqual(
      left.map(({ node, values }) => [node, values.properties]),
      [
        ["n", "mine, yours"],
        ["i", "icon"],
      ],
    );
    assert.equal(conversion.node("i").icon, undefined);
  });

  it("gives the label of each of its two outputs to the node that the output becomes", () => {
    const first = { id: "n", type: "ttn", appId: "a", outputLabels: ["up", "joined"], wires: [["x"], ["y"]] };
    const { flow, replacements } = convert([first]);
    assert.deepEqual(
      (flow as Node[]).map(({ type, outputLabels }) => [type, outputLabels]),
      [
        ["tts-uplink", ["up"]],
        ["tts-join", ["joined"]],
        ["tts-connection", undefined],
      ],
    );
    assert.deepEqual(replacements[0]?.outputs, [["n"], [String((flow as Node[])[1]?.id)]]);
  });

  it("gets what is added below it where nothing lies under it", () => {
    const event = { id: "e", type: "ttn event", app: "a", event: "#", z: "t", x: 100, y: 100, wires: [[]] };
    const below = { id: "b", type: "debug", z: "t", x: 120, y: 150, wires: [] };
    const elsewhere = { id: "c", type: "debug", z: "other", x: 120, y: 190, wires: [] };
    const joinOf = (flow: readonly object[]): unknown => convert(flow).node("new-1").y;
    assert.equal(joinOf([event, app]), 140);
    assert.equal(joinOf([event, below, elsewhere, app]), 200);
    assert.equal(joinOf([event, { ...below, x: 400 }, app]), 140);
  });
});

describe("device IDs of V2 in other nodes", () => {
  const app = { id: "a", type: "ttn app", appId: "app", discovery: "discovery.thethingsnetwork.org:1900" };
  const found = (node: object, more: readonly object[] = [app]): unknown[] =>
    convert([
      { id: "f", name: "pick", wires: [["d"]], ...node },
      { id: "d", type: "ttn downlink", app: "a" },
      ...more,
    ])
      .notes.filter(({ key }) => key === "migration.device-in-node")
      .map(({ node: id, values }) => [id, values.node, values.given, values.device]);
  const code = (func: string): object => ({ type: "function", func });
  const first = ["f", "pick", "mkr1300_02", "mkr1300-02"];

  it("are named with the node and the ID that they are now", () => {
    assert.deepEqual(found(code('msg.dev_id = "mkr1300_02"; return msg;')), [first]);
    assert.deepEqual(found(code("return { dev_id: 'mkr1300_02', payload: 'some_text' };")), [first]);
    assert.deepEqual(found(code('if (msg.devId === "mkr1300_02") return msg;')), [first]);
    assert.deepEqual(found(code('switch (msg.dev_id) { case "mkr1300_02": return msg; }')), [first]);
    assert.deepEqual(found(code('if (["mkr1300_02", "door_1"].includes(msg.dev_id)) return msg;')).length, 2);
    const rule = { t: "set", p: "dev_id", pt: "msg", to: "mkr1300_02", tot: "str" };
    assert.deepEqual(found({ type: "change", rules: [rule] }), [first]);
    assert.deepEqual(found({ type: "switch", property: "dev_id", rules: [{ t: "eq", v: "mkr1300_02" }] }), [
      first,
    ]);
    assert.deepEqual(found({ type: "inject", props: [{ p: "dev_id", v: "mkr1300_02", vt: "str" }] }), [
      first,
    ]);
    assert.deepEqual(found({ type: "template", template: '{"dev_id":"mkr1300_02"}' }), [first]);
  });

  it("are known again anywhere when an old node is for that device", () => {
    const uplink = { id: "u", type: "ttn uplink", app: "a", dev_id: "mkr1300_02", wires: [[]] };
    assert.deepEqual(found(code('const names = { "mkr1300_02": "Kitchen" };'), [app, uplink]), [first]);
    assert.deepEqual(found(code('const names = { "mkr1300_02": "Kitchen" };')), []);
  });

  it("are left alone where they are the same, and on a private network", () => {
    assert.deepEqual(found(code('msg.dev_id = "mkr1300-02"; return msg;')), []);
    assert.deepEqual(found(code('msg.topic = "some_text"; return msg;')), []);
    const own = { ...app, discovery: "10.0.0.5:1900" };
    assert.deepEqual(found(code('msg.dev_id = "mkr1300_02"; return msg;'), [own]), []);
  });
});

describe("an old connection", () => {
  it("stays in its flow, disabled if it was, with its description", () => {
    const kept = { z: "t", d: true, info: "about it" };
    const { z, d, info } = convert([{ id: "a", type: "ttn app", appId: "app", ...kept }]).node("a");
    assert.deepEqual({ z, d, info }, kept);
  });

  it("of a node of the first version is not disabled with that node", () => {
    const { added } = convert([{ id: "n", type: "ttn", appId: "app", d: true, z: "t", wires: [[], []] }]);
    assert.deepEqual(
      added.map(({ type, d, z }) => [type, d, z]),
      [["tts-connection", undefined, undefined]],
    );
  });

  const hostOf = (app: object): unknown[] => {
    const { service, host } = convert([{ id: "a", type: "ttn app", appId: "app", ...app }]).node("a");
    return [service, host];
  };

  it("leads to the cluster that its region has moved to", () => {
    const clusters = {
      eu: "eu1",
      "us-west": "nam1",
      brazil: "nam1",
      "asia-se": "au1",
      au: "au1",
      other: "eu1",
    };
    for (const [region, cluster] of Object.entries(clusters)) {
      assert.deepEqual(hostOf({ region }), ["stack", `${cluster}.cloud.thethings.network`], region);
    }
    assert.deepEqual(hostOf({ region: "us-west.thethings.network" }), [
      "stack",
      "nam1.cloud.thethings.network",
    ]);
    assert.deepEqual(hostOf({ broker: "staging.thethingsnetwork.org" }), [
      "stack",
      "eu1.cloud.thethings.network",
    ]);
    assert.deepEqual(hostOf({}), ["stack", "eu1.cloud.thethings.network"]);
  });

  it("leads to the private network that it named", () => {
    assert.deepEqual(hostOf({ region: "v2.example.com" }), ["v2", "v2.example.com"]);
    assert.deepEqual(hostOf({ discovery: "192.168.1.5:1900" }), ["v2", "192.168.1.5"]);
    assert.deepEqual(hostOf({ broker: "mqtt://lora.example.com:1883" }), ["v2", "lora.example.com"]);
  });
});

describe("a large old flow", () => {
  const app = { id: "a", type: "ttn app", appId: "app" };
  const many = (number: number, make: (index: number) => object): object[] =>
    Array.from({ length: number }, (_, index) => make(index));
  const FLOWS: Record<string, () => readonly object[]> = {
    "wires to one node": () => [
      ...many(50_000, (i) => ({ id: `f${i}`, type: "function", func: "return msg;", wires: [["d"]] })),
      { id: "d", type: "ttn downlink", app: "a", wires: [] },
    ],
    "wires from one node": () => [
      { id: "f", type: "function", wires: [Array.from({ length: 10_000 }, (_, i) => `d${i}`)] },
      ...many(10_000, (i) => ({ id: `d${i}`, type: "ttn downlink", app: "a", wires: [] })),
    ],
    "nodes in a row": () =>
      many(10_000, (i) => ({
        ...{ id: `n${i}`, type: i % 2 ? "function" : "ttn downlink", wires: [[`n${i + 1}`]] },
      })),
    "nodes in one place": () =>
      many(10_000, (i) => ({
        ...{ id: `n${i}`, type: "ttn event", event: "#", app: "a", z: "t", x: 1, y: 1, wires: [[]] },
      })),
  };

  for (const [name, flow] of Object.entries(FLOWS))
    it(`costs as much as it is long, no more: ${name}`, function () {
      this.timeout(60_000);
      const nodes = [...flow(), app];
      let count = 0;
      const before = process.cpuUsage();
      const { converted } = convertFlow(nodes, () => `new-${++count}`);
      assert.ok(converted > 0);
      // A second at most; where each wire costs as much as those before it, far more.
      assert.ok(process.cpuUsage(before).user < 8_000_000);
    });
});

describe("what is no old flow", () => {
  it("stays as it is", () => {
    for (const flow of [
      [],
      [{ id: "a", type: "debug" }],
      [null, 5, "x", [], {}, { type: "ttn app" }, { id: "a" }],
    ]) {
      const conversion = convert(flow);
      assert.deepEqual(conversion.flow, flow);
      assert.equal(conversion.converted, 0);
      assert.equal(hasOldNodes(flow), false);
    }
  });

  it("does no harm with hostile values in old nodes", () => {
    const values: unknown[] = [
      null,
      5,
      true,
      [],
      {},
      "",
      "__proto__",
      { toString: null },
      [[null, 5]],
      "x".repeat(10_000),
    ];
    const properties = [
      "app",
      "dev_id",
      "devId",
      "field",
      "event",
      "port",
      "confirmed",
      "schedule",
      "wires",
      "name",
      "y",
    ];
    for (const type of OLD_TYPES) {
      for (const property of [...properties, "appId", "appEUI", "region", "broker", "discovery", "z"]) {
        for (const value of values) {
          const { flow, notes } = convert([{ id: "a", type, wires: [[]], [property]: value }]);
          assert.ok(!hasOldNodes(flow));
          for (const note of notes)
            for (const text of Object.values(note.values)) assert.ok(String(text).length < 20_000);
        }
      }
    }
    const hostile: unknown = JSON.parse(
      '[{"id":"a","type":"ttn uplink","__proto__":{"field":"x"},"app":"a"}]',
    );
    assert.equal(convert(hostile as unknown[]).node("a").output, "decoded");
  });
});
