/** The numbers that a property of a node may be: form and run time ask the same table. Usable in the browser. */

export interface Limits {
  readonly least: number;
  readonly most: number;
}

export const LIMITS = {
  /** Of an MQTT server. */
  port: { least: 1, most: 65_535 },
  /** Seconds. With 0 the server would drop the session after an hour. */
  keepalive: { least: 5, most: 300 },
  downlinksPerMinute: { least: 1, most: 60_000 },
  /** Downlinks held while disconnected. */
  holdMax: { least: 0, most: 10_000 },
  /** Seconds that each of them is held: a day. */
  holdFor: { least: 1, most: 86_400 },
  qos: { least: 0, most: 2 },
  /** Seconds from publishing to the first answer; 0 for no limit. */
  timeout: { least: 0, most: 86_400 },
  /** Seconds until a value in Home Assistant no longer counts; 0 for never: a year. */
  expireAfter: { least: 0, most: 31_536_000 },
} as const satisfies Readonly<Record<string, Limits>>;

/** The whole number that these decimal digits are, where it is within the limits. Space around them does not count. */
export function wholeNumber(text: string, { least, most }: Limits): number | undefined {
  const digits = text.trim();
  const number = /^\d{1,15}$/.test(digits) ? Number(digits) : NaN;
  return number >= least && number <= most ? number : undefined;
}
