import net from "node:net";
import { SocksClient } from "socks";
import { faultOf, ProxyError } from "./fault";
import type { Asking, Target } from "./httpConnect";
import type { ProxyServer } from "./server";

/** A link gives up before. */
const TIMEOUT_MS = 60_000;

/** The last word of what `socks` says when the proxy answers that it cannot: the name of the reply. Rule: RFC 1928, 6. */
const REPLY = /rejected connection - (\w+)$/;

/** `socks` has texts where others have codes. */
function faultOfSocks(error: unknown, hasLogin: boolean): ProxyError {
  const text = error instanceof Error ? error.message : "";
  const [, reply] = REPLY.exec(text) ?? [];
  if (reply === "NotAllowed") return new ProxyError("target_refused", reply);
  if (reply !== undefined) return new ProxyError("target_unreachable", reply);
  if (/authentication/i.test(text)) return new ProxyError(hasLogin ? "login_refused" : "login_needed");
  if (text.startsWith("Socket closed")) return new ProxyError("closed");
  return /socks5|timed out/i.test(text) ? new ProxyError("not_a_proxy") : faultOf(error);
}

/** Asks a SOCKS 5 proxy, which looks up the name of the server itself. Returns what gives it up. */
export function askSocks(proxy: ProxyServer, target: Target, { opened, failed }: Asking): () => void {
  const socket = net.connect({ host: proxy.host, port: proxy.port, autoSelectFamily: true });
  let isOver = false;
  const end = (then: () => void): void => {
    if (isOver) return;
    isOver = true;
    then();
  };
  const fail = (error: ProxyError): void =>
    end(() => {
      socket.destroy();
      failed(error);
    });
  socket.on("error", (error) => fail(faultOf(error)));
  socket.on("close", () => fail(new ProxyError("closed")));
  socket.once("connect", () => {
    const { login } = proxy;
    SocksClient.createConnection({
      proxy: {
        host: proxy.host,
        port: proxy.port,
        type: 5,
        ...(login ? { userId: login.user, password: login.password } : {}),
      },
      command: "connect",
      destination: target,
      timeout: TIMEOUT_MS,
      existing_socket: socket,
    }).then(
      () => end(() => opened(socket)),
      (error: unknown) => fail(faultOfSocks(error, login !== undefined)),
    );
  });
  return () => {
    isOver = true;
    socket.destroy();
  };
}
