/** The flow of the guide: from uplinks to Home Assistant's broker, and from its commands to downlinks. */
import type { Simulator } from "../../../simulator/simulator";
import type { Mosquitto } from "../../broker/mosquitto";
import type { FlowNode } from "../../e2e/node-red";

const COMMANDS = [
  { key: "open", name: "Valve", component: "switch", fPort: "15", state: "open" },
  { key: "reset", name: "Reset", component: "button", fPort: "2", encoding: "bytes", payload: "FF" },
  { key: "level", name: "Level", component: "number", fPort: "15", state: "level", unit: "%" },
  { key: "mode", name: "Mode", component: "select", fPort: "15", options: "eco, comfort", state: "mode" },
].map((command) => ({ ...command, devices: "valve-*" }));

const on = (id: string, type: string, more: object): FlowNode => ({
  ...{ id, type, z: "tab", x: 100, y: 100, wires: [] },
  ...more,
});

export function guideFlow(simulator: Simulator, broker: Mosquitto, properties: object = {}): FlowNode[] {
  const { host, port, userName: applicationId } = simulator;
  const fromBroker = {
    broker: "b",
    qos: "1",
    datatype: "utf8",
    rap: true,
    rh: 0,
    inputs: 0,
    wires: [["ha"]],
  };
  return [
    { id: "tab", type: "tab", label: "Flow 1" },
    {
      ...{ id: "c", type: "tts-connection", host, port: String(port), useTls: false, tenantId: "" },
      ...{ applicationId, api: "off" },
    },
    {
      ...{ id: "b", type: "mqtt-broker", broker: broker.host, port: String(broker.port), usetls: false },
      ...{ autoConnect: true, protocolVersion: "4", keepalive: "60", cleansession: true },
    },
    on("up", "tts-uplink", { connection: "c", output: "decoded", wires: [["ha"]] }),
    on("ha", "tts-home-assistant", { commands: COMMANDS, ...properties, wires: [["out"], ["down"]] }),
    on("out", "mqtt out", { broker: "b", topic: "", qos: "", retain: "" }),
    on("down", "tts-downlink", {
      ...{ connection: "c", payload: "downlinks", payloadType: "msg", encoding: "downlinks" },
      wires: [[]],
    }),
    on("commands", "mqtt in", { ...fromBroker, topic: "tts/+/+/set/#" }),
    on("birth", "mqtt in", { ...fromBroker, topic: "homeassistant/status" }),
    on("gone", "inject", { props: [{ p: "remove", v: "valve-1", vt: "str" }], wires: [["ha"]] }),
    on("catch", "catch", { scope: null, wires: [["wrong"]] }),
    on("wrong", "debug", { active: true, console: true, complete: "error", targetType: "msg" }),
  ];
}
