/** What a real The Things Stack 3.32.1 answers, as it was captured, and small real servers that answer so. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type tls from "node:tls";

export const API_KEY = `NNSXS.${"A".repeat(39)}.${"B".repeat(52)}`;
export const KEY_ID = "PUBC2DGLBT6KBF7GV7U7AAOLNNY6IUAZVZE4Q2Y";

export const READ = "RIGHT_APPLICATION_TRAFFIC_READ";
export const WRITE = "RIGHT_APPLICATION_TRAFFIC_DOWN_WRITE";

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Record<string, string>;
}

const json = (status: number, value: unknown): Answer => ({ status, body: JSON.stringify(value) });

export const rightsAnswer = (...rights: string[]): Answer => json(200, rights.length > 0 ? { rights } : {});

export function authInfoAnswer(
  entity_ids: unknown,
  {
    name,
    expires_at,
    rights = [READ, WRITE],
  }: { name?: string; expires_at?: string; rights?: string[] } = {},
): Answer {
  const created = { created_at: "2026-11-21T06:25:22.121377Z", updated_at: "2026-11-21T06:25:22.121377Z" };
  const api_key = { id: KEY_ID, name, rights, ...created, expires_at };
  return json(200, { api_key: { api_key, entity_ids } });
}

export const applicationIds = (application_id: string): unknown => ({ application_ids: { application_id } });

function refusal(
  status: number,
  code: number,
  namespace: string,
  name: string,
  format: string,
  more = {},
): Answer {
  const detail = {
    "@type": "type.googleapis.com/ttn.lorawan.v3.ErrorDetails",
    namespace,
    name,
    message_format: format,
    correlation_id: "d6b467151617420a9a1a4079842371dd",
    code,
    ...more,
  };
  return json(status, { code, message: `error:${namespace}:${name} (${format})`, details: [detail] });
}

export const REFUSALS = {
  deleted: refusal(401, 16, "pkg/identityserver", "api_key_not_found", "API key not found", {
    cause: {
      namespace: "pkg/identityserver/store",
      name: "api_key_not_found",
      message_format: "api key with id `{api_key_id}` not found",
      attributes: { api_key_id: "YQA56HF7PPNBTWYG6VUEDGWPIHFF67XNCDI7JLQ" },
      code: 5,
    },
  }),
  wrongSecret: refusal(401, 16, "pkg/identityserver", "invalid_authorization", "invalid authorization"),
  expired: refusal(401, 16, "pkg/identityserver", "api_key_expired", "api key expired"),
  noKey: refusal(400, 3, "pkg/auth", "token", "invalid token"),
  noRights: refusal(403, 7, "pkg/auth/rights", "no_application_rights", "no rights for application `{uid}`", {
    attributes: { uid: "app1" },
  }),
  insufficientRights: refusal(
    403,
    7,
    "pkg/auth/rights",
    "insufficient_application_rights",
    "insufficient rights for application `{uid}`",
    { attributes: { missing: [WRITE], uid: "app1" } },
  ),
  noDevice: refusal(404, 5, "pkg/applicationserver", "device_not_found", "device `{device_uid}` not found", {
    attributes: { device_uid: "app1.valv" },
  }),
  noDeviceInStore: refusal(404, 5, "pkg/redis", "not_found", "entity not found"),
  rateLimited: refusal(429, 8, "pkg/ratelimit", "rate_limit_exceeded", "rate limit exceeded"),
  noDatabase: refusal(503, 14, "pkg/errors", "net_operation", "net operation failed", {
    attributes: { address: "127.0.0.1:5432", net: "tcp", op: "dial", timeout: false },
  }),
} as const;

export const AUTH_INFO = "GET /api/v3/auth_info";
export const RIGHTS = "GET /api/v3/applications/app1/rights";

interface Request {
  readonly line: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface ApiServer {
  /** With `/api/v3`. */
  readonly url: string;
  readonly port: number;
  readonly requests: readonly Request[];
  close(): Promise<void>;
}

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

async function listen(server: http.Server, scheme: string): Promise<Omit<ApiServer, "requests">> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${port}/api/v3`,
    port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** A server of which one knows how it answers itself. */
export const oddServer = (handler: Handler): Promise<Omit<ApiServer, "requests">> =>
  listen(http.createServer(handler), "http");

/** A server with an answer per request line; 404 as the stack says it for all others. */
export async function apiServer(
  answers: Record<string, Answer>,
  tls?: tls.SecureContextOptions,
): Promise<ApiServer> {
  const requests: Request[] = [];
  const handler: Handler = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const line = `${request.method ?? ""} ${request.url ?? ""}`;
      const body = Buffer.concat(chunks).toString();
      requests.push({ line, authorization: request.headers.authorization, body });
      const answer = answers[line] ?? json(404, { code: 5, message: "Not Found" });
      response.writeHead(answer.status, { "Content-Type": "application/json", ...answer.headers });
      response.end(answer.body);
    });
  };
  const server = tls ? https.createServer(tls, handler) : http.createServer(handler);
  return { ...(await listen(server, tls ? "https" : "http")), requests };
}

/** Takes connections and is silent. */
export async function muteServer(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Fresh certificates: one that signed itself, and one that an unknown authority signed. */
export function makeCertificates(): { selfSigned: Certificate; authority: string; signed: Certificate } {
  const folder = mkdtempSync(join(tmpdir(), "diagnosis-"));
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): unknown => execFileSync("openssl", args, { stdio: "pipe" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const names = "subjectAltName=DNS:tts.example.com,IP:127.0.0.1";
  const made = (name: string): Certificate => ({
    cert: readFileSync(file(`${name}.pem`), "utf8"),
    key: readFileSync(file(`${name}.key`), "utf8"),
  });
  const request = (name: string, ...more: string[]): unknown =>
    openssl(
      "req",
      "-x509",
      ...newKey,
      "-days",
      "30",
      "-keyout",
      file(`${name}.key`),
      "-out",
      file(`${name}.pem`),
      ...more,
    );
  try {
    request("self", "-subj", "/CN=tts.example.com", "-addext", names);
    request("ca", "-subj", "/CN=Our Own Authority");
    request(
      ...(["signed", "-subj", "/CN=tts.example.com", "-addext", names] as const),
      ...["-CA", file("ca.pem"), "-CAkey", file("ca.key")],
      ...["-addext", "basicConstraints=critical,CA:FALSE"],
    );
    return { selfSigned: made("self"), authority: made("ca").cert, signed: made("signed") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
