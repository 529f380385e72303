/** The flows that are compared. Each has a node per device, and all lead to one sink. */
import { devicesOf } from "./broker.mjs";

const TAB = { id: "tab", type: "tab", label: "" };
const SINK = { id: "sink", type: "bench-sink", z: "tab", x: 0, y: 0, wires: [] };
const MARKS = ["bench-start", "bench-end"];

const placed = (node, id) => ({ id, z: "tab", x: 0, y: 0, wires: [["sink"]], ...node });

function flowOf(nodes, config = []) {
  return [TAB, ...config, ...nodes.map((node, i) => placed(node, `n${i}`)), SINK];
}

const core = (device) => ({
  type: "mqtt in",
  topic: `v3/app1/devices/${device}/up`,
  qos: "0",
  datatype: "json",
  broker: "b",
  inputs: 0,
});
const ours = (device) => ({ type: "tts-uplink", connection: "c", devices: device, output: "decoded" });
const NETWORK_EVENTS = ["join_error", "uplink_error", "decoder_error", "encoder_error", "downlink_error"];

/** All flows for a broker at that port. `api`: the address of the stack's HTTP API. */
export function flowsFor(port, api) {
  const broker = {
    id: "b",
    type: "mqtt-broker",
    broker: "127.0.0.1",
    port: String(port),
    clientid: "",
    autoConnect: true,
    protocolVersion: "4",
    keepalive: "60",
    cleansession: true,
  };
  const connection = (apiSetting) => ({
    id: "c",
    type: "tts-connection",
    service: "stack",
    host: "127.0.0.1",
    port: String(port),
    useTls: false,
    applicationId: "app1",
    api: apiSetting,
  });
  const credentials = { c: { apiKey: "none" } };
  const cheapest = { type: "bench-cheapest", url: `mqtt://127.0.0.1:${port}` };
  const oursWith = (nodes, apiSetting = "off") => ({
    flow: flowOf(nodes, [connection(apiSetting)]),
    credentials,
  });
  return {
    cheapest: { flow: flowOf([cheapest]) },
    core: (count) => ({ flow: flowOf([...devicesOf(count), ...MARKS].map(core), [broker]) }),
    coreOnOneTopic: (count) => ({ flow: flowOf(Array(count).fill(core("+")), [broker]) }),
    ours: (count) => oursWith([...devicesOf(count), ...MARKS].map(ours)),
    oursOnOneTopic: (count) => oursWith(Array(count).fill(ours(""))),
    oursWithEvents: () =>
      oursWith(
        [
          ...[...devicesOf(1), ...MARKS].map(ours),
          { type: "tts-event", connection: "c", events: NETWORK_EVENTS },
        ],
        api,
      ),
    oursWatched: () =>
      oursWith([
        ...[...devicesOf(1), ...MARKS].map(ours),
        { type: "tts-watch", connection: "c", wires: [[]] },
      ]),
    /** Every message to its input is a downlink. */
    downlink: () =>
      oursWith([{ type: "tts-downlink", connection: "c", report: "sent", timeout: "0", wires: [[]] }]),
    empty: { flow: [TAB, SINK] },
  };
}
