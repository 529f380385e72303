import type { DeviceState } from "../stack/watch";
import type { Ledger } from "./ledger";
import type { SeenDevice } from "./seenDevice";

/** A device that is watched, and the state that it is in. */
export interface KnownState {
  readonly id: string;
  state: DeviceState["state"];
  /** ms since 1970. */
  since: number;
  device: SeenDevice | undefined;
}

/** What is told of a device, with keys only for what is known. */
export function deviceStateOf({ id, state, since, device }: KnownState, ledger: Ledger): DeviceState {
  const history = device?.history;
  // Heard before anything was written of it.
  if (!history) return { id, state, lastSeen: device?.at ?? null, since, received: 0, lost: 0, lossRate: 0 };
  const { counters, intervals, signal, battery, margin, lastSeen } = history;
  const { session } = counters;
  const { rssi, snr, spreadingFactor, bandwidth, gateways, gatewayId } = signal;
  const { median } = intervals;
  const payload = lastPayload(ledger, id);
  const found: DeviceState = {
    id,
    state,
    lastSeen,
    since,
    ...(median === undefined ? {} : { interval: Math.round(median) / 1000 }),
    received: session?.received ?? 0,
    lost: session?.lost ?? 0,
    lossRate: counters.lossRate,
    ...(session ? { fCnt: session.fCnt } : {}),
    ...(session && session.keyId !== "" ? { sessionKeyId: session.keyId } : {}),
    ...(battery === undefined ? {} : { battery }),
    ...(Number.isNaN(rssi) ? {} : { rssi }),
    ...(Number.isNaN(snr) ? {} : { snr }),
    ...(margin === undefined ? {} : { margin: Math.round(margin * 10) / 10 }),
    ...(Number.isNaN(spreadingFactor) || Number.isNaN(bandwidth)
      ? {}
      : { dataRate: `SF${spreadingFactor}BW${bandwidth / 1000}` }),
    ...(gateways > 0 ? { gateways } : {}),
    ...(gatewayId === "" ? {} : { gatewayId }),
    ...(payload === undefined ? {} : { payload }),
  };
  return found;
}

/** Of the last uplink that was decoded and is still there. */
function lastPayload(ledger: Ledger, deviceId: string): unknown {
  for (const uplink of ledger.lastUplinksOf(deviceId)) {
    const received = uplink.read()?.received;
    if (received?.kind !== "uplink_message") continue;
    const { decoded_payload: decoded } = received.message.uplink_message;
    if (decoded !== undefined) return decoded;
  }
  return undefined;
}
