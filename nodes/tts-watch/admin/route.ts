import type { NodeAPI } from "node-red";
import { asText } from "../../../src/stack/values";
import { watching, type Watcher } from "../watchingNode";

/** Rows are looked through rather than counted. */
const MOST_ROWS = 200;

/** The applications of Express that have the route: once per process. */
const served = new WeakSet();

/** A node of a subflow runs under another ID in each instance: the first of them is shown. */
function nodeOf(id: string): Watcher | undefined {
  if (id === "") return undefined;
  const direct = watching.get(id);
  if (direct) return direct;
  for (const [running, node] of watching) if (running.endsWith(`-${id}`)) return node;
  return undefined;
}

/** What the form of `tts-watch` shows of the node as it is deployed. Nothing secret is in it. */
export function serveTable(RED: NodeAPI): void {
  if (served.has(RED.httpAdmin)) return;
  served.add(RED.httpAdmin);
  RED.httpAdmin.get(
    "/tts-watch/:id/table",
    RED.auth.needsPermission("tts-connection.read"),
    (request, response) => {
      const node = nodeOf(asText(request.params.id));
      if (!node) {
        response.sendStatus(404);
        return;
      }
      const { payload } = node.table();
      const rows = payload.slice(0, MOST_ROWS).map((state) => ({ ...state, payload: undefined }));
      const more = payload.length - rows.length;
      const { watch, connectionState: state } = node;
      response.set("Cache-Control", "no-store").json({ watch, state, rows, more, now: Date.now() });
    },
  );
}
