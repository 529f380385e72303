import net from "node:net";
import tls from "node:tls";
import type { ProxyServer } from "../connection/proxy/server";
import { openTunnel } from "../connection/proxy/tunnel";
import type { Explanation } from "../stack/explanation";
import { explanations, type ConnectionContext } from "./context";
import { shownList, shownText, shownTime } from "../stack/shown";

/** What a server shows of itself. Texts are as they came. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** Host names and addresses. */
  readonly names: readonly string[];
  /** ms since 1970, of the certificate in the chain whose dates are off, else of the server's own. */
  readonly validFrom: number;
  readonly validTo: number;
}

const LONGEST_PROBE_MS = 3_000;
const LONGEST_CHAIN = 10;

const failed = explanations("connection_failed");

function nameOf(name: tls.Certificate): string {
  const parts: Partial<tls.Certificate> = name;
  return String(parts.CN ?? parts.OU ?? parts.O ?? "");
}

/** From the server's own up; the last one is its own issuer, where the server sends it. */
function chainOf(leaf: tls.DetailedPeerCertificate): tls.DetailedPeerCertificate[] {
  const chain = [leaf];
  for (let next = issuerOf(leaf); next && !chain.includes(next); next = issuerOf(next)) {
    if (chain.length === LONGEST_CHAIN) break;
    chain.push(next);
  }
  return chain;
}

/** Absent, against its type, where the server does not send it. */
function issuerOf(
  certificate: Partial<tls.DetailedPeerCertificate>,
): tls.DetailedPeerCertificate | undefined {
  return certificate.issuerCertificate;
}

function namesOf({ subjectaltname, subject }: Partial<tls.PeerCertificate>): string[] {
  const names = (subjectaltname ?? "").split(", ").map((name) => name.replace(/^(DNS|IP Address):/, ""));
  const commonName = subject === undefined ? "" : nameOf(subject);
  return subjectaltname === undefined ? [commonName].filter((name) => name !== "") : names;
}

function factsOf(leaf: tls.DetailedPeerCertificate, now: number): CertificateFacts | undefined {
  const isOff = (certificate: tls.PeerCertificate): boolean =>
    Date.parse(certificate.valid_to) < now || Date.parse(certificate.valid_from) > now;
  const dated = chainOf(leaf).find(isOff) ?? leaf;
  const facts = {
    subject: nameOf(dated.subject),
    issuer: nameOf(dated.issuer),
    names: namesOf(leaf),
    validFrom: Date.parse(dated.valid_from),
    validTo: Date.parse(dated.valid_to),
  };
  return Number.isNaN(facts.validFrom) || Number.isNaN(facts.validTo) ? undefined : facts;
}

/** What the server of an encrypted connection has shown of itself; `undefined` where it showed nothing. */
export function certificateOf(socket: tls.TLSSocket, now: number): CertificateFacts | undefined {
  const leaf: Partial<tls.DetailedPeerCertificate> = socket.getPeerCertificate(true);
  return isCertificate(leaf) ? factsOf(leaf, now) : undefined;
}

/**
 * Looks once at the certificate of a server that was not trusted: connects without verification, sends nothing (no client certificate
 * either) and closes at once. Three seconds at most; `undefined` where there is nothing to see. Never rejects.
 */
export function probeCertificate(
  server: {
    readonly host: string;
    readonly port: number;
    readonly tls?: tls.ConnectionOptions | undefined;
    readonly proxy?: ProxyServer | undefined;
  },
  now: number,
): Promise<CertificateFacts | undefined> {
  return new Promise((resolve) => {
    const { host, port } = server;
    let socket: tls.TLSSocket | undefined;
    const settle = (facts?: CertificateFacts): void => {
      clearTimeout(timer);
      resolve(facts);
      socket?.destroy();
    };
    const timer = setTimeout(settle, LONGEST_PROBE_MS);
    const servername = server.tls?.servername ?? (net.isIP(host) ? "" : host);
    const target = { host, port, autoSelectFamily: true, rejectUnauthorized: false };
    try {
      socket = tls.connect({
        ...target,
        ...(servername === "" ? {} : { servername }),
        ...(server.proxy ? { socket: openTunnel(server.proxy, { host, port }) } : {}),
      });
    } catch {
      settle();
      return;
    }
    const probe = socket;
    probe.once("secureConnect", () => {
      settle(certificateOf(probe, now));
    });
    probe.on("error", () => settle());
    probe.on("close", () => settle());
  });
}

/** Without a certificate Node gives an empty object. */
function isCertificate(found: Partial<tls.DetailedPeerCertificate>): found is tls.DetailedPeerCertificate {
  return found.raw !== undefined;
}

const SELF_SIGNED = "DEPTH_ZERO_SELF_SIGNED_CERT";
const EXPIRED = "CERT_HAS_EXPIRED";
const NOT_YET_VALID = "CERT_NOT_YET_VALID";
const OTHER_NAME = /ALTNAME_INVALID|HOSTNAME_MISMATCH/;
const UNKNOWN_AUTHORITY =
  /^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF)\w*|CERT_UNTRUSTED)$/;

/** Says whose certificate was refused and why; asks the server once for it. */
export async function explainCertificate(
  errorCode: string,
  context: ConnectionContext,
): Promise<Explanation> {
  const { host, port, now } = context;
  const facts = await probeCertificate(context, now);
  const server = { host: shownText(host), port, errorCode: shownText(errorCode) };
  if (!facts) return failed("error.certificate.unseen", server);
  const values = {
    ...server,
    subject: shownText(facts.subject) || "?",
    issuer: shownText(facts.issuer) || "?",
    names: shownList(facts.names) || shownText(facts.subject) || "?",
    from: shownTime(facts.validFrom),
    until: shownTime(facts.validTo),
    clock: shownTime(now),
    wanted: shownText(context.tls?.servername ?? host),
  };
  if (context.tls?.ca !== undefined && (errorCode === SELF_SIGNED || UNKNOWN_AUTHORITY.test(errorCode)))
    return failed("error.certificate.other-authority", values);
  if (errorCode === SELF_SIGNED) return failed("error.certificate.self-signed", values);
  if (errorCode === EXPIRED) return failed("error.certificate.expired", values);
  if (errorCode === NOT_YET_VALID) return failed("error.certificate.not-yet-valid", values);
  if (OTHER_NAME.test(errorCode)) {
    const { servername = host } = context.tls ?? {};
    return failed(
      servername === host ? "error.certificate.other-name" : "error.certificate.other-server-name",
      values,
    );
  }
  if (UNKNOWN_AUTHORITY.test(errorCode)) return failed("error.certificate.unknown-authority", values);
  return failed("error.certificate.other", values);
}
