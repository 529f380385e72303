/**
 * Milliseconds since 1970 of an RFC 3339 time with any number of decimals (what is finer than a millisecond is cut off),
 * `undefined` for anything else.
 */
export function millisecondsOf(time: string): number | undefined {
  // As the server writes it: on the path of every message, and the expression below is slower than the rest together.
  if (time.length >= 20 && time.endsWith("Z") && time[10] === "T" && time[4] === "-") {
    const plain = Date.parse(time);
    if (!Number.isNaN(plain)) return plain;
  }
  if (!/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,30})?(?:[Zz]|[+-]\d\d:\d\d)$/.test(time))
    return undefined;
  const milliseconds = Date.parse(time.toUpperCase());
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/** Nanoseconds of a duration as protobuf writes it, `"0.051456s"`, `undefined` for anything else. */
export function nanosecondsOf(duration: string): number | undefined {
  return /^\d{1,12}(?:\.\d{1,9})?s$/.test(duration) ? Math.round(parseFloat(duration) * 1e9) : undefined;
}
