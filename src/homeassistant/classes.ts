/**
 * Device classes of Home Assistant, and which units it takes with each. Rule: `DEVICE_CLASS_UNITS` and `DEVICE_CLASS_STATE_CLASSES` in
 * `components/sensor/const.py`, `BinarySensorDeviceClass` in `components/binary_sensor` of Home Assistant 2025.4.
 */
import type { StateClass } from "./options";

const ENERGY = [
  "J",
  "kJ",
  "MJ",
  "GJ",
  "mWh",
  "Wh",
  "kWh",
  "MWh",
  "GWh",
  "TWh",
  "cal",
  "kcal",
  "Mcal",
  "Gcal",
];
const VOLUME = ["L", "m³", "ft³", "CCF", "gal"];
const LENGTH = ["mm", "cm", "m", "km", "in", "ft", "yd", "mi", "nmi"];
const WEIGHT = ["µg", "mg", "g", "kg", "oz", "lb", "st"];
const PARTICLES = ["µg/m³"];

/** Of sensors. An empty text is no unit. */
export const SENSOR_UNITS: Readonly<Record<string, readonly string[]>> = {
  apparent_power: ["VA"],
  aqi: [""],
  atmospheric_pressure: ["cbar", "bar", "hPa", "mmHg", "inHg", "kPa", "mbar", "Pa", "psi"],
  battery: ["%"],
  carbon_dioxide: ["ppm"],
  carbon_monoxide: ["ppm"],
  conductivity: ["S/cm", "mS/cm", "µS/cm"],
  current: ["A", "mA"],
  data_size: ["bit", "kbit", "Mbit", "Gbit", "B", "kB", "MB", "GB", "TB"],
  distance: LENGTH,
  duration: ["d", "h", "min", "s", "ms"],
  energy: ENERGY,
  frequency: ["Hz", "kHz", "MHz", "GHz"],
  gas: ["CCF", "ft³", "m³"],
  humidity: ["%"],
  illuminance: ["lx"],
  irradiance: ["W/m²", "BTU/(h⋅ft²)"],
  moisture: ["%"],
  nitrogen_dioxide: PARTICLES,
  ozone: PARTICLES,
  ph: [""],
  pm1: PARTICLES,
  pm10: PARTICLES,
  pm25: PARTICLES,
  power: ["mW", "W", "kW", "MW", "GW", "TW"],
  power_factor: ["", "%"],
  precipitation: ["in", "cm", "mm"],
  precipitation_intensity: ["in/d", "in/h", "mm/d", "mm/h"],
  pressure: ["cbar", "bar", "hPa", "mmHg", "inHg", "kPa", "mbar", "Pa", "psi"],
  reactive_power: ["var"],
  signal_strength: ["dB", "dBm"],
  sound_pressure: ["dB", "dBA"],
  speed: ["ft/s", "in/d", "in/h", "in/s", "km/h", "kn", "m/s", "mph", "mm/d", "mm/h", "mm/s", "m/min"],
  sulphur_dioxide: PARTICLES,
  temperature: ["°C", "°F", "K"],
  timestamp: [""],
  volatile_organic_compounds: PARTICLES,
  volatile_organic_compounds_parts: ["ppm", "ppb"],
  voltage: ["V", "mV", "µV"],
  volume: VOLUME,
  volume_flow_rate: ["m³/h", "ft³/min", "L/min", "gal/min", "mL/s"],
  volume_storage: VOLUME,
  water: VOLUME,
  weight: WEIGHT,
  wind_speed: ["ft/s", "km/h", "kn", "m/s", "mph"],
};

export const BINARY_CLASSES: ReadonlySet<string> = new Set([
  "battery",
  "battery_charging",
  "carbon_monoxide",
  "cold",
  "connectivity",
  "door",
  "garage_door",
  "gas",
  "heat",
  "light",
  "lock",
  "moisture",
  "motion",
  "moving",
  "occupancy",
  "opening",
  "plug",
  "power",
  "presence",
  "problem",
  "running",
  "safety",
  "smoke",
  "sound",
  "tamper",
  "update",
  "vibration",
  "window",
]);

/** Counters, of which Home Assistant takes no measurement. */
const TOTALS: ReadonlySet<string> = new Set(["energy", "gas", "water", "volume"]);

const NO_STATE_CLASS: ReadonlySet<string> = new Set(["timestamp"]);

/** Whether Home Assistant takes a sensor with both; an unknown class takes none. */
export const takesUnit = (deviceClass: string, unit: string): boolean =>
  Object.hasOwn(SENSOR_UNITS, deviceClass) && (SENSOR_UNITS[deviceClass] ?? []).includes(unit);

/** The state class that a sensor of numbers has unless another one is wanted that is possible. */
export function stateClassFor(
  deviceClass: string | undefined,
  wanted: StateClass | undefined,
): StateClass | undefined {
  if (deviceClass === undefined) return wanted ?? "measurement";
  if (NO_STATE_CLASS.has(deviceClass)) return undefined;
  if (TOTALS.has(deviceClass))
    return wanted === undefined || wanted === "measurement" ? "total_increasing" : wanted;
  // Sums of these mean nothing; Home Assistant takes them for distances, weights and the like.
  return wanted ?? "measurement";
}
