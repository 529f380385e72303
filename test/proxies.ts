/** Real proxies, small ones, that tell what they were asked for. */
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

export interface TestProxy {
  readonly port: number;
  /** `host:port` of each tunnel that was opened. */
  readonly tunnels: readonly string[];
  /** What stood in `Proxy-Authorization`, or `user:password` of SOCKS, of each request. */
  readonly logins: readonly string[];
  /** All bytes that went to the server. */
  readonly seen: () => string;
  stop(): Promise<void>;
}

export interface ProxyOptions {
  /** Absent: everyone may use it. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Where a name leads to that only this proxy knows. */
  readonly names?: Readonly<Record<string, string>>;
}

interface Journal {
  readonly tunnels: string[];
  readonly logins: string[];
  readonly sent: Buffer[];
}

async function listening(server: net.Server, { tunnels, logins, sent }: Journal): Promise<TestProxy> {
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket.on("error", () => undefined));
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    tunnels,
    logins,
    seen: () => Buffer.concat(sent).toString("latin1"),
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

const newJournal = (): Journal => ({ tunnels: [], logins: [], sent: [] });

function join(client: Duplex, target: net.Socket, sent: Buffer[]): void {
  client.on("data", (chunk: Buffer) => sent.push(chunk));
  client.pipe(target).pipe(client);
  for (const [from, to] of [
    [client, target],
    [target, client],
  ] as const)
    from.on("error", () => undefined).on("close", () => to.destroy());
}

export interface HttpProxyOptions extends ProxyOptions {
  /** Answers every request with this status. */
  readonly status?: number;
  /** PEM: the proxy itself is reached by TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export async function httpProxy({
  login,
  names = {},
  status,
  tls,
}: HttpProxyOptions = {}): Promise<TestProxy> {
  const server = tls ? https.createServer(tls) : http.createServer();
  const record = newJournal();
  const wanted = login && `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`;
  server.on("connect", ({ url = "", headers }: http.IncomingMessage, client: Duplex, head: Buffer) => {
    client.on("error", () => undefined);
    const given = headers["proxy-authorization"];
    if (given !== undefined) record.logins.push(given);
    const refusal = wanted !== undefined && given !== wanted ? 407 : status;
    if (refusal !== undefined) {
      client.end(`HTTP/1.1 ${String(refusal)} No\r\nProxy-Authenticate: Basic\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(`http://${url}`);
    const target = net.connect(Number(port), names[hostname] ?? hostname);
    target.on("error", () => client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
    target.once("connect", () => {
      record.tunnels.push(url);
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.write(head);
      join(client, target, record.sent);
    });
  });
  return listening(server, record);
}

export interface SocksOptions extends ProxyOptions {
  /** Answers every request with this reply. Rule: RFC 1928, 6. */
  readonly reply?: number;
}

/** Rule: RFC 1928, and RFC 1929 for user names and passwords. */
export async function socksProxy({ login, names = {}, reply }: SocksOptions = {}): Promise<TestProxy> {
  const record = newJournal();
  const server = net.createServer((client) => {
    serveSocks(client).catch(() => client.destroy());
  });

  async function serveSocks(client: net.Socket): Promise<void> {
    const read = reader(client);
    const [, methods = 0] = await read(2);
    const offered = await read(methods);
    const method = login ? 2 : 0;
    if (!offered.includes(method)) {
      client.end(Buffer.from([5, 0xff]));
      return;
    }
    client.write(Buffer.from([5, method]));
    if (login) {
      const [, userLength = 0] = await read(2);
      const user = (await read(userLength)).toString();
      const [passwordLength = 0] = await read(1);
      const password = (await read(passwordLength)).toString();
      record.logins.push(`${user}:${password}`);
      if (user !== login.user || password !== login.password) {
        client.end(Buffer.from([1, 1]));
        return;
      }
      client.write(Buffer.from([1, 0]));
    }
    const [, , , kind] = await read(4);
    const host = await readHost(read, kind ?? 0);
    const port = (await read(2)).readUInt16BE();
    const answer = (code: number): Buffer => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
    if (reply !== undefined) {
      client.end(answer(reply));
      return;
    }
    const target = net.connect(port, names[host] ?? host);
    target.on("error", () => client.end(answer(5)));
    target.once("connect", () => {
      record.tunnels.push(`${host}:${String(port)}`);
      client.write(answer(0));
      join(client, target, record.sent);
    });
  }
  return listening(server, record);
}

type Read = (length: number) => Promise<Buffer>;

async function readHost(read: Read, kind: number): Promise<string> {
  if (kind === 1) return [...(await read(4))].join(".");
  const [length = 0] = await read(1);
  return (await read(length)).toString();
}

/** Takes exactly so many bytes, and leaves what comes behind them. */
function reader(socket: net.Socket): Read {
  return async (length) => {
    for (;;) {
      const chunk = socket.read(length) as Buffer | null;
      if (chunk) return chunk;
      if (length === 0) return Buffer.alloc(0);
      await once(socket, "readable");
    }
  };
}
