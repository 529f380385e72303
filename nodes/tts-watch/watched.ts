/** What a node watches, and what differs between devices and gateways. */
import { DeviceWatch } from "../../src/devices/deviceWatch";
import { GatewayWatch } from "../../src/devices/gatewayWatch";
import type { Ledger, LedgerWatcher } from "../../src/devices/ledger";
import type { Snapshot } from "../../src/devices/snapshot";
import type { Moment, Told } from "../../src/devices/watchRules";
import { namedIn, type DevicePattern } from "../../src/stack/filters";
import type { ApplicationName } from "../../src/stack/identifiers";
import { deviceOf } from "../../src/stack/summary";
import type { DeviceState, GatewayState } from "../../src/stack/watch";
import type { WatchSettings } from "./settings";

export type Devices = Extract<DevicePattern, { ok: true }>;

export interface Watch {
  readonly watcher: LedgerWatcher;
  readonly it: DeviceWatch | GatewayWatch;
  /** What a later run needs. */
  readonly snapshot: Snapshot;
  state(id: string): DeviceState | GatewayState | undefined;
  /** Fields of its messages. */
  fieldsOf(id: string): object;
}

interface Surroundings {
  readonly ledger: Ledger;
  /** Where all devices are of one. */
  readonly application: Partial<ApplicationName>;
  readonly stored: Snapshot;
  readonly now: Moment;
  /** Something was heard, and this is to be told of it. */
  readonly heard: (told: readonly Told[]) => void;
  readonly onFull: (most: number) => void;
}

export const watchOf = (settings: WatchSettings, devices: Devices, around: Surroundings): Watch =>
  settings.watch === "devices" ? watchDevices(settings, devices, around) : watchGateways(settings, around);

function watchDevices(
  { rules }: WatchSettings,
  { matches, text }: Devices,
  { ledger, application, stored, now, heard, onFull }: Surroundings,
): Watch {
  const named = namedIn(text);
  const it = new DeviceWatch({ ledger, rules, matches, named, stored: stored.devices, now, onFull });
  return {
    it,
    watcher: {
      onUplink: (device, step, arrival) => heard(it.uplink(device, step, arrival)),
      onJoin: (device, arrival) => heard(it.join(device, arrival)),
      historyOf: (id) => it.historyOf(id),
    },
    get snapshot() {
      return { devices: it.stored, gateways: [] };
    },
    state: (id) => it.state(id),
    fieldsOf: (id) => ({ deviceId: id, device: summaryOf(ledger, id, application) }),
  };
}

function watchGateways(
  { rules, gateways: named }: WatchSettings,
  { ledger, stored, now, heard, onFull }: Surroundings,
): Watch {
  const it = new GatewayWatch({ ledger, rules, named, stored: stored.gateways, now, onFull });
  return {
    it,
    watcher: {
      onGateway: (gateway, arrival) => heard(it.uplink(gateway, arrival)),
      gatewayOf: (id) => it.historyOf(id),
    },
    get snapshot() {
      return { devices: [], gateways: it.stored };
    },
    state: (id) => it.state(id),
    fieldsOf: (id) => ({ gatewayId: id }),
  };
}

/** As in the messages of all nodes, where its last uplink is still there; after a restart it is not. */
function summaryOf(ledger: Ledger, id: string, application: Partial<ApplicationName>): object {
  const delivery = ledger.lastUplinksOf(id)[0]?.read();
  if (delivery) return deviceOf(delivery.received.message, delivery.origin);
  const eui = ledger.device(id)?.eui;
  return { id, ...(eui === undefined ? {} : { eui: eui.toUpperCase() }), ...application };
}
