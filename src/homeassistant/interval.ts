/** How often a device sends, and after which silence its values no longer count. */

const MOST_INTERVALS = 10;
/** Until so many are known, a day. */
const LEAST_INTERVALS = 3;
const HOUR = 3_600;
/** Seconds. In steps, so that a configuration does not change with every uplink. */
const STEPS = [1, 2, 3, 6, 12, 24, 36, 48, 72, 168].map((hours) => hours * HOUR);
const UNKNOWN = 24 * HOUR;
const TIMES = 3;

/** The intervals (ms) with one more, the last ten of them. */
export const withInterval = (intervals: readonly number[], next: number): number[] =>
  [...intervals, next].slice(-MOST_INTERVALS);

/**
 * Seconds: three times the median of the last ten intervals, rounded up to a step of an hour to a week. A shorter one than before
 * counts only when it is shorter by half or more: a device at the edge of a step must not change it back and forth.
 */
export function expiryOf(intervals: readonly number[], before: number | undefined): number {
  if (intervals.length < LEAST_INTERVALS) return before ?? UNKNOWN;
  const sorted = [...intervals].sort((one, other) => one - other);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const wanted = (median * TIMES) / 1_000;
  const step = STEPS.find((each) => each >= wanted) ?? STEPS.at(-1) ?? UNKNOWN;
  return before !== undefined && step < before && wanted > before / 2 ? before : step;
}
