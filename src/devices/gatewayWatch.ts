import type { GatewayState } from "../stack/watch";
import type { Arrival } from "./deviceHistory";
import type { GatewayHistory } from "./gatewayHistory";
import type { Ledger } from "./ledger";
import type { StoredGatewayWatch } from "./snapshot";
import { Listening, Quiet } from "./listening";
import { limitOf, pauseOf, type Moment, type Told, type WatchRules } from "./watchRules";

/** What the stack says of the connection of a gateway. Times in ms since 1970. */
export interface GatewayStatistics {
  readonly connectedAt?: number;
  /** The last sign of life of any kind. */
  readonly lastSeen?: number;
  readonly lastUplink?: number;
  readonly disconnectReason?: string;
  /** ms. */
  readonly roundTrip?: number;
}

/** `unknown`: the stack does not tell us, or could not be asked. */
export type GatewayReport =
  | { readonly report: "connected"; readonly statistics: GatewayStatistics }
  | { readonly report: "not_connected"; readonly disconnectReason?: string }
  | { readonly report: "unknown" };

export interface GatewayWatchOptions {
  readonly ledger: Ledger;
  readonly rules: WatchRules;
  /** Empty: those that uplinks come through. */
  readonly named: readonly string[];
  readonly stored: readonly StoredGatewayWatch[];
  readonly now: Moment;
  /** There are more than can be watched. */
  readonly onFull?: (most: number) => void;
}

interface WatchedGateway {
  readonly id: string;
  state: GatewayState["state"];
  /** ms since 1970. */
  since: number;
  gateway: GatewayHistory | undefined;
  statistics: GatewayStatistics;
  /** When the stack said something of it last, in ms of the clock. */
  reportedAt: number;
  /** How often in a row it was not connected. */
  absences: number;
  readonly quiet: Quiet;
}

const MOST_GATEWAYS = 10_000;
const PUSHED_OUT = MOST_GATEWAYS / 4;
/** A gateway that reconnects at once was not gone. */
const ABSENCES = 2;
/** So long what the stack said counts, in ms: it is asked each minute. */
const REPORT_COUNTS_MS = 5 * 60_000;

/** The gateways that one node watches, by uplinks and by what the stack says. No I/O, no clock. */
export class GatewayWatch {
  readonly #options: GatewayWatchOptions;
  readonly #gateways = new Map<string, WatchedGateway>();
  readonly #named: ReadonlySet<string>;
  readonly #listening: Listening;

