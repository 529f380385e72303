/**
 * Flows for The Things Stack with core's MQTT nodes as people build and publish them. Made up, but shaped like what is found in the
 * field. What comes out at the end goes to a node `out`.
 */
import type { StackKind } from "../../../src/stack/kinds";

export type Node = Record<string, unknown> & { readonly id: string; readonly type: string };

export interface MqttFlow {
  readonly name: string;
  readonly nodes: readonly Node[];
  /** What comes from the server; of `device` only, if there is one. */
  readonly kinds?: readonly StackKind[];
  readonly device?: string;
  /** Messages that come out for each; 1 if nothing is said. */
  readonly times?: number;
  /** IDs of the nodes that are given a message to set off downlinks. */
  readonly triggers?: readonly string[];
  /** Types of the nodes that were made, in their order. */
  readonly becomes: readonly string[];
}

export const broker = (more: object = {}): Node => ({
  ...{ id: "broker", type: "mqtt-broker", name: "TTN", broker: "eu1.cloud.thethings.network", port: "1883" },
  ...{ clientid: "", autoConnect: true, usetls: false, protocolVersion: "4", keepalive: "60" },
  ...{ cleansession: true, birthTopic: "", closeTopic: "", willTopic: "" },
  ...more,
});

const place = { z: "tab", x: 140, y: 80 };

export const mqttIn = (topic: string, datatype: string, to: readonly string[], more: object = {}): Node => ({
  ...{ id: "in", type: "mqtt in", ...place, name: "", topic, qos: "2", datatype, broker: "broker" },
  ...{ nl: false, rap: true, rh: 0, inputs: 0, wires: [to] },
  ...more,
});

export const mqttOut = (topic: string, more: object = {}): Node => ({
  ...{ id: "send", type: "mqtt out", ...place, x: 600, name: "", topic, qos: "", retain: "", respTopic: "" },
  ...{ contentType: "", userProps: "", correl: "", expiry: "", broker: "broker", wires: [] },
  ...more,
});

export const func = (id: string, code: string, to: readonly string[], more: object = {}): Node => ({
  ...{ id, type: "function", ...place, x: 360, name: "", func: code, outputs: 1, noerr: 0, initialize: "" },
  ...{ finalize: "", libs: [], wires: [to] },
  ...more,
});

export const json = (id: string, action: string, to: readonly string[], more: object = {}): Node => ({
  ...{
    id,
    type: "json",
    ...place,
    x: 300,
    name: "",
    property: "payload",
    action,
    pretty: false,
    wires: [to],
  },
  ...more,
});

const debug = (id: string): Node => ({
  ...{ id, type: "debug", ...place, y: 40, name: "", active: false, tosidebar: true, console: false },
  ...{
    tostatus: false,
    complete: "payload",
    targetType: "msg",
    statusVal: "",
    statusType: "auto",
    wires: [],
  },
});

const template = (id: string, text: string, to: readonly string[], more: object = {}): Node => ({
  ...{ id, type: "template", ...place, name: "", field: "payload", fieldType: "msg", format: "json" },
  ...{ syntax: "plain", template: text, output: "str", wires: [to] },
  ...more,
});

const READS_FIELDS = `var up = msg.payload.uplink_message;
msg.payload = {
  device: msg.payload.end_device_ids.device_id,
  time: msg.payload.received_at,
  port: up.f_port,
  values: up.decoded_payload,
  bytes: up.frm_payload
};
return msg;`;

const BEST_GATEWAY = `var gateways = msg.payload.uplink_message.rx_metadata || [];
var best = null;
for (var i = 0; i < gateways.length; i++) {
  if (best === null || gateways[i].rssi > best.rssi) best = gateways[i];
}
msg.payload = best && { rssi: best.rssi, snr: best.snr, gateway: best.gateway_ids.gateway_id };
return msg;`;

const TAKES_EITHER = `if (typeof msg.payload === "string") msg.payload = JSON.parse(msg.payload);
msg.payload = msg.payload.uplink_message.frm_payload || "";
return msg;`;

const DOWNLINK = `msg.payload = {
  "downlinks": [{ "f_port": 15, "frm_payload": Buffer.from([1, 2]).toString("base64"), "priority": "NORMAL" }]
};
return msg;`;

const UP = "v3/farm@ttn/devices/+/up";
const PUSH = "v3/farm@ttn/devices/valve/down/push";

