import assert from "node:assert/strict";
import type { LinkEnd } from "../../src/connection/link";
import { problemOf, type LinkContext } from "../../src/connection/recognise";

const TLS: LinkContext = { port: 8883, encrypted: true, worked: false };
const PLAIN: LinkContext = { port: 1883, encrypted: false, worked: false };
const ODD = 8884;

const tcp = (errorCode: string): LinkEnd => ({ phase: "tcp", cause: "error", errorCode });
const duringTls = (errorCode?: string): LinkEnd =>
  errorCode === undefined ? { phase: "tls", cause: "closed" } : { phase: "tls", cause: "error", errorCode };
const duringLogin = (errorCode?: string): LinkEnd =>
  errorCode === undefined
    ? { phase: "login", cause: "closed" }
    : { phase: "login", cause: "error", errorCode };
const refused = (returnCode: number): LinkEnd => ({ phase: "login", cause: "refused", returnCode });

const TABLE: readonly (readonly [string, LinkEnd, LinkContext, object])[] = [
  ["ENOTFOUND", tcp("ENOTFOUND"), TLS, { problem: "host_not_found", errorCode: "ENOTFOUND" }],
  ["EAI_AGAIN", tcp("EAI_AGAIN"), PLAIN, { problem: "host_not_found", errorCode: "EAI_AGAIN" }],
  ["ECONNREFUSED", tcp("ECONNREFUSED"), TLS, { problem: "no_connection", errorCode: "ECONNREFUSED" }],
  ["EHOSTUNREACH", tcp("EHOSTUNREACH"), TLS, { problem: "no_connection", errorCode: "EHOSTUNREACH" }],
  [
    "a time-out of TCP",
    { phase: "tcp", cause: "timeout" },
    TLS,
    { problem: "no_connection", errorCode: "ETIMEDOUT" },
  ],
  ["a close during TLS on the usual port", duringTls(), TLS, { problem: "closed" }],
  ["a close during TLS on another port", duringTls(), { ...TLS, port: ODD }, { problem: "tls_mismatch" }],
  [
    "a reset during TLS on another port",
    duringTls("ECONNRESET"),
    { ...TLS, port: 1883 },
    { problem: "tls_mismatch" },
  ],
  [
    "a reset during TLS of one that worked",
    duringTls("ECONNRESET"),
    { ...TLS, port: ODD, worked: true },
    { problem: "closed" },
  ],
  ["bytes that are no TLS", duringTls("ERR_SSL_WRONG_VERSION_NUMBER"), TLS, { problem: "tls_mismatch" }],
  [
    "a packet too long for TLS",
    duringTls("ERR_SSL_PACKET_LENGTH_TOO_LONG"),
    TLS,
    { problem: "tls_mismatch" },
  ],
  ["EPROTO", duringTls("EPROTO"), TLS, { problem: "tls_mismatch" }],
  ["silence during TLS", { phase: "tls", cause: "timeout" }, TLS, { problem: "no_answer" }],
  ...[
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "CERT_HAS_EXPIRED",
    "CERT_NOT_YET_VALID",
    "ERR_TLS_CERT_ALTNAME_INVALID",
  ].map((code) => [code, duringTls(code), TLS, { problem: "certificate", errorCode: code }] as const),
  ...[
    "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
    "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
    "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
    "ERR_OSSL_PEM_NO_START_LINE",
  ].map((code) => [code, duringTls(code), TLS, { problem: "tls_failed", errorCode: code }] as const),
  [
    "a client certificate that is wanted after the handshake",
    duringLogin("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"),
    TLS,
    { problem: "tls_failed", errorCode: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED" },
  ],
  [
    "an answer that is neither MQTT nor TLS, as of a web server",
    { ...duringLogin("Invalid header flag bits"), firstByte: 0x48 },
    { ...PLAIN, port: 80 },
    { problem: "protocol_refused" },
  ],
  [
    "the same, encrypted",
    { ...duringLogin("Invalid header flag bits"), firstByte: 0x48 },
    { ...TLS, port: 443 },
    { problem: "protocol_refused" },
  ],
  [
    "a TLS alert in answer to plain MQTT",
    { ...duringLogin("no header"), firstByte: 0x15 },
    { ...PLAIN, port: ODD },
    { problem: "tls_mismatch" },
  ],
  ["a reset that comes with the connection", tcp("ECONNRESET"), PLAIN, { problem: "closed" }],
  ["a reset that comes with the connection, before TLS", tcp("ECONNRESET"), TLS, { problem: "closed" }],
  [
    "a reset that comes with the connection, on another port",
    tcp("ECONNRESET"),
    { ...PLAIN, port: ODD },
    { problem: "tls_mismatch" },
  ],
  ["no CONNACK in time", { phase: "login", cause: "timeout" }, TLS, { problem: "no_answer" }],
  ["a close before the CONNACK", duringLogin(), TLS, { problem: "closed" }],
  ["a close before the CONNACK, plain", duringLogin(), PLAIN, { problem: "closed" }],
  [
    "a close before the CONNACK, plain on another port",
    duringLogin(),
    { ...PLAIN, port: 8883 },
    { problem: "tls_mismatch" },
  ],
  [
    "an answer that is no MQTT, plain on another port",
    duringLogin("no header"),
    { ...PLAIN, port: ODD },
    { problem: "tls_mismatch" },
  ],
  [
    "a close before the CONNACK where it worked before",
    duringLogin(),
    { ...PLAIN, port: ODD, worked: true },
    { problem: "closed" },
  ],
  [
    "a close before the CONNACK, encrypted on another port",
    duringLogin(),
    { ...TLS, port: ODD },
    { problem: "closed" },
  ],
  ["CONNACK 1", refused(1), TLS, { problem: "protocol_refused" }],
  ["CONNACK 2", refused(2), TLS, { problem: "login_refused", returnCode: 2 }],
  ["CONNACK 3", refused(3), TLS, { problem: "limit_reached" }],
  ["CONNACK 4", refused(4), TLS, { problem: "login_refused", returnCode: 4 }],
  ["CONNACK 5", refused(5), { ...TLS, keyForm: "api_key" }, { problem: "login_refused", returnCode: 5 }],
  [
    "CONNACK 5 with an access token",
    refused(5),
    { ...TLS, keyForm: "access_token" },
    { problem: "login_refused", returnCode: 5 },
  ],
  [
    "CONNACK 5 with a key cut off",
    refused(5),
    { ...TLS, keyForm: "cut_off" },
    { problem: "key_form", returnCode: 5, form: "cut_off" },
  ],
  ["CONNACK 3 with a key cut off", refused(3), { ...TLS, keyForm: "cut_off" }, { problem: "limit_reached" }],
  ["silence of an open connection", { phase: "open", cause: "keepalive" }, TLS, { problem: "server_silent" }],
  ["a SUBACK that never comes", { phase: "open", cause: "timeout" }, TLS, { problem: "server_silent" }],
  [
    "the end of an open connection",
    { phase: "open", cause: "closed" },
    { ...TLS, port: ODD },
    { problem: "connection_lost" },
  ],
  [
    "a reset of an open connection",
    { phase: "open", cause: "error", errorCode: "ECONNRESET" },
    TLS,
    { problem: "connection_lost", errorCode: "ECONNRESET" },
  ],
];

describe("the end of a connection", () => {
  for (const [what, end, context, problem] of TABLE) {
    it(`by ${what} is told from the others`, () => {
      assert.deepEqual(problemOf(end, context), problem);
    });
  }
});
