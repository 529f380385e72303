import type tls from "node:tls";
import type { ProxyServer } from "../connection/proxy/server";
import type { ErrorCode, Explanation, TextValues } from "../stack/explanation";
import type { ApiKeyForm } from "../stack/identifiers";
import type { ServiceName } from "../stack/services";

/** What is known of a connection, for explaining what is wrong with it. Nothing in it is secret. */
export interface ConnectionContext {
  readonly service: ServiceName;
  readonly host: string;
  readonly port: number;
  readonly useTls: boolean;
  /** As it was sent; empty if none was. */
  readonly userName: string;
  /** As set by the user. Only where a server throws out the older of two connections with the same one. */
  readonly clientId?: string;
  readonly applicationId: string;
  /** Absent or empty: none. */
  readonly tenantId?: string;
  /** Only where the password is an API key. */
  readonly keyForm?: ApiKeyForm;
  /** Only where the password is an access key of V2. */
  readonly accessKeyForm?: ApiKeyForm;
  /** The password of a user at an MQTT broker is an API key: then it is hardly a broker. */
  readonly passwordIsApiKey?: true;
  /** How many characters the API key has. */
  readonly keyLength?: number;
  /** ms since 1970: this key was accepted in this run, the last time then. */
  readonly acceptedUntil?: number;
  /** ms since 1970: what the stack said of this key while it was valid. */
  readonly keyExpiresAt?: number;
  /** ms since 1970, the clock of this machine. */
  readonly now: number;
  /** Of the connection; absent without TLS. */
  readonly tls?: tls.ConnectionOptions | undefined;
  /** That the connection goes through. Its login does not show. */
  readonly proxy?: ProxyServer | undefined;
}

/** Those of The Things Stack, old and new. */
export const STACK_HOST = /\.cloud\.thethings\.(network|industries)$/i;

/** Where another service is chosen: the server is that of The Things Stack, by its name, or by an API key as password. */
export const isStackItself = ({ host, passwordIsApiKey, accessKeyForm }: ConnectionContext): boolean =>
  STACK_HOST.test(host) || passwordIsApiKey === true || accessKeyForm === "api_key";

export function explanations(code: ErrorCode): (key: string, values?: TextValues) => Explanation {
  return (key, values = {}) => ({ code, key, values });
}