export const FLOWS: readonly MqttFlow[] = [
  {
    name: "every device, parsed object, a function that picks fields",
    nodes: [broker(), mqttIn(UP, "json", ["pick"]), func("pick", READS_FIELDS, ["out"])],
    kinds: ["uplink_message"],
    becomes: ["tts-uplink", "tts-connection"],
  },
  {
    name: "one device, auto-detect, straight to what shows it",
    nodes: [broker(), debug("show"), mqttIn("v3/farm@ttn/devices/sensor/up", "auto-detect", ["show", "out"])],
    kinds: ["uplink_message"],
    device: "sensor",
    becomes: ["tts-uplink", "tts-connection"],
  },
  {
    name: "a wildcard for the application",
    nodes: [
      broker({ port: "8883", usetls: true, clientid: "node-red-farm" }),
      mqttIn("v3/+/devices/+/up", "json", ["best"]),
      func("best", BEST_GATEWAY, ["out"]),
    ],
    kinds: ["uplink_message"],
    becomes: ["tts-uplink", "tts-connection"],
  },
  {
    name: "text and a json node that is set to nothing",
    nodes: [
      broker(),
      mqttIn(UP, "auto", ["parse", "show"]),
      debug("show"),
      json("parse", "", ["pick"]),
      func("pick", READS_FIELDS, ["out"]),
    ],
    kinds: ["uplink_message"],
    becomes: ["tts-uplink", "json", "tts-connection"],
  },
  {
    name: "text and a json node that always makes an object",
    nodes: [
      broker(),
      mqttIn(UP, "utf8", ["parse"]),
      json("parse", "obj", ["change"]),
      {
        ...{ id: "change", type: "change", ...place, name: "", wires: [["out"]] },
        rules: [
          { t: "set", p: "payload", pt: "msg", to: "payload.uplink_message.rx_metadata[0]", tot: "msg" },
        ],
      },
    ],
    kinds: ["uplink_message"],
    becomes: ["tts-uplink", "tts-connection"],
  },
  {
    name: "text and a function that takes either",
    nodes: [broker(), mqttIn(UP, "utf8", ["either"]), func("either", TAKES_EITHER, ["out"])],
    kinds: ["uplink_message"],
    becomes: ["tts-uplink", "tts-connection"],
  },
  {
    name: "text and a function that parses it",
    nodes: [
      broker(),
      mqttIn(UP, "utf8", ["parse"]),
      func("parse", `msg.payload = JSON.parse(msg.payload).end_device_ids;\nreturn msg;`, ["out"]),
    ],
    kinds: ["uplink_message"],
    becomes: ["tts-uplink", "json", "tts-connection"],
  },
  {
    name: "a json node that also gets objects, to make text of them",
    nodes: [
      broker(),
      mqttIn(UP, "auto", ["parse"]),
      { id: "tick", type: "inject", ...place, props: [], repeat: "", once: false, wires: [["make"]] },
      func("make", "msg.payload = { tick: true };\nreturn msg;", ["parse"]),
      json("parse", "", ["out"]),
    ],
    kinds: ["uplink_message"],
    becomes: ["tts-uplink", "json", "tts-connection"],
  },
  {
    name: "a node for each device at one broker, with two wires each",
    nodes: [
      broker(),
      mqttIn("v3/farm@ttn/devices/sensor/up", "json", ["name", "out"]),
      mqttIn("v3/farm@ttn/devices/plain/up", "json", ["name"], { id: "in-2", y: 140 }),
      func("name", `msg.payload = msg.topic.split("/")[3];\nreturn msg;`, ["out"]),
    ],
    kinds: ["uplink_message"],
    device: "sensor",
    times: 2,
    becomes: ["tts-uplink", "tts-uplink", "tts-connection"],
  },
  {
    name: "uplinks and joins, from two nodes into one function",
    nodes: [
      broker(),
      mqttIn(UP, "json", ["kind"]),
      mqttIn("v3/farm@ttn/devices/+/join", "json", ["kind"], { id: "joins", y: 140 }),
      func("kind", `msg.payload = [Object.keys(msg.payload), msg.payload.end_device_ids];\nreturn msg;`, [
        "out",
      ]),
    ],
    kinds: ["uplink_message", "join_accept"],
    becomes: ["tts-uplink", "tts-join", "change", "tts-connection"],
  },
  {
    name: "what becomes of downlinks",
    nodes: [
      broker(),
      mqttIn("v3/farm@ttn/devices/+/down/+", "auto-detect", ["end"]),
      func("end", `msg.payload = { what: msg.topic.split("/")[5], body: msg.payload };\nreturn msg;`, [
        "out",
      ]),
    ],
    kinds: ["downlink_queued", "downlink_sent", "downlink_ack", "downlink_nack", "downlink_failed"],
    becomes: ["tts-event", "change", "tts-connection"],
  },
  {
    name: "everything, by #",
    nodes: [broker(), mqttIn("v3/farm@ttn/devices/+/#", "json", ["out"])],
    kinds: [
      ...(["uplink_message", "join_accept", "downlink_queued", "location_solved", "service_data"] as const),
      "uplink_normalized",
    ],
    becomes: ["tts-uplink", "tts-join", "tts-event", "change", "tts-connection"],
  },
  {
    name: "acknowledgements as text",
    nodes: [broker(), mqttIn("v3/farm@ttn/devices/+/down/ack", "utf8", ["out"])],
    kinds: ["downlink_ack"],
    becomes: ["tts-event", "json", "change", "tts-connection"],
  },
  {
    name: "locations and what services say",
    nodes: [
      broker(),
      mqttIn("v3/farm@ttn/devices/+/location/solved", "json", ["out"]),
      mqttIn("v3/farm@ttn/devices/+/service/data", "json", ["out"], { id: "in-2", y: 140 }),
    ],
    kinds: ["location_solved", "service_data"],
    becomes: ["tts-event", "change", "tts-event", "change", "tts-connection"],
  },
  {
    name: "by a link to another flow",
    nodes: [
      broker(),
      mqttIn(UP, "json", ["leave"]),
      { id: "leave", type: "link out", ...place, name: "", mode: "link", links: ["arrive"], wires: [] },
      { id: "tab-2", type: "tab", label: "Database" },
      { id: "arrive", type: "link in", ...place, z: "tab-2", name: "", links: ["leave"], wires: [["pick"]] },
      func("pick", READS_FIELDS, ["out"], { z: "tab-2" }),
    ],
    kinds: ["uplink_message"],
    becomes: ["tts-uplink", "tts-connection"],
  },
  {
    name: "within a subflow",
    nodes: [
      broker(),
      {
        ...{ id: "sub", type: "subflow", name: "Uplinks", info: "", in: [] },
        out: [{ x: 400, y: 80, wires: [{ id: "pick", port: 0 }] }],
      },
      mqttIn(UP, "json", ["pick"], { z: "sub" }),
      func("pick", READS_FIELDS, [], { z: "sub" }),
      { id: "instance", type: "subflow:sub", ...place, name: "", wires: [["out"]] },
    ],
    kinds: ["uplink_message"],
    becomes: ["tts-uplink", "tts-connection"],
  },
  {
    name: "downlinks that functions make, to a device each",
    nodes: [
      broker(),
      func("open", DOWNLINK, ["send"]),
      func("close", DOWNLINK.replace("[1, 2]", "[0]"), ["send-2"], { y: 140 }),
      mqttOut(PUSH),
      mqttOut(PUSH.replace("valve", "lamp"), { id: "send-2", y: 140 }),
    ],
    triggers: ["open", "close", "open"],
    becomes: ["tts-downlink", "tts-downlink", "tts-connection"],
  },
  {
    name: "a downlink as JSON text of a template, in place of the queue",
    nodes: [
      broker(),
      template("body", `{"downlinks":[{"f_port":2,"frm_payload":"Aw==","confirmed":true}]}`, ["send"]),
      mqttOut(PUSH.replace("push", "replace")),
    ],
    triggers: ["body"],
    becomes: ["tts-downlink", "json", "tts-connection"],
  },
  {
    name: "a downlink as JSON text of a function",
    nodes: [
      broker(),
      func("text", DOWNLINK.replace("return", "msg.payload = JSON.stringify(msg.payload);\nreturn"), [
        "send",
      ]),
      mqttOut(PUSH),
    ],
    triggers: ["text"],
    becomes: ["tts-downlink", "json", "tts-connection"],
  },
  {
    name: "downlinks with the topic in the message",
    nodes: [
      broker(),
      func("to", `msg.topic = "v3/farm@ttn/devices/" + msg.to + "/down/push";\n${DOWNLINK}`, ["send"]),
      mqttOut(""),
    ],
    triggers: ["to"],
    becomes: ["tts-downlink", "tts-connection"],
  },
  {
    name: "an answer to each uplink",
    nodes: [
      broker(),
      mqttIn(UP, "json", ["answer"]),
      func("answer", DOWNLINK, ["send", "out"]),
      mqttOut(PUSH),
    ],
    kinds: ["uplink_message"],
    becomes: ["tts-uplink", "tts-downlink", "tts-connection"],
  },
];
