/** `mqtt-broker` of core, and the connections in their place: one for each application. */
import { isJsonObject } from "../../../../src/stack/check";
import { environmentVariable } from "../../../../src/stack/environment";
import { takeApart, tenantOfHost, usualPort, webSocketScheme } from "../../../../src/stack/address";
import { isPublicV2 } from "../connection";
import { textIn, type FlowNode } from "../flow";
import { noteOn, type Converted, type Note } from "../note";
import { applicationIn, NO_APPLICATION, type Application } from "./topics";

/** Whose host it is: of a public cluster, of the network that was switched off, or any other. */
export type Owner = "stack" | "v2" | "other";

export interface Broker {
  readonly node: FlowNode;
  readonly owner: Owner;
  readonly host: string;
  /** As text where it comes from an environment variable. */
  readonly port: number | string;
  readonly useTls: boolean;
}

const CLOUD = /\.cloud\.thethings\.(?:network|industries)$/;

const isTrue = (value: unknown): boolean => value === true || value === "true";

/** `undefined` if it has no address that a connection can have. */
export function readBroker(node: FlowNode): Broker | undefined {
  const address = textIn(node, "broker");
  const isVariable = environmentVariable(address) !== undefined;
  const { host, port, tls } = isVariable ? { host: address } : takeApart(address);
  if (host === undefined || webSocketScheme(address) !== undefined) return undefined;
  const useTls = tls ?? isTrue(node.usetls);
  const given = textIn(node, "port");
  const own = environmentVariable(given) === undefined ? Number(given) : given;
  const isUrl = address.includes("://");
  return {
    node,
    owner: CLOUD.test(host) ? "stack" : isPublicV2(host) ? "v2" : "other",
    host,
    // In a URL the port beside it counts for nothing, and without one it is 1883, also with TLS.
    port: port ?? (isUrl ? usualPort(useTls) : typeof own === "string" || own > 0 ? own : 1883),
    useTls,
  };
}

/** What a connection has no place for, unless it is as in a new broker. */
const NOT_TAKEN: Readonly<Record<string, readonly unknown[]>> = {
  autoConnect: [true, "true"],
  cleansession: [true, "true"],
  birthTopic: [],
  closeTopic: [],
  willTopic: [],
  userProps: [],
};

/** @param isFree no node is left that uses the broker: then its client ID is, too */
export function connectionFor(
  { node, owner, host, port, useTls }: Broker,
  { applicationId, tenantId }: Application,
  id: string,
  isFree: boolean,
): Converted {
  const { z, d } = node;
  const tls = useTls ? textIn(node, "tls") : "";
  const clientId = textIn(node, "clientid");
  const connection: FlowNode = {
    id,
    type: "tts-connection",
    ...(z === undefined ? {} : { z }),
    ...(d === undefined ? {} : { d }),
    service: "stack",
    host,
    port: port === usualPort(useTls) ? "" : String(port),
    useTls,
    tls,
    applicationId,
    tenantId: tenantId || (tenantOfHost(host) ?? ""),
    clientId: isFree ? clientId : "",
  };
  const left = Object.entries(NOT_TAKEN).flatMap(([name, usual]) =>
    [undefined, null, "", ...usual].includes(node[name]) ? [] : [name],
  );
  if (clientId !== "" && !isFree) left.push("clientid");
  const note = noteOn(node);
  const values = { applicationId: applicationId || "…", host, broker: textIn(node, "name") || host };
  const notes: Note[] = [];
  if (applicationId === "") notes.push(note("migration.mqtt-application", values));
  notes.push(note("migration.mqtt-key", values));
  if (!useTls && owner === "stack") notes.push(note("migration.mqtt-unencrypted", values));
  if (owner === "other") notes.push(note("migration.mqtt-own-host", values));
  if (tls !== "") notes.push(note("migration.mqtt-tls", values));
  if (left.length > 0) notes.push(note("migration.left", { properties: left.join(", ") }));
  if (isFree) notes.push(note("migration.mqtt-broker-free", values));
  return { nodes: [connection], notes: notes.map((one) => ({ ...one, node: id })) };
}

/** Who logs in there is the application, as `app1@ttn`: as far as it is known, from credentials that are not stored yet or were asked for. */
export function loginAt({ node }: Broker, users: ReadonlyMap<string, string>): Application {
  const { credentials } = node;
  const typed = isJsonObject(credentials) ? textIn(credentials, "user") : "";
  return applicationIn(typed || (users.get(node.id) ?? "")) ?? NO_APPLICATION;
}
