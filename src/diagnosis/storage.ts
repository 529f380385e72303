/** The Storage integration of the stack: uplinks that it has kept. Rule: docs/server.md#14-storage-integration. */
import type http from "node:http";
import { isJsonObject } from "../stack/check";
import { checkMessage } from "../stack/decode";
import { isIdentifier } from "../stack/identifiers";
import { DEEPEST, isNestedDeeper } from "../stack/nesting";
import { millisecondsOf } from "../stack/timestamp";
import type { Uplink } from "../stack/uplink";
import { sendToApi, type ApiTarget } from "./apiRequest";
import { EventLines } from "./eventLines";
import { problemOfStatus, type StreamProblem } from "./eventStream";
import { retryAfterIn } from "./retryAfter";

export interface StorageQuestion {
  readonly applicationId: string;
  /** ms since 1970: only what the server received after it. Absent: no matter when. */
  readonly after?: number;
  readonly order: "received_at" | "-received_at";
  /** Uplinks; the server may give fewer. */
  readonly limit: number;
}

/** An uplink that the server has kept. */
export interface StoredUplink {
  readonly uplink: Uplink;
  /** When the server received it, in ms since 1970. */
  readonly time: number;
  /** A message of its own each time. */
  readonly read: () => Uplink | undefined;
}

export type StoragePage =
  | {
      readonly answer: "ok";
      readonly uplinks: readonly StoredUplink[];
      /** It did not break off. */
      readonly isWhole: boolean;
      /** The clock of the server as the answer began, in ms since 1970. */
      readonly serverTime: number | undefined;
    }
  | {
      readonly answer: "failed";
      readonly why: StreamProblem;
      /** ms that the server asks to wait for. */
      readonly retryAfter?: number;
    };

export interface StorageLimits {
  /** ms until the answer begins. */
  readonly patience: number;
  /** ms until it ends. */
  readonly wait: number;
  /** Bytes. */
  readonly body: number;
}

const LIMITS: StorageLimits = { patience: 15_000, wait: 60_000, body: 8 * 1024 * 1024 };

/** Real ones have a few kilobytes. */
const LONGEST_LINE = 256 * 1024;

type Line =
  | { readonly line: "uplink"; readonly stored: StoredUplink }
  /** The server says in the middle of its answer that it cannot go on. */
  | { readonly line: "error" }
  | { readonly line: "other" };

/**
 * Asks once for uplinks that were kept. Never rejects, follows no redirect; what exceeds a limit breaks the answer off, and what came
 * before counts. Lines that are no uplink of the application are left out.
 */
export function askStorage(
  target: ApiTarget,
  question: StorageQuestion,
  signal: AbortSignal,
  limits: Partial<StorageLimits> = {},
): Promise<StoragePage> {
  const { patience, wait, body: longest } = { ...LIMITS, ...limits };
  return new Promise((resolve) => {
    const page = new Page(question);
    let request: http.ClientRequest | undefined;
    const settle = (answer: StoragePage): void => {
      clearTimeout(late);
      clearTimeout(endless);
      signal.removeEventListener("abort", breakOff);
      resolve(answer);
      request?.destroy();
    };
    const breakOff = (): void => settle(page.brokenOff());
    const late = setTimeout(breakOff, patience);
    const endless = setTimeout(breakOff, wait);
    signal.addEventListener("abort", breakOff);
    try {
      if (!signal.aborted)
        request = sendToApi(target, { method: "GET", path: pathOf(question) }, "text/event-stream");
    } catch {
      // It could not even be asked.
    }
    if (!request) {
      breakOff();
      return;
    }
    request.on("error", breakOff);
    request.on("close", breakOff);
    request.on("response", (response) => {
      clearTimeout(late);
      const { statusCode = 0 } = response;
      if (statusCode !== 200) {
        const retryAfter = retryAfterIn(response.headers);
        settle({ answer: "failed", why: problemOfStatus(statusCode), retryAfter });
        return;
      }
      page.begin(response.headers.date);
      const lines = new EventLines(LONGEST_LINE);
      let length = 0;
      response.on("data", (chunk: Buffer) => {
        length += chunk.length;
        if (lines.take(chunk).some((line) => !page.take(line))) settle(page.whole());
        else if (length > longest) breakOff();
      });
      response.on("error", breakOff);
      response.on("end", () => {
        // The last line may have no end of its own.
        for (const line of lines.take(Buffer.from("\n"))) page.take(line);
        settle(page.whole());
      });
    });
  });
}

