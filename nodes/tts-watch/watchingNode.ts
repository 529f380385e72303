import type { Node, NodeAPI, NodeStatus } from "node-red";
import type { ConnectionView } from "../../src/account/view";
import { GatewayReports } from "../../src/account/gatewayReports";
import type { Ledger, LedgerWatcher } from "../../src/devices/ledger";
import type { Snapshot } from "../../src/devices/snapshot";
import type { Moment, Told } from "../../src/devices/watchRules";
import type { ApplicationName } from "../../src/stack/identifiers";
import { GATEWAY_CHANGES } from "../../src/stack/watch";
import type { TtsConnectionNode } from "../tts-connection/configNode";
import type { Watching } from "../tts-connection/connection";
import { waitingFor } from "../shared/lastMessage";
import { MissingDevices } from "../shared/missingDevices";
import { asMessage } from "../shared/red";
import { nodeStatus, statusOf, StatusWriter } from "../shared/status";
import { accident, textOf } from "../shared/text";
import type { WatchSettings } from "./settings";
import { handOver, store, takeOver } from "./store";
import { watchOf, type Devices, type Watch } from "./watched";
import { reasonOf, statusLine } from "./words";

const KINDS = new Set(["uplink_message", "join_accept"] as const);

/** ms. */
const STORE_PAUSE = 30_000;
/** How long nothing was heard counts, too; it need not be known to the minute. In pauses as above. */
const STORE_QUIET_AFTER = 20;

interface Stored {
  readonly snapshot: Snapshot;
  /** Else what is there stays: it is what devices did for months, and a store that starts late is read at the next start. */
  readonly isRead: boolean;
}

/** What a form shows of a node. */
export type Watcher = Pick<WatchingNode, "table" | "watch" | "connectionState">;

/** Those that run, by their IDs: for the table in an open form. */
export const watching = new Map<string, Watcher>();

/** What is known before anything is. */
export const emptyTable = (): ReturnType<WatchingNode["table"]> => ({ event: "table", payload: [] });

/** A node that watches, on its connection. */
export class WatchingNode {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #settings: WatchSettings;
  readonly #devices: Devices;
  readonly #stored: Stored;
  readonly #status: StatusWriter;
  readonly #missing: MissingDevices;
  readonly #watching: Watching;
  readonly #reports: GatewayReports | undefined;
  readonly #timers: NodeJS.Timeout[] = [];
  #starting: NodeJS.Immediate | undefined;
  #watch: Watch | undefined;
  #ledger: Ledger | undefined;
  #of = "";
  #view: ConnectionView = { state: "connecting" };
  #isChanged = false;
  #isFull = false;
  /** Pauses in which nothing was stored. */
  #unstored = 0;

