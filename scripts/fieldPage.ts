/** The part of `docs/home-assistant.md` that lists what is recognised: made of the tables that the node reads, never by hand. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { BINARY_CLASSES, SENSOR_UNITS, stateClassesOf, takesUnit } from "../src/homeassistant/classes";
import { ENDINGS, FLAG_NAMES, NUMBER_NAMES, QUALIFIERS } from "../src/homeassistant/fieldTable";
import { MEASUREMENTS } from "../src/homeassistant/normalized";
import { withMadePart } from "./madePart";

export const PAGE = path.resolve(__dirname, "../docs/home-assistant.md");

type Cell = string | undefined;

const code = (words: string, before = ""): string =>
  words
    .split(" ")
    .map((word) => `\`${before}${word}\``)
    .join(" ");

/** A row without anything to say has no line. */
const table = (heading: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  [
    `### ${heading}`,
    "",
    ...[columns, columns.map(() => "---"), ...rows].map(
      (cells) => `| ${cells.map((cell = "") => cell).join(" | ")} |`,
    ),
  ].join("\n");

const flagOrNumber = (
  deviceClass: string | undefined,
  unit: string | undefined,
  hasWords: boolean,
): string =>
  hasWords || (unit === undefined && deviceClass !== undefined && BINARY_CLASSES.has(deviceClass))
    ? "binary_sensor"
    : "sensor";

/** The tables, as Markdown. */
export function fieldTables(): string {
  return [
    table(
      "Names of numbers: sensors",
      ["last words of the name", "device class", "unit", "state class"],
      NUMBER_NAMES.map(([words, deviceClass, unit]) => [
        ...[code(words), deviceClass, unit],
        stateClassesOf(deviceClass)[0],
      ]),
    ),
    table(
      "Endings: sensors",
      ["ending", "unit", "device class where the name says no other"],
      ENDINGS.map(([words, unit, deviceClass]) => [code(words, "_"), unit, deviceClass]),
    ),
    `Passed over at the end of a name: ${code(QUALIFIERS.join(" "))} and numbers.`,
    table(
      "Names of flags: binary sensors",
      ["last words of the name", "device class"],
      FLAG_NAMES.map(([words, deviceClass]) => [code(words), deviceClass]),
    ),
    table(
      "Normalized payload",
      ["measurement", "kind", "device class", "unit", "takes the place of the decoded"],
      [...MEASUREMENTS].map(([key, { deviceClass, unit, words, same }]) => [
        ...[code(key), flagOrNumber(deviceClass, unit, words !== undefined), deviceClass, unit],
        same.length === 0 ? "" : code(same.join(" ")),
      ]),
    ),
    table(
      "Device classes of sensors",
      ["device class", "units", "state classes"],
      Object.entries(SENSOR_UNITS).map(([deviceClass, units]) => [
        deviceClass,
        units.length === 0 ? "any" : units.map((unit) => (unit === "" ? "none" : unit)).join(" · "),
        // Core has the class for angles also where no unit is one.
        stateClassesOf(deviceClass)
          .filter((each) => each !== "measurement_angle" || takesUnit(deviceClass, "°"))
          .join(" · "),
      ]),
    ),
    `### Device classes of binary sensors\n\n${code([...BINARY_CLASSES].join(" "))}`,
  ].join("\n\n");
}

/** The page with the tables as they should be. */
export const fieldPage = (): string =>
  withMadePart(readFileSync(PAGE, "utf8"), "npm run docs:fields", fieldTables());
