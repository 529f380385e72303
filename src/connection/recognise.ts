import type { ApiKeyForm } from "../stack/identifiers";
import { usualPort } from "../stack/address";
import type { LinkEnd } from "./link";
import { LARGEST_MESSAGE } from "./packetHeads";
import type { ConnectionProblem } from "./problem";

/** What else is known when a connection ends. */
export interface LinkContext {
  readonly port: number;
  readonly encrypted: boolean;
  /** A login was accepted before on this session. */
  readonly worked: boolean;
  /** Where the password is an API key: whether it looks like one. */
  readonly keyForm?: ApiKeyForm;
}

const NAME_CODES = /^(ENOTFOUND|EAI_)/;
const CERTIFICATE_CODES = /CERT|SELF_SIGNED|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH/;
/** OpenSSL met bytes that are not TLS. */
const NOT_TLS_CODES =
  /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_TOO_SMALL|UNEXPECTED_MESSAGE|EPROTO/;
const RESET_CODES = /^(ECONNRESET|EPIPE)$/;
/** What an answer to a login begins with: a CONNACK, or from a TLS port that is spoken to in plain an alert. */
const CONNACK = 0x20;
const TLS_ALERT = 0x15;

function refused(returnCode: number, keyForm: ApiKeyForm | undefined): ConnectionProblem {
  if (returnCode === 1) return { problem: "protocol_refused" };
  if (returnCode === 3) return { problem: "limit_reached" };
  if (keyForm !== undefined && keyForm !== "api_key" && keyForm !== "access_token")
    return { problem: "key_form", returnCode, form: keyForm };
  return { problem: "login_refused", returnCode };
}

function duringTls(
  errorCode: string | undefined,
  otherLanguage: boolean,
  timedOut: boolean,
): ConnectionProblem {
  if (errorCode === undefined || RESET_CODES.test(errorCode)) {
    if (otherLanguage) return { problem: "tls_mismatch" };
    return { problem: timedOut ? "no_answer" : "closed" };
  }
  if (NOT_TLS_CODES.test(errorCode)) return { problem: "tls_mismatch" };
  if (CERTIFICATE_CODES.test(errorCode) && !errorCode.startsWith("ERR_SSL"))
    return { problem: "certificate", errorCode };
  return { problem: "tls_failed", errorCode };
}

/** A connection that is reset was there, however early that is seen: a server that limits their number does so. */
function phaseOf({ phase, errorCode }: LinkEnd, { encrypted }: LinkContext): LinkEnd["phase"] {
  if (phase !== "tcp" || errorCode === undefined || !RESET_CODES.test(errorCode)) return phase;
  return encrypted ? "tls" : "login";
}

/** Tells what went wrong with a connection. Rule: docs/server.md#2-connecting. From how far the connection got, what ended it, and what else is known. */
export function problemOf(end: LinkEnd, context: LinkContext): ConnectionProblem {
  const { cause, errorCode, returnCode, firstByte } = end;
  const phase = phaseOf(end, context);
  if (returnCode !== undefined) return refused(returnCode, context.keyForm);
  if (phase === "proxy")
    return {
      problem: "proxy",
      ...(end.proxyFault ?? { fault: cause === "timeout" ? "no_answer" : "closed" }),
    };
  if (cause === "too_large") return { problem: "too_large", megabytes: LARGEST_MESSAGE / 1024 / 1024 };
  if (phase === "open") {
    if (cause === "keepalive" || cause === "timeout") return { problem: "server_silent" };
    return { problem: "connection_lost", ...(errorCode === undefined ? {} : { errorCode }) };
  }
  if (errorCode !== undefined && NAME_CODES.test(errorCode)) return { problem: "host_not_found", errorCode };
  if (phase === "tcp") return { problem: "no_connection", errorCode: errorCode ?? "ETIMEDOUT" };

  const otherLanguage = !context.worked && context.port !== usualPort(context.encrypted);
  if (phase === "tls") return duringTls(errorCode, otherLanguage, cause === "timeout");
  if (cause === "timeout") return { problem: "no_answer" };
  if (errorCode?.startsWith("ERR_SSL")) return { problem: "tls_failed", errorCode };
  // Something else than MQTT lives there, as with 443 for a port.
  if (firstByte !== undefined && firstByte !== CONNACK && firstByte !== TLS_ALERT)
    return { problem: "protocol_refused" };
  // A TLS port that is spoken to in plain closes, or answers with a TLS alert that is no MQTT.
  return { problem: otherLanguage && !context.encrypted ? "tls_mismatch" : "closed" };
}
