/** Chances that are the same in each run. */

/** 0 to 1. */
export type Chance = () => number;

/** Mulberry32: small, and even enough for a simulation. */
export function chances(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Evenly between these. */
export const between = (chance: Chance, least: number, most: number): number =>
  least + (most - least) * chance();
