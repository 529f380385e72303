/** What a watch knows, as it is kept over restarts. What comes back from a store may be anything. */
import { isJsonObject } from "../stack/check";
import type { DeviceState, GatewayState } from "../stack/watch";
import { isFrameCounter, type CountedSession } from "./counters";
import { noSignal, type StoredHistory, type Signal } from "./deviceHistory";
import type { StoredGateway } from "./gatewayHistory";
import type { StoredGatewayIntervals } from "./gatewayIntervals";
import type { StoredIntervals } from "./intervals";
import type { StoredVariation } from "./variation";

export interface StoredDevice {
  readonly id: string;
  readonly state: DeviceState["state"];
  /** ms since 1970. */
  readonly since: number;
  readonly isLossy: boolean;
  readonly isLow: boolean;
  readonly isWeak: boolean;
  /** For so many ms it was not heard although it could have been. */
  readonly quiet: number;
  /** What it usually loses, 0 to 1. */
  readonly loss: number;
  readonly usualLoss: number;
  /** Absent: never heard. */
  readonly history?: StoredHistory | undefined;
}

export interface StoredGatewayWatch {
  readonly id: string;
  readonly state: GatewayState["state"];
  /** ms since 1970. */
  readonly since: number;
  readonly quiet: number;
  readonly history?: StoredGateway | undefined;
}

export interface Snapshot {
  /** Of which application; undefined: not known. */
  readonly of?: string;
  readonly devices: readonly StoredDevice[];
  readonly gateways: readonly StoredGatewayWatch[];
}

/** It grows when what is stored means something else than before. */
const FORM = 1;
const MOST = 10_000;
const LONGEST_ID = 64;
const LONGEST_TEXT = 100;
/** A host, an application and more. */
const LONGEST_OF = 1_000;
const MOST_INTERVALS = 10;

export const toStore = (snapshot: Snapshot): object => ({ form: FORM, ...snapshot });

/** Undefined for what no watch has stored; single entries that are not right are left out. */
export function readSnapshot(value: unknown): Snapshot | undefined {
  if (!isJsonObject(value) || value.form !== FORM) return undefined;
  const { of, devices, gateways } = value;
  if (!Array.isArray(devices) || !Array.isArray(gateways)) return undefined;
  return {
    ...(isText(of, LONGEST_OF) ? { of } : {}),
    ...{ devices: entriesOf(devices, deviceOf), gateways: entriesOf(gateways, gatewayOf) },
  };
}

const entriesOf = <T>(
  list: readonly unknown[],
  read: (entry: Record<string, unknown>) => T | undefined,
): T[] =>
  list.slice(0, MOST).flatMap((entry) => {
    const found = isJsonObject(entry) ? read(entry) : undefined;
    return found === undefined ? [] : [found];
  });

const isText = (value: unknown, longest: number): value is string =>
  typeof value === "string" && value.length <= longest;

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** A number that may be missing. */
const numberOf = (value: unknown): number | undefined => (isNumber(value) ? value : undefined);

/** A length; 0 where it is missing. */
const atLeast0 = (value: unknown): number => Math.max(0, numberOf(value) ?? 0);

/** 0 to 1. */
const partOf = (value: unknown): number => Math.min(1, atLeast0(value));

function deviceOf({
  id,
  state,
  since,
  isLossy,
  isLow,
  isWeak,
  quiet,
  loss,
  usualLoss,
  history,
}: Record<string, unknown>) {
  if (!isText(id, LONGEST_ID) || !isNumber(since)) return undefined;
  if (state !== "online" && state !== "silent" && state !== "unknown") return undefined;
  const found = isJsonObject(history) ? historyOf(history) : undefined;
  if (!found && (history !== undefined || state === "online")) return undefined;
  const flags = { isLossy: isLossy === true, isLow: isLow === true, isWeak: isWeak === true };
  return {
    ...{ id, state, since, ...flags },
    ...{ quiet: atLeast0(quiet), loss: partOf(loss), usualLoss: partOf(usualLoss), history: found },
  } satisfies StoredDevice;
}

