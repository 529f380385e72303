/** Why a proxy opened no tunnel. */
export type ProxyFaultName =
  /** The name of the proxy is not known here. */
  | "not_found"
  /** Nothing answers where it should be. */
  | "unreachable"
  /** Encryption with the proxy itself failed. */
  | "tls"
  /** It took the connection and then said nothing. */
  | "no_answer"
  /** It ended the connection instead of answering. */
  | "closed"
  /** It wants a user name and password, and none were given. */
  | "login_needed"
  | "login_refused"
  /** It does not let anyone go to that server or port. */
  | "target_refused"
  /** It could not reach the server. */
  | "target_unreachable"
  /** What answers is no proxy of this kind. */
  | "not_a_proxy";

export interface ProxyFault {
  readonly fault: ProxyFaultName;
  /** A code of Node's, an HTTP status, or what SOCKS calls it; of no language. */
  readonly detail?: string;
}

/** Made by us, or from a list of constants: nothing of what a proxy wrote itself. */
export class ProxyError extends Error implements ProxyFault {
  readonly fault: ProxyFaultName;
  readonly detail?: string;

  constructor(fault: ProxyFaultName, detail?: string) {
    super(`Proxy: ${fault}`);
    this.fault = fault;
    if (detail !== undefined) this.detail = detail;
  }
}

const NAME_CODES = /^(ENOTFOUND|EAI_)/;
const CONNECT_CODES =
  /^(ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EACCES)$/;
const CLOSED_CODES = /^(ECONNRESET|EPIPE)$/;

/** From an error of the connection to the proxy. `HPE_…`: what came is no HTTP. */
export function faultOf(error: unknown): ProxyError {
  if (error instanceof ProxyError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (NAME_CODES.test(code)) return new ProxyError("not_found", code);
  if (CONNECT_CODES.test(code)) return new ProxyError("unreachable", code);
  if (CLOSED_CODES.test(code)) return new ProxyError("closed", code);
  if (code.startsWith("HPE_")) return new ProxyError("not_a_proxy", code);
  return /TLS|SSL|CERT|SELF_SIGNED|EPROTO|UNABLE_TO_/.test(code)
    ? new ProxyError("tls", code)
    : new ProxyError("unreachable", code || "?");
}
