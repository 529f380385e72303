import type { Service } from "../services/service";
import type { Received, UplinkMessage } from "../stack/messages";
import type { CounterStep } from "./counters";
import { DeviceHistory, type Arrival, type StoredHistory } from "./deviceHistory";
import { GatewayHistory, type StoredGateway } from "./gatewayHistory";
import { KeptUplinks, type LastUplink } from "./keptUplinks";
import { ReceivedTimes } from "./receivedTimes";
import type { SeenDevice } from "./seenDevice";
import type { TrafficLedger, Way } from "../connection/ledger";
import { ownText } from "../connection/ownText";

/** Is told of what is read. */
export interface LedgerWatcher {
  /** @param step undefined where it has no frame counter */
  readonly onUplink?: (device: SeenDevice, step: CounterStep | undefined, arrival: Arrival) => void;
  readonly onJoin?: (device: SeenDevice, arrival: Arrival) => void;
  readonly onGateway?: (gateway: GatewayHistory, arrival: Arrival) => void;
  /** What it still has of a device that was forgotten here. */
  readonly historyOf?: (deviceId: string) => DeviceHistory | undefined;
  /** The same of a gateway. */
  readonly gatewayOf?: (gatewayId: string) => GatewayHistory | undefined;
}

/** Of devices, and of gateways. */
const MOST_DEVICES = 10_000;
/** The part that is pushed out at once, so that looking for the oldest is worth it. */
const PUSHED_OUT = MOST_DEVICES / 4;
/** Names on the wire are 36 characters at most. */
const LONGEST_ID = 64;
/** Gateways that are looked at of one uplink. */
const MOST_RECEPTIONS = 50;
/** What stands for the gateways of others. */
const BEHIND_PACKET_BROKER = "packetbroker";
/**
 * What the traffic of a connection teaches, for the suggestions of the forms: which devices there are, and the last uplink of each
 * on each FPort. Bounded; what was not seen for longest goes first. Everything is read out of it only when a form asks.
 */
