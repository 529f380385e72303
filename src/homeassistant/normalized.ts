/**
 * The normalized payload, whose names and units are agreed. Rule: `lib/payload.json` of the Device Repository, and the measurements
 * that servers have added since.
 */
import { isJsonObject } from "../stack/check";
import { DEEPEST } from "./names";

/** What a measurement is, and the names that decoders have for the same thing. */
export interface Measurement {
  readonly deviceClass?: string;
  readonly unit?: string;
  /** Of the decoded payload: shown once. */
  readonly same: readonly string[];
  /** Words that stand for true and false. */
  readonly words?: readonly [on: string, off: string];
}

const number = (
  deviceClass: string | undefined,
  unit: string | undefined,
  ...same: string[]
): Measurement => ({
  ...(deviceClass === undefined ? {} : { deviceClass }),
  ...(unit === undefined ? {} : { unit }),
  same,
});

export const MEASUREMENTS: ReadonlyMap<string, Measurement> = new Map([
  [
    "air.temperature",
    number("temperature", "°C", "temperature", "temp", "temp_c", "temperature_c", "air_temperature"),
  ],
  [
    "air.relativeHumidity",
    number("humidity", "%", "humidity", "relative_humidity", "air_humidity", "humidity_pct", "rh"),
  ],
  [
    "air.pressure",
    number("atmospheric_pressure", "hPa", "pressure", "barometric_pressure", "air_pressure", "pressure_hpa"),
  ],
  ["air.co2", number("carbon_dioxide", "ppm", "co_2", "co_2_ppm")],
  [
    "air.lightIntensity",
    number("illuminance", "lx", "illuminance", "light", "lux", "light_intensity", "illumination"),
  ],
  ["soil.temperature", number("temperature", "°C", "soil_temperature", "temperature_soil")],
  ["soil.moisture", number("moisture", "%", "soil_moisture", "moisture", "water_soil")],
  ["soil.ec", number("conductivity", "mS/cm", "conductivity", "ec", "soil_ec", "conduct_soil")],
  ["soil.pH", number("ph", undefined, "soil_ph", "ph")],
  ["soil.depth", number("distance", "cm")],
  ["soil.n", number(undefined, "ppm")],
  ["soil.p", number(undefined, "ppm")],
  ["soil.k", number(undefined, "ppm")],
  ["wind.speed", number("wind_speed", "m/s", "wind_speed")],
  ["wind.direction", number(undefined, "°", "wind_direction")],
  ["rain.intensity", number("precipitation_intensity", "mm/h", "rain_intensity", "rain_rate")],
  ["rain.cumulative", number("precipitation", "mm", "rain", "rainfall")],
  ["water.leak", number("moisture", undefined, "leak", "water_leak", "leak_detected")],
  ["water.temperature.current", number("temperature", "°C", "water_temperature")],
  ["water.temperature.min", number("temperature", "°C")],
  ["water.temperature.max", number("temperature", "°C")],
  ["water.temperature.avg", number("temperature", "°C")],
  ["metering.water.total", number("water", "L")],
  ["action.motion.detected", number("motion", undefined, "motion", "motion_detected", "pir")],
  ["action.motion.count", number(undefined, undefined, "motion_count")],
  [
    "action.contactState",
    { ...number("opening", undefined, "door", "open", "contact"), words: ["open", "closed"] },
  ],
  ["battery", number("voltage", "V", "battery", "bat", "battery_v", "battery_voltage", "bat_v", "vbat")],
]);

/** Measurements are looked at in the order of their time; servers send a handful. */
const MOST = 20;

/** One object with the latest of each measurement, without the time. */
export function latestOf(normalized: unknown): Readonly<Record<string, unknown>> {
  const list = (Array.isArray(normalized) ? normalized : [normalized]).filter(isJsonObject).slice(0, MOST);
  const timed = list.map((each) => ({
    each,
    at: typeof each.time === "string" ? Date.parse(each.time) || 0 : 0,
  }));
  timed.sort((one, other) => one.at - other.at);
  const merged: Record<string, unknown> = {};
  for (const { each } of timed) mergeInto(merged, each);
  delete merged.time;
  return merged;
}

function mergeInto(
  target: Record<string, unknown>,
  source: Readonly<Record<string, unknown>>,
  levels = DEEPEST,
): void {
  for (const name of Object.keys(source)) {
    if (name === "__proto__") continue;
    const value = source[name];
    if (!isJsonObject(value) || levels === 0) target[name] = value;
    else {
      const known = Object.hasOwn(target, name) ? target[name] : undefined;
      // Of its own, for it takes in what comes later.
      const inner: Record<string, unknown> = isJsonObject(known) ? known : {};
      mergeInto(inner, value, levels - 1);
      target[name] = inner;
    }
  }
}
