/**
 * What names of fields and their endings mean, for decoders that say no more. The tables in docs/home-assistant.md are made of these.
 */
import { takesUnit } from "./classes";
import { wordsOf } from "./names";

/** What a number is. */
export interface Meaning {
  readonly deviceClass?: string;
  readonly unit?: string;
}

/** By words at the end of a name, with `_` between; longer ones count more. The unit is that without an ending. */
export const NUMBER_NAMES: readonly (readonly [words: string, deviceClass: string, unit: string])[] = [
  ["temperature temp dew_point", "temperature", "°C"],
  ["soil_moisture moisture soil_humidity water_content vwc", "moisture", "%"],
  ["humidity relative_humidity rh hum", "humidity", "%"],
  ["battery_voltage bat_voltage batt_voltage vbat bat_v batt_v battery_v voltage volt", "voltage", "V"],
  ["battery bat batt battery_level battery_percent battery_percentage soc", "battery", "%"],
  ["barometric_pressure atmospheric_pressure air_pressure barometer", "atmospheric_pressure", "hPa"],
  ["pressure", "pressure", "hPa"],
  ["co_2 carbon_dioxide", "carbon_dioxide", "ppm"],
  ["carbon_monoxide", "carbon_monoxide", "ppm"],
  ["tvoc voc", "volatile_organic_compounds_parts", "ppb"],
  ["pm_1 pm_1_0", "pm1", "µg/m³"],
  ["pm_2_5 pm_25", "pm25", "µg/m³"],
  ["pm_10 pm_10_0", "pm10", "µg/m³"],
  ["illuminance illumination light_intensity luminosity lux", "illuminance", "lx"],
  ["solar_radiation irradiance", "irradiance", "W/m²"],
  ["current", "current", "A"],
  ["active_power power", "power", "W"],
  ["active_energy energy", "energy", "kWh"],
  ["power_factor", "power_factor", ""],
  ["frequency", "frequency", "Hz"],
  ["distance", "distance", "mm"],
  ["wind_speed", "wind_speed", "m/s"],
  ["speed", "speed", "m/s"],
  ["rainfall rain precipitation", "precipitation", "mm"],
  ["rain_intensity rain_rate", "precipitation_intensity", "mm/h"],
  ["weight", "weight", "kg"],
  ["water_volume water_total total_water", "water", "m³"],
  ["volume", "volume", "m³"],
  ["flow_rate flow", "volume_flow_rate", "m³/h"],
  ["conductivity ec", "conductivity", "µS/cm"],
  ["noise sound_level leq laeq", "sound_pressure", "dB"],
  ["rssi", "signal_strength", "dBm"],
  ["snr", "signal_strength", "dB"],
  ["ph", "ph", ""],
  ["aqi", "aqi", ""],
];

/** By the last words of a name. The class is that where no name says more. */
export const ENDINGS: readonly (readonly [words: string, unit: string, deviceClass?: string])[] = [
  ["c celsius deg_c", "°C", "temperature"],
  ["f fahrenheit deg_f", "°F", "temperature"],
  ["kelvin", "K", "temperature"],
  ["pct percent percentage", "%"],
  ["v volts", "V", "voltage"],
  ["mv millivolt", "mV", "voltage"],
  ["amps", "A", "current"],
  ["ma milliamp", "mA", "current"],
  ["w watt", "W", "power"],
  ["kw", "kW", "power"],
  ["wh", "Wh", "energy"],
  ["kwh", "kWh", "energy"],
  ["hpa", "hPa", "pressure"],
  ["kpa", "kPa", "pressure"],
  ["pa", "Pa", "pressure"],
  ["mbar", "mbar", "pressure"],
  ["bar", "bar", "pressure"],
  ["psi", "psi", "pressure"],
  ["ppm", "ppm"],
  ["ppb", "ppb"],
  ["lx", "lx", "illuminance"],
  ["mm", "mm", "distance"],
  ["cm", "cm", "distance"],
  ["m meter", "m", "distance"],
  ["km", "km", "distance"],
  ["ms", "ms", "duration"],
  ["s sec seconds", "s", "duration"],
  ["minutes", "min", "duration"],
  ["hours", "h", "duration"],
  ["m_3", "m³", "volume"],
  ["l liter litre", "L", "volume"],
  ["kg", "kg", "weight"],
  ["hz", "Hz", "frequency"],
  ["db", "dB", "sound_pressure"],
  ["dbm", "dBm", "signal_strength"],
  ["kmh", "km/h", "speed"],
  ["mps", "m/s", "speed"],
  ["deg", "°"],
];

