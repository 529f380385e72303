/**
 * Device classes of Home Assistant, and which units and state classes it takes with each. Rule: `DEVICE_CLASS_UNITS` and
 * `DEVICE_CLASS_STATE_CLASSES` in `components/sensor/const.py`, `BinarySensorDeviceClass` in `components/binary_sensor` of Home Assistant
 * 2025.4, as `test/fixtures/home-assistant-classes.json` has them.
 */
import type { StateClass } from "./options";

const ENERGY = [
  ...["kWh", "Wh", "J", "kJ", "MJ", "GJ", "mWh", "MWh", "GWh", "TWh", "cal", "kcal", "Mcal", "Gcal"],
];
const VOLUME = ["m³", "L", "mL", "ft³", "CCF", "gal", "fl. oz."];
const METERED = ["m³", "L", "ft³", "CCF", "gal"];
const PRESSURE = ["hPa", "Pa", "kPa", "bar", "cbar", "mbar", "mmHg", "inHg", "psi"];
const SPEED = ["m/s", "km/h", "mm/s", "kn", "mph", "ft/s", "in/s", "Beaufort"];
const FLUX = ["mm/h", "mm/d", "in/h", "in/d"];
const PARTICLES = ["µg/m³"];

const BYTES = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** Of sensors. The first is meant where none is said; an empty text is no unit, an empty list any. */
export const SENSOR_UNITS: Readonly<Record<string, readonly string[]>> = {
  apparent_power: ["VA"],
  aqi: [""],
  area: ["m²", "cm²", "km²", "mm²", "in²", "ft²", "yd²", "mi²", "ac", "ha"],
  atmospheric_pressure: PRESSURE,
  battery: ["%"],
  blood_glucose_concentration: ["mg/dL", "mmol/L"],
  carbon_dioxide: ["ppm"],
  carbon_monoxide: ["ppm"],
  conductivity: ["µS/cm", "mS/cm", "S/cm"],
  current: ["A", "mA"],
  data_rate: [
    ...["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "B/s", "kB/s", "MB/s", "GB/s", "KiB/s", "MiB/s", "GiB/s"],
  ],
  data_size: [...BYTES, "ZiB", "YiB", "bit", "kbit", "Mbit", "Gbit"],
  date: [""],
  distance: ["mm", "cm", "m", "km", "in", "ft", "yd", "mi", "nmi"],
  duration: ["s", "ms", "μs", "min", "h", "d"],
  energy: ENERGY,
  energy_distance: ["kWh/100km", "mi/kWh", "km/kWh"],
  energy_storage: ENERGY,
  enum: [""],
  frequency: ["Hz", "kHz", "MHz", "GHz"],
  gas: ["m³", "ft³", "CCF"],
  humidity: ["%"],
  illuminance: ["lx"],
  irradiance: ["W/m²", "BTU/(h⋅ft²)"],
  moisture: ["%"],
  monetary: [],
  nitrogen_dioxide: PARTICLES,
  nitrogen_monoxide: PARTICLES,
  nitrous_oxide: PARTICLES,
  ozone: PARTICLES,
  ph: [""],
  pm1: PARTICLES,
  pm10: PARTICLES,
  pm25: PARTICLES,
  power: ["W", "mW", "kW", "MW", "GW", "TW"],
  power_factor: ["", "%"],
  precipitation: ["mm", "cm", "in"],
  precipitation_intensity: FLUX,
  pressure: PRESSURE,
  reactive_power: ["var"],
  signal_strength: ["dBm", "dB"],
  sound_pressure: ["dB", "dBA"],
  speed: [...SPEED, ...FLUX],
  sulphur_dioxide: PARTICLES,
  temperature: ["°C", "°F", "K"],
  timestamp: [""],
  volatile_organic_compounds: PARTICLES,
  volatile_organic_compounds_parts: ["ppb", "ppm"],
  voltage: ["V", "mV", "µV", "kV", "MV"],
  volume: VOLUME,
  volume_flow_rate: ["m³/h", "L/min", "mL/s", "ft³/min", "gal/min"],
  volume_storage: VOLUME,
  water: METERED,
  weight: ["kg", "g", "mg", "µg", "oz", "lb", "st"],
  wind_direction: ["°"],
  wind_speed: SPEED,
};

export const BINARY_CLASSES: ReadonlySet<string> = new Set([
  ...["battery", "battery_charging", "carbon_monoxide", "cold", "connectivity", "door", "garage_door", "gas"],
  ...["heat", "light", "lock", "moisture", "motion", "moving", "occupancy", "opening", "plug", "power"],
  ...["presence", "problem", "running", "safety", "smoke", "sound", "tamper", "update", "vibration"],
  "window",
]);

/** All that this version has. */
const ALL: readonly StateClass[] = ["measurement", "total", "total_increasing", "measurement_angle"];
/** Counters, of which Home Assistant takes no measurement. */
const COUNTED: readonly StateClass[] = ["total_increasing", "total"];
const MEASURED: readonly StateClass[] = ["measurement"];

/** Of classes that are not only measured. The first is meant where none is said. */
const STATE_CLASSES_OF: Readonly<Record<string, readonly StateClass[]>> = {
  area: ALL,
  data_size: ALL,
  distance: ALL,
  duration: ALL,
  precipitation: ALL,
  weight: ["measurement", "total", "total_increasing"],
  energy: COUNTED,
  gas: COUNTED,
  volume: COUNTED,
  water: COUNTED,
  monetary: ["total"],
  wind_direction: ["measurement_angle"],
  date: [],
  enum: [],
  timestamp: [],
};

export const isSensorClass = (deviceClass: string): boolean => Object.hasOwn(SENSOR_UNITS, deviceClass);

/** What Home Assistant takes with a class that it knows; the first is the usual one. */
export const stateClassesOf = (deviceClass: string): readonly StateClass[] =>
  (Object.hasOwn(STATE_CLASSES_OF, deviceClass) ? STATE_CLASSES_OF[deviceClass] : undefined) ?? MEASURED;

const unitsOf = (deviceClass: string): readonly string[] | undefined =>
  isSensorClass(deviceClass) ? SENSOR_UNITS[deviceClass] : undefined;

/** The unit that is meant where none is said; empty for none. */
export const usualUnit = (deviceClass: string): string => unitsOf(deviceClass)?.[0] ?? "";

/** Whether Home Assistant takes a sensor with both; an unknown class takes none. */
export function takesUnit(deviceClass: string, unit: string): boolean {
  const units = unitsOf(deviceClass);
  return units !== undefined && (units.length === 0 || units.includes(unit));
}

/** The state class that a sensor of numbers has unless another one is wanted that is possible. */
export function stateClassFor(
  deviceClass: string | undefined,
  wanted: StateClass | undefined,
): StateClass | undefined {
  // Of a class that this package does not know, Home Assistant may take any.
  if (deviceClass === undefined || !isSensorClass(deviceClass)) return wanted ?? "measurement";
  const possible = stateClassesOf(deviceClass);
  return wanted !== undefined && possible.includes(wanted) ? wanted : possible[0];
}
