import type { Location } from "./messages";

/** What the device's own payload said, then what its owner has set; then what services have estimated. */
const TRUSTED: readonly string[] = ["frm-payload", "user"];

/** Real messages have a handful. */
const MOST_LOOKED_AT = 100;

/** The locations that the stack knows of a device, with the names of their sources: the most trusted first, of services the most accurate. */
export function* byTrust(
  locations: Readonly<Record<string, Location>>,
): Generator<readonly [string, Location]> {
  for (const source of TRUSTED) {
    const known = Object.hasOwn(locations, source) ? locations[source] : undefined;
    if (known !== undefined) yield [source, known];
  }
  const solved = Object.entries(locations)
    .slice(0, MOST_LOOKED_AT)
    .filter(([source]) => !TRUSTED.includes(source));
  const radius = ({ accuracy }: Location): number => (typeof accuracy === "number" ? accuracy : Infinity);
  // Not by difference: that of two which are not known is no number.
  yield* solved.sort(([, one], [, other]) =>
    radius(one) === radius(other) ? 0 : radius(one) - radius(other),
  );
}
