/** A ledger and a watch with clocks that a test turns. */
import { DeviceWatch } from "../../src/devices/deviceWatch";
import type { Way } from "../../src/connection/ledger";
import { GatewayWatch, type GatewayReport } from "../../src/devices/gatewayWatch";
import { Ledger } from "../../src/devices/ledger";
import { readSnapshot, toStore, type Snapshot } from "../../src/devices/snapshot";
import type { Told, WatchRules } from "../../src/devices/watchRules";
import { stackService } from "../../src/services/stack";
import { namedIn, parseDevicePattern } from "../../src/stack/filters";
import type { UplinkMessage } from "../../src/stack/messages";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const RULES: WatchRules = {
  silentAfter: undefined,
  batteryBelow: 20,
  lostAbove: 0.2,
  marginBelow: 3,
};

const NOTHING: Snapshot = { devices: [], gateways: [] };
const BEGIN = Date.parse("2026-11-21T00:00:00Z");
const SERVICE = stackService({ applicationId: "app1", apiKey: "" });

interface Sent {
  readonly kind?: "uplink" | "join";
  readonly way?: Way;
  readonly simulated?: boolean;
  /** How long it was underway, in ms. */
  readonly delay?: number;
  readonly gateways?: readonly string[];
}

export class World {
  /** ms that have passed. */
  passed = 0;
  /** ms that the clock of the machine was set forward. */
  set = 0;
  readonly told: Told[] = [];
  readonly toldOfGateways: Told[] = [];
  readonly ledger: Ledger;
  readonly devices: DeviceWatch;
  readonly gateways: GatewayWatch;

  constructor({
    devices = "",
    gateways = [],
    rules = {},
    stored = NOTHING,
    pause,
    passed = 0,
  }: {
    devices?: string;
    gateways?: readonly string[];
    rules?: Partial<WatchRules>;
    stored?: Snapshot;
    pause?: number;
    passed?: number;
  } = {}) {
    this.passed = passed;
    this.ledger = new Ledger(SERVICE, () => this.passed);
    const pattern = parseDevicePattern(devices);
    if (!pattern.ok) throw new RangeError(devices);
    const { matches, text } = pattern;
    const named = namedIn(text);
    const common = { ledger: this.ledger, rules: { ...RULES, ...rules }, now: this.now };
    this.devices = new DeviceWatch({
      ...{ ...common, matches, named, stored: stored.devices },
      ...(pause === undefined ? {} : { pause }),
    });
    this.gateways = new GatewayWatch({ ...common, named: gateways, stored: stored.gateways });
    this.ledger.watch({
      onUplink: (device, step, arrival) => void this.told.push(...this.devices.uplink(device, step, arrival)),
      onJoin: (device, arrival) => void this.told.push(...this.devices.join(device, arrival)),
      onGateway: (gateway, arrival) =>
        void this.toldOfGateways.push(...this.gateways.uplink(gateway, arrival)),
      historyOf: (id) => this.devices.historyOf(id),
      gatewayOf: (id) => this.gateways.historyOf(id),
    });
    this.connected(true);
  }

  /** Another watch of all devices at the same ledger. */
  another(): DeviceWatch {
    const { ledger, now } = this;
    return new DeviceWatch({ ledger, rules: RULES, matches: () => true, named: [], stored: [], now });
  }

  get now() {
    return { at: BEGIN + this.passed + this.set, clock: this.passed };
  }

  connected(isConnected: boolean): void {
    if (!isConnected) this.ledger.interrupt();
    this.devices.setConnected(isConnected, this.now);
    this.gateways.setConnected(isConnected, this.now);
  }

  /** Time passes, and the watch looks as often as it wants to. */
  pass(ms: number, pause = Math.max(this.devices.pause, 10 * SECOND)): void {
    const end = this.passed + ms;
    while (this.passed < end) {
      this.passed = Math.min(end, this.passed + pause);
      this.look();
    }
  }

  look(): void {
    this.told.push(...this.devices.look(this.now));
    this.toldOfGateways.push(...this.gateways.look(this.now));
  }

  report(id: string, report: GatewayReport): void {
    this.toldOfGateways.push(...this.gateways.report(id, report, this.now));
  }

  send(
    id: string,
    uplink: UplinkMessage = {},
    { kind = "uplink", way = "live", simulated, delay = 0, gateways = ["roof"] }: Sent = {},
  ): void {
    const receivedAt = BEGIN + this.passed - delay;
    const common = {
      end_device_ids: { device_id: id },
      received_at: new Date(receivedAt).toISOString(),
      ...(simulated === undefined ? {} : { simulated }),
    };
    const rx_metadata = gateways.map((gateway_id) => ({ gateway_ids: { gateway_id }, rssi: -80, snr: 5 }));
    const topic = `v3/app1/devices/${id}/up`;
    const keep = (received: Parameters<Ledger["keep"]>[1]): void => {
      if (way === "stored") {
        this.ledger.keepStored(id, received, topic, receivedAt);
        return;
      }
      const device = this.ledger.see(id, this.now.at);
      if (device) this.ledger.keep(device, received, topic, Buffer.from("{}"), way);
    };
    if (kind === "join") keep({ kind: "join_accept", message: { ...common, join_accept: {} } });
    else
      keep({
        kind: "uplink_message",
        message: { ...common, uplink_message: { session_key_id: "a", rx_metadata, ...uplink } },
      });
  }

  /** So many uplinks, one after each interval. */
  sendEvery(id: string, interval: number, count: number, from = 0): void {
    for (let index = 0; index < count; index++) {
      this.send(id, { f_cnt: from + index });
      this.pass(interval);
    }
  }

  /** What was told of devices since the last call: `silent door`. */
  take(told: Told[] = this.told): string[] {
    return told.splice(0).map(({ event, id }) => `${event} ${id}`);
  }

  /** The same of gateways. */
  takeGateways(): string[] {
    return this.take(this.toldOfGateways);
  }

  /** What it knows, by way of a store. */
  get stored(): Snapshot {
    const snapshot = toStore({ devices: this.devices.stored, gateways: this.gateways.stored });
    const stored = readSnapshot(JSON.parse(JSON.stringify(snapshot)));
    if (!stored) throw new Error("what was stored cannot be read");
    return stored;
  }

  /** The same after a restart. */
  restarted(more: ConstructorParameters<typeof World>[0] = {}): World {
    const world = new World({ passed: this.passed, stored: this.stored, ...more });
    world.set = this.set;
    return world;
  }
}
