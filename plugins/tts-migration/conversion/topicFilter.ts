/** Whether a topic fits a filter, both level by level. `#` takes all behind its place, also the level it follows. */
export function fits(filter: readonly string[], topic: readonly string[]): boolean {
  for (const [index, level] of filter.entries()) {
    if (level === "#") return true;
    if (index >= topic.length || (level !== "+" && level !== topic[index])) return false;
  }
  return filter.length === topic.length;
}
