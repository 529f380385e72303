import http from "node:http";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";
import type { ProxyServer } from "../connection/proxy/server";
import { openTunnel } from "../connection/proxy/tunnel";
import { serverOf } from "../stack/apiAddress";
import { DEEPEST, isNestedDeeper } from "../stack/nesting";
import { Pieces } from "./pieces";

export interface ApiTarget {
  /** As `apiUrl` makes it. */
  readonly url: string;
  /** Secret. */
  readonly apiKey: string;
  /** Of the connection: its certificates count for the API, too. What it says about verification does not. */
  readonly tls?: tls.ConnectionOptions;
  /** Opens the way there. A URL that is not encrypted leads to this machine, and needs none. */
  readonly proxy?: ProxyServer;
}

export interface ApiQuestion {
  readonly method: "GET" | "POST";
  /** Behind the URL of the API, with a leading slash. */
  readonly path: string;
  /** JSON. */
  readonly body?: string;
  /** Absent: `USUAL`. */
  readonly limits?: AnswerLimits;
}

export interface AnswerLimits {
  /** ms. */
  readonly wait: number;
  /** Bytes. */
  readonly body: number;
}

const USUAL: AnswerLimits = { wait: 3_000, body: 256 * 1024 };
/** For what a flow asked for: it is worth waiting for, and may be a long list. */
export const GENEROUS: AnswerLimits = { wait: 10_000, body: 4 * 1024 * 1024 };

/** Why a question has no answer that could be understood. */
export type UnknownReason =
  | "timeout"
  | "unreachable"
  | "redirect"
  | "too_large"
  | "not_understood"
  | "not_asked"
  /** There is no such device, but it may be another cluster that was asked. */
  | "other_cluster"
  /** By its status: a server that cannot do it now, or what stands in front of it. */
  | "unavailable";

export type ApiReply = { readonly status: number; readonly json: unknown } | { readonly why: UnknownReason };

const CERTIFICATES = ["ca", "cert", "key", "passphrase", "pfx", "servername"] as const;

function certificates(options: tls.ConnectionOptions | undefined): tls.ConnectionOptions {
  const given = CERTIFICATES.filter((name) => options?.[name] !== undefined && options[name] !== "");
  return Object.fromEntries(given.map((name) => [name, options?.[name]]));
}

/** Throws for a key with a line break in it, certificates that cannot be read, a URL that is none. */
export function sendToApi(
  { url, apiKey, tls: own, proxy }: ApiTarget,
  { method, path, body }: ApiQuestion,
  accept = "application/json",
): http.ClientRequest {
  const address = new URL(url + path);
  const authorization = `Bearer ${apiKey}`;
  // Throws before there is a request that would have to be ended.
  http.validateHeaderValue("authorization", authorization);
  const options = {
    method,
    // A connection of its own: nothing is kept open, nothing shared with other parts of the process.
    agent: false,
    // Node 18 tries one address of a name only, which fails for `localhost` where that is ::1 first.
    autoSelectFamily: true,
    headers: {
      accept,
      ...(body === undefined
        ? {}
        : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
    },
  };
  // Said explicitly: NODE_TLS_REJECT_UNAUTHORIZED must not send a key to an unknown server.
  const secure = { ...certificates(own), rejectUnauthorized: true };
  const request =
    address.protocol === "http:"
      ? http.request(address, options)
      : https.request(address, {
          ...options,
          ...secure,
          ...(proxy ? { agent: undefined, createConnection: () => through(proxy, url, secure) } : {}),
        });
  // Not among the options, which Node prints with NODE_DEBUG=http.
  return request.setHeader("authorization", authorization).end(body);
}

/** TLS with the server itself: the proxy sees nothing of it. */
function through(proxy: ProxyServer, url: string, secure: tls.ConnectionOptions): tls.TLSSocket {
  const target = serverOf(url);
  return tls.connect({
    ...(net.isIP(target.host) ? {} : { servername: target.host }),
    ...secure,
    ...target,
    socket: openTunnel(proxy, target),
  });
}

/** Rule: RFC 9110, 15.6; and RFC 6585, 4. */
export const isUnavailable = (status: number): boolean => status >= 500 || status === 429;

function parse(status: number, body: Pieces): ApiReply {
  if (status >= 300 && status < 400) return { why: "redirect" };
  try {
    const text = body.whole().toString("utf8");
    // What reads it goes down into it.
    if (isNestedDeeper(text, DEEPEST)) return { why: "not_understood" };
    return { status, json: JSON.parse(text) };
  } catch {
    return { why: isUnavailable(status) ? "unavailable" : "not_understood" };
  }
}

/** Asks once. Never rejects, takes no longer than its limits say, follows no redirect; no part of an error is passed on. */
export function askApi(target: ApiTarget, question: ApiQuestion): Promise<ApiReply> {
  return new Promise((resolve) => {
    const { wait, body: longest } = question.limits ?? USUAL;
    let request: http.ClientRequest | undefined;
    const settle = (reply: ApiReply): void => {
      clearTimeout(timer);
      resolve(reply);
      request?.destroy();
    };
    const timer = setTimeout(() => settle({ why: "timeout" }), wait);
    const failed = (): void => settle({ why: "unreachable" });
    try {
      request = sendToApi(target, question);
    } catch {
      settle({ why: "not_asked" });
      return;
    }
    request.on("error", failed);
    request.on("close", failed);
    request.on("response", (response) => {
      const body = new Pieces();
      response.on("data", (chunk: Buffer) => {
        body.add(chunk);
        if (body.length > longest) settle({ why: "too_large" });
      });
      response.on("error", failed);
      response.on("end", () => settle(parse(response.statusCode ?? 0, body)));
    });
  });
}
