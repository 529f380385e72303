import type { NodeAPI } from "node-red";
import { getConfigNode } from "../../shared/red";
import { asText } from "../../../src/stack/values";
import type { TtsConnectionNode } from "../../tts-connection/configNode";
import { lastMessage, type Preview } from "./preview";
import { UPLINK_DEFAULTS } from "../properties";
import { readUplinkSettings } from "../settings";

const LONGEST_VALUE = 2_000;

/** The settings as they stand in a form, taken out of a query: only texts that are known by name. */
function settingsIn(query: Readonly<Record<string, unknown>>): Record<string, string> {
  const names = Object.keys(UPLINK_DEFAULTS).filter((name) => query[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, asText(query[name]).slice(0, LONGEST_VALUE)]));
}

/** What the form of `tts-uplink` asks for its preview, by the ID of a deployed connection. */
export function servePreview(RED: NodeAPI): void {
  RED.httpAdmin.get(
    "/tts-uplink/:connection/last-message",
    RED.auth.needsPermission("tts-connection.read"),
    (request, response) => {
      const connection = getConfigNode<TtsConnectionNode>(RED, asText(request.params.connection));
      if (connection?.type !== "tts-connection") {
        response.sendStatus(404);
        return;
      }
      const read = readUplinkSettings(settingsIn(request.query), (expression) =>
        RED.util.normalisePropertyExpression(expression),
      );
      const preview: Preview = read.ok
        ? lastMessage(connection.insight(), read.settings)
        : { outcome: "not_valid" };
      response.set("Cache-Control", "no-store").json(preview);
    },
  );
}
