import type { Node, NodeAPI, NodeDef } from "node-red";
import type { Delivery } from "../../src/connection/router";
import { explainMissingPayload } from "../../src/diagnosis/messages";
import { commonFields } from "../../src/stack/summary";
import { isEmptyFrame, uplinkFields, uplinkPayload } from "../../src/stack/uplink";
import { v2Fields } from "../../src/stack/v2Shape";
import { receive, refuse, type Outcome } from "../shared/receiver";
import type { UplinkProperties } from "./properties";
import { readUplinkSettings, type UplinkSettings } from "./settings";

const KINDS = new Set(["uplink_message"] as const);

/** What a flow gets of an uplink. Fields are added to one object: this runs for every message. */
function viewOf(
  { topic, origin, arrivedAt, received }: Delivery,
  settings: UplinkSettings,
): Outcome | undefined {
  if (received.kind !== "uplink_message") return undefined;
  const uplink = received.message;
  if (!settings.emptyFrames && isEmptyFrame(uplink)) return undefined;
  const chosen = uplinkPayload(uplink, settings);
  if (chosen.outcome === "skip") return undefined;

  const common = commonFields(received, topic, origin, arrivedAt);
  const message = Object.assign(common, uplinkFields(uplink));
  if (settings.shape === "v2") Object.assign(message, v2Fields(uplink, common));
  if (chosen.outcome === "payload") return { send: Object.assign(message, { payload: chosen.payload }) };
  return { fail: explainMissingPayload(settings.output, settings.field, common.deviceId, uplink), message };
}

function labelOf({ origin, received }: Delivery): string {
  const fPort = received.kind === "uplink_message" ? received.message.uplink_message.f_port : undefined;
  return fPort === undefined ? origin.deviceId : `${origin.deviceId} · ${fPort}`;
}

export default function init(RED: NodeAPI): void {
  function TtsUplink(this: Node, def: NodeDef & Partial<UplinkProperties>): void {
    RED.nodes.createNode(this, def);
    const read = readUplinkSettings(def, (expression) => RED.util.normalisePropertyExpression(expression));
    if (!read.ok) {
      refuse(RED, this, read.explanation);
      return;
    }
    const { settings } = read;
    receive(RED, this, {
      connection: settings.connection,
      devices: settings.devices,
      kinds: KINDS,
      ...(settings.ports === "" ? {} : { wantsPort: settings.wantsPort, waitsFor: settings.ports }),
      view: (delivery) => viewOf(delivery, settings),
      label: labelOf,
    });
  }

  RED.nodes.registerType("tts-uplink", TtsUplink);
}
