/**
 * The event stream of the stack's HTTP API: what goes wrong in the network, which no MQTT topic tells.
 * Rule: docs/server.md#12-event-stream.
 */
import type http from "node:http";
import { warnOfBug } from "../connection/unexpected";
import { isJsonObject } from "../stack/check";
import { DEEPEST, isNestedDeeper } from "../stack/nesting";
import { sendToApi, type ApiTarget } from "./apiRequest";
import { retryAfterIn } from "./retryAfter";
import { EventLines } from "./eventLines";

/** Why there is no stream. */
export type StreamProblem =
  /** 404: a server or proxy without it. */
  | "not_there"
  /** 401: the key is not valid, or no longer. */
  | "key_refused"
  /** 403. */
  | "no_right"
  /** 429. */
  | "too_many"
  /** No connection, or cut before anything came. */
  | "unreachable"
  /** Another status, or what it sends is no stream of events. */
  | "not_understood";

export type StreamState =
  { readonly state: "connecting" | "open" } | { readonly state: "failed"; readonly why: StreamProblem };

/** ms. */
export interface StreamTiming {
  /** Until the answer begins. */
  readonly patience: number;
  /** Without a byte: the server sends none while nothing happens, so a dead connection looks like a quiet one. */
  readonly idle: number;
  /** Before a new attempt, by how many have failed in a row. */
  readonly pause: (why: StreamProblem, failures: number) => number;
}

export interface EventStreamOptions {
  readonly target: ApiTarget;
  /** Whose events: entries as the API has them, such as `{ application_ids: { application_id } }`. */
  readonly identifiers: readonly object[];
  /** Regular expressions over event names, in the server's notation, without the slashes around them. */
  readonly names: string;
  /** A server that does not take them is not asked for all events. */
  readonly onlyNamed?: boolean;
  /** An event as the server sends it, with its bytes; each once. */
  readonly onEvent: (event: Readonly<Record<string, unknown>>, bytes: Buffer) => void;
  readonly onState: (state: StreamState) => void;
  readonly timing?: Partial<StreamTiming>;
}

const MINUTE_MS = 60_000;
/** They do not go away within minutes; all others may. */
export const LASTING: ReadonlySet<StreamProblem> = new Set(["not_there", "key_refused", "no_right"]);

/** ms until it is tried again, after so many failures in a row. */
export function pauseAfter(why: StreamProblem, failures: number): number {
  const [first, longest] = LASTING.has(why) ? [10 * MINUTE_MS, 60 * MINUTE_MS] : [2_000, 5 * MINUTE_MS];
  const begin = why === "too_many" ? MINUTE_MS : first;
  const pause = Math.min(longest, begin * 2 ** Math.min(10, failures - 1));
  return Math.round(pause * (0.8 + 0.4 * Math.random()));
}

const TIMING: StreamTiming = { patience: 15_000, idle: 5 * MINUTE_MS, pause: pauseAfter };

const OF_STATUS: Readonly<Record<number, StreamProblem>> = {
  401: "key_refused",
  403: "no_right",
  404: "not_there",
  429: "too_many",
  501: "not_there",
};

/** Why an answer with this status, which is not 200, is no stream. */
export const problemOfStatus = (status: number): StreamProblem =>
  OF_STATUS[status] ?? (status >= 500 ? "unreachable" : "not_understood");

/** Real ones have a few kilobytes. */
const LONGEST_EVENT = 256 * 1024;
/** Connections overlap while one takes over from another: the same event may come on both. */
const MOST_KNOWN = 200;
const START = "events.stream.start";

/** One request, from its first byte to its end. */
interface Attempt {
  readonly request: http.ClientRequest;
  response: http.IncomingMessage | undefined;
  timer: NodeJS.Timeout | undefined;
  begun: boolean;
}

