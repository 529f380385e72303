import { warnOfBug } from "../connection/unexpected";
import type { GatewayReport } from "../devices/gatewayWatch";
import type { StackApi } from "../diagnosis/stackApi";

export interface GatewayReportsOptions {
  /** Undefined where it is switched off. */
  readonly api: () => Pick<StackApi, "gatewayStatistics"> | undefined;
  readonly ids: () => Iterable<string>;
  readonly onReport: (gatewayId: string, report: GatewayReport) => void;
  /** ms between two rounds. */
  readonly pause?: number;
}

const PAUSE_MS = 60_000;
/** Of one round; those that are asked take turns. */
const MOST_ASKED = 200;
const MOST_AT_A_TIME = 4;
/** A gateway whose status is not public is asked for again after so many rounds: its owner may change that. */
const ROUNDS_CLOSED = 60;
/** As many as are watched. */
const MOST_CLOSED = 10_000;
const TOO_MANY_REQUESTS = 429;

type Found = Awaited<ReturnType<StackApi["gatewayStatistics"]>>;

/** Asks the stack for the connections of gateways, gently, as long as it is not ended. */
export class GatewayReports {
  readonly #options: GatewayReportsOptions;
  readonly #closedUntil = new Map<string, number>();
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
    if (!api) return;
    const queue = this.#due();
    const ask = async (): Promise<void> => {
      for (let id = queue.shift(); id !== undefined && !this.#ended; id = queue.shift())
        await this.#ask(api, id);
    };
    await Promise.all(Array.from({ length: MOST_AT_A_TIME }, ask));
  }

  #due(): string[] {
    const ids = [...this.#options.ids()].filter((id) => (this.#closedUntil.get(id) ?? 0) <= this.#round);
    if (ids.length <= MOST_ASKED) return ids;
    this.#begin = (this.#begin + MOST_ASKED) % ids.length;
    return [...ids.slice(this.#begin), ...ids.slice(0, this.#begin)].slice(0, MOST_ASKED);
  }

  async #ask(api: Pick<StackApi, "gatewayStatistics">, id: string): Promise<void> {
    const found = await api.gatewayStatistics(id);
    if (this.#ended) return;
    if (isClosed(found)) {
      if (this.#closedUntil.size >= MOST_CLOSED) this.#closedUntil.clear();
      this.#closedUntil.set(id, this.#round + ROUNDS_CLOSED);
    }
    this.#options.onReport(id, reportOf(found));
  }
}

/** It will not be another answer in a minute. */
const isClosed = (found: Found): boolean =>
  found.answer === "refused" &&
  found.name !== "not_connected" &&
  found.status < 500 &&
  found.status !== TOO_MANY_REQUESTS;

function reportOf(found: Found): GatewayReport {
  if (found.answer === "refused")
    return found.name === "not_connected" ? { report: "not_connected" } : { report: "unknown" };
  if (found.answer === "unknown") return { report: "unknown" };
  const { disconnectedAt, disconnectReason, ...statistics } = found;
  const reason = disconnectReason === undefined ? {} : { disconnectReason };
  const isGone = disconnectedAt !== undefined && disconnectedAt >= (found.connectedAt ?? 0);
  if (isGone) return { report: "not_connected", ...reason };
  return { report: "connected", statistics: { ...statistics, ...reason } };
}
