/** Uplinks that bring out everything that is recognised, and commands of each kind: what core was asked to judge. */
import { Bridge, type Publication } from "../../src/homeassistant/bridge";
import { readCommands } from "../../src/homeassistant/commands";
import type { EntityChoice } from "../../src/homeassistant/entities";
import { ENDINGS, FLAG_NAMES, NUMBER_NAMES } from "../../src/homeassistant/fieldTable";
import { MEASUREMENTS } from "../../src/homeassistant/normalized";
import type { Settings } from "../../src/homeassistant/settings";

/** Far ahead, so that no value is old whenever it is shown. */
const NOW = Date.UTC(2100, 0, 1);

const COMMANDS = [
  { key: "open", name: "Valve", component: "switch", fPort: 15, devices: "valve", state: "open" },
  { key: "lamp", name: "Lamp", component: "switch", fPort: 15, devices: "valve" },
  { key: "reset", name: "Reset", component: "button", fPort: 2, devices: "valve" },
  { key: "level", name: "Level", component: "number", fPort: 3, devices: "valve", unit: "%", state: "level" },
  { key: "every", name: "Every", component: "number", fPort: 3, devices: "valve", max: 600, step: 0.5 },
  {
    ...{ key: "mode", name: "Mode", component: "select", fPort: 4, devices: "valve", state: "mode" },
    options: "eco=1, comfort=2",
  },
];

const choice = (given: Partial<EntityChoice>): EntityChoice => ({
  ...{
    component: undefined,
    name: undefined,
    unit: undefined,
    deviceClass: undefined,
    stateClass: undefined,
  },
  ...given,
});

const ENTITIES: readonly (readonly [string, EntityChoice])[] = [
  ["chosen.kpa", choice({ name: "Boiler", deviceClass: "pressure", unit: "kPa" })],
  // The unit of its name is that of another class.
  ["chosen.temperature", choice({ deviceClass: "pressure" })],
  ["chosen.litres", choice({ deviceClass: "water", unit: "L", stateClass: "total" })],
  ["chosen.heading", choice({ deviceClass: "wind_direction", unit: "°" })],
  ["chosen.flag", choice({ component: "binary_sensor", deviceClass: "garage_door" })],
  ["chosen.hidden", choice({ component: "off" })],
];

function settings(): Settings {
  const read = readCommands(COMMANDS, (expression) => expression.split("."));
  if (!read.ok) throw new Error(JSON.stringify(read.problem));
  return {
    ...{ prefix: "homeassistant", base: "tts", automatic: true, diagnostics: true, expireAfter: undefined },
    ...{ entities: new Map(ENTITIES), commands: read.commands },
    names: {
      ...{
        rssi: "RSSI",
        snr: "SNR",
        battery_level: "Battery",
        gateways: "Gateways",
        last_seen: "Last uplink",
      },
    },
  };
}

/** `air.temperature` as an object in an object. */
function nested(values: readonly (readonly [path: string, value: unknown])[]): object {
  const whole: Record<string, unknown> = {};
  for (const [path, value] of values) {
    const steps = path.split(".");
    const last = steps.pop() ?? "";
    let place = whole;
    for (const step of steps) place = (place[step] ??= {}) as Record<string, unknown>;
    place[last] = value;
  }
  return whole;
}

const wordsIn = (rows: readonly (readonly [words: string, ...unknown[]])[]): readonly string[] =>
  rows.flatMap(([words]) => words.split(" "));

const uplink = (deviceId: string, decoded: object, more: object = {}, normalized?: object): object => ({
  deviceId,
  device: { applicationId: "app1", eui: "0004A30B001C0530" },
  radio: { rssi: -97, snr: 7.5, gateways: 2 },
  tts: {
    uplink_message: {
      decoded_payload: decoded,
      ...(normalized === undefined ? {} : { normalized_payload: [normalized] }),
    },
  },
  ...more,
});

const measured = [...MEASUREMENTS].map(([key, { deviceClass, unit, words }]) => {
  const isFlag = unit === undefined && deviceClass !== undefined && deviceClass !== "ph";
  return [key, words?.[0] ?? (isFlag ? true : 6.5)] as const;
});

const UPLINKS: readonly object[] = [
  uplink("names", Object.fromEntries(wordsIn(NUMBER_NAMES).map((name, index) => [`${name}_1`, index + 30]))),
  uplink("endings", Object.fromEntries(wordsIn(ENDINGS).map((ending, index) => [`probe_${ending}`, index]))),
  uplink("flags", Object.fromEntries(wordsIn(FLAG_NAMES).map((name, index) => [name, index % 2 === 0]))),
  uplink("normalized", {}, {}, nested(measured)),
  uplink("chosen", {
    chosen: { kpa: 120, temperature: 990, litres: 12, heading: 270, flag: true, hidden: 1, other: "eco" },
  }),
  uplink("decoder", {
    ...{ tank: 2.5, _sensor_attr_tank_unit: "L", _sensor_attr_tank_device_class: "volume_storage" },
    ...{ pulses: 7, _sensor_attr_pulses_state_class: "total_increasing", _sensor_attr_pulses_name: "Pulses" },
    ...{
      lid: true,
      _sensor_attr_lid_device_class: "opening",
      air: 3,
      _sensor_attr_air_device_class: "pressure",
    },
    ...{ odd: 1, _sensor_attr_odd_device_class: "brightness", _sensor_attr_odd_unit: "<b>" },
  }),
  uplink(
    "valve",
    { open: true, level: 40, mode: "eco", "<b>": 1, "it's {{ 7 * 7 }}": 2, text: "hello", none: null },
    { battery: 87 },
  ),
  uplink(
    "ü-1",
    { temperature: "21.5" },
    {
      device: {
        ...{ applicationId: "app/2", brand: "Brand", model: "Model", firmware: "1.2", name: "Cellar <i>" },
      },
    },
  ),
];

/** All that is published for them, in order. */
export function published(): readonly Publication[] {
  const bridge = new Bridge(settings());
  return UPLINKS.flatMap((message) => bridge.take({ ...message }, NOW).publish ?? []);
}
