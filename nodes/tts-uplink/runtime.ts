import type { Node, NodeAPI, NodeDef } from "node-red";
import type { Delivery } from "../../src/connection/router";
import { explainMissingPayload } from "../../src/diagnosis/messages";
import type { TextValues } from "../../src/stack/explanation";
import { parsePorts } from "../../src/stack/filters";
import { commonFields } from "../../src/stack/summary";
import { isEmptyFrame, uplinkFields, uplinkPayload } from "../../src/stack/uplink";
import { v2Fields } from "../../src/stack/v2Shape";
import { receive, refuse, type Outcome } from "../shared/receiver";
import { UPLINK_DEFAULTS, type UplinkProperties } from "./properties";

type UplinkDef = NodeDef & Partial<UplinkProperties>;

const KINDS = new Set(["uplink_message"] as const);
const OUTPUTS = new Set(["decoded", "bytes", "field", "normalized", "message"]);
const MISSING = new Set(["bytes", "skip", "error"]);
const SHAPES = new Set(["v3", "v2"]);

export default function init(RED: NodeAPI): void {
  function TtsUplink(this: Node, def: UplinkDef): void {
    RED.nodes.createNode(this, def);
    const properties: UplinkProperties = { ...UPLINK_DEFAULTS, ...def };
    const { output, missing, shape } = properties;
    const notConfigured = (key: string, values: TextValues): void =>
      refuse(RED, this, { code: "not_configured", key, values });
    if (!OUTPUTS.has(output)) return notConfigured("error.not-configured.output", { output });
    if (!MISSING.has(missing)) return notConfigured("error.not-configured.missing", { missing });
    if (!SHAPES.has(shape)) return notConfigured("error.not-configured.shape", { shape });
    const portsText = String(properties.ports);
    const ports = parsePorts(portsText);
    if (!ports.ok)
      return notConfigured("error.not-configured.ports", { ports: portsText, part: ports.problem.part });
    const fieldPath = output === "field" ? pathOf(properties.field) : [];
    if (!fieldPath) return notConfigured("error.not-configured.field", { field: properties.field });
    const emptyFrames = String(properties.emptyFrames) === "true";

    const view = ({ topic, origin, arrivedAt, received }: Delivery): Outcome | undefined => {
      if (received.kind !== "uplink_message") return undefined;
      const uplink = received.message;
      if (!emptyFrames && isEmptyFrame(uplink)) return undefined;
      const chosen = uplinkPayload(uplink, { output, fieldPath, missing });
      if (chosen.outcome === "skip") return undefined;
      const common = commonFields(received, topic, origin, arrivedAt);
      const message = Object.assign(common, uplinkFields(uplink));
      if (shape === "v2") Object.assign(message, v2Fields(uplink, common));
      if (chosen.outcome === "missing")
        return { fail: explainMissingPayload(output, properties.field, common.deviceId, uplink), message };
      return { send: Object.assign(message, { payload: chosen.payload }) };
    };

    receive(RED, this, {
      connection: properties.connection,
      devices: properties.devices,
      kinds: KINDS,
      ...(portsText.trim() === "" ? {} : { wantsPort: ports.matches, waitsFor: portsText }),
      view,
      label: ({ origin, received }) =>
        received.kind === "uplink_message" && received.message.uplink_message.f_port !== undefined
          ? `${origin.deviceId} · ${received.message.uplink_message.f_port}`
          : origin.deviceId,
    });
  }

  /** The parts of a property expression; undefined for one that is none. */
  function pathOf(expression: string): (string | number)[] | undefined {
    try {
      return RED.util.normalisePropertyExpression(expression);
    } catch {
      return undefined;
    }
  }

  RED.nodes.registerType("tts-uplink", TtsUplink);
}
