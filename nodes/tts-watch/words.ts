/** What a watch says of a change, and in its status. */
import type { NodeAPI } from "node-red";
import type { Text } from "../../src/stack/explanation";
import type { Change, DeviceState, GatewayState } from "../../src/stack/watch";
import { clockOf, lineOf } from "../shared/status";
import { textOf } from "../shared/text";

const MINUTE_MS = 60_000;

type State = DeviceState | GatewayState;

const OF_DEVICE: Readonly<Record<Change, string>> = {
  silent: "watch.silent",
  back: "watch.back",
  new: "watch.new",
  lost: "watch.lost",
  reset: "watch.reset",
  battery: "watch.battery",
  weak: "watch.weak",
};

const OF_GATEWAY: Readonly<Partial<Record<Change, string>>> = {
  silent: "watch.gateway-offline",
  back: "watch.gateway-back",
  new: "watch.gateway-new",
};

const OF_STATE: Readonly<Record<State["state"], string>> = {
  online: "watch.online",
  silent: "watch.silent",
  offline: "watch.gateway-offline",
  unknown: "watch.unknown",
};

/** The network tells the battery with six decimals. */
const tenths = (value: number): number => Math.round(10 * value) / 10;

const percent = (part: number): number => Math.round(100 * part);

/** Day and time of day on this machine: `2026-11-21 14:03`. */
function timeOf(ms: number): string {
  const time = new Date(ms);
  const date = [time.getFullYear(), time.getMonth() + 1, time.getDate()];
  return `${date.map((part) => String(part).padStart(2, "0")).join("-")} ${clockOf(ms)}`;
}

function valuesOf(state: State, at: number): Text["values"] {
  const { id, lastSeen } = state;
  const isDevice = "received" in state;
  return {
    id,
    minutes: lastSeen === null ? 0 : Math.max(0, Math.round((at - lastSeen) / MINUTE_MS)),
    time: lastSeen === null ? "–" : timeOf(lastSeen),
    lost: isDevice ? percent(state.lossRate) : 0,
    battery: tenths((isDevice ? state.battery : undefined) ?? 0),
    margin: (isDevice ? state.margin : undefined) ?? 0,
    fCnt: (isDevice ? state.fCnt : undefined) ?? 0,
    why: isDevice ? "" : (state.disconnectReason ?? ""),
  };
}

/** One sentence. @param event a change, or the state itself when flows start */
export function reasonOf(RED: NodeAPI, event: Change | State["state"], state: State, at: number): string {
  const changes: Readonly<Record<string, string | undefined>> = "uplinks" in state ? OF_GATEWAY : OF_DEVICE;
  const key = changes[event] ?? OF_STATE[state.state];
  const isGone = event === "silent" || event === "offline";
  const never = state.lastSeen === null && isGone;
  const why = isGone && "disconnectReason" in state ? "-why" : "";
  return textOf(RED, { key: never ? "watch.never" : `${key}${why}`, values: valuesOf(state, at) });
}

const GONE = { silent: "status.number-silent", offline: "status.number-offline" } as const;

/** `12 online · 2 silent`. */
export function statusLine(RED: NodeAPI, online: number, gone: number, word: "silent" | "offline"): string {
  const part = (key: string, number: number): string => textOf(RED, { key, values: { number } });
  const up = part("status.number-online", online);
  return gone === 0 ? up : lineOf([up, part(GONE[word], gone)], [part(GONE[word], gone)]);
}
