import type { Node, NodeAPI, NodeDef } from "node-red";
import type { UplinkOutput } from "../../src/stack/uplink";
import { receive } from "../shared/receiver";
import { refuse } from "../shared/refuse";
import { withTopic } from "../shared/topic";
import { servePreview } from "./admin/route";
import type { UplinkProperties } from "./properties";
import { readUplinkSettings } from "./settings";
import { viewOf } from "./view";

/** What only a decoder makes. */
const NEEDS_DECODER: ReadonlySet<UplinkOutput> = new Set([
  "decoded",
  "field",
  "normalized",
  "flat",
  "location",
]);

const KINDS = new Set(["uplink_message"] as const);

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
      ...(settings.ports === "" ? {} : { wantsPort: settings.wantsPort, ports: settings.ports }),
      view: withTopic((delivery) => viewOf(delivery, settings), settings.topicOf),
      asksDecoder: settings.missing === "error" && NEEDS_DECODER.has(settings.output),
    });
  }

  servePreview(RED);
  RED.nodes.registerType("tts-uplink", TtsUplink);
}
