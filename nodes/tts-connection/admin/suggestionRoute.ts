import type { NodeAPI } from "node-red";
import { getConfigNode } from "../../shared/red";
import { asText } from "../../../src/stack/values";
import type { TtsConnectionNode } from "../configNode";
import { suggestionsFor } from "../../../src/account/suggestions";
import { SUGGESTION_LISTS } from "../../../src/stack/suggestions";

const LONGEST_QUERY = 2_000;

/** What stands in a query: a text, and nothing else. */
const given = (value: unknown): string => asText(value).slice(0, LONGEST_QUERY);

/** What the forms of all nodes ask of a deployed connection. Nothing secret is in it. */
export function serveSuggestions(RED: NodeAPI): void {
  RED.httpAdmin.get(
    "/tts-connection/:id/suggestions",
    RED.auth.needsPermission("tts-connection.read"),
    (request, response) => {
      const connection = getConfigNode<TtsConnectionNode>(RED, given(request.params.id));
      const list = SUGGESTION_LISTS.find((known) => known === request.query.list);
      if (connection?.type !== "tts-connection") response.sendStatus(404);
      else if (!list) response.sendStatus(400);
      else {
        const { typed, devices, ports } = request.query;
        const asked = { list, typed: given(typed), devices: given(devices), ports: given(ports) };
        response
          .set("Cache-Control", "no-store")
          .json(suggestionsFor(connection.insight(), asked, Date.now()));
      }
    },
  );
}
