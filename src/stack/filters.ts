/** What a node lets through: devices and FPorts as written in its form. Usable in the browser. */

export type DevicePattern =
  | {
      readonly ok: true;
      readonly matches: (deviceId: string) => boolean;
      /** The device IDs where no `*` is used, so that they can be looked up; absent where any other device may match. */
      readonly exact?: readonly string[];
      /** As it is to be shown: `door-1, valve-*`, empty for all devices. */
      readonly text: string;
    }
  | { readonly ok: false; readonly problem: FilterProblem };

/** Characters of a list: a thousand devices, all FPorts there are and more. */
export const LONGEST_LIST = { devices: 40_000, ports: 2_000 } as const;

export type PortFilter =
  | {
      readonly ok: true;
      /** `undefined` is a frame without FPort. */
      readonly matches: (fPort: number | undefined) => boolean;
    }
  | { readonly ok: false; readonly problem: FilterProblem };

export interface FilterProblem {
  /** The part that is wrong, shortened. */
  readonly part: string;
  /**
   * `space`: two IDs without a comma between them. `character`: one that no ID has. `port`: neither a number from 0 to 255 nor two
   * with a hyphen between them. `reversed`: a range from high to low. `too_long`: more than a list of these has.
   */
  readonly rule: "space" | "character" | "port" | "reversed" | "too_long";
}

/**
 * Reads a comma-separated list of device IDs, in which `*` stands for any number of characters; empty means all devices.
 * Upper and lower case differ, spaces around an ID and empty entries are ignored. Both the IDs of The Things Stack and those of V2
 * can be written.
 */
export function parseDevicePattern(text: string): DevicePattern {
  if (text.length > LONGEST_LIST.devices) return refused(text, "too_long");
  const items = entries(text);
  for (const item of items) {
    if (/\s/.test(item)) return refused(item, "space");
    if (!/^[A-Za-z0-9_*-]+$/.test(item)) return refused(item, "character");
  }
  if (items.length === 0 && text.trim() !== "") return refused(text.trim(), "character");
  if (items.length === 0 || items.some((item) => /^\*+$/.test(item))) {
    return { ok: true, matches: () => true, text: "" };
  }
  const written = items.join(", ");
  const exact = items.filter((item) => !item.includes("*"));
  const ids = new Set(exact);
  if (exact.length === items.length) {
    return { ok: true, matches: (deviceId) => ids.has(deviceId), exact: [...ids], text: written };
  }
  const globs = items.filter((item) => item.includes("*")).map((item) => item.split("*"));
  return {
    ok: true,
    matches: (deviceId) => ids.has(deviceId) || globs.some((glob) => matchesGlob(glob, deviceId)),
    text: written,
  };
}

/**
 * Reads a list of FPorts and ranges, `1, 2, 10-20`; empty means all, and only then a frame without FPort passes. Spaces and empty
 * entries are ignored. FPorts are 0 to 255 (uplinks have 1 to 223).
 */
export function parsePorts(text: string): PortFilter {
  if (text.length > LONGEST_LIST.ports) return refused(text, "too_long");
  const items = entries(text);
  if (items.length === 0) {
    return text.trim() === "" ? { ok: true, matches: () => true } : refused(text.trim(), "port");
  }
  const ports = new Set<number>();
  for (const item of items) {
    const [, first, last = first] = /^(\d{1,3})(?:\s*[-–]\s*(\d{1,3}))?$/.exec(item) ?? [];
    const from = Number(first);
    const to = Number(last);
    if (first === undefined || from > 255 || to > 255) return refused(item, "port");
    if (from > to) return refused(item, "reversed");
    for (let port = from; port <= to; port++) ports.add(port);
  }
  return { ok: true, matches: (fPort) => fPort !== undefined && ports.has(fPort) };
}

function entries(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function refused(part: string, rule: FilterProblem["rule"]): { ok: false; problem: FilterProblem } {
  return { ok: false, problem: { part: part.length > 40 ? `${part.slice(0, 39)}…` : part, rule } };
}

/**
 * Whether a text has the parts of a pattern in this order, the first at its beginning and the last at its end. The leftmost place is
 * right for every part between, so nothing is ever tried twice, however many stars there are.
 */
function matchesGlob(parts: readonly string[], text: string): boolean {
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  const end = text.length - last.length;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = text.indexOf(part, from);
    if (at === -1 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}
