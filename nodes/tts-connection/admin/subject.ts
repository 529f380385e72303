import type { Node, NodeAPI } from "node-red";
import { shownText } from "../../../src/stack/shown";
import { apiUrl } from "../../../src/stack/apiAddress";
import { isJsonObject } from "../../../src/stack/check";
import { shownValues } from "../../../src/stack/shown";
import { fromEnvironment, getConfigNode } from "../../shared/red";
import { traitsOf } from "../../../src/stack/services";
import { demoStack } from "../demo/demoStack";
import { chosenTls } from "../tlsConfig";
import type { ConnectionCredentials, ConnectionProperties } from "../../../src/stack/connectionProperties";
import type { ReportText } from "../report";
import { readSettings, stackSettingsOf, type ConnectionSettings } from "../../../src/account/settings";
import { mapTexts, readCredentials, readProperties, type FormRequest } from "./formRequest";

/** What the editor shows in place of a password that is stored. */
export const STORED = "__PWRD__";

export type Subject =
  | { readonly ok: true; readonly settings: ConnectionSettings }
  | { readonly ok: false; readonly text: ReportText };

const refused = (key: string, values: ReportText["values"] = {}): Subject => ({
  ok: false,
  text: { key, values: shownValues(values) },
});

/** What is to be tried, until it is given back. */
export interface SubjectUse {
  /** Never rejects. */
  readonly subject: Promise<Subject>;
  end(): Promise<void>;
}

/** What a form would connect to once it is deployed; the stack of the demo runs while it is tried. */
export function subjectOf(RED: NodeAPI, request: FormRequest): SubjectUse {
  if (!traitsOf(request.properties.service).builtIn)
    return { subject: Promise.resolve(enteredIn(RED, request)), end: () => Promise.resolve() };
  const use = demoStack.use();
  const subject = use.settings.then((read) =>
    read.ok ? read : refused(read.explanation.key, read.explanation.values),
  );
  return { subject, end: () => use.end() };
}

/**
 * The settings that the form would have once it is deployed: with values from the environment, and the stored secret where the form
 * only has its placeholder. That one goes to no other server than the one it is stored for: a mistyped host, or one of an imported flow,
 * must not get it by a click on Test.
 */
function enteredIn(RED: NodeAPI, request: FormRequest): Subject {
  const stored = storedForm(RED, request.id);
  const isStored = (name: keyof ConnectionCredentials): boolean => request.credentials[name] === STORED;
  const credentials = {
    ...request.credentials,
    ...(isStored("apiKey") ? { apiKey: stored?.credentials.apiKey ?? "" } : {}),
    ...(isStored("password") ? { password: stored?.credentials.password ?? "" } : {}),
    ...(isStored("proxyPassword") ? { proxyPassword: stored?.credentials.proxyPassword ?? "" } : {}),
  };
  const form = filledIn(RED, { ...request, credentials });
  const tls = chosenTls(RED, form.properties.tls);
  if (form.properties.tls !== "" && tls === undefined && form.properties.useTls)
    return refused("error.test.tls-not-deployed");
  const read = readSettings(form.properties, form.credentials, tls);
  if (!read.ok) return refused(read.explanation.key, read.explanation.values);

  if (stored && isStored("proxyPassword") && !isSameProxy(RED, request, stored.properties.proxy))
    return refused("error.test.stored-proxy-password");
  if (stored && (isStored("apiKey") || isStored("password"))) {
    // Where it would go now is compared, whatever else of the stored connection is incomplete.
    const { service, host, port, useTls, tls: tlsNode, api, proxy } = stored.properties;
    const place = { ...request.properties, service, host, port, useTls, tls: tlsNode, api, proxy };
    const there = filledIn(RED, { ...request, credentials, properties: place });
    const known = readSettings(there.properties, there.credentials, chosenTls(RED, there.properties.tls));
    if (!known.ok || !goesTo(read.settings, known.settings)) {
      const { host: to, port: at } = known.ok ? known.settings : { host: "", port: 0 };
      return refused("error.test.stored-secret", { host: shownText(to) || "?", port: at || "?" });
    }
  }
  return { ok: true, settings: read.settings };
}

/** Whether the proxy is the one that its stored password is for. */
function isSameProxy(RED: NodeAPI, { id, properties, credentials }: FormRequest, stored: string): boolean {
  const there = filledIn(RED, { id, credentials, properties: { ...properties, proxy: stored } });
  const here = filledIn(RED, { id, credentials, properties });
  return here.properties.proxy.trim() === there.properties.proxy.trim();
}

/** Whether what is tried sends its secret nowhere but where the stored connection sends it, and as well encrypted. */
function goesTo(tried: ConnectionSettings, stored: ConnectionSettings): boolean {
  const api = addressOfApi(tried);
  return place(tried) === place(stored) && (api === undefined || api === addressOfApi(stored));
}

/** Over an encryption that nobody checked, a proxy could be the server. */
const place = ({ service, host, port, tls, proxy }: ConnectionSettings): string =>
  JSON.stringify([service, host, port, tls, tls?.rejectUnauthorized === false ? proxy : undefined]);

function addressOfApi(settings: ConnectionSettings): string | undefined {
  const stack = stackSettingsOf(settings);
  return stack && apiUrl(stack.api, stack.host);
}

/** The connection as it was deployed, if it was. */
function storedForm(RED: NodeAPI, id: string): Pick<FormRequest, "properties" | "credentials"> | undefined {
  let found: unknown;
  RED.nodes.eachNode((node) => {
    if (node.id === id && node.type === "tts-connection") found = node;
  });
  if (!isJsonObject(found)) return undefined;
  const credentials: unknown = RED.nodes.getCredentials(id);
  return {
    properties: readProperties(found),
    credentials: isJsonObject(credentials) ? readCredentials(credentials) : {},
  };
}

/** With values from the environment, as the connection itself would see them. */
export function filledIn(
  RED: NodeAPI,
  form: FormRequest,
): { readonly properties: ConnectionProperties; readonly credentials: ConnectionCredentials } {
  const node = contextNode(RED, form.id);
  return mapTexts(form, (text) => fromEnvironment(RED, node, text));
}

/** The connection where it is deployed, else another node that belongs to no tab: both have the global environment. */
function contextNode(RED: NodeAPI, id: string): Node | undefined {
  let found = getConfigNode(RED, id);
  RED.nodes.eachNode((node) => {
    if (!found && !node.z) found = getConfigNode(RED, node.id);
  });
  return found;
}
