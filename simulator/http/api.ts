import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { Malformed } from "../downlink/json";
import type { Journal } from "../journal";
import type { VersionTraits } from "../versions";
import { addressOf } from "../mqtt/listener";
import { callerOf, plain } from "./access";
import type { Answer } from "./access";
import type { EventStreams } from "./eventStreams";
import { deviceFormatters, encode, link } from "./formatters";
import { applicationRights, authInfo, connectionInfo } from "./identity";
import { connectionStatistics } from "./gateways";
import type { GatewayConnection } from "./gateways";
import { changeQueue, listQueue, simulate } from "./traffic";
import type { SimulatedStorage } from "./storage";
import type { TrafficParts } from "./traffic";

/** What the HTTP API does with requests: `on` answers as the stack, `closed` breaks the connection off. */
export type ApiMode = "on" | "hang" | "error" | "redirect" | "closed";

export interface ApiOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly key: string; readonly cert: string } | undefined;
}

export interface ApiParts extends TrafficParts {
  readonly journal: Journal;
  readonly eventStreams: EventStreams;
  readonly storage: SimulatedStorage | undefined;
  /** By their IDs. */
  readonly gatewayConnections: ReadonlyMap<string, GatewayConnection>;
  /** Of the MQTT server, as the connection info tells them. */
  readonly addresses: () => { readonly plain: string; readonly tls: string };
}

const ROOT = "/api/v3";
const STORAGE = /^\/as\/applications\/([^/]+)\/packages\/storage\/uplink_message$/;

interface Call {
  readonly authorization: string | undefined;
  readonly body: Buffer;
  /** The variable segments of the path. */
  readonly ids: readonly string[];
}

interface Route {
  readonly path: RegExp;
  readonly methods: Readonly<Record<string, (call: Call) => Answer>>;
}

function routes(parts: ApiParts): readonly Route[] {
  const { application, keys } = parts;
  const caller = (call: Call) => callerOf(call.authorization, keys);
  const traffic = (call: Call) => ({
    caller: caller(call),
    applicationId: call.ids[0] ?? "",
    deviceId: call.ids[1] ?? "",
    body: call.body,
  });
  const device = "/as/applications/([^/]+)/devices/([^/]+)";
  return [
    { path: /^\/auth_info$/, methods: { GET: (call) => authInfo(caller(call)) } },
    {
      path: /^\/applications\/([^/]+)\/rights$/,
      methods: { GET: (call) => applicationRights(caller(call), call.ids[0] ?? "", application, keys) },
    },
    {
      path: /^\/as\/applications\/([^/]+)\/mqtt-connection-info$/,
      methods: { GET: (call) => connectionInfo(traffic(call), parts.addresses(), application, keys) },
    },
    {
      path: /^\/gs\/gateways\/([^/]+)\/connection\/stats$/,
      methods: {
        GET: (call) => connectionStatistics(caller(call), call.ids[0] ?? "", parts.gatewayConnections),
      },
    },
    { path: new RegExp(`^${device}/down$`), methods: { GET: (call) => listQueue(traffic(call), parts) } },
    {
      path: new RegExp(`^${device}/down/push$`),
      methods: { POST: (call) => changeQueue("push", traffic(call), parts) },
    },
    {
      path: new RegExp(`^${device}/down/replace$`),
      methods: { POST: (call) => changeQueue("replace", traffic(call), parts) },
    },
    {
      path: new RegExp(`^${device}/down/encode$`),
      methods: { POST: (call) => encode(traffic(call), parts) },
    },
    { path: new RegExp(`^${device}$`), methods: { GET: (call) => deviceFormatters(traffic(call), parts) } },
    {
      path: /^\/as\/applications\/([^/]+)\/link$/,
      methods: { GET: (call) => link(traffic(call), parts) },
    },
    {
      path: new RegExp(`^${device}/up/simulate$`),
      methods: { POST: (call) => simulate(traffic(call), parts) },
    },
  ];
}

/** The part of the HTTP API that the package asks. Rule: docs/server.md#9-http-api. */
export class HttpApi {
  mode: ApiMode = "on";
  readonly #options: ApiOptions;
  readonly #routes: readonly Route[];
  readonly #version: VersionTraits;
  readonly #journal: Journal;
  readonly #eventStreams: EventStreams;
  readonly #storage: SimulatedStorage | undefined;
  readonly #server: Server;
  #port: number;

  constructor(options: ApiOptions, parts: ApiParts) {
    this.#options = options;
    this.#port = options.port;
    this.#routes = routes(parts);
    this.#version = parts.version;
    this.#journal = parts.journal;
    this.#eventStreams = parts.eventStreams;
    this.#storage = parts.storage;
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      this.#handle(request, response);
    };
    this.#server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
  }

  get url(): string {
    return `${this.#options.tls ? "https" : "http"}://${this.#options.host}:${this.#port}${ROOT}`;
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    this.#server.listen(this.#port, this.#options.host);
    await once(this.#server, "listening");
    this.#port = addressOf(this.#server).port;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const status = this.#respond(request, Buffer.concat(chunks), response);
      this.#journal.requested({
        method: request.method ?? "",
        path: request.url ?? "",
        authorized: request.headers.authorization !== undefined,
        status,
      });
    });
  }

  /** Returns the status answered with, if any. */
  #respond(request: IncomingMessage, body: Buffer, response: ServerResponse): number | undefined {
    const { pathname: path, searchParams } = new URL(request.url ?? "/", this.url);
    switch (this.mode) {
      case "hang":
        return undefined;
      case "closed":
        request.socket.destroy();
        return undefined;
      case "redirect":
        response.writeHead(302, { location: this.url.replace(ROOT, `/elsewhere${path}`) }).end();
        return 302;
      case "error":
        return json(response, plain(500, 13, "Internal Server Error"));
      case "on":
    }
    if (!path.startsWith(`${ROOT}/`)) {
      response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("404 page not found\n");
      return 404;
    }
    if (path === `${ROOT}/events`) return this.#eventStreams.respond(request, body, response);
    const [, stored] = request.method === "GET" ? (STORAGE.exec(path.slice(ROOT.length)) ?? []) : [];
    if (this.#storage && stored !== undefined)
      return this.#storage.respond(request, stored, searchParams, response);
    const answer = this.#answer(request, path.slice(ROOT.length), body);
    return json(response, {
      ...answer,
      body: answer.status < 400 ? answer.body : this.#version.toldBody(answer.body),
    });
  }

  #answer(request: IncomingMessage, path: string, body: Buffer): Answer {
    for (const route of this.#routes) {
      const ids = route.path.exec(path)?.slice(1);
      if (ids === undefined) continue;
      const method = route.methods[request.method ?? ""];
      if (method === undefined) return plain(501, 12, "Method Not Allowed");
      return answerOf(() => method({ authorization: request.headers.authorization, body, ids }));
    }
    return plain(404, 5, "Not Found");
  }
}

/** A body that is no JSON is refused alike wherever it is read. */
function answerOf(method: () => Answer): Answer {
  try {
    return method();
  } catch (error) {
    if (error instanceof Malformed) return plain(400, 3, error.message);
    throw error;
  }
}

function json(response: ServerResponse, { status, body }: Answer): number {
  const text = Buffer.from(JSON.stringify(body));
  const headers = {
    "content-type": "application/json",
    "content-length": text.length,
    "cache-control": "no-store",
  };
  response.writeHead(status, headers).end(text);
  return status;
}
