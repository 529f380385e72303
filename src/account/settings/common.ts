import type { ConnectionOptions } from "node:tls";
import { takeApart, usualPort, webSocketScheme, type AddressParts } from "../../stack/address";
import { LIMITS } from "../../stack/limits";
import { traitsOf, type ServiceTraits } from "../../stack/services";
import { asText, asTrueOrFalse, asWholeNumber } from "../../stack/values";
import type { ConnectionCredentials, ConnectionProperties } from "../../stack/connectionProperties";
import type { ProxyChoice } from "../../connection/proxy/environment";
import { readProxy } from "./proxy";
import { unreadable, unsetVariable, wrong, type Read, type Refusal } from "./read";

/** What a chosen TLS configuration gives, or why it gives nothing; undefined where there is none. */
export type ChosenTls = ConnectionOptions | "other_kind" | "unusable" | "no_certificate" | undefined;

/** What a session needs, whatever speaks to it. */
export interface CommonSettings {
  readonly host: string;
  readonly port: number;
  /** Absent: not encrypted. */
  readonly tls?: ConnectionOptions;
  /** Absent: none. Only for what is encrypted. */
  readonly proxy?: ProxyChoice;
  /** Absent: generated for each session. */
  readonly clientId?: string;
  /** Seconds. */
  readonly keepalive: number;
  /** Absent: none until the server ends a connection over its rate limit. */
  readonly downlinksPerMinute?: number;
  /** Downlinks held while disconnected. */
  readonly holdMax: number;
  /** Seconds. */
  readonly holdFor: number;
}

/** Where it goes, and what else stood in what was pasted as host. */
interface Endpoint extends Pick<CommonSettings, "host" | "port" | "tls" | "proxy"> {
  readonly address: AddressParts;
}

/**
 * Host, port and encryption. What was pasted (or came from the environment) as one piece is taken apart: `mqtts://host:8883`.
 * @param tls options of the `tls-config` node, where one is chosen
 */
export function readEndpoint(
  properties: ConnectionProperties,
  credentials: ConnectionCredentials,
  tls: ChosenTls,
): Read<Endpoint> {
  const { host: given, port: portGiven, useTls, tls: tlsNode } = properties;
  // A scheme in the host decides before the flag.
  const unset = unreadable({ host: given, port: portGiven }) ?? unsetVariable({ useTls });
  if (unset) return unset;
  const address = takeApart(asText(given));
  const host = address.host ?? "";
  if (host === "") return noHost(asText(given), traitsOf(properties.service));
  const encrypted = address.tls ?? asTrueOrFalse(useTls);
  // The key would cross the network in the clear for a variable that is 1 or yes.
  if (encrypted === undefined)
    return wrong("error.not-configured.flag", { property: "useTls", value: asText(useTls) });
  if (encrypted && typeof tls === "string") return wrong(TLS_FAULTS[tls]);
  if (encrypted && tlsNode !== "" && tls === undefined) return wrong("error.not-configured.tls-config");
  const text = asText(portGiven);
  const port = address.port ?? (text === "" ? usualPort(encrypted) : asWholeNumber(text, LIMITS.port));
  if (port === undefined) return wrong("error.not-configured.port", { port: text });
  const proxy = readProxy(properties, credentials, encrypted ? { host, port } : undefined);
  if (!proxy.ok) return proxy;
  return {
    ok: true,
    settings: {
      host,
      port,
      ...(encrypted ? { tls: typeof tls === "object" ? tls : {} } : {}),
      ...proxy.settings,
      address,
    },
  };
}

const TLS_FAULTS = {
  other_kind: "error.not-configured.tls-kind",
  unusable: "error.not-configured.tls-unusable",
  no_certificate: "error.not-configured.tls-no-certificate",
} as const;

function noHost(given: string, { isStackServer }: ServiceTraits): Refusal {
  if (given === "")
    return wrong(isStackServer ? "error.not-configured.host" : "error.not-configured.host-server");
  const scheme = webSocketScheme(given);
  if (scheme !== undefined) return wrong("error.not-configured.websocket", { scheme });
  return wrong(isStackServer ? "error.not-configured.host-form" : "error.not-configured.host-form-server", {
    host: given,
  });
}

/** How the session is held, and how fast downlinks go. */
export function readSessionOptions(
  properties: ConnectionProperties,
): Read<Omit<CommonSettings, "host" | "port" | "tls" | "proxy">> {
  const { clientId, keepalive, downlinksPerMinute, holdMax, holdFor } = properties;
  const unset = unreadable({ clientId, keepalive, downlinksPerMinute, holdMax, holdFor });
  if (unset) return unset;
  const numbers = {
    keepalive: asWholeNumber(keepalive, LIMITS.keepalive),
    pace: asWholeNumber(downlinksPerMinute, LIMITS.downlinksPerMinute),
    holdMax: asWholeNumber(holdMax, LIMITS.holdMax),
    holdFor: asWholeNumber(holdFor, LIMITS.holdFor),
  };
  if (numbers.keepalive === undefined)
    return wrong("error.not-configured.keepalive", { keepalive: asText(keepalive) });
  const pace = asText(downlinksPerMinute);
  if (numbers.pace === undefined && pace !== "")
    return wrong("error.not-configured.pace", { pace, most: LIMITS.downlinksPerMinute.most });
  if (numbers.holdMax === undefined)
    return wrong("error.not-configured.hold-max", { number: asText(holdMax), most: LIMITS.holdMax.most });
  if (numbers.holdFor === undefined)
    return wrong("error.not-configured.hold-for", { seconds: asText(holdFor), most: LIMITS.holdFor.most });
  const id = asText(clientId);
  return {
    ok: true,
    settings: {
      ...(id === "" ? {} : { clientId: id }),
      keepalive: numbers.keepalive,
      ...(numbers.pace === undefined ? {} : { downlinksPerMinute: numbers.pace }),
      holdMax: numbers.holdMax,
      holdFor: numbers.holdFor,
    },
  };
}
