import type { Node, NodeAPI, NodeDef } from "node-red";
import type { Delivery } from "../../src/connection/router";
import { receive, refuse } from "../shared/receiver";
import { servePreview } from "./previewRoute";
import type { UplinkProperties } from "./properties";
import { readUplinkSettings } from "./settings";
import { viewOf } from "./view";

const KINDS = new Set(["uplink_message"] as const);

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

  servePreview(RED);
  RED.nodes.registerType("tts-uplink", TtsUplink);
}
