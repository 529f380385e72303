import http from "node:http";
import https from "node:https";
import net from "node:net";
import type { Duplex } from "node:stream";
import { faultOf, ProxyError, type ProxyFaultName } from "./fault";
import type { ProxyServer } from "./server";

/** What asks a proxy for a way to a server. Exactly one of the two is called, once; neither after `abandon`. */
export interface Asking {
  /** @param head what the server sent already */
  opened: (socket: Duplex, head?: Buffer) => void;
  failed: (error: ProxyError) => void;
}

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Rule: RFC 9110, 9.3.6 (CONNECT), 15.5.8 (407). A proxy that cannot reach the server says so with 502 to 504. */
function faultOfStatus(status: number, hasLogin: boolean): ProxyFaultName {
  if (status === 407) return hasLogin ? "login_refused" : "login_needed";
  if (status >= 502 && status <= 504) return "target_unreachable";
  return status === 403 || status === 405 || status === 429 || status === 451
    ? "target_refused"
    : "not_a_proxy";
}

/** Asks an HTTP proxy with CONNECT. Returns what gives it up. */
export function askHttp(proxy: ProxyServer, { host, port }: Target, { opened, failed }: Asking): () => void {
  const authority = `${net.isIPv6(host) ? `[${host}]` : host}:${String(port)}`;
  const { login } = proxy;
  const basic = login && Buffer.from(`${login.user}:${login.password}`).toString("base64");
  const options = {
    method: "CONNECT",
    host: proxy.host,
    port: proxy.port,
    path: authority,
    agent: false,
    autoSelectFamily: true,
    headers: { host: authority },
  };
  const request =
    proxy.scheme === "https"
      ? https.request({
          ...options,
          ...(net.isIP(proxy.host) ? {} : { servername: proxy.host }),
          rejectUnauthorized: true,
        })
      : http.request(options);
  // Not among the options, which Node prints with NODE_DEBUG=http.
  if (basic !== undefined) request.setHeader("proxy-authorization", `Basic ${basic}`);
  let isOver = false;
  const fail = (error: unknown): void => {
    if (isOver) return;
    isOver = true;
    failed(faultOf(error));
  };
  request.on("error", fail);
  request.on("close", () => fail(new ProxyError("closed")));
  request.on("connect", ({ statusCode = 0 }, socket, head) => {
    if (isOver || statusCode < 200 || statusCode > 299) {
      socket.on("error", () => undefined).destroy();
      fail(new ProxyError(faultOfStatus(statusCode, login !== undefined), String(statusCode)));
      return;
    }
    isOver = true;
    opened(socket, head);
  });
  request.end();
  return () => {
    isOver = true;
    request.destroy();
  };
}
