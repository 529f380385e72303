import type { ApiKeyForm } from "../stack/identifiers";
import type { ProxyFault } from "./proxy/fault";

/**
 * Why a session could not be opened or ended, told apart as far as it can be seen from this side.
 * Rule: docs/server.md#2-connecting.
 */
export type ConnectionProblem =
  | { readonly problem: "host_not_found"; readonly errorCode: string }
  | { readonly problem: "no_connection"; readonly errorCode: string }
  /** The proxy opened no way to the server. */
  | ({ readonly problem: "proxy" } & ProxyFault)
  | { readonly problem: "tls_mismatch" }
  /** `DEPTH_ZERO_SELF_SIGNED_CERT`, `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`, … */
  | { readonly problem: "certificate"; readonly errorCode: string }
  /** TLS itself failed: versions, ciphers, a client certificate that the server wants. */
  | { readonly problem: "tls_failed"; readonly errorCode: string }
  | { readonly problem: "no_answer" }
  /** Closed before the CONNACK. */
  | { readonly problem: "closed" }
  /** CONNACK 1, or an answer that is no MQTT at all. */
  | { readonly problem: "protocol_refused" }
  /** CONNACK 3. */
  | { readonly problem: "limit_reached" }
  /** CONNACK 5, and from other brokers 2 and 4. */
  | { readonly problem: "login_refused"; readonly returnCode: number }
  /** A refused login with a key that has not the form of an API key. */
  | { readonly problem: "key_form"; readonly returnCode: number; readonly form: ApiKeyForm }
  /** `closed`: not by its answer, each time the connection ends at this subscription. */
  | { readonly problem: "topic_refused"; readonly filter: string; readonly closed?: true }
  /** An open session went silent: no answer to the keepalive. */
  | { readonly problem: "server_silent" }
  /** A message so large that it was not taken in. */
  | { readonly problem: "too_large"; readonly megabytes: number }
  /** An open session was ended by the other side or the network; `soon`: each time soon after the login. */
  | { readonly problem: "connection_lost"; readonly errorCode?: string; readonly soon?: true };

export type ProblemName = ConnectionProblem["problem"];
