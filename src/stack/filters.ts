/** What a node lets through: devices and FPorts as written in its form. Usable in the browser. */
import { canBeInDeviceId, isDeviceId, type IdentifierForm } from "./identifiers";
import { nearestIdentifier, nearestPattern } from "./nearestIdentifier";

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
   * with a hyphen between them. `reversed`: a range from high to low. `never`: no device has this ID, no uplink this FPort.
   * `too_long`: more than a list of these has.
   */
  readonly rule: "space" | "character" | "port" | "reversed" | "never" | "too_long";
  /** What was probably meant, where it can be told. */
  readonly near?: string;
}

/** Rule: LoRaWAN; 0 is the network's own, 224 is for tests. */
const PORTS = { least: 1, most: 223 };

/**
 * Reads a comma-separated list of device IDs, in which `*` stands for any number of characters; empty means all devices.
 * Upper and lower case differ, spaces around an ID and empty entries are ignored. Both the IDs of The Things Stack and those of V2
 * can be written.
 * @param form refuses what can match no device with IDs of this form: it would wait forever
 */
export function parseDevicePattern(text: string, form?: IdentifierForm): DevicePattern {
  if (text.length > LONGEST_LIST.devices) return refused(text, "too_long");
  const items = entries(text);
  for (const item of items) {
    if (/\s/.test(item)) return refused(item, "space");
    if (!/^[A-Za-z0-9_*-]+$/.test(item)) return refused(item, "character", nearTo(item, form ?? "v3"));
    if (form !== undefined && !canMatch(item, form)) return refused(item, "never", nearTo(item, form));
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

/** The device IDs that a pattern names whole. @param text as the pattern is to be shown */
export const namedIn = (text: string): readonly string[] =>
  entries(text).filter((item) => !item.includes("*"));

function canMatch(item: string, form: IdentifierForm): boolean {
  return item.includes("*") ? canBeInDeviceId(item.split("*"), form) : isDeviceId(item, form);
}

function nearTo(item: string, form: IdentifierForm): string | undefined {
  if (!item.includes("*")) return nearestIdentifier(item, form);
  const near = nearestPattern(item, form);
  return near !== item && canMatch(near, form) && !/^\*+$/.test(near) ? near : undefined;
}

/**
 * Reads a list of FPorts and ranges, `1, 2, 10-20`; empty means all, and only then a frame without FPort passes. Spaces and empty
 * entries are ignored. FPorts are 0 to 255, but uplinks have 1 to 223: what is outside altogether is refused.
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
    if (to < PORTS.least || from > PORTS.most) return refused(item, "never");
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

function refused(
  part: string,
  rule: FilterProblem["rule"],
  near?: string,
): { ok: false; problem: FilterProblem } {
  const problem = { part: part.length > 40 ? `${part.slice(0, 39)}…` : part, rule };
  return { ok: false, problem: near === undefined ? problem : { ...problem, near } };
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