function historyOf({ lastSeen, receivedAt, session, intervals, battery, signal }: Record<string, unknown>) {
  const found = intervalsOf(intervals);
  if (!isNumber(lastSeen) || !found) return undefined;
  return {
    lastSeen,
    receivedAt: numberOf(receivedAt),
    session: sessionOf(session),
    intervals: found,
    battery: numberOf(battery),
    signal: signalOf(signal),
  } satisfies StoredHistory;
}

function sessionOf(value: unknown): CountedSession | undefined {
  if (!isJsonObject(value)) return undefined;
  const { keyId, fCnt, received, lost, arrived, expected } = value;
  if (!isText(keyId, LONGEST_TEXT) || !isFrameCounter(fCnt) || !isCount(received) || !isCount(lost))
    return undefined;
  if (!isFrameCounter(arrived) || !isFrameCounter(expected)) return undefined;
  return { keyId, fCnt, received, lost, arrived, expected };
}

function intervalsOf(value: unknown): StoredIntervals | undefined {
  if (!isJsonObject(value)) return undefined;
  const last = lengthsOf(value.last);
  const pauses = lengthsOf(value.pauses);
  const rests = lengthsOf(value.rests) ?? [];
  const [sincePause, sinceRest] = [atLeast0(value.sincePause), atLeast0(value.sinceRest)];
  const [first, variation] = [atLeast0(value.first), variationOf(value.variation)];
  return last && pauses && { last, pauses, sincePause, rests, sinceRest, first, variation };
}

/** Earlier versions knew of none. */
function variationOf(value: unknown): StoredVariation {
  const { spread, before, longest, day, today } = isJsonObject(value) ? value : {};
  return {
    ...{ spread: atLeast0(spread), before: atLeast0(before), longest: lengthsOf(longest) ?? [] },
    ...{ day: atLeast0(day), today: atLeast0(today) },
  };
}

function gatewayIntervalsOf(value: unknown): StoredGatewayIntervals | undefined {
  if (!isJsonObject(value)) return undefined;
  const last = lengthsOf(value.last);
  if (!last) return undefined;
  const [pauses = [], longest = [], longestBefore = []] = [
    lengthsOf(value.pauses),
    lengthsOf(value.longest),
    lengthsOf(value.longestBefore),
  ];
  return {
    ...{ last, pauses, sincePause: atLeast0(value.sincePause) },
    ...{ longest, longestBefore, days: atLeast0(value.days) },
  };
}

const lengthsOf = (value: unknown): number[] | undefined =>
  Array.isArray(value)
    ? value
        .slice(-MOST_INTERVALS)
        .filter(isNumber)
        .filter((length) => length >= 0)
    : undefined;

function signalOf(value: unknown): Signal {
  if (!isJsonObject(value)) return noSignal();
  const { rssi, snr, spreadingFactor, bandwidth, gatewayId, gateways } = value;
  return {
    rssi: numberOf(rssi) ?? NaN,
    snr: numberOf(snr) ?? NaN,
    spreadingFactor: numberOf(spreadingFactor) ?? NaN,
    bandwidth: numberOf(bandwidth) ?? NaN,
    gatewayId: isText(gatewayId, LONGEST_ID) ? gatewayId : "",
    gateways: isCount(gateways) ? gateways : 0,
  };
}

function gatewayOf({ id, state, since, quiet, history }: Record<string, unknown>) {
  if (!isText(id, LONGEST_ID) || !isNumber(since)) return undefined;
  if (state !== "online" && state !== "offline" && state !== "unknown") return undefined;
  return {
    id,
    state,
    since,
    quiet: atLeast0(quiet),
    history: uplinksOf(history),
  } satisfies StoredGatewayWatch;
}

function uplinksOf(value: unknown): StoredGateway | undefined {
  if (!isJsonObject(value)) return undefined;
  const { lastUplink, receivedAt, uplinks, rssi, snr, intervals } = value;
  const found = gatewayIntervalsOf(intervals);
  if (!isNumber(lastUplink) || !isCount(uplinks) || !found) return undefined;
  return {
    lastUplink,
    receivedAt: numberOf(receivedAt),
    uplinks,
    rssi: numberOf(rssi),
    snr: numberOf(snr),
    intervals: found,
  };
}