/** Keeps one stream open until it is ended; opens it again when it breaks or has been quiet for long. Never throws. */
export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #timing: StreamTiming;
  readonly #attempts = new Set<Attempt>();
  /** IDs of the last events. */
  readonly #known = new Set<string>();
  #open: Attempt | undefined;
  #failures = 0;
  #again: NodeJS.Timeout | undefined;
  #ended = false;
  #state: StreamState = { state: "connecting" };
  #paused = false;
  /** Asks for all events, for servers that do not take regular expressions. */
  #unnamed = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.#connect();
  }

  get state(): StreamState {
    return this.#state;
  }

  /** What comes waits at the other side. */
  pause(): void {
    this.#paused = true;
    for (const { response } of this.#attempts) response?.pause();
  }

  resume(): void {
    this.#paused = false;
    for (const { response } of this.#attempts) response?.resume();
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#again);
    for (const attempt of [...this.#attempts]) this.#close(attempt);
  }

  #connect(): void {
    const { target, identifiers, names } = this.#options;
    const body = JSON.stringify(this.#unnamed ? { identifiers } : { identifiers, names: [`/${names}/`] });
    let request: http.ClientRequest;
    try {
      request = sendToApi(target, { method: "POST", path: "/events", body }, "text/event-stream");
    } catch {
      this.#failed("unreachable");
      return;
    }
    const attempt: Attempt = { request, response: undefined, timer: undefined, begun: false };
    this.#attempts.add(attempt);
    this.#watch(attempt, this.#timing.patience, () => this.#over(attempt, "unreachable"));
    request.on("error", () => this.#over(attempt, "unreachable"));
    request.on("close", () => this.#over(attempt, "unreachable"));
    request.on("response", (response) => this.#answered(attempt, response));
  }

  #answered(attempt: Attempt, response: http.IncomingMessage): void {
    const { statusCode = 0 } = response;
    response.on("error", () => this.#over(attempt, "unreachable"));
    if (statusCode === 400 && !this.#unnamed && !this.#options.onlyNamed) {
      this.#unnamed = true;
      this.#close(attempt);
      this.#connect();
      return;
    }
    if (statusCode !== 200) {
      this.#over(attempt, problemOfStatus(statusCode), retryAfterIn(response.headers));
      return;
    }
    attempt.response = response;
    const lines = new EventLines(LONGEST_EVENT);
    response.on("data", (chunk: Buffer) => {
      if (!this.#attempts.has(attempt)) return;
      if (attempt.begun) this.#watchIdle(attempt);
      for (const line of lines.take(chunk)) this.#take(attempt, line);
    });
    if (this.#paused) response.pause();
    response.on("end", () => this.#over(attempt, attempt.begun ? "unreachable" : "not_understood"));
  }

  #take(attempt: Attempt, line: Buffer): void {
    const event = readEvent(line);
    if (!event) return;
    if (!attempt.begun) this.#began(attempt);
    const { name, unique_id: id } = event;
    if (name === START) return;
    if (typeof id === "string") {
      if (this.#known.has(id)) return;
      this.#known.add(id);
      const [oldest] = this.#known;
      if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    }
    try {
      this.#options.onEvent(event, line);
    } catch (error) {
      warnOfBug(error);
    }
  }

  /** Takes over from the one before, if there is one: in between nothing is missed. */
  #began(attempt: Attempt): void {
    attempt.begun = true;
    this.#failures = 0;
    const before = this.#open;
    this.#open = attempt;
    if (before && before !== attempt) this.#close(before);
    this.#watchIdle(attempt);
    this.#enter({ state: "open" });
  }

  #watchIdle(attempt: Attempt): void {
    this.#watch(attempt, this.#timing.idle, () => {
      this.#connect();
      // Should the next one not begin either, this one is over as well.
      this.#watch(attempt, this.#timing.patience, () => this.#over(attempt, "unreachable"));
    });
  }

  #watch(attempt: Attempt, ms: number, act: () => void): void {
    clearTimeout(attempt.timer);
    attempt.timer = setTimeout(act, ms);
    attempt.timer.unref();
  }

  #over(attempt: Attempt, why: StreamProblem, retryAfter = 0): void {
    if (!this.#attempts.has(attempt)) return;
    this.#close(attempt);
    // Another one is open, or about to be.
    if (this.#attempts.size > 0 || this.#ended) return;
    this.#failed(why, retryAfter);
  }

  #close(attempt: Attempt): void {
    this.#attempts.delete(attempt);
    if (this.#open === attempt) this.#open = undefined;
    clearTimeout(attempt.timer);
    attempt.request.destroy();
  }

  #failed(why: StreamProblem, retryAfter = 0): void {
    if (this.#ended) return;
    this.#failures += 1;
    clearTimeout(this.#again);
    const pause = Math.max(retryAfter, this.#timing.pause(why, this.#failures));
    this.#again = setTimeout(() => this.#connect(), pause);
    this.#again.unref();
    // A stream that was open and broke is no failure before it cannot be had again.
    if (this.#failures > 1 || this.#state.state !== "open" || LASTING.has(why))
      this.#enter({ state: "failed", why });
  }

  #enter(state: StreamState): void {
    const isSame = JSON.stringify(state) === JSON.stringify(this.#state);
    this.#state = state;
    if (!isSame) this.#options.onState(state);
  }
}

/** What stands in a line, if it is an event. Never throws. */
export function readEvent(line: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const text = line.toString("utf8").replace(/^data: ?/, "");
    if (!text.startsWith("{") || isNestedDeeper(text, DEEPEST)) return undefined;
    const value: unknown = JSON.parse(text);
    const result = isJsonObject(value) ? value.result : undefined;
    return isJsonObject(result) && typeof result.name === "string" ? result : undefined;
  } catch {
    return undefined;
  }
}