  constructor(
    RED: NodeAPI,
    node: Node,
    connection: TtsConnectionNode,
    settings: WatchSettings,
    devices: Devices,
    stored: Stored,
  ) {
    this.#RED = RED;
    this.#node = node;
    this.#settings = settings;
    this.#devices = devices;
    this.#stored = stored;
    this.#status = new StatusWriter((next) => node.status(next));
    this.#missing = new MissingDevices(RED, node, devices.text, () => this.#status.show(this.#statusNow));
    const isAll = settings.watch === "gateways" || devices.text === "";
    this.#watching = connection.joinAsWatcher({
      node,
      reader: {
        kinds: KINDS,
        everyDevice: isAll,
        wantsDevice: (deviceId) => isAll || devices.matches(deviceId),
      },
      onView: (view) => this.#show(view),
      ...(settings.watch === "devices" && { naming: this.#missing }),
      begin: (...given) => this.#begin(...given),
    });
    if (settings.watch === "gateways")
      this.#reports = new GatewayReports({
        api: () => this.#watching.api(),
        ids: () => this.#watch?.it.ids ?? [],
        onReport: (id, report) => {
          const { it } = this.#watch ?? {};
          if (it && "report" in it) this.#tell(it.report(id, report, this.#now));
        },
      });
    if (settings.atStart) this.#starting = setImmediate(() => this.#tellAll());
  }

  /** The states of all, or of the one with this ID: the array in `payload`. */
  table(id = "") {
    const ids = id === "" ? [...(this.#watch?.it.ids ?? [])] : [id];
    const payload = ids.flatMap((one) => this.#watch?.state(one) ?? []);
    return { event: "table", payload };
  }

  /** Forgets one that is gone for good. Returns whether it was known. */
  remove(id: string): boolean {
    if (this.#watch?.it.remove(id, this.#now) !== true) return false;
    this.#status.show(this.#statusNow);
    this.#isChanged = true;
    this.#store(() => undefined);
    return true;
  }

  get watch(): WatchSettings["watch"] {
    return this.#settings.watch;
  }

  get connectionState(): ConnectionView["state"] {
    return this.#view.state;
  }

  /** Resolves when the connection is closed, where this was its last user, and what is known is stored. */
  async close(isRemoved: boolean): Promise<void> {
    clearImmediate(this.#starting);
    for (const timer of this.#timers) clearInterval(timer);
    this.#reports?.end();
    this.#status.end();
    const left = this.#watching.leave();
    const snapshot = this.#snapshot;
    if (snapshot && !isRemoved) handOver(this.#node.id, snapshot, !this.#stored.isRead);
    // Silence of which only time tells, too.
    this.#isChanged = true;
    await new Promise<void>((resolve) => this.#store(resolve));
    await left;
  }

  get #now(): Moment {
    return { at: Date.now(), clock: this.#ledger?.clock ?? 0 };
  }

  #begin(ledger: Ledger, application: Partial<ApplicationName>, of: string): LedgerWatcher {
    this.#ledger = ledger;
    this.#of = of;
    const stored = takeOver(this.#node.id, this.#stored.snapshot, of);
    const watch = watchOf(this.#settings, this.#devices, {
      ...{ ledger, application, stored, now: this.#now },
      heard: (told) => this.#heard(told),
      onFull: (most) => this.#warnOfFull(most),
    });
    this.#watch = watch;
    watch.it.setConnected(this.#view.state === "connected", this.#now);
    this.#status.show(this.#statusNow);
    this.#timers.push(
      setInterval(() => this.#tell(watch.it.look(this.#now)), watch.it.pause).unref(),
      setInterval(() => this.#storeNow(), STORE_PAUSE).unref(),
    );
    return watch.watcher;
  }

  /** What is known is another now, whether or not there is anything to be told. */
  #heard(told: readonly Told[]): void {
    this.#isChanged = true;
    this.#tell(told);
  }

  /** Once: it stays so. */
  #warnOfFull(most: number): void {
    if (!this.#isFull) this.#node.warn(textOf(this.#RED, { key: "warning.watch-full", values: { most } }));
    this.#isFull = true;
  }

  #tell(told: readonly Told[]): void {
    // How many there are in each state may be another number without a word: what was never heard is there.
    this.#status.show(this.#statusNow);
    if (told.length === 0) return;
    this.#isChanged = true;
    for (const { event, id, at } of told) {
      if (this.#settings.changes.has(event) && this.#isOfThese(event)) this.#send(event, id, at);
    }
  }

  #isOfThese(event: Told["event"]): boolean {
    return this.#settings.watch === "devices" || GATEWAY_CHANGES.includes(event);
  }

  /** The states when flows start; the event is the state. */
  #tellAll(): void {
    const at = Date.now();
    for (const id of [...(this.#watch?.it.ids ?? [])]) {
      const state = this.#watch?.state(id);
      if (state) this.#send(state.state, id, at);
    }
  }

  #send(event: Parameters<typeof reasonOf>[1], id: string, time: number): void {
    // Nothing that comes over the wire may end the process, nor keep a message from other nodes.
    try {
      const payload = this.#watch?.state(id);
      if (!payload) return;
      const reason = reasonOf(this.#RED, event, payload, time);
      this.#node.send(asMessage({ topic: id, event, payload, reason, ...this.#watch?.fieldsOf(id), time }));
    } catch (error) {
      this.#node.error(accident(error), { topic: id });
    }
  }

  #show(view: ConnectionView): void {
    const isConnected = view.state === "connected";
    if (!isConnected && this.#view.state === "connected") this.#ledger?.interrupt();
    this.#view = view;
    this.#watch?.it.setConnected(isConnected, this.#now);
    this.#status.show(this.#statusNow);
  }

  readonly #statusNow = (): NodeStatus => {
    const table = statusOf(this.#view);
    const { online, unknown, ...more } = this.#watch?.it.counts ?? { online: 0, unknown: 0 };
    const { silent, offline } = { silent: 0, offline: 0, ...more };
    const gone = silent + offline;
    if (this.#view.state !== "connected") return nodeStatus(this.#RED, table);
    const word = this.#settings.watch === "devices" ? "silent" : "offline";
    if (online + gone === 0 && this.#missing.status) return nodeStatus(this.#RED, this.#missing.status);
    if (online + gone === 0) {
      const { watch, gateways } = this.#settings;
      const what = watch === "devices" ? this.#devices.text : gateways.join(", ");
      return nodeStatus(this.#RED, table, waitingFor(this.#RED, what, "", watch));
    }
    const line = statusLine(this.#RED, online, gone, word);
    return nodeStatus(this.#RED, { ...table, fill: gone + unknown > 0 ? "yellow" : "green" }, line);
  };

  #storeNow(): void {
    this.#unstored = this.#isChanged ? 0 : this.#unstored + 1;
    if (this.#unstored === STORE_QUIET_AFTER) {
      this.#unstored = 0;
      this.#isChanged = true;
    }
    this.#store(() => undefined);
  }

  #store(done: () => void): void {
    const snapshot = this.#isChanged && this.#stored.isRead ? this.#snapshot : undefined;
    this.#isChanged = false;
    if (snapshot) store(this.#RED, this.#node, snapshot, done);
    else done();
  }

  get #snapshot(): Snapshot | undefined {
    return this.#watch && { of: this.#of, ...this.#watch.snapshot };
  }
}
