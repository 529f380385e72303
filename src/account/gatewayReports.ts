import { warnOfBug } from "../connection/unexpected";
import type { GatewayReport } from "../devices/gatewayWatch";
import type { StackApi } from "../diagnosis/stackApi";

type GatewayApi = Pick<StackApi, "gatewayStatistics" | "followGateways">;

export interface GatewayReportsOptions {
  /** Undefined where it is switched off. */
  readonly api: () => GatewayApi | undefined;
  readonly ids: () => Iterable<string>;
  readonly onReport: (gatewayId: string, report: GatewayReport) => void;
  /** ms between two rounds. */
  readonly pause?: number;
  /** ms after which a gateway of which an event told is asked once more. */
  readonly again?: number;
}

const PAUSE_MS = 60_000;
/** One that reconnects at once was not gone; so a disconnection counts when it lasts. */
const AGAIN_MS = 15_000;
/** Of one round; those that are asked take turns. */
const MOST_ASKED = 200;
const MOST_AT_A_TIME = 4;
/** A gateway whose status is not public is asked for again after so many rounds: its owner may change that. */
const ROUNDS_CLOSED = 60;
/** As many as are watched. */
const MOST_CLOSED = 10_000;
const TOO_MANY_REQUESTS = 429;
/** Between two rounds the event stream tells of so many; of more, a round does. */
const MOST_FOLLOWED = 100;

type Found = Awaited<ReturnType<StackApi["gatewayStatistics"]>>;

/**
 * Asks the stack for the connections of gateways, gently, as long as it is not ended: in rounds, and at once when the event stream says
 * that one has connected or disconnected.
 */
export class GatewayReports {
  readonly #options: GatewayReportsOptions;
  readonly #closedUntil = new Map<string, number>();
  /** Those whose status is public. */
  readonly #public = new Set<string>();
  #followed: { readonly api: GatewayApi; readonly ids: string; readonly end: () => void } | undefined;
  /** Why those of `#public` were disconnected, as the stream told last. */
  readonly #reasons = new Map<string, string>();
  readonly #again = new Map<string, NodeJS.Timeout>();
  #round = 0;
  #begin = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(options: GatewayReportsOptions) {
    this.#options = options;
    this.#timer = setTimeout(() => this.#start(), 0);
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#unfollow();
  }

  #start(): void {
    this.#askAll()
      .catch(warnOfBug)
      .then(() => this.#next(), warnOfBug);
  }

  #next(): void {
    if (this.#ended) return;
    this.#timer = setTimeout(() => this.#start(), this.#options.pause ?? PAUSE_MS).unref();
  }

  async #askAll(): Promise<void> {
    this.#round += 1;
    const api = this.#options.api();
    if (!api) {
      this.#unfollow();
      return;
    }
    const queue = this.#due();
    const ask = async (): Promise<void> => {
      for (let id = queue.shift(); id !== undefined && !this.#ended; id = queue.shift())
        await this.#ask(api, id);
    };
    await Promise.all(Array.from({ length: MOST_AT_A_TIME }, ask));
    if (!this.#ended) this.#follow(api);
  }

  /** One stream for all of them; another one when they are others. */
  #follow(api: GatewayApi): void {
    const watched = new Set(this.#options.ids());
    for (const id of this.#public) if (!watched.has(id)) this.#close(id);
    const ids = [...this.#public].slice(0, MOST_FOLLOWED).sort();
    if (this.#followed?.api === api && this.#followed.ids === ids.join(" ")) return;
    this.#unfollow();
    if (ids.length === 0) return;
    const end = api.followGateways(ids, (id, reason) => {
      if (reason === undefined) this.#reasons.delete(id);
      else this.#reasons.set(id, reason);
      this.#askTwice(api, id);
    });
    this.#followed = { api, ids: ids.join(" "), end };
  }

  #unfollow(): void {
    this.#followed?.end();
    this.#followed = undefined;
    for (const timer of this.#again.values()) clearTimeout(timer);
    this.#again.clear();
  }

  #askTwice(api: GatewayApi, id: string): void {
    const ask = (): void => void this.#ask(api, id).catch(warnOfBug);
    ask();
    clearTimeout(this.#again.get(id));
    const again = (): void => {
      this.#again.delete(id);
      ask();
    };
    this.#again.set(id, setTimeout(again, this.#options.again ?? AGAIN_MS).unref());
  }

  #due(): string[] {
    const ids = [...this.#options.ids()].filter((id) => (this.#closedUntil.get(id) ?? 0) <= this.#round);
    if (ids.length <= MOST_ASKED) return ids;
    this.#begin = (this.#begin + MOST_ASKED) % ids.length;
    return [...ids.slice(this.#begin), ...ids.slice(0, this.#begin)].slice(0, MOST_ASKED);
  }

  async #ask(api: GatewayApi, id: string): Promise<void> {
    const found = await api.gatewayStatistics(id);
    if (this.#ended) return;
    if (isPublic(found)) this.#public.add(id);
    if (isClosed(found)) {
      this.#close(id);
      if (this.#closedUntil.size >= MOST_CLOSED) this.#closedUntil.clear();
      this.#closedUntil.set(id, this.#round + ROUNDS_CLOSED);
    }
    const report = reportOf(found, this.#reasons.get(id));
    if (report.report === "connected") this.#reasons.delete(id);
    this.#options.onReport(id, report);
  }

  #close(id: string): void {
    this.#public.delete(id);
    this.#reasons.delete(id);
  }
}

const isPublic = (found: Found): boolean =>
  found.answer === "ok" || (found.answer === "refused" && found.name === "not_connected");

/** It will not be another answer in a minute. */
const isClosed = (found: Found): boolean =>
  found.answer === "refused" &&
  found.name !== "not_connected" &&
  found.status < 500 &&
  found.status !== TOO_MANY_REQUESTS;

/** @param told why it was disconnected, by the event stream */
function reportOf(found: Found, told: string | undefined): GatewayReport {
  const because = told === undefined ? {} : { disconnectReason: told };
  if (found.answer === "refused")
    return found.name === "not_connected" ? { report: "not_connected", ...because } : { report: "unknown" };
  if (found.answer === "unknown") return { report: "unknown" };
  const { disconnectedAt, disconnectReason, ...statistics } = found;
  const reason = disconnectReason === undefined ? {} : { disconnectReason };
  const isGone = disconnectedAt !== undefined && disconnectedAt >= (found.connectedAt ?? 0);
  if (isGone) return { report: "not_connected", ...because, ...reason };
  return { report: "connected", statistics: { ...statistics, ...reason } };
}
