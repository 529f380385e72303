/** Whether a choice is the same, in whatever order: then nothing was changed. */
export const areSameWords = (words: readonly string[], others: readonly string[]): boolean =>
  [...words].sort().join() === [...others].sort().join();
