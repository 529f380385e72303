/**
 * Which connections have a key. Flows come without credentials, and the editor knows of them only what a form has set since the last
 * deploy; of the others Node-RED is asked, because a connection that was imported from elsewhere has none.
 */
import { SERVICE_TRAITS } from "../../../src/stack/services";
import type { ConfigNode } from "../../shared/editor/red";
import { isEnvironmentVariable } from "../../shared/editor/rules";
import { toService } from "./services";

const PAUSE_MS = 50;

/** What Node-RED said. */
const stored = new Map<string, boolean>();

interface Connection {
  readonly id: string;
  readonly service?: unknown;
  readonly credentials?: unknown;
}

/** `undefined`: nothing was entered since the last deploy. */
function keyInEditor({ credentials }: Connection): boolean | undefined {
  if (typeof credentials !== "object" || credentials === null) return undefined;
  const key: unknown = Reflect.get(credentials, "apiKey");
  if (typeof key === "string") return key !== "";
  const has: unknown = Reflect.get(credentials, "has_apiKey");
  return typeof has === "boolean" ? has : undefined;
}

/** Whether a connection needs a key and certainly has none. One from an environment variable is a key. */
export function lacksKey(connection: Connection): boolean {
  const { service } = connection;
  if (typeof service === "string" && isEnvironmentVariable(service)) return false;
  const { throughBroker, builtIn } = SERVICE_TRAITS[toService(service)];
  if (throughBroker || builtIn) return false;
  return (keyInEditor(connection) ?? stored.get(connection.id)) === false;
}

let following = false;

/** From then on every connection is looked at when it comes into the editor, and after each deploy, also of somebody else. */
export function followStoredKeys(): void {
  if (following) return;
  following = true;
  let timer: number | undefined;
  /** Also those of which Node-RED has said something: that counts until it says something else. */
  let isAnew = false;
  const lookSoon = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      look(isAnew);
      isAnew = false;
    }, PAUSE_MS);
  };
  RED.events.on("nodes:add", ({ type }: ConfigNode) => {
    if (type === "tts-connection") lookSoon();
  });
  RED.events.on("nodes:remove", ({ id }: ConfigNode) => void stored.delete(id));
  const lookAnew = (): void => {
    isAnew = true;
    lookSoon();
  };
  RED.events.on("deploy", lookAnew);
  RED.comms.subscribe("notification/runtime-deploy", lookAnew);
}

function look(isAnew: boolean): void {
  RED.nodes.eachConfig((connection) => {
    if (connection.type === "tts-connection" && (isAnew || !stored.has(connection.id))) ask(connection);
  });
}

/** Who may not read it is not told: nothing is said of the connection then. */
function ask(connection: ConfigNode): void {
  $.ajax({ url: `credentials/tts-connection/${encodeURIComponent(connection.id)}`, dataType: "json" }).done(
    (credentials: unknown) => {
      const has = typeof credentials === "object" && credentials !== null && "has_apiKey" in credentials;
      stored.set(connection.id, has && credentials.has_apiKey === true);
      revalidate(connection);
    },
  );
}

/** The editor validates a node only when it changes. */
function revalidate(connection: ConfigNode): void {
  const before = connection.valid;
  if (RED.editor.validateNode(connection) === before) return;
  for (const user of connection.users ?? []) RED.editor.validateNode(user);
  RED.view.redraw();
  RED.sidebar.config.refresh();
}