export class Ledger implements TrafficLedger {
  readonly #devices = new Map<string, SeenDevice>();
  readonly #kept: KeptUplinks;
  #watchers: readonly LedgerWatcher[] = [];
  readonly #gateways = new Map<string, GatewayHistory>();
  readonly #times = new ReceivedTimes();
  readonly #clock: () => number;
  #era = 0;
  /** One for all: this runs for every message. */
  readonly #arrival: { -readonly [Name in keyof Arrival]: Arrival[Name] } = {
    ...{ at: 0, clock: 0, receivedAt: NaN, way: "live", era: 0 },
  };
  #notesDevices = false;
  #notesGateways = false;

  /** @param clock ms, never set */
  constructor(service: Service, clock = () => performance.now()) {
    this.#kept = new KeptUplinks(service, () => this.#oldestDevices());
    this.#clock = clock;
  }

  /** ms on the clock that is never set. */
  get clock(): number {
    return this.#clock();
  }

  /** Writes histories of devices and gateways until the returned function is called. Only messages that are read count. */
  watch(watcher: LedgerWatcher): () => void {
    this.#choose([...this.#watchers, watcher]);
    this.interrupt();
    return () => this.#choose(this.#watchers.filter((other) => other !== watcher));
  }

  /** What no watcher wants costs nothing. */
  #choose(watchers: readonly LedgerWatcher[]): void {
    this.#watchers = watchers;
    this.#notesDevices = watchers.some(({ onUplink, onJoin }) => onUplink ?? onJoin);
    this.#notesGateways = watchers.some(({ onGateway }) => onGateway);
  }

  /** Messages may be missed here: what is missing before the next one of a device is not its fault. */
  interrupt(): void {
    this.#era += 1;
  }

  get gateways(): Iterable<GatewayHistory> {
    return this.#gateways.values();
  }

  device(deviceId: string): SeenDevice | undefined {
    return this.#devices.get(deviceId);
  }

  gateway(gatewayId: string): GatewayHistory | undefined {
    return this.#gateways.get(gatewayId);
  }

  /** What an earlier run knew, of a device that this one has no history of. */
  restoreDevice(deviceId: string, stored: StoredHistory): SeenDevice | undefined {
    const device = this.#devices.get(deviceId) ?? this.see(deviceId, stored.lastSeen);
    if (device) device.history ??= new DeviceHistory(stored);
    return device;
  }

  /** The same of a gateway. */
  restoreGateway(gatewayId: string, stored: StoredGateway): GatewayHistory {
    return this.#gateways.get(gatewayId) ?? this.#addGateway(new GatewayHistory(gatewayId, stored));
  }

  /** Gone for good, so that no node adopts it. A watcher that still has its history gives it back when it comes again. */
  forgetDevice(deviceId: string): void {
    const device = this.#devices.get(deviceId);
    if (device) this.#forget(device);
  }

  /** The same of a gateway. */
  forgetGateway(gatewayId: string): void {
    this.#gateways.delete(gatewayId);
  }

  has(deviceId: string): boolean {
    return this.#devices.has(deviceId);
  }

  isHeardSince(deviceId: string, at: number): boolean {
    const device = this.#devices.get(deviceId);
    // By the clock of the server, that of one that was fetched may be later than anything here.
    return device !== undefined && device.keptAt > at && device.keptAt <= device.at;
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#devices.keys();
  }

  /** How many devices there are. */
  get size(): number {
    return this.#devices.size;
  }

  get devices(): Iterable<SeenDevice> {
    return this.#devices.values();
  }

  /** The last uplinks of these devices on these FPorts, the latest first. */
  lastUplinks(
    wantsDevice: (deviceId: string) => boolean,
    wantsPort: (fPort: number | undefined) => boolean,
  ): readonly LastUplink[] {
    const wanted = [...this.#devices.values()].filter(({ deviceId }) => wantsDevice(deviceId));
    return this.#kept.of(wanted, wantsPort);
  }

  /** The same of one device on all FPorts. */
  lastUplinksOf(deviceId: string): readonly LastUplink[] {
    const device = this.#devices.get(deviceId);
    return device ? this.#kept.of([device]) : [];
  }

  /** Something came from a device. Undefined for what no device is called. */
  see(deviceId: string, at: number): SeenDevice | undefined {
    const known = this.#devices.get(deviceId);
    if (known) {
      known.at = at;
      return known;
    }
    if (deviceId.length > LONGEST_ID) return undefined;
    if (this.#devices.size >= MOST_DEVICES) this.#pushOut();
    const ownId = ownText(deviceId);
    const device: SeenDevice = {
      deviceId: ownId,
      eui: undefined,
      at,
      keptAt: -Infinity,
      uplinks: new Map(),
      history: undefined,
      isForgotten: false,
    };
    this.#devices.set(ownId, device);
    return device;
  }

  /** The same for one that `see` has answered with before, without a look-up: this runs for every message. */
  seeAgain(device: SeenDevice, at: number): SeenDevice | undefined {
    if (device.isForgotten) return this.see(device.deviceId, at);
    device.at = at;
    return device;
  }

  /** Keeps what `see` is followed by, where it was read anyway. This runs for every message that is. */
  keep(device: SeenDevice, received: Received, topic: string, bytes: Buffer, way: "live" | "retained"): void {
    this.#kept.keep(device, received, topic, bytes, device.at);
    if (this.#watchers.length > 0) this.#note(device, received, device.at, way);
  }

  /** The same for one that came while nothing could be received, at `at` in ms since 1970 by the clock of the server. */
  keepStored(deviceId: string, received: Received, topic: string, at: number): void {
    const known = this.#devices.get(deviceId);
    const device = known ?? this.see(deviceId, at);
    if (!device) return;
    if (at >= device.keptAt && received.kind === "uplink_message")
      this.#kept.keep(device, received, topic, Buffer.from(JSON.stringify(received.message)), at);
    if (this.#watchers.length > 0) this.#note(device, received, at, "stored");
  }

  #note(device: SeenDevice, received: Received, at: number, way: Way): void {
    const isUplink = received.kind === "uplink_message";
    if ((!isUplink && received.kind !== "join_accept") || received.message.simulated === true) return;
    const arrival = this.#arrival;
    arrival.at = at;
    arrival.clock = this.#clock();
    arrival.receivedAt = this.#times.read(received.message.received_at) ?? NaN;
    arrival.way = way;
    arrival.era = this.#era;
    if (this.#notesDevices) this.#noteDevice(device, received, arrival);
    if (this.#notesGateways && isUplink) this.#noteGateways(received.message.uplink_message, arrival);
  }

  #noteDevice(device: SeenDevice, received: Received, arrival: Arrival): void {
    device.history ??=
      this.#stillKnown(({ historyOf }) => historyOf?.(device.deviceId)) ?? new DeviceHistory();
    if (received.kind !== "uplink_message") {
      device.history.join(arrival);
      for (const watcher of this.#watchers) watcher.onJoin?.(device, arrival);
      return;
    }
    const step = device.history.take(received.message.uplink_message, arrival);
    for (const watcher of this.#watchers) watcher.onUplink?.(device, step, arrival);
  }

  #noteGateways({ rx_metadata: receptions = [] }: UplinkMessage, arrival: Arrival): void {
    const most = Math.min(receptions.length, MOST_RECEPTIONS);
    for (let index = 0; index < most; index++) {
      const reception = receptions[index];
      const id = reception?.gateway_ids?.gateway_id ?? "";
      if (!reception || id === "" || id === BEHIND_PACKET_BROKER || id.length > LONGEST_ID) continue;
      const gateway = this.#gateways.get(id) ?? this.#addGateway(this.#gatewayOf(id));
      gateway.take(reception, arrival);
      for (const watcher of this.#watchers) watcher.onGateway?.(gateway, arrival);
    }
  }

  #gatewayOf(id: string): GatewayHistory {
    return this.#stillKnown(({ gatewayOf }) => gatewayOf?.(id)) ?? new GatewayHistory(ownText(id));
  }

  #stillKnown<T>(read: (watcher: LedgerWatcher) => T | undefined): T | undefined {
    for (const watcher of this.#watchers) {
      const found = read(watcher);
      if (found) return found;
    }
    return undefined;
  }

  #addGateway(gateway: GatewayHistory): GatewayHistory {
    if (this.#gateways.size >= MOST_DEVICES) {
      const oldest = [...this.#gateways.values()].sort((one, other) => one.lastUplink - other.lastUplink);
      for (const { gatewayId } of oldest.slice(0, PUSHED_OUT)) this.#gateways.delete(gatewayId);
    }
    this.#gateways.set(gateway.gatewayId, gateway);
    return gateway;
  }

  #pushOut(): void {
    for (const device of this.#oldestDevices().slice(0, PUSHED_OUT)) this.#forget(device);
  }

  #forget(device: SeenDevice): void {
    this.#kept.giveUp(device);
    device.isForgotten = true;
    this.#devices.delete(device.deviceId);
  }

  #oldestDevices(): SeenDevice[] {
    return [...this.#devices.values()].sort((one, other) => one.at - other.at);
  }
}