function pathOf({ applicationId, after, order, limit }: StorageQuestion): string {
  const query = new URLSearchParams({ limit: String(limit), order });
  if (after !== undefined) query.set("after", new Date(after).toISOString());
  return `/as/applications/${applicationId}/packages/storage/uplink_message?${query.toString()}`;
}

/** What has come of an answer. */
class Page {
  readonly #question: StorageQuestion;
  readonly #uplinks: StoredUplink[] = [];
  #begun = false;
  #serverTime: number | undefined;
  #failed = false;
  /** Lines that are no uplinks. */
  #others = 0;
  /** Uplinks from before the time that was asked for: the server, or what stands in front of it, has not understood the question. */
  #earlier = 0;

  constructor(question: StorageQuestion) {
    this.#question = question;
  }

  begin(date: string | undefined): void {
    this.#begun = true;
    const time = Date.parse(date ?? "");
    if (!Number.isNaN(time)) this.#serverTime = time;
  }

  /** False: that is enough. */
  take(bytes: Buffer): boolean {
    if (bytes.length === 0) return true;
    const read = readLine(bytes, this.#question.applicationId);
    if (read.line === "error") {
      this.#failed = true;
      return false;
    }
    if (read.line === "other") this.#others += 1;
    else if (read.stored.time < this.#after) this.#earlier += 1;
    else this.#uplinks.push(read.stored);
    return !this.#isFull;
  }

  get #after(): number {
    return this.#question.after ?? -Infinity;
  }

  get #isFull(): boolean {
    return this.#uplinks.length + this.#others + this.#earlier >= this.#question.limit;
  }

  whole(): StoragePage {
    // What is new would be behind it, and can't be had.
    if (this.#earlier > 0 && this.#isFull && this.#uplinks.every(({ time }) => time === this.#after))
      return { answer: "failed", why: "not_understood" };
    if (this.#uplinks.length === 0 && this.#others > 0) return { answer: "failed", why: "not_understood" };
    return this.#failed ? this.brokenOff() : this.#ok(true);
  }

  brokenOff(): StoragePage {
    if (!this.#begun || (this.#uplinks.length === 0 && this.#others === 0))
      return { answer: "failed", why: "unreachable" };
    return this.#uplinks.length === 0 ? { answer: "failed", why: "not_understood" } : this.#ok(false);
  }

  #ok(isWhole: boolean): StoragePage {
    const uplinks = [...this.#uplinks].sort((one, other) => one.time - other.time);
    return { answer: "ok", uplinks, isWhole, serverTime: this.#serverTime };
  }
}

/** Never throws. */
export function readLine(bytes: Buffer, applicationId: string): Line {
  const text = bytes.toString("utf8").replace(/^data: ?/, "");
  const result = resultIn(text);
  if (result === "error") return { line: "error" };
  const uplink = uplinkIn(result);
  if (!uplink) return { line: "other" };
  const { device_id: deviceId, application_ids: application } = uplink.end_device_ids;
  const time = millisecondsOf(uplink.received_at ?? "");
  const isOurs = (application?.application_id ?? applicationId) === applicationId;
  // The ID becomes a part of the topic.
  if (time === undefined || !isOurs || !isIdentifier(deviceId)) return { line: "other" };
  return { line: "uplink", stored: { uplink, time, read: () => uplinkIn(resultIn(text)) } };
}

function resultIn(text: string): unknown {
  try {
    if (!text.startsWith("{") || isNestedDeeper(text, DEEPEST)) return undefined;
    const value: unknown = JSON.parse(text);
    if (!isJsonObject(value)) return undefined;
    return "error" in value && !("result" in value) ? "error" : value.result;
  } catch {
    return undefined;
  }
}

function uplinkIn(result: unknown): Uplink | undefined {
  const checked = checkMessage(result, "uplink_message");
  return checked.ok && checked.received.kind === "uplink_message" ? checked.received.message : undefined;
}
