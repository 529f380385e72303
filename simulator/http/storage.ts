import { STATUS_CODES } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { JsonObject, StackError } from "../../src/stack/messages";
import type { Application } from "../application";
import { READ } from "../keys";
import type { KeyRing } from "../keys";
import { errorBody, httpStatus, stackError } from "../stackErrors";
import { badIdentifier, callerOf, missingRight, plain } from "./access";

export interface StorageOptions {
  /** Default true. Where it is not enabled for the application nothing is kept. */
  readonly enabled?: boolean;
  /** Uplinks are written down only by `write`. Default: at once. */
  readonly late?: boolean;
  /** What it gives at most, whatever limit is asked for. Default: no bound. */
  readonly most?: number;
  /** As something in front of it that drops the question: it gives what it has, from the beginning. */
  readonly ignoresAfter?: boolean;
  /** How far its clock is ahead of this machine's, in ms. Default 0. */
  readonly ahead?: number;
}

/** `on` as documented, `hang` never answers, a number answers with this status. */
export type StorageMode = "on" | "hang" | number;

interface Kept {
  readonly time: number;
  readonly message: JsonObject;
}

interface Parts {
  readonly application: Application;
  readonly keys: KeyRing;
}

const CODES: Readonly<Record<number, number>> = { 401: 16, 403: 7, 404: 5, 429: 8, 503: 14 };
/** As stored messages have been published: without correlation IDs. */
const STORED = ["end_device_ids", "received_at", "uplink_message", "simulated"];

/** The Storage integration, which is no part of the open source server. Rule: docs/server.md#14-storage-integration. */
export class SimulatedStorage {
  mode: StorageMode = "on";
  /** Breaks answers off after so many uplinks; undefined: no more. */
  cutAfter: number | undefined;
  /** Of a `mode` that is a number: headers that go with it. */
  refusedWith: Readonly<Record<string, string>> = {};
  readonly #options: StorageOptions;
  readonly #parts: Parts;
  readonly #kept: Kept[] = [];
  readonly #unwritten: Kept[] = [];

  constructor(options: StorageOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** How many uplinks can be had. */
  get count(): number {
    return this.#kept.length;
  }

  /** An uplink was received. */
  keep(message: JsonObject): void {
    if (this.#options.enabled === false) return;
    const stored = Object.fromEntries(Object.entries(message).filter(([key]) => STORED.includes(key)));
    const kept = { time: exactTime(String(message.received_at)), message: stored };
    if (this.#options.late === true) this.#unwritten.push(kept);
    else this.#kept.push(kept);
  }

  /** Writes down what has come since the last time. */
  write(): void {
    this.#kept.push(...this.#unwritten.splice(0));
  }

  /** Nothing of before can be had any more. */
  forget(): void {
    this.#kept.length = 0;
  }

  /** Returns the status answered with, if any. */
  respond(
    request: IncomingMessage,
    applicationId: string,
    query: URLSearchParams,
    response: ServerResponse,
  ): number | undefined {
    const { mode } = this;
    if (mode === "hang") return undefined;
    if (mode !== "on")
      return this.#refuse(response, mode, plain(mode, CODES[mode] ?? 2, STATUS_CODES[mode] ?? "").body);
    const { application, keys } = this.#parts;
    const caller = callerOf(request.headers.authorization, keys);
    const refused =
      badIdentifier(applicationId) ??
      missingRight({ caller, applicationId, right: READ }, application, keys) ??
      wrongOrder(query);
    if (refused !== undefined) return this.#refuse(response, httpStatus(refused.code), errorBody(refused));
    this.#send(response, this.#found(query));
    return 200;
  }

  #found(query: URLSearchParams): readonly Kept[] {
    const after = this.#options.ignoresAfter ? NaN : exactTime(query.get("after") ?? "");
    const before = exactTime(query.get("before") ?? "");
    const found = this.#kept
      .filter(({ time }) => !(time <= after) && !(time >= before))
      .sort((one, other) => one.time - other.time);
    if (query.get("order") === "-received_at") found.reverse();
    const { most = Infinity } = this.#options;
    return found.slice(0, Math.min(most, Number(query.get("limit") ?? Infinity)));
  }

  #send(response: ServerResponse, found: readonly Kept[]): void {
    response.writeHead(200, this.#headers);
    const isCut = this.cutAfter !== undefined && this.cutAfter < found.length;
    const lines = found.slice(0, isCut ? this.cutAfter : undefined);
    const text = lines.map(({ message }) => `${JSON.stringify({ result: message })}\n\n`).join("");
    if (isCut) response.write(text, () => response.destroy());
    else response.end(text);
  }

  #refuse(response: ServerResponse, status: number, body: JsonObject): number {
    response.writeHead(status, { ...this.#headers, ...this.refusedWith }).end(JSON.stringify(body));
    return status;
  }

  get #headers(): Record<string, string> {
    const now = new Date(Date.now() + (this.#options.ahead ?? 0));
    return { "content-type": "text/event-stream", "cache-control": "no-store", date: now.toUTCString() };
  }
}

/** ms since 1970, with what is finer behind the point. */
const exactTime = (time: string): number =>
  Date.parse(time) + Number(`0.${/\.\d{3}(\d+)/.exec(time)?.[1] ?? 0}`);

function wrongOrder(query: URLSearchParams): StackError | undefined {
  const order = query.get("order") ?? "";
  if (["", "received_at", "-received_at"].includes(order)) return undefined;
  const attributes = {
    field: "order",
    name: "GetStoredApplicationUpRequestValidationError",
    reason: "value must be in list",
  };
  return stackError({
    namespace: "pkg/errors",
    name: "validation",
    format: "invalid `{field}`: {reason}",
    code: 3,
    attributes,
  });
}