  constructor(options: GatewayWatchOptions) {
    this.#options = options;
    const { ledger, named, stored, now } = options;
    this.#named = new Set(named);
    this.#listening = new Listening(now.clock);
    for (const { id, state, since, history, quiet } of stored) {
      if (!this.#wants(id) || (state === "unknown" && !this.#named.has(id))) continue;
      const gateway = history && ledger.restoreGateway(id, history);
      this.#gateways.set(id, { ...unheard(id, since), state, gateway, quiet: new Quiet(quiet) });
    }
    for (const gateway of ledger.gateways) if (this.#wants(gateway.gatewayId)) this.#adopt(gateway, now);
    for (const id of named.slice(0, MOST_GATEWAYS))
      if (!this.#gateways.has(id)) this.#gateways.set(id, unheard(id, now.at));
  }

  /** How often to look, in ms. */
  get pause(): number {
    return pauseOf(this.#options.rules);
  }

  setConnected(isConnected: boolean, { clock }: Moment): void {
    this.#listening.set(isConnected, clock);
  }

  uplink(gateway: GatewayHistory, { at, way }: Arrival): readonly Told[] {
    const { gatewayId } = gateway;
    const known = this.#gateways.get(gatewayId);
    if (!known && !this.#wants(gatewayId)) return [];
    const watched = known ?? this.#add(gatewayId, at);
    const told: Told[] = [];
    if (!watched.gateway) told.push({ event: "new", id: gatewayId, at });
    watched.gateway = gateway;
    if (way !== "live") return told;
    watched.absences = 0;
    return this.#become(watched, "online", at, told);
  }

  /** What the stack says of a gateway. */
  report(id: string, report: GatewayReport, { at, clock }: Moment): readonly Told[] {
    const watched = this.#gateways.get(id);
    if (!watched || report.report === "unknown") return [];
    watched.reportedAt = clock;
    if (report.report === "connected") {
      watched.statistics = { ...report.statistics, lastSeen: report.statistics.lastSeen ?? at };
      watched.absences = 0;
      watched.quiet.ms = 0;
      return this.#become(watched, "online", at, []);
    }
    const { disconnectReason } = report;
    const { lastSeen, lastUplink } = watched.statistics;
    watched.statistics = {
      ...(lastSeen === undefined ? {} : { lastSeen }),
      ...(lastUplink === undefined ? {} : { lastUplink }),
      ...(disconnectReason === undefined ? {} : { disconnectReason }),
    };
    watched.absences += 1;
    return watched.absences < ABSENCES ? [] : this.#become(watched, "offline", at, []);
  }

  /** What has become silent by now: those of which only uplinks tell. */
  look({ at, clock }: Moment): readonly Told[] {
    const look = this.#listening.look(clock, this.pause);
    if (!look) return [];
    const told: Told[] = [];
    for (const watched of this.#gateways.values()) {
      if (watched.state === "offline") continue;
      const { heardAt = -Infinity, intervals } = watched.gateway ?? {};
      const isQuiet = watched.quiet.exceeds(limitOf(this.#options.rules, intervals?.limit), heardAt, look);
      if (isQuiet && clock - watched.reportedAt >= REPORT_COUNTS_MS)
        this.#become(watched, "offline", at, told);
    }
    return told;
  }

  /** Forgets one that is gone for good; of one that is named only what is known of it. Returns whether there was such a one. */
  remove(id: string, { at }: Moment): boolean {
    if (!this.#gateways.delete(id)) return false;
    this.#options.ledger.forgetGateway(id);
    if (this.#named.has(id)) this.#gateways.set(id, unheard(id, at));
    return true;
  }

  get ids(): Iterable<string> {
    return this.#gateways.keys();
  }

  historyOf(id: string): GatewayHistory | undefined {
    return this.#gateways.get(id)?.gateway;
  }

  state(id: string): GatewayState | undefined {
    const watched = this.#gateways.get(id);
    return watched && stateOf(watched);
  }

  /** How many there are in each state. */
  get counts(): Readonly<Record<GatewayState["state"], number>> {
    const counts = { online: 0, offline: 0, unknown: 0 };
    for (const { state } of this.#gateways.values()) counts[state] += 1;
    return counts;
  }

  /** What a later run needs of it. */
  get stored(): StoredGatewayWatch[] {
    return [...this.#gateways.values()].map(({ id, state, since, gateway, quiet }) => {
      const isHeard = this.#listening.isAfterLook(gateway?.heardAt);
      return { id, state, since, history: gateway?.stored, quiet: isHeard ? 0 : quiet.ms };
    });
  }

  #wants(id: string): boolean {
    return this.#named.size === 0 || this.#named.has(id);
  }

  #become(watched: WatchedGateway, state: "online" | "offline", at: number, told: Told[]): Told[] {
    if (watched.state === state) return told;
    if (state === "offline") told.push({ event: "silent", id: watched.id, at });
    else if (watched.state === "offline") told.push({ event: "back", id: watched.id, at });
    watched.state = state;
    watched.since = at;
    return told;
  }

  #adopt(gateway: GatewayHistory, { at }: Moment): void {
    const watched = this.#gateways.get(gateway.gatewayId) ?? this.#add(gateway.gatewayId, at);
    watched.gateway = gateway;
    if (watched.state === "unknown") watched.state = "online";
  }

  #add(id: string, at: number): WatchedGateway {
    if (this.#gateways.size >= MOST_GATEWAYS) this.#pushOut();
    const watched = unheard(id, at);
    this.#gateways.set(id, watched);
    return watched;
  }

  /** Those that were not heard for longest. */
  #pushOut(): void {
    const heard = ({ gateway }: WatchedGateway): number => gateway?.lastUplink ?? 0;
    const oldest = [...this.#gateways.values()].sort((one, other) => heard(one) - heard(other));
    for (const { id } of oldest.slice(0, PUSHED_OUT)) this.#gateways.delete(id);
    this.#options.onFull?.(MOST_GATEWAYS);
  }
}

const unheard = (id: string, since: number): WatchedGateway => ({
  id,
  state: "unknown",
  since,
  gateway: undefined,
  statistics: {},
  reportedAt: -Infinity,
  absences: 0,
  quiet: new Quiet(),
});

/** With keys only for what is known. */
function stateOf({ id, state, since, gateway, statistics }: WatchedGateway): GatewayState {
  const { connectedAt, disconnectReason, roundTrip } = statistics;
  const uplinks = [gateway?.lastUplink, statistics.lastUplink].filter((at) => at !== undefined);
  const lastUplink = uplinks.length > 0 ? Math.max(...uplinks) : undefined;
  const seen = [...uplinks, statistics.lastSeen].filter((at) => at !== undefined);
  return {
    id,
    state,
    lastSeen: seen.length > 0 ? Math.max(...seen) : null,
    since,
    ...(lastUplink === undefined ? {} : { lastUplink }),
    ...(connectedAt === undefined ? {} : { connectedAt }),
    ...(disconnectReason === undefined ? {} : { disconnectReason }),
    ...(roundTrip === undefined ? {} : { roundTrip }),
    uplinks: gateway?.uplinks ?? 0,
    ...(gateway?.rssi === undefined ? {} : { rssi: gateway.rssi }),
    ...(gateway?.snr === undefined ? {} : { snr: gateway.snr }),
  };
}
