/** Milliseconds of processor time that something took, which a busy machine does not make more of. */
export function cpuTime(something: () => void): number {
  const before = process.cpuUsage();
  something();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
