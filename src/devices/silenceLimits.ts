/** After how long devices and gateways count as silent, as far as that is the same for both. */
const MINUTE_MS = 60_000;
export const SHORTEST_LIMIT_MS = 10 * MINUTE_MS;
/** So many times the median of the last ten intervals. */
export const MEDIANS = 4;
/** Of what was never heard. */
export const LIMIT_OF_UNKNOWN = 24 * 60 * MINUTE_MS;
/** What sends once a day is early or late by no more, also when summer time begins or ends. */
export const ABOUT_MS = 60 * MINUTE_MS;

/**
 * Until two intervals are known it may be anything that was heard: half an hour more than a day; most likely it is what was heard twice,
 * about a day apart: an hour more.
 * @param only the interval that is known, in ms; anything else where none is
 */
export function limitUntilKnown(only: number): number {
  const isDaily = Math.abs(only - LIMIT_OF_UNKNOWN) <= ABOUT_MS;
  return LIMIT_OF_UNKNOWN + (isDaily ? ABOUT_MS : ABOUT_MS / 2);
}
