import http from "node:http";
import https from "node:https";
import type tls from "node:tls";
import type { JsonObject } from "../../src/stack/messages";
import { Arrivals } from "../conformance/arrivals";

/** One event, as far as a test looks at it. */
export interface SeenEvent {
  readonly name: string;
  readonly time: string;
  readonly identifiers: readonly JsonObject[];
  readonly data?: JsonObject;
  readonly correlation_ids?: readonly string[];
  readonly origin: string;
  readonly visibility?: JsonObject;
  readonly unique_id: string;
}

interface Question {
  readonly url: string;
  readonly apiKey?: string | undefined;
  readonly body: string | object;
  readonly accept?: string;
  readonly method?: string;
  readonly tls?: tls.ConnectionOptions;
}

const open = new Set<EventClient>();

/** For the end of each test. */
export function closeEventClients(): void {
  for (const client of open) client.close();
}

export const ofApplication = (applicationId: string): object => ({
  application_ids: { application_id: applicationId },
});

/** Asks for the stream of events, and keeps what comes. */
export class EventClient {
  readonly #request: http.ClientRequest;
  readonly #arrivals = new Arrivals<string>();
  #text = "";
  #response: http.IncomingMessage | undefined;

  private constructor({ url, apiKey, body, accept = "text/event-stream", method, tls: secure }: Question) {
    open.add(this);
    const address = `${url}/events`;
    const options = {
      method: method ?? "POST",
      agent: false,
      autoSelectFamily: true,
      headers: {
        accept,
        "content-type": "application/json",
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      },
    };
    this.#request = address.startsWith("https:")
      ? https.request(address, { ...options, ...secure })
      : http.request(address, options);
    this.#request.on("error", () => this.#arrivals.end("the connection was cut"));
    this.#request.once("response", (response) => {
      this.#response = response;
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        this.#text += chunk;
        this.#arrivals.add(chunk);
      });
      response.on("error", () => undefined);
      response.once("close", () => this.#arrivals.end(response.complete ? "it was finished" : "it was cut"));
      this.#arrivals.add("");
    });
    this.#request.end(typeof body === "string" ? body : JSON.stringify(body));
  }

  /** Resolves with the headers of the answer. */
  static async ask(question: Question): Promise<EventClient> {
    const client = EventClient.begin(question);
    await client.answer();
    return client;
  }

  static begin(question: Question): EventClient {
    return new EventClient(question);
  }

  /** The answer's status and type, once it is there. */
  async answer(): Promise<{ readonly status: number; readonly headers: http.IncomingHttpHeaders }> {
    const response = await this.#arrivals.next("answer", () => this.#response);
    return { status: response.statusCode ?? 0, headers: response.headers };
  }

  /** All bytes that came. */
  get text(): string {
    return this.#text;
  }

  /** What came so far, the start included. */
  get events(): SeenEvent[] {
    return this.#text
      .split("\n")
      .slice(0, -1)
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as { result: SeenEvent }).result);
  }

  /** Waits for an event. */
  async event(name: string, isIt: (event: SeenEvent) => boolean = () => true): Promise<SeenEvent> {
    return this.#arrivals.next(`event ${name}`, () =>
      this.events.find((event) => event.name === name && isIt(event)),
    );
  }

  /** Waits for the end, and says how it was. */
  async ended(): Promise<"finished" | "cut"> {
    const response = await this.#arrivals.next("answer", () => this.#response);
    if (!response.closed) await new Promise((resolve) => response.once("close", resolve));
    return response.complete ? "finished" : "cut";
  }

  /** The error in the answer, and whether it is wrapped as those of a stream are. */
  async error(): Promise<{ status: number; name: string | undefined; wrapped: boolean; message: string }> {
    const { status } = await this.answer();
    await this.ended();
    const body = JSON.parse(this.#text) as JsonObject & { error?: JsonObject };
    const inner = body.error ?? body;
    const [first] = (inner.details ?? []) as { name?: string }[];
    return {
      status,
      name: first?.name,
      wrapped: body.error !== undefined,
      message: String(inner.message),
    };
  }

  close(): void {
    open.delete(this);
    this.#request.destroy();
  }
}
