/** What the watches of devices and of gateways have in common. */
import type { Change } from "../stack/watch";
import { LIMIT_OF_UNKNOWN } from "./silenceLimits";

/** One moment on two clocks. */
export interface Moment {
  /** ms since 1970: to be shown. */
  readonly at: number;
  /** ms on a clock that is never set: what is decided by. */
  readonly clock: number;
}

export interface WatchRules {
  /** ms; undefined: as learned. */
  readonly silentAfter: number | undefined;
  /** Percent. */
  readonly batteryBelow: number;
  /** 0 to 1. */
  readonly lostAbove: number;
  /** dB. */
  readonly marginBelow: number;
}

/** Something that is to be told of a device or gateway. */
export interface Told {
  readonly event: Change;
  readonly id: string;
  /** ms since 1970. */
  readonly at: number;
}

/**
 * After how many ms without a sign of life something is silent.
 * @param learned undefined where it was never heard
 */
export const limitOf = ({ silentAfter }: WatchRules, learned: number | undefined): number =>
  silentAfter ?? learned ?? LIMIT_OF_UNKNOWN;

const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 10_000;

/** How often to look who has become silent, in ms. */
export const pauseOf = ({ silentAfter = Infinity }: WatchRules): number =>
  Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, silentAfter / 10));

/** A state with hysteresis: raised when it is bad, lowered when it is clearly better, and left as it is between. */
export function isRaised(before: boolean, isBad: boolean, isGood: boolean): boolean {
  return before ? !isGood : isBad;
}
