import type { ConnectionOptions } from "node:tls";
import { takeApart, usualPort, type AddressParts } from "../../../src/stack/address";
import { LIMITS } from "../../../src/stack/limits";
import { asFlag, asText, asWholeNumber } from "../../shared/values";
import type { ConnectionProperties } from "../properties";
import { unsetVariable, wrong, type Read } from "./read";

/** What the chosen `tls-config` node says: nothing where none is chosen or deployed; or it is a node of another kind. */
export type TlsGiven = ConnectionOptions | "other_kind" | undefined;

/** What a session needs, whatever speaks to it. */
export interface CommonSettings {
  readonly host: string;
  readonly port: number;
  /** Absent: not encrypted. */
  readonly tls?: ConnectionOptions;
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
interface Endpoint extends Pick<CommonSettings, "host" | "port" | "tls"> {
  readonly address: AddressParts;
}

/**
 * Host, port and encryption. What was pasted (or came from the environment) as one piece is taken apart: `mqtts://host:8883`.
 * @param tls options of the `tls-config` node, where one is chosen
 */
export function readEndpoint(properties: ConnectionProperties, tls: TlsGiven): Read<Endpoint> {
  const { host: given, port: portGiven, useTls, tls: tlsNode } = properties;
  const unset = unsetVariable({ host: given, port: portGiven, useTls });
  if (unset) return unset;
  const address = takeApart(asText(given));
  const host = address.host ?? "";
  if (host === "") return wrong("error.not-configured.host");
  const encrypted = address.tls ?? asFlag(useTls);
  if (tlsNode !== "" && tls === undefined && encrypted) return wrong("error.not-configured.tls-config");
  if (tls === "other_kind" && encrypted) return wrong("error.not-configured.tls-kind");
  const text = asText(portGiven);
  const port = address.port ?? (text === "" ? usualPort(encrypted) : asWholeNumber(text, LIMITS.port));
  if (port === undefined) return wrong("error.not-configured.port", { port: text });
  return { ok: true, settings: { host, port, ...(encrypted ? { tls: optionsOf(tls) } : {}), address } };
}

const optionsOf = (tls: TlsGiven): ConnectionOptions => (typeof tls === "object" ? tls : {});

/** How the session is held, and how fast downlinks go. */
export function readManners(
  properties: ConnectionProperties,
): Read<Omit<CommonSettings, "host" | "port" | "tls">> {
  const { clientId, keepalive, downlinksPerMinute, holdMax, holdFor } = properties;
  const unset = unsetVariable({ clientId, keepalive, downlinksPerMinute, holdMax, holdFor });
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