/** Of what is true or false, by the last words of its name. True is open, wet, moving: where it may be the other way round, none. */
export const FLAG_NAMES: readonly (readonly [words: string, deviceClass: string])[] = [
  ["door door_open", "door"],
  ["window window_open", "window"],
  ["open opened", "opening"],
  ["motion pir motion_detected", "motion"],
  ["occupancy occupied", "occupancy"],
  ["presence", "presence"],
  ["leak water_leak leak_detected leakage flood", "moisture"],
  ["smoke", "smoke"],
  ["gas_alarm gas_leak", "gas"],
  ["tamper tampered", "tamper"],
  ["vibration", "vibration"],
  ["moving", "moving"],
  ["low_battery battery_low", "battery"],
  ["charging", "battery_charging"],
  ["alarm", "safety"],
  ["fault error problem", "problem"],
  ["running", "running"],
  ["connected", "connectivity"],
];

type Table<T> = ReadonlyMap<string, T>;

const tableOf = <R extends readonly [string, ...unknown[]]>(rows: readonly R[]): Table<R> =>
  new Map(rows.flatMap((row) => row[0].split(" ").map((words) => [words, row] as const)));

const NUMBERS = tableOf(NUMBER_NAMES);
const UNITS = tableOf(ENDINGS);
const FLAGS = tableOf(FLAG_NAMES);
const MOST_WORDS = 3;

/** The entry for the most of the last words. */
function lastIn<T>(
  table: Table<T>,
  words: readonly string[],
): { readonly entry: T; readonly count: number } | undefined {
  for (let count = Math.min(MOST_WORDS, words.length); count > 0; count--) {
    const entry = table.get(words.slice(-count).join("_"));
    if (entry !== undefined) return { entry, count };
  }
  return undefined;
}

/** What stands at the end of a name and tells several of a kind apart, as a number does. */
export const QUALIFIERS: readonly string[] = [
  ...["min", "max", "avg", "mean", "average", "current", "value", "external", "internal", "ext", "int"],
];

const isQualifier = (word: string): boolean => /^\d+$/.test(word) || QUALIFIERS.includes(word);

function withoutQualifiers(words: readonly string[]): readonly string[] {
  let end = words.length;
  while (end > 1 && isQualifier(words[end - 1] ?? "")) end--;
  return words.slice(0, end);
}

/** Volts and millivolts of a battery, which has no percent like these. */
export const batteryUnit = (value: number): string =>
  value > 100 ? "mV" : value < 20 && !Number.isInteger(value) ? "V" : "%";

/** What a field with numbers in it is, as far as its name says. */
export function numberMeaning(path: readonly (string | number)[]): Meaning {
  const words = wordsOf(path.join("_")).slice(-200).split("_");
  const whole = lastIn(NUMBERS, words);
  if (whole !== undefined) return named(whole.entry);
  const kept = lastIn(UNITS, words) === undefined ? withoutQualifiers(words) : words;
  // One by one: the last number of `co2_1` tells sensors apart, the first belongs to the name.
  for (let end = words.length - 1; end >= kept.length; end--) {
    const numbered = lastIn(NUMBERS, words.slice(0, end));
    if (numbered !== undefined) return named(numbered.entry);
  }
  const ending = kept.length > 1 ? lastIn(UNITS, kept) : undefined;
  if (ending === undefined || ending.count === kept.length) return {};
  const [, unit, usual] = ending.entry;
  const before = kept.slice(0, -ending.count);
  const name = (lastIn(NUMBERS, before) ?? lastIn(NUMBERS, withoutQualifiers(before)))?.entry[1];
  const classes = [
    ...(name === undefined ? [] : [name, ...NEAR(name)]),
    ...(usual === undefined ? [] : [usual]),
  ];
  const deviceClass = classes.find((each) => takesUnit(each, unit));
  return deviceClass === undefined ? { unit } : { deviceClass, unit };
}

const named = ([, deviceClass, unit]: readonly [string, string, string]): Meaning =>
  unit === "" ? { deviceClass } : { deviceClass, unit };

/** A battery in volts is a voltage, rain in mm/h an intensity. */
const NEAR = (deviceClass: string): readonly string[] => {
  if (deviceClass === "battery") return ["voltage"];
  if (deviceClass === "precipitation") return ["precipitation_intensity"];
  return [];
};

/** What a field with true and false in it is. */
export const flagClass = (path: readonly (string | number)[]): string | undefined =>
  lastIn(FLAGS, withoutQualifiers(wordsOf(path.join("_")).slice(-200).split("_")))?.entry[1];
