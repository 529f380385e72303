/** FPort, attempts and the other whole numbers of a downlink. Usable in the browser. */
import { refused, refusedNear, right, type Ruled } from "./ruled";
import { shown } from "./shown";

/** Rule: LoRaWAN; 0 is the network's own, 224 is for tests, and of those above the stack accepts some that no device expects. */
const FPORT = { least: 1, most: 223 };

/** Rule: `as.downlinks.confirmation.max-retry-attempts`, 32 unless the server's operator changed it. */
const ATTEMPTS = { least: 1, most: 32 };

const LARGEST_UINT32 = 4_294_967_295;

interface Limits {
  readonly least: number;
  readonly most: number;
}

/** A number, or its decimal digits as text. */
function wholeNumber(value: unknown, { least, most }: Limits): number | undefined {
  const number =
    typeof value === "number"
      ? value
      : typeof value === "string" && /^\d{1,15}$/.test(value)
        ? Number(value)
        : NaN;
  return Number.isInteger(number) && number >= least && number <= most ? number : undefined;
}

/** The number that is meant by `" 15 "`, `"15.0"` or `15n`. */
function nearestNumber(value: unknown, limits: Limits): number | undefined {
  if (typeof value === "bigint") return wholeNumber(Number(value), limits);
  if (typeof value !== "string" || value.length > 30 || value.trim() === "") return undefined;
  return wholeNumber(Number(value), limits);
}

/** 1 to 223. `missing` is the text for a value that is not there. */
export function fPort(value: unknown, property: string): Ruled<number> {
  if (value === undefined) return refused("error.invalid-downlink.fport-missing", {});
  const port = wholeNumber(value, FPORT);
  if (port !== undefined) return right(port);
  return refusedNear(
    { alone: "error.invalid-downlink.fport", near: "error.invalid-downlink.fport-near" },
    { property, value: shown(value) },
    nearestNumber(value, FPORT),
  );
}

/** How often a confirmed downlink is transmitted in all, 1 to 32. */
export function attempts(value: unknown, property: string): Ruled<number> {
  const number = wholeNumber(value, ATTEMPTS);
  if (number !== undefined) return right(number);
  return refusedNear(
    { alone: "error.invalid-downlink.attempts", near: "error.invalid-downlink.attempts-near" },
    { property, value: shown(value) },
    nearestNumber(value, ATTEMPTS),
  );
}

/** A frame counter, an index of an antenna, … */
export function uint32(value: unknown, property: string): Ruled<number> {
  const number = wholeNumber(value, { least: 0, most: LARGEST_UINT32 });
  return number === undefined
    ? refused("error.invalid-downlink.number", { property, value: shown(value) })
    : right(number);
}
