import { STATUS_CODES } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { EndDeviceIds, JsonObject, StackError } from "../../src/stack/messages";
import type { Application } from "../application";
import { Malformed } from "../downlink/json";
import { stackEvent } from "../events/events";
import type { StackEvent } from "../events/events";
import type { Journal } from "../journal";
import { READ } from "../keys";
import type { KeyRing } from "../keys";
import { errorBody, httpStatus } from "../stackErrors";
import { rpc } from "../stamps";
import type { VersionTraits } from "../versions";
import { callerOf, missingRight, plain } from "./access";
import { isFrom, isOfGateway, parseEventRequest } from "./eventRequest";
import type { EventRequest } from "./eventRequest";
import { hiddenGateway } from "./gateways";
import type { GatewayConnection } from "./gateways";

/** What the route of the event stream does: `on` as the stack, `hang` never answers, a number answers with this status. */
export type EventRouteMode = "on" | "hang" | number;

interface Parts {
  readonly application: Application;
  readonly keys: KeyRing;
  readonly journal: Journal;
  readonly version: VersionTraits;
  readonly gateways: ReadonlyMap<string, GatewayConnection>;
}

interface Stream {
  readonly response: ServerResponse;
  readonly request: EventRequest;
  /** Without it nothing but the start is told. */
  readonly mayRead: boolean;
  readonly format: Format;
}

/** Of the answer: by what the client accepts. */
interface Format {
  readonly type: string;
  readonly end: string;
}

const EVENT_STREAM: Format = { type: "text/event-stream", end: "\n\n" };
const LINES: Format = { type: "application/json", end: "\n" };

/** Whoever sees an event of a gateway has these rights, or the gateway's status is public. */
const GATEWAY_RIGHTS = ["RIGHT_GATEWAY_LINK", "RIGHT_GATEWAY_STATUS_READ"];

/** gRPC status codes of the gateway in front of the services. */
const CODES: Readonly<Record<number, number>> = { 401: 16, 403: 7, 404: 5, 429: 8, 503: 14 };

/** `POST /events`: lines of JSON, one per event, and no line where nothing happens. */
export class EventStreams {
  mode: EventRouteMode = "on";
  readonly #parts: Parts;
  readonly #open = new Set<Stream>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Returns the status answered with, if any. */
  respond(request: IncomingMessage, body: Buffer, response: ServerResponse): number | undefined {
    const { mode } = this;
    if (mode === "hang") return undefined;
    const format = request.headers.accept === EVENT_STREAM.type ? EVENT_STREAM : LINES;
    if (mode !== "on") {
      const answer = plain(mode, CODES[mode] ?? 2, STATUS_CODES[mode] ?? "");
      return whole(response, format, mode, answer.body);
    }
    if (request.method !== "POST") {
      return whole(response, LINES, 501, plain(501, 12, "Method Not Allowed").body);
    }
    let parsed;
    try {
      parsed = parseEventRequest(body);
    } catch (error) {
      if (error instanceof Malformed) return whole(response, format, 400, plain(400, 3, error.message).body);
      throw error;
    }
    if (!parsed.ok) return this.#failed(response, format, parsed.error);
    return this.#start(parsed.request, request.headers.authorization, response, format);
  }

  #start(
    request: EventRequest,
    authorization: string | undefined,
    response: ServerResponse,
    format: Format,
  ): number {
    const { application, keys, journal } = this.#parts;
    const caller = callerOf(authorization, keys);
    for (const source of request.sources) {
      const refused =
        "gatewayId" in source
          ? hiddenGateway(caller, source.gatewayId, this.#parts.gateways)
          : missingRight({ caller, applicationId: source.applicationId }, application, keys);
      if (refused !== undefined) return this.#failed(response, format, refused);
    }
    const mayRead = caller.who === "key" && keys.rightsHere(caller.key).includes(READ);
    const stream: Stream = { response, request, mayRead, format };
    this.#open.add(stream);
    response.once("close", () => {
      this.#open.delete(stream);
      journal.streaming(this.count);
    });
    response.writeHead(200, { "content-type": format.type, "cache-control": "no-store" });
    const { names } = request;
    const start = stackEvent("events.stream.start", {
      identifiers: request.sources.map(({ identifiers }) => identifiers),
      data: names && { "@type": "type.googleapis.com/google.protobuf.Value", value: names },
      correlationIds: [rpc("Events/Stream")],
    });
    send(stream, start);
    journal.streaming(this.count);
    return 200;
  }

  /** An error of the service itself, in one line of the stream that never was. */
  #failed(response: ServerResponse, format: Format, error: StackError): number {
    const status = httpStatus(error.code);
    response.writeHead(status, { "content-type": format.type, "cache-control": "no-store" });
    const body = this.#parts.version.toldBody(errorBody(error));
    response.write(JSON.stringify({ error: body }) + format.end);
    response.end();
    return status;
  }

  deliver(event: StackEvent, ids: EndDeviceIds): void {
    for (const stream of this.#open) {
      const { names, sources } = stream.request;
      const isWanted = names === undefined || names.includes(event.name);
      if (stream.mayRead && isWanted && isFrom(sources, ids)) send(stream, event);
    }
  }

  /** What the Gateway Server tells of a gateway. */
  deliverOfGateway(gatewayId: string, name: string, data: JsonObject): void {
    const identifiers = [{ gateway_ids: { gateway_id: gatewayId } }];
    const event = stackEvent(name, { identifiers, data, rights: GATEWAY_RIGHTS });
    for (const stream of this.#open) {
      const { names, sources } = stream.request;
      const isWanted = names === undefined || names.includes(name);
      if (isWanted && isOfGateway(sources, gatewayId)) send(stream, event);
    }
  }

  /** Cut off in the middle, or ended as HTTP wants it. */
  end(how: "cut" | "finished"): void {
    for (const { response } of this.#open) {
      if (how === "cut") response.destroy();
      else response.end();
    }
  }
}

function send({ response, format }: Stream, event: StackEvent): void {
  response.write(JSON.stringify({ result: event }) + format.end);
}

/** An answer of the gateway in front of it. */
function whole(response: ServerResponse, { type }: Format, status: number, body: JsonObject): number {
  const bytes = Buffer.from(JSON.stringify(body));
  const headers = { "content-type": type, "content-length": bytes.length, "cache-control": "no-store" };
  response.writeHead(status, headers).end(bytes);
  return status;
}
