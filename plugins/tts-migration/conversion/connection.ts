import { takeApart } from "../../../src/stack/address";
import { isEui } from "../../../src/stack/identifiers";
import { commonOf, textIn, type FlowNode } from "./flow";
import { idFor, noteOn, type Converted, type Note, type Target } from "./note";

/** Where the clusters of the public V2 network have moved to; others stay in Europe. */
const CLUSTERS: ReadonlyMap<string, string> = new Map([
  ["eu", "eu1"],
  ["us-west", "nam1"],
  ["us-east", "nam1"],
  ["brazil", "nam1"],
  ["asia-se", "au1"],
  ["au", "au1"],
  ["meshed", "au1"],
  ["as", "au1"],
  ["jp", "au1"],
]);

const CLOUD = ".cloud.thethings.network";

/** Whether a host was one of the public V2 network. */
export const isPublicV2 = (host: string): boolean => /(^|\.)thethings(network\.org|\.network)$/.test(host);

interface Place {
  readonly target: Target;
  readonly host: string;
  /** The old node did not say where the application was. */
  readonly isGuess: boolean;
}

/** 0.x had a broker, 1.x a region (or the host of a handler), 2.x the address of a discovery server. */
function placeOf(app: FlowNode): Place {
  const region = textIn(app, "region").toLowerCase();
  const address = textIn(app, "discovery") || textIn(app, "broker") || (region.includes(".") ? region : "");
  const { host = "" } = takeApart(address);
  if (host !== "" && !isPublicV2(host)) return { target: "v2", host, isGuess: true };
  const cluster = CLUSTERS.get((region || host).split(".", 1)[0] ?? "");
  return { target: "stack", host: `${cluster ?? "eu1"}${CLOUD}`, isGuess: cluster === undefined };
}

/** Which network the connection that this becomes leads to. */
export function targetOf(app: FlowNode | undefined): Target {
  return app ? placeOf(app).target : "stack";
}

/** A connection in place of a `ttn app`, or of the account in a `ttn`. The access key stays behind: it stood in the flow, open to all. */
export function connectionFrom(app: FlowNode, id = app.id): Converted {
  const { target, host, isGuess } = placeOf(app);
  const given = textIn(app, "appId") || textIn(app, "appEUI");
  const isAppEui = isEui(given);
  const applicationId = isAppEui ? "" : idFor(target, given);
  const { z, d, info } = commonOf(app);
  const connection: FlowNode = {
    id,
    type: "tts-connection",
    ...(z === undefined ? {} : { z }),
    ...(d === undefined ? {} : { d }),
    ...(info === undefined ? {} : { info }),
    service: target,
    host,
    applicationId,
    ...(target === "v2" ? { useTls: false } : { tenantId: "ttn", useTls: true }),
  };
  const note = noteOn(app);
  const values = { host, applicationId, given };
  const notes: Note[] = [];
  if (target === "v2") notes.push(note("migration.private-network", values));
  else notes.push(note(isGuess ? "migration.cluster-guessed" : "migration.cluster", values));
  if (given === "") notes.push(note("migration.application-none"));
  else if (applicationId === "") notes.push(note("migration.application-missing", values));
  else if (applicationId !== given) notes.push(note("migration.application-renamed", values));
  const key = target === "v2" ? "migration.access-key" : "migration.api-key";
  notes.push(note(key, { applicationId: applicationId || "…" }));
  return { nodes: [connection], notes: notes.map((one) => ({ ...one, node: id })) };
}
