/**
 * The end of every promise that is not awaited: what was not expected there is told as a warning of the process. A rejection without
 * an end would be the end of Node-RED.
 */
export function warnOfBug(error: unknown): void {
  // Where it happened, not what it says: values may be in there.
  const [, ...places] = (error instanceof Error ? (error.stack ?? "") : "").split(/\n(?=\s+at )/);
  const name = error instanceof Error ? error.name : typeof error;
  process.emitWarning(
    `${name} in The Things Stack's nodes ${places.slice(0, 3).join("").replace(/\s+/g, " ")}`,
  );
}
